"""The PDFs of a run as one file: a ZIP streamed as it is fetched, or volumes to print (`class_sets_printing`).

Called by staff pages. Nothing is written to disk. Each report has its own `opened` before its first byte and its own
`finished` after its last, with the run and its purpose (trust R1). What is missing, and why, stands in `index.csv`. A
reader who leaves ends the calls upstream.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError

from accounts.models import User
from accounts.requests import RequestFacts
from accounts.services import record
from accounts.services.record import ReportNamed
from portal.base import streaming
from portal.base.spreadsheets import csv_line
from scorereports import catalog
from scorereports.models import ReportRun
from scorereports.outcomes import Outcome, text_for
from scorereports.services import class_sets_members
from scorereports.services.class_sets_archive import Archive
from scorereports.services.class_sets_fetching import Fetched, Fetcher
from scorereports.services.class_sets_members import Member
from scorereports.services.failures import Unavailable

log = structlog.get_logger(__name__)

INDEX = "00-index.csv"
COLUMNS = (
    "file",
    "local id",
    "last name",
    "first name",
    "grade",
    "test",
    "school year",
    "language",
    "result",
)
# Each holds some reports in memory and some threads: two a process, the third is told to wait.
MOST_AT_ONCE = 2
_PIECE = 256 * 1024
_MOST_BYTES = 64 * 2**30
_READER_SECONDS = 2 * 3600.0

_places = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True)
class Volume:
    """Students in a row whose reports are printed together. `number` begins at 1."""

    number: int
    members: tuple[Member, ...]


class NothingToGet(Exception):
    """The run has found no PDF of a student whom this person may see now."""


def volumes(run: ReportRun, reader: User) -> list[Volume]:
    """Return the run's students with PDFs in volumes of at most PRINT_VOLUME_STUDENTS."""
    members = class_sets_members.of_run(run, reader)
    size = max(1, settings.PRINT_VOLUME_STUDENTS)
    parts = (tuple(members[start : start + size]) for start in range(0, len(members), size))
    return [Volume(number, part) for number, part in enumerate(parts, start=1)]


def stream(run: ReportRun, *, by: User, facts: RequestFacts) -> streaming.GuardedStream:
    """Return the ZIP of a run's PDFs. Raises NothingToGet, and Unavailable (busy)."""
    members = class_sets_members.of_run(run, by)
    if not members:
        raise NothingToGet
    slot = take_place()
    made = _ClassSet(by, members, facts, held=class_sets_members.held(run, by))
    streaming.release_database()
    return streaming.GuardedStream(
        made,
        made.chunks(),
        slot=slot,
        on_finish=lambda outcome, sent: log.info(
            "class_set_sent", outcome=outcome, bytes=sent, run=str(run.uuid)
        ),
        max_bytes=_MOST_BYTES,
        reader_seconds=_READER_SECONDS,
    )


def take_place() -> streaming.Slot:
    """Take a place among this process's streams and class sets. Raises Unavailable (busy)."""
    if not _places.acquire(blocking=False):
        raise Unavailable(Outcome.BUSY)
    among_all = streaming.take()
    if among_all is None:
        _places.release()
        raise Unavailable(Outcome.BUSY)

    def give_back() -> None:
        among_all.release()
        _places.release()

    return streaming.Slot(give_back)


def named(one: Fetched) -> ReportNamed:
    key = one.key
    return ReportNamed(key.type, key.year, key.language, key.format, key.content_area)


def record_refusal(one: Fetched, user: User, facts: RequestFacts) -> None:
    """Put on record that a report was asked for and not handed out."""
    try:
        if one.may_see is None:
            record.refused_stranger(user, one.member.student_uuid, facts)
        else:
            record.refused(one.may_see, named(one), facts, outcome=one.outcome)
    except DatabaseError:  # nothing was served, so nothing is hidden by the missing row
        log.exception("record_of_refusal_failed")


