"""Reads PowerSchool Enrollment's answers into records, tolerantly.

Called by the client, and with a batch's kept bytes by whoever takes it in. Keys are found whatever their case (the
document prints `metadata`, servers send `metaData`), unknown ones are passed over, missing ones are blank, one object
where a list is meant is a list of one, and a list of one where an object is meant is that object. A row without its id
is an `Unread`; a value that cannot be read is blank and noted. If this were strict, one odd record would hold up a
school's families; if it guessed, somebody would be let in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, TypeVar

from integrations.http import parse
from integrations.powerschool.errors import AnswerUnreadable
from integrations.powerschool.paging import Page
from integrations.powerschool.records import (
    Batch,
    BatchInfo,
    BatchRecord,
    Checklist,
    ChecklistDetails,
    ChecklistEntry,
    ChecklistItem,
    ChecklistItemState,
    DeliveryTarget,
    Health,
    ImportResult,
    ImportSchema,
    PublishedAction,
    RosterRecord,
    Rows,
    SubmissionRecord,
    Unread,
)
from integrations.powerschool.texts import answer
from integrations.powerschool.values import (
    academic_year,
    day_at_midnight,
    ident,
    is_blank,
    moment,
    note,
    server_time,
    text,
    us_day,
)

Made = TypeVar("Made")
Keys = Mapping[str, Any]
Problems = list[Unread]
Reader = Callable[[Keys, Problems], Made | Unread]

_BATCH_ID: Final = re.compile(rb'\s*\[?\s*\{\s*"id"\s*:\s*"?([0-9A-Za-z-]{1,60})[",\s]', re.IGNORECASE)


# --- batches ----------------------------------------------------------------------------------------------------------


def read_batch(body: bytes, *, broke_off: str = "") -> Batch:
    """Return the batch that a kept answer of createbatch holds. Raises AnswerUnreadable.

    Seed 004, "Create Batch". An answer without `records` is no empty batch: taken for one, it would lose families.
    """
    if broke_off:
        raise AnswerUnreadable(broke_off)
    found, is_json = parse(body)
    batch = _keys(single(found))
    if batch is None:
        raise AnswerUnreadable("unexpected-shape" if is_json else "not-json")
    batch_id = ident(batch.get("id"))
    if not batch_id:
        raise AnswerUnreadable("no-id")
    records = batch.get("records")
    if not isinstance(records, list | dict):
        raise AnswerUnreadable("no-records")
    read = rows_of(_batch_record, listed(records))
    return Batch(batch_id, moment(batch.get("date")), read.rows, read.problems)


def batch_id_in(body: bytes) -> str:
    """Return the id with which an answer of createbatch begins, even one that broke off; empty if it has none."""
    found = _BATCH_ID.match(body)
    return found[1].decode() if found else ""


def _batch_record(row: Keys, problems: Problems) -> BatchRecord | Unread:
    name, data = ident(row.get("id")), row.get("data")
    if not name:
        return Unread("", "missing", "id")
    if not isinstance(data, dict):
        problems.append(Unread(name, "missing" if data is None else "unreadable", "data"))
        data = {}
    submitted = moment(row.get("submitted"))
    _note(problems, name, submitted=(row.get("submitted"), submitted))
    return BatchRecord(name, submitted, data)


def batch_info(row: Keys, problems: Problems) -> BatchInfo | Unread:
    name, when = ident(row.get("id")), moment(row.get("date"))
    _note(problems, name, date=(row.get("date"), when))
    return BatchInfo(name, when) if name else Unread("", "missing", "id")


# --- lists of the solution --------------------------------------------------------------------------------------------


def published_action(row: Keys, problems: Problems) -> PublishedAction | Unread:
    return _with_a_year(PublishedAction, row, problems)


def checklist(row: Keys, problems: Problems) -> Checklist | Unread:
    return _with_a_year(Checklist, row, problems)


def import_schema(row: Keys, _problems: Problems) -> ImportSchema | Unread:
    name = ident(row.get("id"))
    names = tuple(filter(None, map(text, listed(row.get("fields")))))
    return ImportSchema(name, text(row.get("title")), names) if name else Unread("", "missing", "id")


def delivery_target(row: Keys, _problems: Problems) -> DeliveryTarget | Unread:
    name = ident(row.get("id"))
    return DeliveryTarget(name, text(row.get("title"))) if name else Unread("", "missing", "id")


def _with_a_year(made: Callable[..., Made], row: Keys, problems: Problems, *more: Any) -> Made | Unread:
    name, year = ident(row.get("id")), academic_year(row.get("academicyear"))
    if not name:
        return Unread("", "missing", "id")
    _note(problems, name, academicYear=(row.get("academicyear"), year))
    return made(name, text(row.get("title")), year, *more)


# --- checklists -------------------------------------------------------------------------------------------------------


def checklist_details(row: Keys, problems: Problems) -> ChecklistDetails | Unread:
    items = rows_of(_checklist_item, listed(row.get("items")))
    problems.extend(items.problems)
    return _with_a_year(ChecklistDetails, row, problems, items.rows)


def _checklist_item(row: Keys, _problems: Problems) -> ChecklistItem | Unread:
    name = ident(row.get("id"))
    if not name:
        return Unread("", "missing", "id")
    return ChecklistItem(
        name,
        text(row.get("itemtype")),
        ident(row.get("externalid")),
        text(row.get("name")),
        note(row.get("description")),
    )


def checklist_entry(row: Keys, problems: Problems) -> ChecklistEntry | Unread:
    name = ident(row.get("id"))
    if not name:
        return Unread("", "missing", "id")
    items = rows_of(_item_state, listed(row.get("checklistitems")))
    problems.extend(Unread(name, each.reason, each.field) for each in items.problems)
    return ChecklistEntry(
        entry_id=name,
        external_student_id=ident(row.get("externalstudentid")),
        first_name=text(row.get("familymemberfirstname")),
        last_name=text(row.get("familymemberlastname")),
        grade=text(row.get("grade")),
        family_email=text(row.get("familyemailaddress")),
        items=items.rows,
    )


def _item_state(row: Keys, problems: Problems) -> ChecklistItemState | Unread:
    name, completed = ident(row.get("checklistitemid")), us_day(row.get("datecompleted"))
    if not name:
        return Unread("", "missing", "checklistItemID")
    _note(problems, name, dateCompleted=(row.get("datecompleted"), completed))
    return ChecklistItemState(
        name, text(row.get("status")), completed, note(row.get("adminnote")), note(row.get("publicnote"))
    )


# --- roster and submission records ------------------------------------------------------------------------------------


def roster_record(row: Keys, problems: Problems) -> RosterRecord | Unread:
    return _record(RosterRecord, row, problems)


def submission_record(row: Keys, problems: Problems) -> SubmissionRecord | Unread:
    return _record(SubmissionRecord, row, problems)


_TEXTS: Final = ("status", "first_name", "last_name", "household", "school", "grade", "enroll_status")
_IDS: Final = ("external_student_id", "external_family_id")
_MOMENTS: Final = ("imported", "started", "submitted")


def _record(made: Callable[..., Made], row: Keys, problems: Problems) -> Made | Unread:
    name = ident(row.get("id"))
    if not name:
        return Unread("", "missing", "id")
    sent = {each.name: row.get(each.name.replace("_", "")) for each in fields(RosterRecord)}
    values: dict[str, Any] = {key: text(sent[key]) for key in _TEXTS}
    values |= {key: ident(sent[key]) for key in _IDS}
    dates: dict[str, Any] = {key: moment(sent[key]) for key in _MOMENTS}
    dates["date_of_birth"] = day_at_midnight(sent["date_of_birth"])
    _note(problems, name, **{key: (sent[key], value) for key, value in dates.items()})
    items = sent["data_items"] if isinstance(sent["data_items"], dict) else {}
    return made(
        record_id=name,
        tags=tuple(filter(None, map(text, listed(sent["tags"])))),
        data_items={str(key): answer(value) for key, value in items.items()},
        **values,
        **dates,
    )


# --- answers of one object --------------------------------------------------------------------------------------------


def health(row: Keys, _problems: Problems) -> Health | Unread:
    status = text(row.get("status"))
    if not status:
        return Unread("", "missing", "Status")
    return Health(status, text(row.get("softwareversion")), server_time(row.get("datetimenow")))


def import_result(body: Any, *, refused: bool) -> ImportResult:
    """Return what a roster import came to: an error if it says so, if `refused`, or if it does not say success."""
    said_of_it = _keys(single(body)) or {}
    errors = tuple(filter(None, map(note, listed(said_of_it.get("errors")))))
    said = text(said_of_it.get("message"))
    errors = errors or ((said,) if said else ())
    succeeded = not refused and text(said_of_it.get("status")).lower() == "success" and not errors
    return ImportResult(succeeded, errors)


def link_in(body: bytes) -> str:
    """Return the address that a document call answers with: bare as documented, or as JSON's text, or in an object."""
    found, is_json = parse(body)
    found = single(found) if is_json else body.decode("utf-8", "replace")
    if isinstance(found, dict):
        keys = _keys(found) or {}
        found = keys.get("url") or keys.get("documenturl")
    return found.strip() if isinstance(found, str) else ""


