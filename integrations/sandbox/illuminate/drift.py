"""The many ways in which Illuminate writes one thing.

The files beside this one call it with a number that decides the way, so that each row is always written alike.
"""

from datetime import date
from typing import Any

Row = dict[str, Any]
_NOTHING: tuple[str | None, ...] = (None, "", "NULL", "null")
_YES: tuple[Any, ...] = ("t", "t", "t", "t", "t", "t", 1, True, "1", "t", "true")
_NO: tuple[Any, ...] = ("f", "f", "f", "f", "f", "f", 0, False, "0", "f", "false")
_TRUE = frozenset(("t", "true", "1", "yes", "y"))


def nothing(number: int) -> str | None:
    """One of the four ways to leave a field empty."""
    return _NOTHING[number % len(_NOTHING)]


def flag(value: bool | None, number: int) -> Any:
    """A yes or no, mostly as "t" or "f"; None is one of the blanks."""
    if value is None:
        return nothing(number)
    return yes(number) if value else no(number)


def yes(number: int) -> Any:
    return _YES[number % len(_YES)]


def no(number: int) -> Any:
    return _NO[number % len(_NO)]


def says_yes(value: Any) -> bool:
    """Read a flag, of a row or of a parameter."""
    return str(value).lower() in _TRUE


def number_or_nothing(digits: str | None, number: int) -> Any:
    """A code of digits as a number, which costs it its leading zeros."""
    return int(digits) if digits else nothing(number)


def day(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None