def record_opening(one: Fetched, facts: RequestFacts) -> uuid.UUID | None:
    """Put on record that a report goes out; None: that cannot be written, so it stays here."""
    if one.may_see is None or one.content is None:
        return None
    try:
        return record.opened(one.may_see, named(one), facts)
    except DatabaseError:
        log.exception("record_of_access_failed")
        return None


def record_finish(event_id: uuid.UUID, one: Fetched, user: User, *, outcome: str, bytes_sent: int) -> None:
    student = one.member.student_uuid
    try:
        record.finished(event_id, user=user, student_uuid=student, outcome=outcome, bytes_sent=bytes_sent)
    except DatabaseError:  # the report is out and `opened` stands
        log.exception("record_of_finish_failed", event_id=str(event_id))


def why_missing(outcome: str) -> str:
    """Return the staff's words for a report that is not in the file."""
    if outcome in set(Outcome):
        text = text_for(Outcome(outcome), family=False)
        return f"{text.title}. {text.explanation}"
    return str(text_for(Outcome.GONE, family=False).title)


def _held_line(member: Member) -> str:
    """Return the line of the index of a student under a hold, which names no test (trust A4)."""
    person = (member.local_id, member.last_name, member.first_name, member.grade)
    return csv_line(("", *person, "", "", "", why_missing(Outcome.HELD)))


class _ClassSet:
    """The ZIP as it comes into being; `close` ends the fetching and tells what became of the report under way."""

    def __init__(self, user: User, members: list[Member], facts: RequestFacts, *, held: list[Member]) -> None:
        self._user = user
        self._facts = facts
        self._names = class_sets_members.file_names(members)
        self._fetcher = Fetcher(user, members)
        self._archive = Archive()
        self._index = [csv_line(COLUMNS), *map(_held_line, held)]
        self._under_way: tuple[uuid.UUID, Fetched] | None = None
        self._sent = 0

    def chunks(self) -> Iterator[bytes]:
        with contextlib.closing(iter(self._fetcher)) as reports:  # type: ignore[type-var] # iter() of a generator is that generator, which has close()
            for one in reports:
                yield from self._one(one)
        index = ("\ufeff" + "".join(self._index)).encode()
        yield self._archive.add(INDEX, index) + self._archive.end()

    def close(self) -> None:
        self._fetcher.stop()
        self._finish("client-left")
        self._archive.leave()

    def _one(self, one: Fetched) -> Iterator[bytes]:
        name, content = self._names[one.member.student_uuid, one.key], one.content
        event_id = record_opening(one, self._facts)
        if content is None or event_id is None:
            outcome = one.outcome or Outcome.NOT_RECORDED.value
            record_refusal(one, self._user, self._facts)
            if outcome == Outcome.HELD:
                # Since the set was begun. One line, however many reports there would be.
                self._index += [line for line in (_held_line(one.member),) if line not in self._index]
            else:
                self._list("", one, why_missing(outcome))
            streaming.release_database()
            return
        self._under_way, self._sent = (event_id, one), 0
        streaming.release_database()
        entry = self._archive.add(name, content)
        for start in range(0, len(entry), _PIECE):
            yield entry[start : start + _PIECE]
            self._sent = min(start + _PIECE, len(content))
        self._finish("complete")
        self._list(name, one, "in this file")

    def _finish(self, outcome: str) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            sent = len(under_way[1].content or b"") if outcome == "complete" else self._sent
            record_finish(under_way[0], under_way[1], self._user, outcome=outcome, bytes_sent=sent)
            streaming.release_database()

    def _list(self, name: str, one: Fetched, result: str) -> None:
        member, key = one.member, one.key
        person = (member.local_id, member.last_name, member.first_name, member.grade)
        report = (
            catalog.type_title(key.type),
            catalog.plain_year(key.year),
            catalog.language_name(key.language),
        )
        self._index.append(csv_line((name, *person, *report, result)))
