"""What families wrote in a registration, at rest: sealed, opened, moved to a new key, and gone after so many days.

The intake, the preview of a mapping and the list of submissions open it, nobody else. A table dump, a log or a message
holds none of it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Substr

from integrations.models import (
    BatchState,
    ChecklistMark,
    EnrollmentBatch,
    EnrollmentRecord,
    RecordState,
    Submission,
)
from integrations.powerschool.records import BatchRecord
from portal.base import clock, field_keys, secrets
from portal.base.secrets import SecretUnreadable

ANSWER, RECORD, NOTE = "enrollment-answer", "enrollment-record", "checklist-note"
HEAD = "submission-head"
# Long enough for every sealed text's version and key id.
_HEAD = 40


def seal_answer(body: bytes) -> str:
    """Seal an answer's bytes, whatever they are."""
    return secrets.seal(body.decode("latin-1"), purpose=ANSWER)


def answer_of(batch: EnrollmentBatch) -> bytes:
    """Return the bytes as PowerSchool sent them. Raises SecretUnreadable; empty once they are purged."""
    return secrets.unseal(batch.answer, purpose=ANSWER).encode("latin-1") if batch.answer else b""


def seal_record(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return a record's data sealed, and the digest by which its next coming is compared."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True)
    return secrets.seal(text, purpose=RECORD), hashlib.sha256(text.encode()).hexdigest()


def fields_of(record: EnrollmentRecord) -> dict[str, str]:
    """Return every value of a record under its path. Raises SecretUnreadable; empty once it is purged."""
    if not record.data:
        return {}
    data = json.loads(secrets.unseal(record.data, purpose=RECORD))
    return BatchRecord(record.vendor_id, record.submitted, data).fields()


def seal_note(note: str) -> str:
    """Seal a note that is for staff alone; nothing for an empty one."""
    return secrets.seal(note, purpose=NOTE) if note else ""


def note_of(sealed: str) -> str:
    """Open one; empty where there is none, or where it cannot be read."""
    try:
        return secrets.unseal(sealed, purpose=NOTE) if sealed else ""
    except SecretUnreadable:
        return ""


def seal_head(head: Mapping[str, str]) -> str:
    """Seal what a list shows of a submission."""
    return secrets.seal(json.dumps(head, sort_keys=True, ensure_ascii=True), purpose=HEAD)


def head_of(submission: Submission) -> dict[str, str]:
    """Open it; empty where it cannot be read."""
    try:
        found: dict[str, str] = json.loads(secrets.unseal(submission.head, purpose=HEAD))
    except SecretUnreadable:
        return {}
    return found


def purge() -> int:
    """Forget what families wrote, so many days after it served: answers that were read, records that were placed.

    What still waits for its student, or could not be read, is kept: it is all there is of that family. A line of the
    list of submissions goes when PowerSchool has not named it for so long.
    """
    before = clock.now() - datetime.timedelta(days=settings.ENROLLMENT_KEEP_DAYS)
    read = Q(state__in=(BatchState.DONE, BatchState.RESET, BatchState.REFUSED), done_at__lt=before)
    answers = EnrollmentBatch.objects.filter(read).exclude(answer="")
    placed = EnrollmentRecord.objects.filter(state=RecordState.PLACED, placed_at__lt=before).exclude(data="")
    unseen, _by_kind = Submission.objects.filter(seen_at__lt=before).delete()
    return answers.update(answer="") + placed.update(data="") + unseen


def reseal() -> int:
    """Move everything to the first field key; return how many changed. Safe to kill and to repeat."""
    return sum(
        _reseal_one(model, column, pk, purpose)
        for model, column, purpose in _COLUMNS
        for pk in model.objects.exclude(**{column: ""}).values_list("pk", flat=True).iterator()
    )


def key_ids() -> Iterator[str]:
    """Yield the ids of the keys in use, for the start-up check."""
    for model, column, _purpose in _COLUMNS:
        heads = model.objects.exclude(**{column: ""}).values_list(Substr(column, 1, _HEAD), flat=True)
        found = {head.split(".")[1] for head in heads.order_by().distinct().iterator() if "." in head}
        yield from found


_COLUMNS: tuple[tuple[Any, str, str], ...] = (
    (EnrollmentBatch, "answer", ANSWER),
    (EnrollmentRecord, "data", RECORD),
    (ChecklistMark, "admin_note", NOTE),
    (Submission, "head", HEAD),
)


def _reseal_one(model: Any, column: str, pk: int, purpose: str) -> int:
    sealed = model.objects.values_list(column, flat=True).get(pk=pk)
    if not sealed or field_keys.key_id_of(sealed) == field_keys.first_key_id():
        return 0
    try:
        moved = secrets.reseal(sealed, purpose=purpose)
    except SecretUnreadable:
        return 0
    # On condition that nobody wrote it meanwhile.
    changed: int = model.objects.filter(pk=pk, **{column: sealed}).update(**{column: moved})
    return changed
