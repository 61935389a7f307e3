"""Two schools, two districts, each with a connection and a configuration of its own, named so that a leak is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import DistrictLea, School
from integrations.models import Connection
from scorereports.models import Configuration
from tests import factories
from tests.cast import Cast

SECRET = "tok:en^of-the-sandbox-XYZ9"
URL = "http://127.0.0.1:9"  # nobody answers there


@dataclass
class Place:
    """What belongs to one school, or to a whole district; `words` are what strangers must not read."""

    word: str
    connection: Connection
    configuration: Configuration
    school: School | None

    @property
    def last_four(self) -> str:
        """What the screen shows of key and secret to those whose they are."""
        return f"*****{self.word[-4:]}"

    @property
    def forbidden(self) -> set[str]:
        found = {
            self.word,
            f"key-of-{self.word}",
            self.last_four,
            self.connection.base_url,
            str(self.connection.uuid),
            str(self.configuration.uuid),
            f"/integrations/connection/{self.connection.pk}/",
            f"/scorereports/configuration/{self.configuration.pk}/",
        }
        if self.school:
            found |= {self.school.cds_code, str(self.school.uuid), f"/accounts/school/{self.school.pk}/"}
        return found


@dataclass
class AdminWorld:
    alder: Place  # school A
    birch: Place  # school B
    cedar: Place  # the district of both
    dogwood: Place  # another district

    def all(self) -> tuple[Place, ...]:
        return (self.alder, self.birch, self.cedar, self.dogwood)


def build(cast: Cast) -> AdminWorld:
    elsewhere = cast.stranger_child.enrollments.get().school
    return AdminWorld(
        alder=_place(cast.district, cast.school_a, "Alder"),
        birch=_place(cast.district, cast.school_b, "Birch"),
        cedar=_place(cast.district, None, "Cedar"),
        dogwood=_place(cast.other_district, None, "Dogwood", also=elsewhere),
    )


def _place(district: Any, school: School | None, word: str, *, also: School | None = None) -> Place:
    named = school or also
    if named:
        named.name = f"{word} place"
        named.contact = f"Office of {word}"
        named.save()
    if school is None:
        district.name = f"{word} realm"
        district.save()
        DistrictLea.objects.create(district=district, code=district.cds_code[:9])
    made = factories.connection(
        district,
        f"{URL}/server-of-{word}",
        secret=f"{SECRET}-{word}",
        user_name=f"key-of-{word}",
        name=f"Way of {word}",
        school=school,
    )
    configuration = Configuration.objects.create(
        district=district, name=f"Rule of {word}", connection=made, is_default=school is None
    )
    if school:
        configuration.schools.add(school)
    return Place(word, made, configuration, named)


def connection_form(connection: Connection, **changes: Any) -> dict[str, Any]:
    """Return all that the pages of a connection take, to add one like it or to change it, with some fields changed."""
    names = ("name", "students_path", "reports_path", "token_path", "link_host")
    values = {name: getattr(connection, name) for name in names}
    values |= {"server": "", "other_server": connection.base_url, "key": "", "secret": "", "expires": ""}
    values |= {"district": connection.district_id, "school": connection.school_id or "", "notify": []}
    return values | changes


def configuration_form(configuration: Configuration, **changes: Any) -> dict[str, Any]:
    """Return all that the pages of a configuration take, but for its connection's own fields."""
    values: dict[str, Any] = {
        "name": configuration.name,
        "district": configuration.district_id,
        "connection": configuration.connection_id,
        "overriding": list(configuration.schools.values_list("pk", flat=True)),
        "pdf_delivery": configuration.pdf_delivery,
        "html_delivery": configuration.html_delivery,
        "display": configuration.display,
    }
    if configuration.is_default:
        values["is_default"] = "on"
    return values | changes
