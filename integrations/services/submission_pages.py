"""What the staff pages about submissions show: the list, searched here, and one submission. Writes nothing.

A line whose student is here shows to who reads that student's registrations (`accounts.access_submissions`); one of a
student who is not, only to who sees in the whole district which registrations wait. PowerSchool's own search is lost
from its document, so the few sealed words of the lines are opened and compared here.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import access_submissions
from accounts.folding import folded
from accounts.models import District, User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.http import VendorError
from integrations.models import PublishedAction, Submission
from integrations.powerschool.records import SubmissionRecord
from integrations.services import enrollment_pages, enrollment_words, submissions
from integrations.services import enrollment_sealing as sealing
from integrations.services import submission_documents as documents
from portal.base.secrets import SecretUnreadable

HERE, NOT_HERE = "here", "not-here"
# A longer answer is folded.
LONG = 160
# PowerSchool's words, as far as its document and forms show them; another one is shown as it is sent.
_STATUSES: dict[str, Any] = {
    "pendingapproval": gettext_lazy("waits for approval"),
    "pending": gettext_lazy("waits for approval"),
    "submitted": gettext_lazy("sent in"),
    "started": gettext_lazy("begun, not sent in yet"),
    "inprogress": gettext_lazy("begun, not sent in yet"),
    "approved": gettext_lazy("approved"),
    "delivered": gettext_lazy("approved and handed over"),
    "discarded": gettext_lazy("discarded"),
    "imported": gettext_lazy("announced, not begun"),
}
_WAITS = ("pendingapproval", "pending", "submitted")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; empty parts narrow nothing. `standing` is HERE or NOT_HERE."""

    text: str = field(default="", repr=False)
    action: str = ""
    status: str = ""
    standing: str = ""


@dataclass(frozen=True)
class Told:
    """One line in words. Name, grade and school are as the family wrote them; `waits`: for somebody's approval."""

    line: Submission
    name: str = field(repr=False)
    grade: str = field(repr=False)
    school: str = field(repr=False)
    status: str
    waits: bool
    doubt: str


@dataclass(frozen=True)
class Answer:
    """One data item; `long` says that it is folded."""

    name: str
    value: str = field(repr=False)

    @property
    def long(self) -> bool:
        return len(self.value) > LONG or "\n" in self.value


@dataclass(frozen=True)
class Paper:
    """One document. `key` names it in our addresses; empty where its student is not here and it does not open."""

    label: str
    key: str


@dataclass(frozen=True)
class Opened:
    """A submission as PowerSchool has it now."""

    record: SubmissionRecord = field(repr=False)
    answers: list[Answer] = field(repr=False)
    papers: list[Paper]


# --- Who sees which --------------------------------------------------------------------------------------------------


def may_see_any(user: User) -> bool:
    return staff_roles.holds_anywhere(user, Right.SEE_SUBMISSIONS)


def _districts(user: User) -> QuerySet[District]:
    """Return the districts in which this person sees the submissions of students who are not here."""
    reads = staff_roles.districts_with(user, Right.SEE_SUBMISSIONS)
    return reads.filter(pk__in=enrollment_pages.districts_of(user).order_by().values("pk")).order_by()


def submissions_of(user: User) -> QuerySet[Submission]:
    """Return the lines that this person may see, the newest first."""
    mine = access_submissions.students(user)
    # Also of a line that found nobody: its id may be that of a child in hiding.
    held = access_submissions.holds_over(user).filter(
        student__local_id=OuterRef("local_id"), student__district=OuterRef("action__connection__district")
    )
    not_here = Q(student__isnull=True, action__connection__district__in=_districts(user)) & ~Exists(held)
    rows = Submission.objects.filter(
        Q(student__in=mine.values("pk")) | not_here, action__is_active=True
    ).select_related("action__connection__district", "student")
    return rows.order_by(F("submitted").desc(nulls_last=True), "-pk")


def choices(user: User) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the forms and the statuses that there are among this person's lines, as choices."""
    rows = submissions_of(user).order_by()
    actions = PublishedAction.objects.filter(pk__in=rows.values("action"))
    statuses = rows.values_list("status", flat=True).distinct()
    return (
        [(str(one.uuid), str(one)) for one in actions],
        sorted(((one, status_words(one)) for one in statuses if one), key=lambda pair: pair[1]),
    )


# --- The list --------------------------------------------------------------------------------------------------------


def find(user: User, wanted: Wanted) -> Sequence[Submission] | QuerySet[Submission]:
    """Return this person's lines that fit: each word of a text begins a word of name, school or grade, or an id."""
    rows = submissions_of(user)
    if wanted.action:
        rows = rows.filter(action__uuid=wanted.action)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.standing:
        rows = rows.filter(student__isnull=wanted.standing == NOT_HERE)
    words = folded(wanted.text).split()
    return [line for line in rows.iterator() if _fits(line, words)] if words else rows


def _fits(line: Submission, words: list[str]) -> bool:
    there = folded(" ".join([*sealing.head_of(line).values(), line.local_id, line.vendor_id])).split()
    return all(any(one.startswith(word) for one in there) for word in words)


def told(lines: Iterable[Submission]) -> list[Told]:
    return [tell(line) for line in lines]


def tell(line: Submission) -> Told:
    head = sealing.head_of(line)
    doubt = _("somebody here has this student id under another name") if line.doubt else ""
    return Told(
        line,
        head.get("name", ""),
        head.get("grade", ""),
        head.get("school", ""),
        status_words(line.status),
        _plain(line.status) in _WAITS,
        doubt,
    )


def status_words(status: str) -> str:
    """Return a status in words; one that nobody knows as PowerSchool spells it."""
    known = _STATUSES.get(_plain(status))
    return str(known) if known else _HUMPS.sub(" ", status)


def _plain(status: str) -> str:
    return status.replace(" ", "").replace("_", "").lower()


# --- One submission --------------------------------------------------------------------------------------------------


def open_one(line: Submission) -> Opened:
    """Ask PowerSchool for a submission. Raises `submission_failures.Unavailable`."""
    record = submissions.fresh(line)
    hidden = documents.items_of(line.action)
    answers = [Answer(name, value) for name, value in record.data_items.items() if name not in hidden]
    return Opened(record, answers, list(_papers(line, record)))


def _papers(line: Submission, record: SubmissionRecord) -> Iterator[Paper]:
    student: uuid.UUID | None = line.student.uuid if line.student else None
    for one in documents.named_in(line.action, record):
        key = documents.seal_key(line.uuid, one.item, student=student) if student else ""
        yield Paper(one.label, key)


# --- The forms -------------------------------------------------------------------------------------------------------


def actions_of(user: User) -> QuerySet[PublishedAction]:
    mine = enrollment_pages.connections_of(user)
    return PublishedAction.objects.filter(connection__in=mine).select_related("connection")


def told_actions(user: User) -> list[tuple[PublishedAction, tuple[str, str]]]:
    """Return the forms, each with what went wrong the last time and what to do."""
    return [
        (one, enrollment_words.failure(one.failure) if one.failure else ("", "")) for one in actions_of(user)
    ]


def refresh(user: User) -> str:
    """List the forms of this person's connections; return what went wrong in words, empty if nothing did."""
    for connection in enrollment_pages.connections_of(user):
        try:
            submissions.list_actions(connection)
        except (VendorError, SecretUnreadable) as problem:
            return " ".join(enrollment_words.failure(problem.reason))
    return ""
