"""Which field of a delivery target's records means what: read with a mapping, and a mapping checked against records.

The keys of a record depend on how PowerSchool set the district's delivery target up, so they are the district's own
configuration. The intake reads every record with it, the admin's page checks and shows it. A path names one value, such
as `student.studentID`; of a list the first is `phones.1`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services.provisionals import Adult
from accounts.tongues import portal_language

ADULTS = range(1, 5)
STUDENT_ID = "student_id"
STUDENT_NAMES = ("student_first_name", "student_last_name")
STUDENT_FIELDS = {
    STUDENT_ID: gettext_lazy("Student id of the district"),
    STUDENT_NAMES[0]: gettext_lazy("Student’s first name"),
    STUDENT_NAMES[1]: gettext_lazy("Student’s last name"),
}
ADULT_FIELDS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "relationship": gettext_lazy("Relationship"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Telephone"),
    "language": gettext_lazy("Language"),
}
# As PowerSchool's own document shows a record; a new target starts with it.
AS_DOCUMENTED = {
    STUDENT_ID: "student.studentID",
    "student_first_name": "student.firstName",
    "student_last_name": "student.lastName",
    **{
        f"adult{number}_{name}": f"parent{number}.{key}"
        for number in (1, 2)
        for name, key in (
            ("first_name", "firstName"),
            ("last_name", "lastName"),
            ("relationship", "relationship"),
            ("email", "email"),
            ("phone", "homePhone"),
        )
    },
}
# What the rows of accounts take; Django's own check of an address lets 320 letters through.
LONGEST_LANGUAGE, LONGEST_STUDENT_ID, LONGEST_ADDRESS = 12, 40, 254


@dataclass(frozen=True)
class Registration:
    """What a mapping finds in a record; `problem` is a machine word, empty when the record can be placed."""

    student_id: str = ""
    student_name: str = field(default="", repr=False)
    adults: Mapping[int, Adult] = field(default_factory=dict, repr=False)
    problem: str = ""


def names_of_fields() -> list[str]:
    """Return the name of everything a mapping may say, in the order of the form."""
    return [*STUDENT_FIELDS, *(f"adult{number}_{name}" for number in ADULTS for name in ADULT_FIELDS)]


def read(mapping: Mapping[str, str], record: Mapping[str, str], parent_like: Iterable[str]) -> Registration:
    """Read a record, given as its values by their paths."""

    def said(name: str) -> str:
        return record.get(mapping.get(name, ""), "").strip()

    student_id = said(STUDENT_ID)
    name = f"{said('student_first_name')} {said('student_last_name')}".strip()
    adults = {number: adult for number in ADULTS if (adult := _adult(number, said, parent_like))}
    problem = ""
    if not mapping.get(STUDENT_ID):
        problem = "no-mapping"
    elif mapping[STUDENT_ID] not in record:
        problem = "no-such-field"
    elif len(student_id) > LONGEST_STUDENT_ID:
        problem = "student-id-unusable"
    elif not adults:
        problem = "no-adults"
    return Registration(student_id, name, adults, problem)


def _adult(number: int, said: Callable[[str], str], parent_like: Iterable[str]) -> Adult | None:
    def of(name: str) -> str:
        return said(f"adult{number}_{name}")

    name = f"{of('first_name')} {of('last_name')}".strip()
    if not name:
        return None
    language = of("language")
    return Adult(
        name=name,
        email=_address(of("email")),
        phone=of("phone"),
        language=language if len(language) <= LONGEST_LANGUAGE else portal_language(language),
        relationship=of("relationship"),
        is_parent_like=of("relationship").lower() in set(parent_like),
    )


def _address(written: str) -> str:
    """Return an address in small letters, or nothing: what cannot be written to proves nothing."""
    address = written.lower()
    if len(address) > LONGEST_ADDRESS:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def mistakes(mapping: Mapping[str, str], records: list[Mapping[str, str]]) -> dict[str, str]:
    """Return what is wrong with a mapping, by field, in words. Without records only what is missing is known."""
    found = {}
    for name, path in mapping.items():
        if path and records and not any(path in record for record in records):
            found[name] = _why_not(path, records)
    if not mapping.get(STUDENT_ID):
        found[STUDENT_ID] = _("Without the student’s id no registration finds its student.")
    if not any(mapping.get(name) for name in STUDENT_NAMES):
        found[STUDENT_NAMES[-1]] = _(
            "Without the student’s name nobody sees a slip in the id: each registration would wait to be tied by hand."
        )
    if not any(mapping.get(f"adult{number}_last_name") for number in ADULTS):
        found["adult1_last_name"] = _("Without a name no parent is brought in.")
    for number in ADULTS:
        names = [f"adult{number}_first_name", f"adult{number}_last_name"]
        given = [name for name in ADULT_FIELDS if mapping.get(f"adult{number}_{name}")]
        if given and not any(mapping.get(name) for name in names):
            found[names[1]] = _("This parent has fields but no name.")
    return found


def _why_not(path: str, records: list[Mapping[str, str]]) -> str:
    paths = list(dict.fromkeys(key for record in records for key in record))
    inside = [key for key in paths if key.startswith(f"{path}.")]
    if inside:
        return _("“%(path)s” is a group of fields. Choose one of them: %(there)s") % {
            "path": path,
            "there": ", ".join(inside[:12]),
        }
    alike = [key for key in paths if key.lower() == path.lower()]
    if alike:
        return _("No record has “%(path)s”. Capital letters count: it is “%(there)s”.") % {
            "path": path,
            "there": alike[0],
        }
    group = path.rpartition(".")[0]
    beside = [key for key in paths if group and key.startswith(f"{group}.")] or paths
    return _("No record has “%(path)s”. There are: %(there)s") % {
        "path": path,
        "there": ", ".join(beside[:12]),
    }
