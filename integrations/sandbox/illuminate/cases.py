"""Where the awkward families and people of a sandbox district are, so that a rehearsal or a test need not search.

`controls.py` answers `GET /illuminate/_cases` with it. Everything it names is read off the rows themselves.
"""

from collections.abc import Callable, Iterator
from typing import Any

from integrations.sandbox.illuminate.drift import Row, says_yes
from integrations.sandbox.illuminate.feed import Feed

# A district of a few hundred has every case; of a large one only the beginning is searched.
SEARCHED = 2000
_EMPTY = ("", "null", "none")


def find(feed: Feed) -> dict[str, Any]:
    """For each case the ids of its first example: students by district_student_id, contacts by contact_id.

    A case that the beginning of this district has no example of is left out.
    """
    contacts = list(feed.listing("StudentContacts", {}).slice(0, SEARCHED))
    found: dict[str, Any] = {}
    for name, fits in _ROWS.items():
        row = next((row for row in contacts if fits(row)), None)
        if row is not None:
            found[name] = _pair(row)
    found |= _families(contacts) | _students(feed)
    parent = feed.workforce.parent_on_staff()
    if parent is not None:
        user = next(user for user in feed.workforce.users_of(0) if user.district_id == "P1")
        found["parent_on_staff"] = {"user": str(user.number), "contact": parent.id}
    return found


_ROWS: dict[str, Callable[[Row], bool]] = {
    "mother_not_legal": lambda row: (
        str(row["relationship"]).lower() == "mother"
        and says_yes(row["is_primary"])
        and not _blank(row["legal_guardian"])
        and not says_yes(row["legal_guardian"])
    ),
    "legal_blank": lambda row: _blank(row["legal_guardian"]),
    "no_relationship": lambda row: _blank(row["relationship"]),
    "no_email": lambda row: _blank(row["email_address"]) and says_yes(row["legal_guardian"]),
    "stepfather": lambda row: str(row["relationship"]).lower() == "stepfather",
}


def _families(contacts: list[Row]) -> dict[str, Any]:
    """Two adults with one e-mail, an adult listed twice for one student, siblings at two schools."""
    by_email: dict[str, str] = {}
    by_contact: dict[str, Row] = {}
    seen: set[tuple[str, str]] = set()
    found: dict[str, Any] = {}
    for row in contacts:
        contact, email = row["contact_id"], str(row["email_address"]).strip().lower()
        if email not in _EMPTY and by_email.setdefault(email, contact) != contact:
            found.setdefault("shared_email", {"contacts": [by_email[email], contact]})
        key = (row["district_student_id"], contact)
        if key in seen:
            found.setdefault("two_homes", _pair(row))
        seen.add(key)
        first = by_contact.setdefault(contact, row)
        if first["site_id"] != row["site_id"]:
            siblings = [first["district_student_id"], row["district_student_id"]]
            found.setdefault("siblings_at_two_schools", {"contact": contact, "students": siblings})
    return found


def _students(feed: Feed) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in feed.listing("Enrollment", {}).slice(0, SEARCHED):
        local = str(row["district_student_id"])
        if not says_yes(row["is_primary_ada"]):
            found.setdefault("two_schools", {"student": local})
        if row["birth_date"] is None:
            found.setdefault("no_birth_date", {"student": local})
        if _blank(row["state_student_id"]):
            found.setdefault("no_ssid", {"student": local})
    for index in _twins(feed):
        sibling = feed.enrolled.student(feed.enrolled.base(index)).local_id
        found.setdefault("twins", {"students": [sibling, feed.enrolled.student(index).local_id]})
    return found


def _twins(feed: Feed) -> Iterator[int]:
    yield from range(feed.world.size, feed.enrolled.size)


def _blank(value: Any) -> bool:
    return value is None or str(value).lower() in _EMPTY


def _pair(row: Row) -> dict[str, str]:
    return {"student": row["district_student_id"], "contact": row["contact_id"]}
