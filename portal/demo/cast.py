"""Whom the demo lets you be: the sandbox district's named people, and what each is good for trying."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.sandbox.world import World

STUDENTS = 200


@dataclass(frozen=True)
class Member:
    key: str
    title: str | Promise
    description: str | Promise
    name: str
    email: str
    is_staff: bool


@cache
def world() -> World:
    return World(students=STUDENTS)


@cache
def members() -> tuple[Member, ...]:
    """Return the cast, families first."""
    cast = world().cast()
    rows = (
        (
            "parent-of-two",
            _("Parent of two"),
            _("Start here. Two children at two schools."),
            cast.parent_of_two,
            False,
        ),
        ("parent-of-one", _("Parent of one"), _("One child."), cast.parent_of_one, False),
        (
            "former-guardian",
            _("Former guardian"),
            _("The link to the child ended. This person sees nobody."),
            cast.former_guardian,
            False,
        ),
        ("student", _("Student, 17"), _("Sees their own reports."), cast.student_of_17, False),
        ("teacher", _("Teacher"), _("Sees the students of their own classes."), cast.teacher, True),
        (
            "school-admin",
            _("School administrator"),
            _("Sees one school and sets it up."),
            cast.school_admin,
            True,
        ),
        (
            "district-admin",
            _("District administrator"),
            _("Sees and sets up the district."),
            cast.district_admin,
            True,
        ),
    )
    return tuple(
        Member(key, title, description, person.name, person.email, is_staff)
        for key, title, description, person, is_staff in rows
    )


def email_of(key: str) -> str:
    """Return a member's e-mail address, empty for a key that is nobody's."""
    return next((member.email for member in members() if member.key == key), "")
