"""The grades that students are in, as the source writes them, and their words."""

from __future__ import annotations

from django.utils.translation import gettext as _

GRADES = ("TK", "KN", *(f"{number:02}" for number in range(1, 13)), "AD")


def title(grade: str) -> str:
    """Return what people call a grade."""
    words = {"TK": _("Transitional kindergarten"), "KN": _("Kindergarten"), "AD": _("Adult education")}
    return words.get(grade) or _("Grade %(grade)s") % {"grade": grade.lstrip("0")}
