"""The key of a report in our URLs: opaque, and the same each time for the same report of the same student.

A report has no row. Its key is a deterministic encryption of what ETS calls it, bound to the student's uuid, so that an
address tells nobody of a disability (`CAAS`, `ESALT`), a key of one student opens nothing of another, and the viewer
can name the report without asking ETS. Padded, so that its length tells nothing either. See docs/adr.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.base import secrets

_PURPOSE = "report-key"
_PURPOSE_SEVERAL = "report-keys"
_BLOCK = 48


class UnknownKey(ValueError):
    """The text is no key of this student's reports: mistyped, of another student, or of a key since retired."""


@dataclass(frozen=True)
class ReportKey:
    """What tells a report from its siblings: ETS's words in one spelling, and an ordinal for twins alike.

    `final` is what was asked, as ETS's rows do not say it; a report that is not final is for staff alone.
    """

    type: str
    year: str
    language: str
    format: str
    content_area: str
    ordinal: int
    final: bool = True


def seal(key: ReportKey, *, student: uuid.UUID) -> str:
    return _seal(_fields(key), _PURPOSE, student)


def seal_several(several: Iterable[ReportKey], *, student: uuid.UUID) -> str:
    """Seal a report and its siblings, so that the page of each can offer the others without asking ETS for the list."""
    return _seal([_fields(key) for key in several], _PURPOSE_SEVERAL, student)


def _fields(key: ReportKey) -> list[Any]:
    fields = [key.type, key.year, key.language, key.format, key.content_area, key.ordinal]
    # Left out where it is true, so that a final report has one key whoever made it.
    return fields if key.final else [*fields, False]


def _seal(fields: list[Any], purpose: str, student: uuid.UUID) -> str:
    data = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
    padded = data.ljust(-(-len(data) // _BLOCK) * _BLOCK)
    return secrets.seal_deterministic(padded, purpose=purpose, bound_to=student.bytes)


def read(text: str, *, student: uuid.UUID) -> ReportKey:
    """Open a key. Raises `UnknownKey`."""
    return ReportKey(*_read(text, _PURPOSE, student))


def read_several(text: str, *, student: uuid.UUID) -> list[ReportKey]:
    """Open what `seal_several` made. Raises `UnknownKey`."""
    return [ReportKey(*fields) for fields in _read(text, _PURPOSE_SEVERAL, student)]


def _read(text: str, purpose: str, student: uuid.UUID) -> list[Any]:
    try:
        data = secrets.unseal_deterministic(text, purpose=purpose, bound_to=student.bytes)
    except secrets.SecretUnreadable:
        raise UnknownKey("This is no key of a report of this student.") from None
    found: list[Any] = json.loads(data)
    return found
