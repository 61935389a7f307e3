"""Checklists of registrations: brought over by GET alone, and shown, to families without a word of the admin notes.

The schedule calls `sync_all`, `manage.py sync powerschool` `sync`; both may die and start again at will, since each
checklist is taken in one transaction and only when it came whole. `of_student` is all that a family's page gets: it
never opens a sealed note.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from accounts import access, names
from accounts.access import ReportAccess
from accounts.models import Student, User
from accounts.rights import Right
from accounts.services import staff_roles, students
from integrations import clients
from integrations.http import VendorError
from integrations.models import Checklist, ChecklistItem, ChecklistMark, Connection
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.records import ChecklistDetails, ChecklistEntry
from integrations.services import enrollments
from integrations.services.enrollment_sealing import note_of, seal_note
from portal.base import clock, leases
from portal.base.secrets import SecretUnreadable

# What a family reads as done; any other word of the district's is shown as it is, and counts as open.
DONE = ("completed", "complete", "waived", "approved", "not applicable")
_LEASE_SECONDS = 900

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lacking:
    """One item as a family sees it."""

    name: str
    description: str
    status: str
    is_done: bool
    completed: datetime.date | None
    note: str = field(repr=False)


@dataclass(frozen=True)
class Stuck:
    """One student who is stuck with an item, as staff see it, with both notes."""

    student: str = field(repr=False)
    local_id: str
    status: str
    completed: datetime.date | None
    public_note: str = field(repr=False)
    admin_note: str = field(repr=False)


# --- Brought over ----------------------------------------------------------------------------------------------------


def sync_all() -> None:
    """Bring over the checklists of every connection; what fails waits for the next time."""
    for connection in enrollments.connections_to_powerschool():
        lease = leases.acquire(f"checklists:{connection.pk}", seconds=_LEASE_SECONDS)
        if lease is None:
            continue
        try:
            sync(connection)
        except (VendorError, SecretUnreadable) as problem:
            Checklist.objects.filter(connection=connection).update(failure=problem.reason[:60])
            log.warning("checklists_not_synced", connection=str(connection.uuid), failure=problem.reason)
        finally:
            leases.release(lease)


def sync(connection: Connection) -> int:
    """Bring over the checklists of one connection; return how many marks there are. Raises VendorError."""
    client = clients.powerschool_client_for_a_night(connection)
    listed = client.checklists()
    marks = sum(_sync_one(connection, client, one.checklist_id) for one in listed)
    if not listed.problems:
        gone = Checklist.objects.filter(connection=connection)
        gone.exclude(vendor_id__in=[one.checklist_id for one in listed]).delete()
    return marks


def _sync_one(connection: Connection, client: PowerSchoolClient, checklist_id: str) -> int:
    details = client.checklist(checklist_id)
    entries = client.checklist_entries(checklist_id)
    with transaction.atomic():
        checklist, items = _take_details(connection, details)
        marks = _marks(connection, items, entries)
        # All of them anew: the answer has no pages and is the whole truth, and nobody else writes these rows.
        ChecklistMark.objects.filter(item__checklist=checklist).delete()
        ChecklistMark.objects.bulk_create(marks, batch_size=1000)
        checklist.synced_at, checklist.failure = clock.now(), ""
        checklist.save(update_fields=["synced_at", "failure"])
    return len(marks)


def _take_details(
    connection: Connection, details: ChecklistDetails
) -> tuple[Checklist, dict[str, ChecklistItem]]:
    checklist, _new = Checklist.objects.update_or_create(
        connection=connection,
        vendor_id=details.checklist_id,
        defaults={
            "title": details.title[:200],
            "year": details.academic_year.last if details.academic_year else None,
        },
    )
    items = {}
    for position, item in enumerate(details.items):
        items[item.item_id], _new = ChecklistItem.objects.update_or_create(
            checklist=checklist,
            vendor_id=item.item_id,
            defaults={
                "name": (item.name or item.item_type or item.item_id)[:200],
                "description": item.description[:1000],
                "position": position,
            },
        )
    checklist.items.exclude(pk__in=[item.pk for item in items.values()]).delete()
    return checklist, items


def _marks(
    connection: Connection, items: dict[str, ChecklistItem], entries: Iterable[ChecklistEntry]
) -> list[ChecklistMark]:
    listed = list(entries)
    here = students.with_local_ids(connection.district, [one.external_student_id for one in listed])
    found: dict[tuple[str, str], ChecklistMark] = {}
    for entry in listed:
        student = here.get(entry.external_student_id)
        if student and not _names(entry, student):
            student = None  # a slip in the id: another family would read it
        for said in entry.items:
            if said.item_id in items:
                found[said.item_id, entry.entry_id] = ChecklistMark(
                    item=items[said.item_id],
                    entry_id=entry.entry_id[:60],
                    local_id=entry.external_student_id[:40],
                    student=student,
                    status=said.status[:60],
                    completed=said.completed,
                    public_note=said.public_note,
                    admin_note=seal_note(said.admin_note),
                )
    return list(found.values())


def _names(entry: ChecklistEntry, student: Student) -> bool:
    """Say whether an entry names this student: each part that it gives is theirs, and it gives one."""
    parts = ((entry.first_name, student.first_name), (entry.last_name, student.last_name))
    given = [(names.plain(said), names.plain(here)) for said, here in parts if names.plain(said)]
    return bool(given) and all(said == here for said, here in given)


# --- For the family --------------------------------------------------------------------------------------------------


def of_student(may_see: ReportAccess) -> dict[Checklist, list[Lacking]]:
    """Return the student's items by checklist, what is open first. Nothing of a student whose reports are held."""
    if may_see.held:
        return {}
    marks = (
        ChecklistMark.objects.filter(student=may_see.student_id)
        .defer("admin_note")
        .select_related("item__checklist")
        .order_by("-item__checklist__year", "item__checklist", "item__position", "pk")
    )
    found: dict[Checklist, list[Lacking]] = {}
    for mark in marks:
        found.setdefault(mark.item.checklist, []).append(
            Lacking(
                name=mark.item.name,
                description=mark.item.description,
                status=mark.status,
                is_done=mark.status.lower() in DONE,
                completed=mark.completed,
                note=mark.public_note,
            )
        )
    return {checklist: sorted(items, key=lambda one: one.is_done) for checklist, items in found.items()}


