"""What the tests of registrations share: an adult whom an approved registration names, and the contact of a sync."""

from __future__ import annotations

from typing import Any

from accounts.models import Guardianship, Student
from accounts.services import provisionals
from accounts.services.provisionals import Adult
from tests import factories
from tests.accounts.claiming import ROSA

BY = "enrollment:tests"


def registered(
    child: Student, *, place: str = "1:901:1", at_once: bool = False, **fields: Any
) -> Guardianship:
    """Put an adult of a registration beside the child."""
    values: dict[str, Any] = {
        "name": "Rosa Example",
        "email": ROSA,
        "relationship": "Mother",
        "is_parent_like": True,
        "phone": "555-0142",
    }
    adult = Adult(**(values | fields))
    _placed, link = provisionals.propose(student=child, adult=adult, source_id=place, at_once=at_once, by=BY)
    return link


def contact(child: Student, *, name: str = "Rosa Example", email: str = ROSA, **fields: Any) -> Guardianship:
    """Put an adult of the student information system beside the child, as a sync does."""
    who = factories.guardian(
        child.district, fields.pop("user", None), source="illuminate", name=name, email=email
    )
    return factories.link(who, child, source="illuminate", **fields)
