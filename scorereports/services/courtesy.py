"""Lets runs give way to people at their screens: who asks for somebody waiting says so, and runs look each second.

`listing` and `opening` call `note` before they ask ETS; `runs_asking` reads `someone_waits`. A row in the database, so
that all processes share it; a process writes at most one a second, whatever the crowd. Names are ids of districts.
"""

from __future__ import annotations

import contextlib
import threading
import time

from django.db import Error, transaction

from portal.base import limits

# From the first to the last second of it somebody is taken to be there.
_SECONDS = 4.0
_NOTED_EVERY = 1.0

_noted: dict[str, float] = {}
_lock = threading.Lock()


def note(district_id: int) -> None:
    """Say that somebody of this district waits for the state's answer. Never raises: it is only a courtesy."""
    name, now = _name(district_id), time.monotonic()
    with _lock:
        if now - _noted.get(name, -_NOTED_EVERY) < _NOTED_EVERY:
            return
        _noted[name] = now
    with contextlib.suppress(Error), transaction.atomic():
        limits.hit(name, limit=1, seconds=_SECONDS)


def someone_waits(district_id: int) -> bool:
    """Say whether somebody of this district asked within the last seconds."""
    return limits.value(_name(district_id)) > 0


def _name(district_id: int) -> str:
    return f"people:{district_id}"
