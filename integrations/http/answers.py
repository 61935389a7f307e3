"""What came back from a vendor: whole answers with their JSON, or their bytes as they are.

Made by `VendorHttp`. Bytes that were kept are read with `parse`, as the answers themselves are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: 2xx with its JSON, or 4xx with its JSON if it had any. `headers` is a harmless few."""

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    is_json: bool = True


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer's bytes as they came, whatever they are.

    `broke_off` is empty, or says why the rest never came: `truncated`, `too-slow`, `too-large`.
    """

    status: int
    body: bytes = field(repr=False)
    broke_off: str = ""


def parse(body: bytes) -> tuple[Any, bool]:
    """Return (what the JSON says, True), or (None, False) for anything that is none."""
    try:
        # A night's pages are half a gigabyte: four times as fast.
        return orjson.loads(body), True
    except ValueError:
        # It is strict where vendors are not: lone surrogates, a byte order mark, deep nesting.
        return _parse_leniently(body)


def _parse_leniently(body: bytes) -> tuple[Any, bool]:
    try:
        # RecursionError: brackets nested by the thousand. NaN and Infinity are no JSON, and break what
        # comes after.
        return json.loads(body, parse_constant=_refuse), True
    except (ValueError, RecursionError):
        return None, False


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
