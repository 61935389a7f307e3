"""What the district's registration holds: forms, announced students, submissions, batches, checklists.

`vendor.py` prints it, `controls.py` changes it. It owns the hand-over: a record goes out with one batch of a target and
waits in none until that batch is reset. Safe to use from many threads; everything is forgotten by `reset`.
"""

import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.powerschool import families
from integrations.sandbox.powerschool.families import Child
from integrations.sandbox.world import World

NEW_ACTION, RETURNING_ACTION = 41001, 41002
PORTAL_TARGET, SIS_TARGET = 501, 502
TARGETS = {PORTAL_TARGET: "Parent portal", SIS_TARGET: "Student information system"}
SHORT_SCHEMA, FORM_SCHEMA = 71, 72
SCHEMAS: dict[int, tuple[str, tuple[str, ...]]] = {
    SHORT_SCHEMA: (
        "Roster from the portal",
        (
            "FirstName",
            "MiddleName",
            "LastName",
            "DateOfBirth",
            "ExternalID",
            "Grade",
            "School",
            "EmailAddress",
        ),
    ),
    FORM_SCHEMA: (
        "Form fields",
        ("stu_FirstName", "stu_LastName", "stu_ExternalID", "stu_Email", "stu_Phone"),
    ),
}
CHECKLISTS = {801: NEW_ACTION, 802: RETURNING_ACTION}
PENDING, APPROVED, DELIVERED, DISCARDED = "PendingApproval", "Approved", "Delivered", "Discarded"
STATUSES = (PENDING, APPROVED, DELIVERED, DISCARDED)
# What the form of a roster shows: enough for the document's sample of 62 in pages of 25.
ROSTER = 62
_FIRST_RECORD, _FIRST_ROSTER, _FIRST_ENTRY = 910_001, 820_001, 12_001
_DOCUMENTS = 5
# Of the district, and as many new ones.
_AT_FIRST = 12
_APPROVED_AT_FIRST = 8