# --- shapes -----------------------------------------------------------------------------------------------------------


def rows_of(reader: Reader[Made], sent: Sequence[Any]) -> Rows[Made]:
    """Return the records of a list."""
    problems: Problems = []
    rows: list[Made] = []
    for each in sent:
        keys = _keys(each)
        read = Unread("", "not-an-object") if keys is None else reader(keys, problems)
        if isinstance(read, Unread):
            problems.append(read)
        else:
            rows.append(read)
    return Rows(tuple(rows), tuple(problems))


def page_of(reader: Reader[Made] | None, body: Any, *, number: int) -> Page[Made] | None:
    """Return one page, wrapped in a list of one as documented or bare as servers send it; None for neither.

    Without a reader its rows are as they came.
    """
    page = _keys(single(body))
    if page is None or "records" not in page:
        return None
    counts = _keys(single(page.get("metadata"))) or {}
    sent = listed(page["records"])
    read = Rows(tuple(sent)) if reader is None else rows_of(reader, sent)
    return Page(
        number=number,
        rows=read.rows,
        problems=read.problems,
        received=len(sent),
        echo=_count(counts.get("page")),
        page_count=_count(counts.get("pagecount")),
        record_count=_count(counts.get("recordcount")),
    )


def listed(value: Any) -> Sequence[Any]:
    """Return a list; one value where a list is meant is one row, and nothing is none."""
    if isinstance(value, list):
        return value
    return [] if value is None or value in ({}, "") else [value]


def single(value: Any) -> Any:
    """Return the one object that is meant, which may stand in a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _keys(row: Any) -> dict[str, Any] | None:
    """Return the row under keys in small letters, the documented spelling first where two differ in case alone."""
    if not isinstance(row, dict):
        return None
    found: dict[str, Any] = {}
    for key, value in row.items():
        found.setdefault(str(key).lower(), value)
    return found


def _count(value: Any) -> int | None:
    known = text(value)
    return int(known) if known.isascii() and known.isdigit() and len(known) <= 9 else None  # noqa: PLR2004 - no list has a billion rows


def _note(problems: Problems, name: str, **values: tuple[Any, Any]) -> None:
    """Note each value that was sent and could not be read."""
    for key, (sent, read) in values.items():
        if read is None and not is_blank(sent):
            problems.append(Unread(name, "unreadable", key))
