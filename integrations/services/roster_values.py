"""What of a student may be announced to PowerSchool, and how PowerSchool writes it. The SSID is not among it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from accounts.models import Student

LOCAL_ID = "local_id"
OURS = {
    LOCAL_ID: _("student id of the district"),
    "first_name": _("first name"),
    "last_name": _("last name"),
    "birth_date": _("birth date"),
    "grade": _("grade"),
    "school": _("school"),
    "email": _("student’s e-mail address"),
}
# What a new schema's fields are taken for, by their names in small letters without "stu_".
_GUESSES = {
    "externalid": LOCAL_ID,
    "studentid": LOCAL_ID,
    "firstname": "first_name",
    "lastname": "last_name",
    "dateofbirth": "birth_date",
    "dob": "birth_date",
    "grade": "grade",
    "school": "school",
}


def guessed(fields: list[str]) -> dict[str, str]:
    """Return a first mapping for somebody to look at; nothing is sent by it before they say so."""
    names = {name: name.lower().removeprefix("stu_").replace("_", "") for name in fields}
    return {name: _GUESSES[word] for name, word in names.items() if word in _GUESSES}


def values(mapping: Mapping[str, str], student: Student, school: str) -> dict[str, str]:
    """Return a student as the schema's fields; blank ones too, since what was there may have been taken away."""
    born = student.birth_date
    ours = {
        LOCAL_ID: student.local_id,
        "first_name": student.first_name,
        "last_name": student.last_name,
        "birth_date": born.strftime("%m/%d/%Y") if born else "",
        "grade": {"KN": "K"}.get(student.grade, student.grade.lstrip("0")),
        "school": school,
        "email": student.email,
    }
    return {name: ours[word] for name, word in mapping.items() if word in ours}


def digest(sent: Mapping[str, str]) -> str:
    """Return what tells whether a student has changed since the last time."""
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
