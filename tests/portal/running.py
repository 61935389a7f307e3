"""Runs a command as a script does."""

from __future__ import annotations

from io import StringIO
from typing import Any

from django.core.management import call_command


def run(*words: str, **options: Any) -> tuple[int, str, str]:
    """Return its exit code, and what it said on standard output and error."""
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command(*words, stdout=out, stderr=err, **options)
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue(), err.getvalue()
