"""`manage.py access_rules`: print docs/access-rules.md from the tables that decide. `make check` compares the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand
from django.utils import translation

from accounts.access_rules import RULES
from accounts.rights import ROLES, Right, Role

_INTRO = """\
# Who may see and do what

Printed by `manage.py access_rules` from `accounts/access_rules.py` and `accounts/rights.py`, which decide. Do not edit:
change the tables, print again.

## Who sees a student

Each rule makes grants: person, student, reason. Nothing else lets anybody in, and a superuser gets no grant. A block of
one adult from one child takes every grant of that person to that child away. A hold lets people see the student, but no
report, unless they may open held reports.

Before a report opens, staff choose a purpose (`accounts/purposes.py`), once a session and student. Families and
students are never asked. Who looks at a family's pages for support sees the students of both, and no report.
"""
_WORDS = {
    "guardian": "A parent or guardian whose link counts, until the day the student turns 18.",
    "student": "The student: from 18 always; from 16, or once grade 10 is done, where the district allows it.",
    "consent": "A parent or guardian past that day, by the student's written consent or as a dependent for taxes.",
    "section": "Staff who teach a current class with this student on its roster, by a role at that school.",
    "caseload": "Staff who have this student on their caseload, by a role in the district.",
    "school": "Staff with a role at a school where the student is enrolled now.",
    "district": "Staff with a role for the whole district of the student.",
}


class Command(BaseCommand):
    help = "Print docs/access-rules.md: who sees a student by which rule, and which role has which right."

    def handle(self, *_args: Any, **_options: Any) -> None:
        with translation.override("en"):
            self.stdout.write("\n".join(_page()))


def _page() -> Iterator[str]:
    yield _INTRO
    yield "| rule | who | on what ground |"
    yield "| --- | --- | --- |"
    for name, (_, ground) in RULES.items():
        yield f"| {name} | {_WORDS[name]} | {ground} |"
    yield ""
    yield "## What a role may do"
    yield ""
    yield "Roles come with people from the student information system: the admin maps its role names to these."
    for role in Role:
        yield ""
        yield f"### {str(role.label).capitalize()}"
        yield ""
        yield from (f"- {right.label}" for right in Right if right in ROLES[role])
