"""What the sandbox's district is made of: plain frozen values, no behaviour of any vendor.

`world.py` makes them; the vendors of the sandbox put them into their own words. Their printed form shows no
name and no SSID, so that a failing assertion does not either.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class EtsStanding(StrEnum):
    """What ETS knows of a student when our district asks."""

    KNOWN = "known"
    NO_SSID = "no-ssid"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    NO_REPORTS = "no-reports"


class Role(StrEnum):
    TEACHER = "teacher"
    OFFICE = "office"
    SCHOOL_ADMIN = "school-admin"
    DISTRICT_ADMIN = "district-admin"


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    street: str
    city: str
    zip_code: str
    state: str = "CA"


@dataclass(frozen=True, slots=True)
class District:
    """`cds_code` has 14 digits, `lea_code` the 9 digits that ETS uses."""

    name: str
    cds_code: str
    lea_code: str
    address: Address
    phone: str


@dataclass(frozen=True, slots=True)
class School:
    """Grades are numbers, kindergarten 0. `contact_*` is whom families ask."""

    number: int
    site_id: str
    name: str
    kind: str
    cds_code: str
    lowest_grade: int
    highest_grade: int
    contact_name: str
    contact_email: str
    contact_phone: str
    address: Address


@dataclass(frozen=True, slots=True, repr=False)
class Student:
    """`grade` is a number, kindergarten 0; `ssid` is ten digits of text or None; `home_language` a key of LANGUAGES."""

    index: int
    internal_id: str
    local_id: str
    ssid: str | None
    first_name: str
    last_name: str
    birth_date: date
    grade: int
    school: School
    home_language: str
    address: Address
    email: str
    family: int
    english_learner: bool
    alternate_assessment: bool
    standing: EtsStanding

    @property
    def grade_code(self) -> str:
        return grade_code(self.grade)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, repr=False)
class Guardian:
    """One adult. `email` can be empty, and two adults of one family may share one."""

    id: str
    family: int
    ordinal: int
    first_name: str
    last_name: str
    email: str
    phone: str
    correspondence_language: str
    address: Address

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, repr=False)
class Guardianship:
    """One adult's tie to one student. `legal_guardian` None means that the district left it blank."""

    id: str
    guardian: Guardian
    student_index: int
    relationship: str
    legal_guardian: bool | None
    resides_with: bool
    since: date
    until: date | None


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """A class; `roster` holds indexes of students."""

    id: str
    school: School
    name: str
    grade: int
    subject: str
    teacher_id: str
    roster: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class StaffMember:
    """`school` is None for the district's own staff; `section_ids` is filled for teachers."""

    id: str
    first_name: str
    last_name: str
    email: str
    role: Role
    school: School | None
    section_ids: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, repr=False)
class Cast:
    """The people to sign in as."""

    parent_of_two: Guardian
    parent_of_one: Guardian
    former_guardian: Guardian
    former_guardian_until: date
    student_of_17: Student
    teacher: StaffMember
    school_admin: StaffMember
    district_admin: StaffMember


def grade_code(grade: int) -> str:
    """The state's two characters: "KN", "01" to "12"."""
    return f"{grade:02d}" if grade else "KN"
