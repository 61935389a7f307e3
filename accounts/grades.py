"""Grades as records have them, and what staff call them in lists to choose from."""

from __future__ import annotations

from django.utils.translation import gettext as _

GRADES = ("TK", "KN", *(f"{number:02}" for number in range(1, 13)), "AD")


def name_of(grade: str) -> str:
    """Return a grade in words; a code that is none of `GRADES` as it is."""
    words = {"TK": _("Transitional kindergarten"), "KN": _("Kindergarten"), "AD": _("Adult education")}
    if grade.isdigit():
        return _("Grade %(grade)s") % {"grade": int(grade)}
    return words.get(grade, grade)


def choices() -> list[tuple[str, str]]:
    return [(grade, name_of(grade)) for grade in GRADES]
