"""Rows in a fixed order of which any page can be made without those before it, and without holding any.

The files that know the rows make one from units of few rows (a dozen students, a school); `feed.py` asks it for
pages. Only how many rows each unit has is remembered.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from integrations.sandbox.illuminate.drift import Row

Keys = Callable[[int], Sequence[Any]]


class Listing:
    """`keys(unit)` tells cheaply which rows a unit has, `row(key)` makes one."""

    def __init__(self, units: int, keys: Keys, row: Callable[[Any], Row]) -> None:
        self.keys, self.row, self.units = keys, row, units
        self._ends = array("Q")
        total = 0
        for unit in range(units):
            total += len(keys(unit))
            self._ends.append(total)
        self.total = total

    def slice(self, start: int, stop: int) -> Iterator[Row]:
        """Yield the rows from number `start` to before number `stop`."""
        unit = bisect_right(self._ends, start)
        position = self._ends[unit - 1] if unit else 0
        while unit < self.units and position < stop:
            keys = self.keys(unit)
            for key in keys[max(0, start - position) : stop - position]:
                yield self.row(key)
            position += len(keys)
            unit += 1


def same(row: Row) -> Row:
    """For listings whose keys are the rows themselves."""
    return row


def of_rows(rows: Sequence[Row]) -> Listing:
    """A short list that is at hand as a whole."""
    return Listing(1, lambda _: rows, same)
