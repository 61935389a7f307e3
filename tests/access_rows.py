"""The words in which the access matrix is written: who is in the cast, and a row of what a page answers to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.cast import STAFF

EVERYBODY = frozenset(
    {
        "parent_of_two",
        "other_parent",
        "former_guardian",
        "guardian_in_review",
        "student",
        "parent_elsewhere",
        "nobody",
        "teacher",
        "other_teacher",
        "counselor",
        "office",
        "school_admin",
        "school_admin_b",
        "district_admin",
        "records_custodian",
        "integrations_admin",
        "staff_elsewhere",
        "superuser",
    }
)
GUARDS_THE_CHILD = frozenset({"school_admin", "district_admin", "records_custodian"})
FAMILY_OF_THE_CHILD = frozenset({"parent_of_two", "other_parent"})
STAFF_OF_THE_CHILD = GUARDS_THE_CHILD | {"teacher", "counselor", "office"}
OF_THE_CHILD = FAMILY_OF_THE_CHILD | STAFF_OF_THE_CHILD
FRONT_DESK_OF_THE_CHILD = frozenset({"office", "school_admin", "district_admin"})
FRONT_DESKS = FRONT_DESK_OF_THE_CHILD | {"school_admin_b", "staff_elsewhere"}
SYNCS = frozenset({"district_admin", "integrations_admin"})
ENROLLS = SYNCS | {"records_custodian"}
TIES = frozenset({"district_admin", "records_custodian"})
SEES_STUDENTS = FRONT_DESKS | {"teacher", "other_teacher", "counselor", "records_custodian"}
READS_SET_UP = frozenset({"office"})
ADDS_SET_UP = frozenset(
    {"school_admin", "school_admin_b", "district_admin", "integrations_admin", "staff_elsewhere", "superuser"}
)
DELETES_SET_UP = ADDS_SET_UP - {"school_admin", "school_admin_b"}
IN_THE_ADMIN = READS_SET_UP | ADDS_SET_UP
SETS_UP_SCHOOL_A = frozenset({"office", "school_admin", "district_admin", "integrations_admin", "superuser"})
SETS_UP_DISTRICT = frozenset({"district_admin", "integrations_admin", "superuser"})
SUPERUSER = frozenset({"superuser"})
WITH_FACTOR = frozenset(STAFF)
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """`method url` → `status` for `allowed`, `others` for the rest of the cast, `anonymous` without sign-in."""

    url: str
    allowed: frozenset[str]
    status: int = 200
    others: int = 404
    anonymous: int = 302
    method: str = "get"
    of: frozenset[str] = EVERYBODY
    says_why: bool = False  # the purpose is chosen before, in the same session


def page(url: str, allowed: frozenset[str], **more: Any) -> list[Row]:
    """A page that is only read: other methods are 405 for whoever is signed in, whatever they may see."""
    return [
        Row(url, allowed, **more),
        Row(url, EVERYBODY, status=405, anonymous=405, method="post"),
        Row(url, EVERYBODY, status=405, anonymous=405, method="put"),
        Row(url, EVERYBODY, status=405, anonymous=405, method="delete"),
    ]


def posted_page(url: str, allowed: frozenset[str]) -> list[Row]:
    """A page that answers a posted choice at its own address, to whom it answers at all."""
    return [
        Row(url, allowed),
        Row(url, allowed, method="post"),
        Row(url, EVERYBODY, status=405, anonymous=405, method="put"),
        Row(url, EVERYBODY, status=405, anonymous=405, method="delete"),
    ]


def open_page(url: str) -> list[Row]:
    """A page with a form that strangers may fill in too."""
    return [
        Row(url, EVERYBODY, anonymous=200),
        Row(url, EVERYBODY, anonymous=200, method="post"),
        Row(url, EVERYBODY, status=405, anonymous=405, method="put"),
        Row(url, EVERYBODY, status=405, anonymous=405, method="delete"),
    ]
