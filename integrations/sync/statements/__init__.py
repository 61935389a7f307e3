"""The sync's SQL: one text for SQLite and PostgreSQL, a file for each kind of rows.

A file has sections: `match` finds what the source's rows are here, in temporary tables alone, `resolve` writes the
change set, `gone` looks for what the source no longer has (only after a complete answer), `apply` writes accounts'
tables from the change set, and `begin`, before it, rows that name none of another kind.
`comparing` and `applying` run them. The few words in which the databases differ are the `$names` below.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.db import connection

_FOLDER = Path(__file__).parent
_SECTION = re.compile(r"^-- : (\w+)\n", re.MULTILINE)
_TEMPORARY = re.compile(r"^CREATE TEMP TABLE (\w+)", re.MULTILINE)
_DASHED = re.compile(r"\$dashed\(([\w.]+)\)")
_VERSION_4 = (
    "(lower(hex(randomblob(6))) || '4' || substr(lower(hex(randomblob(2))), 2)"
    " || substr('89ab', 1 + abs(random() %% 4), 1) || substr(lower(hex(randomblob(8))), 2))"
)
_WORDS = {
    "postgresql": {
        "$row": "ctid",
        "$uuid": "gen_random_uuid()",
        "$random": "replace(CAST(gen_random_uuid() AS text), '-', '')",
        "$json": "jsonb_build_object",
    },
    "sqlite": {
        "$row": "rowid",
        "$uuid": _VERSION_4,  # Django keeps a UUID there as 32 digits
        "$random": "lower(hex(randomblob(16)))",
        "$json": "json_object",
    },
}


def of(file: str, section: str, **words: str) -> list[str]:
    """Return the statements of one section, in order; none if the file lacks it. `words` replace `$names`."""
    return [_filled(text, words) for text in _sections(file).get(section, [])]


def temporary_tables() -> list[str]:
    """Name every temporary table that a section makes, but those of `$kind`."""
    return [name for file in sorted(_FOLDER.glob("*.sql")) for name in _TEMPORARY.findall(file.read_text())]


@cache
def _sections(file: str) -> dict[str, list[str]]:
    parts = _SECTION.split((_FOLDER / f"{file}.sql").read_text())[1:]
    return {
        name: [statement.strip() for statement in body.split(";\n") if statement.strip()]
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in (words | {key[1:]: value for key, value in _WORDS[connection.vendor].items()}).items():
        text = re.sub(rf"\${name}\b", lambda _match, value=value: value, text)  # type: ignore[misc] # mypy cannot type a lambda with a default
    return _DASHED.sub(_dashed, text)


def _dashed(match: re.Match[str]) -> str:
    name = match[1]
    if connection.vendor == "postgresql":
        return f"CAST({name} AS text)"
    pieces = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({name}, {start}, {length})" for start, length in pieces)
