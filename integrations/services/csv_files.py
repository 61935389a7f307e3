"""The CSV files as staff see them: what to deliver, templates, and one file checked line by line.

Called by the page about CSV files. A check reads and forgets: nothing of it is stored, and it shows no value, only
lines, columns and what is wrong with them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from accounts.models import User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.services import csv_words
from integrations.sync.csv_catalog import BY_NAME, FILES
from integrations.sync.csv_table import BadHeader, decoded
from integrations.sync.from_csv import FileReading
from integrations.sync.rows import Problem
from portal.base.clock import local_today

SHOWN = 200


@dataclass
class Checked:
    """What a check found. `headers` says why no line was read; `found` are the first problems, as they are shown."""

    file_name: str
    headers: list[str] = field(default_factory=list)
    lines: int = 0
    left_out: int = 0
    unknown: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    found: list[dict[str, str]] = field(default_factory=list)

    @property
    def problems(self) -> int:
        return self.counts.total()

    @property
    def is_good(self) -> bool:
        return not self.headers and not self.problems

    def add(self, problem: Problem) -> None:
        self.counts[problem.reason] += 1
        if len(self.found) < SHOWN:
            what, to_do = csv_words.problem(problem.reason)
            line = problem.source_id.removeprefix("line ")
            self.found.append({"line": line, "column": problem.field, "what": what, "to_do": to_do})


def may_use(user: User) -> bool:
    """Say whether this person runs the syncs of a district."""
    return staff_roles.districts_with(user, Right.RUN_SYNC).exists()


def listed() -> list[dict[str, Any]]:
    """Return name, file_name, words and columns (name, words, required, example) of each file, in order."""
    return [
        {
            "name": file.name,
            "file_name": file.file_name,
            "words": csv_words.FILES[file.name],
            "columns": [
                {
                    "name": column.name,
                    "words": csv_words.COLUMNS[column.name],
                    "required": column.required,
                    "example": column.example,
                }
                for column in file.columns
            ],
        }
        for file in FILES
    ]


def template(name: str) -> str:
    """Return an empty file with its header. Raises KeyError for a name that is none of the files."""
    out = io.StringIO()
    csv.writer(out).writerow(column.name for column in BY_NAME[name].columns)
    return out.getvalue()


def check(*, name: str, upload: BinaryIO) -> Checked:
    """Read one file as a sync would, without its schools. Closes the upload."""
    read = FileReading(BY_NAME[name], today=local_today())
    told = Checked(BY_NAME[name].file_name)
    with decoded(upload) as stream:
        try:
            for batch in read.batches(stream):
                for problem in batch.problems:
                    told.add(problem)
        except BadHeader as problem:
            told.headers = [
                csv_words.header(problem.reason, name, column) for column in problem.columns or [""]
            ]
    told.lines, told.left_out, told.unknown = read.lines, read.left_out, read.unknown
    return told
