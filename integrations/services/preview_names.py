"""Names for the lines of one page of a preview: of people who are here, else of those whom the same run would bring.

A change set holds ids of the source. Students are looked up in the scope of whoever reads (trust A1); for an id that
nobody knows the id itself is shown.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts import access
from accounts.models import Guardian, School, Section, User
from accounts.rights import Right
from integrations.models import (
    GuardianChange,
    SchoolChange,
    SectionChange,
    StudentChange,
    SyncRun,
    UserChange,
)


class Names:
    """Asks each table once for a whole page; a page without ids of a table does not ask it."""

    def __init__(self, run: SyncRun, page: list[Any], user: User) -> None:
        def said(field: str) -> set[str]:
            return {value for change in page if (value := getattr(change, field, ""))}

        self._students = _students(run, said("local_id"), user)
        self._guardians = _guardians(run, said("contact_id"))
        self._schools = _schools(run, said("cds_code"))
        self._staff = _staff(run, said("email"))
        self._sections = _sections(run, said("section_id"))

    def student(self, local_id: str) -> str:
        return self._students.get(local_id) or _("Student id %(id)s") % {"id": local_id}

    def guardian(self, contact_id: str) -> str:
        return self._guardians.get(contact_id) or _("Contact %(id)s") % {"id": contact_id}

    def school(self, cds_code: str) -> str:
        return self._schools.get(cds_code, cds_code)

    def staff(self, email: str) -> str:
        return self._staff.get(email.lower()) or email

    def section(self, cds_code: str, section_id: str) -> str:
        return self._sections.get((cds_code, section_id)) or _("Class %(id)s") % {"id": section_id}


def _students(run: SyncRun, ids: set[str], user: User) -> dict[str, str]:
    if not ids:
        return {}
    coming = StudentChange.objects.filter(run=run, local_id__in=ids, target_id=None)
    found = {one.local_id: f"{one.first_name} {one.last_name}".strip() for one in coming}
    here = access.students_looked_after(user, Right.RUN_SYNC).filter(
        district=run.district_id, local_id__in=ids
    )
    return found | {one.local_id: one.full_name for one in here}


def _guardians(run: SyncRun, ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    coming = GuardianChange.objects.filter(run=run, contact_id__in=ids, target_id=None)
    here = Guardian.objects.filter(district=run.district_id, source=run.source, source_id__in=ids)
    return dict(coming.values_list("contact_id", "name")) | dict(here.values_list("source_id", "name"))


def _schools(run: SyncRun, codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    coming = SchoolChange.objects.filter(run=run, cds_code__in=codes, target_id=None)
    here = School.objects.filter(district=run.district_id, cds_code__in=codes)
    return dict(coming.values_list("cds_code", "name")) | dict(here.values_list("cds_code", "name"))


def _staff(run: SyncRun, emails: set[str]) -> dict[str, str]:
    if not emails:
        return {}
    coming = UserChange.objects.filter(run=run, email__in=emails)
    here = User.objects.filter(email__in=emails)
    return dict(coming.values_list("email", "name")) | {
        one.email.lower(): one.get_full_name() for one in here
    }


def _sections(run: SyncRun, ids: set[str]) -> dict[tuple[str, str], str]:
    if not ids:
        return {}
    coming = SectionChange.objects.filter(run=run, section_id__in=ids, target_id=None)
    here = Section.objects.filter(school__district=run.district_id, source_id__in=ids)
    found = {(one.cds_code, one.section_id): one.name for one in coming}
    return found | {
        (code, source_id): name
        for code, source_id, name in here.values_list("school__cds_code", "source_id", "name")
    }
