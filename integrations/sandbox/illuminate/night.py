"""What Illuminate's data is like on one night: the day's small changes, and changes asked for.

`control.py` of the sandbox and tests set it through `vendor.py`; the files that make rows look at it. It decides
by dice and arithmetic, so the same night always gives the same rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from integrations.sandbox.dice import roll
from integrations.sandbox.illuminate.drift import Row

# One family of so many has its event on any one day.
DAYS = 1000
EVENTS = ("new-email", "second-gone", "second-not-legal", "aunt-comes", "leaves", "renamed")
# The cast of the demo leads a quiet life.
CAST_FAMILIES = 7
_EDIT_FIELDS = {
    "endpoints": list,
    "where": dict,
    "set": dict,
    "drop": bool,
    "every": list,
    "add": dict,
    "times": int,
}
ANY_ENDPOINT = "*"


class EditError(Exception):
    """A change that cannot be had; the text says why and holds no value of a row."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to the rows of some endpoints: `set` fields, `drop` rows or `add` one.

    `where` compares fields as text; `every` is (field, of, rest): rows whose number in that field leaves that rest.
    `times` is how often each such row is listed.
    """

    endpoints: tuple[str, ...]
    where: Mapping[str, str]
    set: Mapping[str, Any]
    drop: bool = False
    every: tuple[str, int, int] | None = None
    add: Row | None = None
    times: int = 1

    def concerns(self, endpoint: str) -> bool:
        return ANY_ENDPOINT in self.endpoints or endpoint in self.endpoints

    def laid_over(self, row: Row) -> Row:
        """The fields to set. An edit of all endpoints gives no row a field that it does not have."""
        if ANY_ENDPOINT not in self.endpoints:
            return dict(self.set)
        return {name: value for name, value in self.set.items() if name in row}

    def fits(self, row: Row) -> bool:
        if any(str(row.get(name)) != value for name, value in self.where.items()):
            return False
        if self.every is None:
            return True
        name, of, rest = self.every
        number = str(row.get(name))
        return number.isdigit() and int(number) % of == rest


@dataclass(frozen=True, slots=True)
class Night:
    """`day` 0 is the first night. `today` decides which session is nearest. `next_year`: students are promoted."""

    today: date
    day: int = 0
    next_year: bool = False
    edits: tuple[Edit, ...] = field(default=())

    def event(self, seed: int, family: int) -> str | None:
        """What has happened to a family by this day, for good."""
        if not self.day or family < CAST_FAMILIES or roll(seed, "event-day", family, DAYS) >= self.day:
            return None
        return EVENTS[roll(seed, "event", family, len(EVENTS))]

    def edits_of(self, endpoint: str) -> list[Edit]:
        return [edit for edit in self.edits if edit.concerns(endpoint)]


def parse_edits(values: Any, endpoints: Iterable[str]) -> tuple[Edit, ...]:
    """Check edits as they came in as JSON; EditError says what is wrong with them."""
    if not isinstance(values, list):
        raise EditError("edits are a JSON list.")
    return tuple(_parse(value, frozenset(endpoints)) for value in values)


def _parse(value: Any, known: frozenset[str]) -> Edit:
    if not isinstance(value, dict):
        raise EditError("An edit is a JSON object.")
    for name, part in value.items():
        kind = _EDIT_FIELDS.get(name)
        if kind is None or not isinstance(part, kind) or (kind is int and isinstance(part, bool)):
            raise EditError(f"An edit has these parts, each of its kind: {', '.join(_EDIT_FIELDS)}.")
    named = tuple(str(name) for name in value.get("endpoints", [ANY_ENDPOINT]))
    if not set(named) <= known | {ANY_ENDPOINT}:
        raise EditError(f"Endpoints with rows are: {', '.join(sorted(known))}.")
    if not {"set", "drop", "add", "times"} & value.keys():
        raise EditError("An edit has one of set, drop, add, times.")
    return Edit(
        endpoints=named,
        where={name: str(part) for name, part in value.get("where", {}).items()},
        set=value.get("set", {}),
        drop=value.get("drop", False),
        every=_every(value.get("every")),
        add=value.get("add"),
        times=value.get("times", 1),
    )


def _every(value: list[Any] | None) -> tuple[str, int, int] | None:
    if value is None:
        return None
    match value:
        case [str(name), int(of), int(rest)] if of > 0:
            return name, of, rest
    raise EditError('every is ["field", of, rest], such as ["student_id", 2, 0] for each second one.')


def edited(row: Row, edits: Iterable[Edit]) -> list[Row]:
    """The row as the edits leave it: none, one or several times."""
    copies = 1
    for edit in edits:
        if edit.add is None and edit.fits(row):
            if edit.drop:
                return []
            row = {**row, **edit.laid_over(row)}
            copies *= edit.times
    return [row] * copies
