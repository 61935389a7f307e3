"""Text out of whatever JSON holds, such as a database and a page can hold.

Used by `values` and by the records that keep a district's own fields as they came. Nothing here raises.
"""

from __future__ import annotations

import re
from typing import Any, Final

LONGEST: Final = 200
LONGEST_NOTE: Final = 4000

_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b\u2028\u2029]+")
# Lines may stay in what people wrote.
_NO_NOTE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b\u2028\u2029]+")


def text(value: Any, longest: int = LONGEST) -> str:
    """Return stripped text of one line; empty for null and for what is no single value."""
    return _NO_TEXT.sub(" ", _written(value)).strip()[:longest].rstrip()


def note(value: Any) -> str:
    """Return what somebody wrote, its lines kept."""
    lines = _written(value).replace("\r\n", "\n").replace("\r", "\n")
    return _NO_NOTE.sub(" ", lines).strip()[:LONGEST_NOTE].rstrip()


def answer(value: Any) -> str:
    """Return what a form's field holds; yes and no as words, since a tick is an answer."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return note(value)


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        # Beyond what a float holds exactly an id would become its neighbour's.
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)[:LONGEST]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**30 else ""
    return ""
