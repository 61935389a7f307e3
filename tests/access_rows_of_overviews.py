"""The access matrix of overviews: the office and whoever looks after a whole school or district; teachers have none."""

from __future__ import annotations

from tests.access_rows import EVERYBODY, NOBODY, Row, page

OF_SCHOOL_A = frozenset({"office", "school_admin", "district_admin", "records_custodian"})
# Who has one school alone is led to it.
WITH_SCHOOLS = frozenset({"district_admin", "records_custodian"})
WITH_ONE_SCHOOL = frozenset({"office", "school_admin", "school_admin_b", "staff_elsewhere"})

OVERVIEWS: dict[str, list[Row]] = {
    "school-list": [
        *page("/staff/schools/", WITH_SCHOOLS, of=EVERYBODY - WITH_ONE_SCHOOL),
        Row("/staff/schools/", WITH_ONE_SCHOOL, status=302, of=WITH_ONE_SCHOOL),
    ],
    "school-overview": [
        *page("/staff/schools/{school_uuid}/overview/", OF_SCHOOL_A),
        Row("/staff/schools/{nobody}/overview/", NOBODY),
    ],
    "district-students": [
        *page("/staff/districts/{district_uuid}/students/everybody/", WITH_SCHOOLS),
        Row("/staff/districts/{district_uuid}/students/nothing/", NOBODY),
        Row("/staff/districts/{nobody}/students/everybody/", NOBODY),
    ],
    "school-students": [
        *page("/staff/schools/{school_uuid}/students/without-ssid/", OF_SCHOOL_A),
        Row("/staff/schools/{school_uuid}/students/nothing/", NOBODY),
        Row("/staff/schools/{nobody}/students/everybody/", NOBODY),
    ],
}
