"""Reads docs/promises.md: which promises there are and which of them are built.

A row is `| id | promise | built or not built | what is there |`. The ids are fixed: a promise may be unkept, but it
does not disappear.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

# Letter and how many: access, record, secrets and browsers, failures, language and access for all.
NUMBERED = {"A": 11, "R": 5, "S": 8, "F": 9, "L": 5}
IDS = tuple(f"{letter}{number}" for letter, last in NUMBERED.items() for number in range(1, last + 1))
STATES = ("built", "not built")
ROW = re.compile(r"^\|\s*([A-Z]\d+)\s*\|(.*)\|([^|]*)\|([^|]*)\|\s*$")


@dataclass(frozen=True)
class Promise:
    id: str
    text: str
    state: str
    note: str

    @property
    def built(self) -> bool:
        return self.state == "built"


def read(file: Path) -> list[Promise]:
    """Return the rows in the file's order, whatever they say; `problems` judges them."""
    rows = (ROW.match(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [Promise(*(part.strip() for part in row.groups())) for row in rows if row]


def problems(promises: list[Promise], *, ids: tuple[str, ...] = IDS) -> list[str]:
    """Say what is wrong with the table itself, one sentence a fault."""
    counted = Counter(promise.id for promise in promises)
    return [
        *(f"{one} has no row" for one in ids if one not in counted),
        *(f"{one} is no promise that we know" for one in counted if one not in ids),
        *(f"{one} has {times} rows" for one, times in counted.items() if times > 1),
        *(
            f"{promise.id} is neither {' nor '.join(STATES)}"
            for promise in promises
            if promise.state not in STATES
        ),
        *(f"{promise.id} says nothing" for promise in promises if not promise.text),
    ]