@dataclass(slots=True, repr=False)
class Submission:
    """What a family sent in. `delivered` names the batch that took it, by target; `data` is laid over its data."""

    record_id: int
    action: int
    child: Child
    status: str
    submitted: datetime
    delivered: dict[int, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of what was uploaded with it: a file of each type, always the same for the same record."""
        names = (f"{self.record_id}:{number}" for number in range(_DOCUMENTS))
        return tuple(str(uuid.uuid5(uuid.NAMESPACE_OID, name)) for name in names)


@dataclass(slots=True, repr=False)
class Batch:
    batch_id: str
    target: int
    made: datetime
    records: tuple[int, ...]
    is_open: bool = False
    is_reset: bool = False


@dataclass(slots=True, repr=False)
class RosterRow:
    """An announced student; `values` is what an import sent, by the schema's names."""

    record_id: int
    action: int
    external_id: str
    child: Child | None
    imported: datetime
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One student's place in a checklist: what was said of an item is laid over what dice say of it."""

    entry_id: int
    submission: Submission
    changed: dict[str, dict[str, str]]


@dataclass(slots=True, repr=False)
class _Held:
    submissions: dict[int, Submission] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    roster: dict[int, RosterRow] = field(default_factory=dict)
    said: dict[int, dict[str, dict[str, str]]] = field(default_factory=dict)


class Registry:
    """One solution's data."""

    def __init__(self, world: World, clock: SandboxClock) -> None:
        self.world, self.clock = world, clock
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Back to the registrations that the district begins with; they are made when somebody asks."""
        with self.lock:
            self._held: _Held | None = None
            self._new = 0
            self.most_records: int | None = None
            self.auto_open = False

    @property
    def submissions(self) -> dict[int, Submission]:
        return self._data.submissions

    @property
    def batches(self) -> dict[str, Batch]:
        return self._data.batches

    @property
    def roster(self) -> dict[int, RosterRow]:
        return self._data.roster

    @property
    def _data(self) -> "_Held":
        with self.lock:
            if self._held is None:
                self._held = _Held()
                self._begin()
            return self._held

    def _begin(self) -> None:
        begun = self.clock.now().replace(microsecond=0) - timedelta(days=30)
        announced = [families.known(self.world, index) for index in range(min(ROSTER, self.world.size))]
        for record_id, child in enumerate(announced, _FIRST_ROSTER):
            self.roster[record_id] = RosterRow(record_id, RETURNING_ACTION, child.local_id, child, begun)
        first = announced[:_AT_FIRST]
        for action, children in ((RETURNING_ACTION, first), (NEW_ACTION, self._newcomers(_AT_FIRST))):
            for number, child in enumerate(children):
                self._add(action, child, APPROVED if number < _APPROVED_AT_FIRST else PENDING, begun)

    # Submissions

    def add(
        self,
        *,
        count: int = 1,
        student: int | None = None,
        status: str = APPROVED,
        data: dict[str, Any] | None = None,
        child: dict[str, Any] | None = None,
    ) -> list[Submission]:
        """More submissions: of a student of the district, or of new ones; `child` replaces parts of the student."""
        with self.lock:
            children: Iterable[Child] = (
                self._newcomers(count) if student is None else [families.known(self.world, student)] * count
            )
            action = NEW_ACTION if student is None else RETURNING_ACTION
            now = self.clock.now().replace(microsecond=0)
            return [self._add(action, replace(each, **(child or {})), status, now, data) for each in children]

    def send_in(self, action: int, values: dict[str, str]) -> Submission:
        """A submission that came by the API: somebody new with these names, waiting for approval."""
        parts = {"first_name": values.get("stu_FirstName", ""), "last_name": values.get("stu_LastName", "")}
        made = self.add(status=PENDING, child={name: part for name, part in parts.items() if part})[0]
        made.action, made.items = action, dict(values)
        return made

    def set_status(self, ids: Iterable[int], status: str) -> int:
        """Approve, discard or send back some submissions; how many there were."""
        with self.lock:
            found = [self.submissions[one] for one in ids if one in self.submissions]
            for submission in found:
                submission.status = status
            return len(found)

    def waiting(self, target: int) -> list[Submission]:
        """What the next batch of a target would hand over."""
        return [
            submission
            for submission in self.submissions.values()
            if submission.status in (APPROVED, DELIVERED) and target not in submission.delivered
        ]

    def submissions_of(self, action: int) -> list[Submission]:
        with self.lock:
            return [each for each in self.submissions.values() if each.action == action]

    # Batches

    def create_batch(self, target: int) -> Batch:
        """Hand over what waits. From here on it counts as delivered, whether or not the answer arrives."""
        with self.lock:
            records = self.waiting(target)[: self.most_records]
            made = Batch(
                batch_id=str(uuid.uuid4()),
                target=target,
                made=self.clock.now().replace(microsecond=0),
                records=tuple(each.record_id for each in records),
                is_open=self.auto_open,
            )
            for each in records:
                each.delivered[target] = made.batch_id
                each.status = DELIVERED
            self.batches[made.batch_id] = made
            return made

    def reset_batch(self, target: int, batch_id: str) -> bool:
        """Release a batch's records and close it; False for a batch that the target never had."""
        with self.lock:
            batch = self.batches.get(batch_id)
            if batch is None or batch.target != target:
                return False
            batch.is_open, batch.is_reset = False, True
            for record_id in batch.records:
                submission = self.submissions[record_id]
                if submission.delivered.get(target) == batch_id:
                    del submission.delivered[target]
                    submission.status = DELIVERED if submission.delivered else APPROVED
            return True

    # Roster

    def roster_of(self, action: int) -> list[RosterRow]:
        with self.lock:
            return [row for row in self.roster.values() if row.action == action]

    def take_in(self, action: int, external_id: str, values: dict[str, str]) -> RosterRow:
        """Announce a student, or change the announced one of this id."""
        with self.lock:
            row = next((row for row in self.roster_of(action) if row.external_id == external_id), None)
            if row is None:
                record_id = _FIRST_ROSTER + len(self.roster)
                now = self.clock.now().replace(microsecond=0)
                row = self.roster[record_id] = RosterRow(record_id, action, external_id, None, now)
            row.values |= values
            return row

    # Checklists

    def entries(self, checklist: int) -> list[Entry]:
        with self.lock:
            return [
                Entry(
                    _FIRST_ENTRY + each.record_id - _FIRST_RECORD,
                    each,
                    dict(self._data.said.get(each.record_id, {})),
                )
                for each in self.submissions.values()
                if each.action == CHECKLISTS[checklist] and each.status != DISCARDED
            ]

    def say(self, record_id: int, item: str, said: dict[str, str]) -> None:
        """Set parts of one item of a submission's checklist: status, dateCompleted, adminNote, publicNote."""
        with self.lock:
            self._data.said.setdefault(record_id, {}).setdefault(item, {}).update(said)

    def _newcomers(self, count: int) -> list[Child]:
        first, self._new = self._new, self._new + count
        return [families.new(self.world, number) for number in range(first, first + count)]

    def _add(
        self,
        action: int,
        child: Child,
        status: str,
        begun: datetime,
        data: dict[str, Any] | None = None,
    ) -> Submission:
        number = len(self.submissions)
        made = Submission(
            _FIRST_RECORD + number, action, child, status, begun + timedelta(seconds=number), data=data or {}
        )
        self.submissions[made.record_id] = made
        return made
