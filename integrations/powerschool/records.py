"""PowerSchool Enrollment's answers as frozen typed records.

Made by `reading`. Text is stripped and empty where unknown, ids are text, moments are UTC. What a record prints shows
no value: they hold families' names, addresses and notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Generic, TypeVar, overload

from integrations.powerschool.texts import answer

Row_co = TypeVar("Row_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read: the row's id at the source, `missing`, `unreadable` or `not-an-object`, and the field."""

    source_id: str
    reason: str
    field: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Rows(Sequence[Row_co], Generic[Row_co]):
    """A list in PowerSchool's order, and what of it could not be read."""

    rows: tuple[Row_co, ...] = ()
    problems: tuple[Unread, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Row_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row_co, ...]: ...
    def __getitem__(self, index: int | slice) -> Row_co | tuple[Row_co, ...]:
        return self.rows[index]

    def __iter__(self) -> Iterator[Row_co]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class ServerTime:
    """The server's wall clock and what it calls its zone: shown, never calculated with."""

    day: date
    time: time
    zone: str


@dataclass(frozen=True, slots=True)
class Health:
    status: str
    software_version: str
    server_time: ServerTime | None


@dataclass(frozen=True, slots=True)
class AcademicYear:
    """A span as printed, "2026-2027": the portal names a school year by `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PublishedAction:
    """A form that families fill in, for one school year."""

    action_id: str
    title: str
    academic_year: AcademicYear | None


@dataclass(frozen=True, slots=True)
class ImportSchema:
    """The names under which roster records are taken in."""

    schema_id: str
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ImportResult:
    """What came of one roster record; `errors` are PowerSchool's words, which may quote what was sent."""

    succeeded: bool
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryTarget:
    target_id: str
    title: str


@dataclass(frozen=True, slots=True)
class BatchInfo:
    """A batch in the list of those delivered: never with its records."""

    batch_id: str
    date: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class BatchRecord:
    """One approved submission.

    `data` is as it came (mostly student, parent1, parent2): the delivery target decides its keys, so what they mean is
    the district's configuration.
    """

    record_id: str
    submitted: datetime | None
    data: Mapping[str, Any]

    def fields(self) -> dict[str, str]:
        """Return every single value under its path, such as `student.firstName`; of a list, `tags.1`, `tags.2`."""
        return dict(_flat(self.data, ""))


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """A batch that was handed over. `problems` name records that have no id, or none of the data."""

    batch_id: str
    date: datetime | None
    records: tuple[BatchRecord, ...]
    problems: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    checklist_id: str
    title: str
    academic_year: AcademicYear | None


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    item_id: str
    item_type: str
    external_id: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class ChecklistDetails:
    checklist_id: str
    title: str
    academic_year: AcademicYear | None
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ChecklistItemState:
    """Where one student stands with one item. `admin_note` is for staff alone, `public_note` for the family."""

    item_id: str
    status: str
    completed: date | None
    admin_note: str
    public_note: str


@dataclass(frozen=True, slots=True, repr=False)
class ChecklistEntry:
    """One student's checklist; first and last name are the student's, the e-mail is the family's, as typed."""

    entry_id: str
    external_student_id: str
    first_name: str
    last_name: str
    grade: str
    family_email: str
    items: tuple[ChecklistItemState, ...]


@dataclass(frozen=True, slots=True, repr=False)
class RosterRecord:
    """A student whom the district announced; `data_items` are the form's fields under the form's names."""

    record_id: str
    status: str
    first_name: str
    last_name: str
    date_of_birth: date | None
    external_student_id: str
    external_family_id: str
    household: str
    school: str
    grade: str
    enroll_status: str
    imported: datetime | None
    started: datetime | None
    submitted: datetime | None
    tags: tuple[str, ...]
    data_items: Mapping[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class SubmissionRecord(RosterRecord):
    """What a family sent in: the same fields as a roster record's."""


@dataclass(frozen=True, slots=True, repr=False)
class SubmissionResult:
    """What came of creating a submission. The document has lost its answers: `body` is what came, as JSON."""

    succeeded: bool
    errors: tuple[str, ...]
    body: Any = None


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """Opens a family's document for some two minutes, for anyone: never logged, stored or shown."""

    url: str = field(repr=False)


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, f"{path}.{number}" if path else str(number))
    else:
        yield path, answer(value)