def has_any(may_see: ReportAccess) -> bool:
    return not may_see.held and ChecklistMark.objects.filter(student=may_see.student_id).exists()


# --- For staff -------------------------------------------------------------------------------------------------------


def may_see_any(user: User) -> bool:
    return staff_roles.holds_anywhere(user, Right.SEE_CHECKLISTS)


def _in_reach(user: User) -> Q:
    """Build the condition on a mark: of a student they look after, or of one who is not here yet, district-wide."""
    mine = access.students_looked_after(user, Right.SEE_CHECKLISTS)
    districts = staff_roles.districts_with(user, Right.SEE_CHECKLISTS)
    not_here_yet = Q(student__isnull=True, item__checklist__connection__district__in=districts)
    return Q(student__in=mine.values("pk")) | not_here_yet


def _open() -> Q:
    done = Q()
    for word in DONE:
        done |= Q(status__iexact=word)
    return ~done


def items_with_counts(user: User) -> QuerySet[ChecklistItem]:
    """Return the items with `students` and `stuck`: how many of this person's there are, and how many are not done."""
    marks = ChecklistMark.objects.filter(_in_reach(user))
    mine = Q(marks__in=marks.values("pk"))
    rows = ChecklistItem.objects.select_related("checklist").annotate(
        students=Count("marks", filter=mine),
        stuck=Count("marks", filter=mine & Q(marks__in=marks.filter(_open()).values("pk"))),
    )
    return rows.filter(students__gt=0).order_by(
        "-checklist__year", "checklist__title", "checklist", "position"
    )


def stuck_with(item: ChecklistItem, user: User) -> QuerySet[ChecklistMark]:
    rows = ChecklistMark.objects.filter(_in_reach(user), _open(), item=item).select_related("student")
    return rows.order_by(F("student__last_name").asc(nulls_last=True), "student__first_name", "pk")


def told(marks: Iterable[ChecklistMark]) -> list[Stuck]:
    return [
        Stuck(
            student=mark.student.full_name if mark.student else "",
            local_id=mark.local_id,
            status=mark.status,
            completed=mark.completed,
            public_note=mark.public_note,
            admin_note=note_of(mark.admin_note),
        )
        for mark in marks
    ]
