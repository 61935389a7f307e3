"""Roles and what each may do: one readable table, used by access, the admin and the docs.

Add a role here; which students it reaches is said in `accounts.access_rules`. Nothing else decides by a role's name.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Families read what somebody's role is called, and nothing of what it may do (tests/phrases/families.py).
_staff = partial(pgettext_lazy, "staff")


class Role(models.TextChoices):
    TEACHER = "teacher", _("teacher")
    COUNSELOR = "counselor", _("counselor")
    OFFICE = "office", _("school office")
    SCHOOL_ADMIN = "school_admin", _("school administrator")
    RECORDS_CUSTODIAN = "records_custodian", _("records custodian")
    DISTRICT_ADMIN = "district_admin", _("district administrator")
    INTEGRATIONS_ADMIN = "integrations_admin", _("integrations administrator")


class Right(models.TextChoices):
    SEE_SECTION_REPORTS = (
        "see_section_reports",
        _staff("opens score reports of the students in their sections"),
    )
    SEE_CASELOAD_REPORTS = (
        "see_caseload_reports",
        _staff("opens score reports of the students on their caseload"),
    )
    SEE_SCHOOL_REPORTS = "see_school_reports", _staff("opens score reports of every student of their school")
    SEE_DISTRICT_REPORTS = (
        "see_district_reports",
        _staff("opens score reports of every student of the district"),
    )
    RUN_REPORTS = (
        "run_reports",
        _staff("asks for many of these students at once, and gets their reports as one file"),
    )
    SEE_OVERVIEW = (
        "see_overview",
        _staff("sees how many of these students have an SSID, an account and reports, and lists them"),
    )
    SEE_HELD_REPORTS = "see_held_reports", _staff("opens score reports of students under a hold")
    SEE_WHO_SEES = "see_who_sees", _staff("sees who can see a student, and by which rule")
    VIEW_AS = (
        "view_as",
        _staff(
            "looks at a family’s pages as the family sees them: with a reason, for 15 minutes, no report, on record"
        ),
    )
    RESTRICT_ACCESS = "restrict_access", _staff("blocks an adult from a child, and holds a student's reports")
    RECORD_CONSENT = (
        "record_consent",
        _staff("records that a student of 18 lets an adult go on seeing reports"),
    )
    EXPORT_LOG = "export_log", _staff("exports the log of who asked for a student's reports")
    LIFT_HOLDS = "lift_holds", _staff("lifts the hold on a student's reports")
    REVIEW_LINKS = (
        "review_links",
        _staff("decides on adults whose link or account waits for review, and on SSIDs that changed"),
    )
    LINK_FAMILIES = (
        "link_families",
        _staff("prints letters with codes, and hands a code to an adult who shows an ID"),
    )
    ANSWER_FAMILIES = (
        "answer_families",
        _staff("answers families who miss a child in their list, or see one who is not theirs"),
    )
    RUN_SYNC = (
        "run_sync",
        _staff("starts a sync, sees what it would change, and approves or discards a held one"),
    )
    RUN_ENROLLMENT = (
        "run_enrollment",
        _staff(
            "looks for approved registrations, sees which wait and why, and has a lost batch fetched again"
        ),
    )
    SEE_CHECKLISTS = (
        "see_checklists",
        _staff("sees what students’ registrations still lack, with the notes of staff"),
    )
    SEE_SUBMISSIONS = (
        "see_submissions",
        _staff("reads what families wrote in a registration, and opens its documents"),
    )
    TIE_REGISTRATIONS = (
        "tie_registrations",
        _staff("reads a registration that has not found its student, and ties it to one by hand"),
    )
    # How far somebody reaches into the set-up (schools, configurations, connections), and what they do with it there.
    SET_UP_OF_SCHOOL = "set_up_of_school", _staff("reaches the set-up of score reports of their school")
    SET_UP_OF_DISTRICT = (
        "set_up_of_district",
        _staff("reaches the set-up of score reports of the whole district"),
    )
    VIEW_SET_UP = "view_set_up", _staff("reads the set-up, never a secret in it")
    CHANGE_SET_UP = "change_set_up", _staff("changes the set-up")
    ADD_SET_UP = "add_set_up", _staff("adds configurations and connections")
    DELETE_SET_UP = "delete_set_up", _staff("deletes configurations and connections")


_EDIT_SET_UP = frozenset({Right.VIEW_SET_UP, Right.CHANGE_SET_UP, Right.ADD_SET_UP})
# Deleting stops reports for whole schools, so it stays with the district.
_ALL_OF_SET_UP = _EDIT_SET_UP | {Right.SET_UP_OF_SCHOOL, Right.SET_UP_OF_DISTRICT, Right.DELETE_SET_UP}
# Whoever knows of an order must be able to act on it at once. Lifting a hold is left to the custodians.
_GUARD_ACCESS = frozenset(
    {Right.SEE_WHO_SEES, Right.RESTRICT_ACCESS, Right.RECORD_CONSENT, Right.REVIEW_LINKS}
)
# Whoever counts the students of a school opens each of them too, so that no number is all somebody learns of a child.
_SCHOOLS_REPORTS = frozenset({Right.SEE_SCHOOL_REPORTS, Right.RUN_REPORTS, Right.SEE_OVERVIEW})
_DISTRICTS_REPORTS = frozenset({Right.SEE_DISTRICT_REPORTS, Right.RUN_REPORTS, Right.SEE_OVERVIEW})

_REGISTRATIONS = frozenset(
    {Right.RUN_ENROLLMENT, Right.SEE_SUBMISSIONS, Right.SEE_CHECKLISTS, Right.TIE_REGISTRATIONS}
)
# The front desk, where families call, and where a registration is looked through.
_FRONT_DESK = frozenset(
    {Right.LINK_FAMILIES, Right.ANSWER_FAMILIES, Right.SEE_CHECKLISTS, Right.SEE_SUBMISSIONS}
)

ROLES: dict[Role, frozenset[Right]] = {
    Role.TEACHER: frozenset({Right.SEE_SECTION_REPORTS, Right.RUN_REPORTS}),
    Role.COUNSELOR: frozenset({Right.SEE_CASELOAD_REPORTS, Right.RUN_REPORTS}),
    Role.OFFICE: _FRONT_DESK
    | _SCHOOLS_REPORTS
    | {Right.SEE_WHO_SEES, Right.SET_UP_OF_SCHOOL, Right.VIEW_SET_UP},
    Role.SCHOOL_ADMIN: _EDIT_SET_UP
    | _GUARD_ACCESS
    | _FRONT_DESK
    | _SCHOOLS_REPORTS
    | {Right.SET_UP_OF_SCHOOL},
    Role.RECORDS_CUSTODIAN: _GUARD_ACCESS
    | _DISTRICTS_REPORTS
    | _REGISTRATIONS
    | {Right.SEE_HELD_REPORTS, Right.LIFT_HOLDS, Right.EXPORT_LOG},
    Role.DISTRICT_ADMIN: _ALL_OF_SET_UP
    | _GUARD_ACCESS
    | _FRONT_DESK
    | _DISTRICTS_REPORTS
    | _REGISTRATIONS
    | {Right.RUN_SYNC, Right.VIEW_AS},
    # Whoever says which field means what sees the fields of a registration, and not what a family wrote there.
    Role.INTEGRATIONS_ADMIN: _ALL_OF_SET_UP | {Right.RUN_SYNC, Right.RUN_ENROLLMENT},
}


def roles_with(*rights: Right) -> list[Role]:
    """List the roles that hold all of these rights, for a query on staff roles."""
    return [role for role, held in ROLES.items() if held.issuperset(rights)]
