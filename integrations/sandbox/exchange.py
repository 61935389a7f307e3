"""What the sandbox's server and its vendors hand each other: a request, a call and a reply.

`server.py` makes requests and sends replies; each vendor turns a request into a call. No socket is known
here.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Protocol

JSON = "application/json"
HTML = "text/html; charset=utf-8"
PDF = "application/pdf"
XML = "application/xml"


class ControlError(Exception):
    """What a rehearsal asked for cannot be done; the text says why and names nobody."""


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """`path` and `query` as they stand in the request line; `base_url` is how the client reached us."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes
    client_address: str
    base_url: str


@dataclass(slots=True, repr=False)
class Reply:
    """An answer. With `stream`, `length` says how many bytes will come (None: until the connection ends)."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)
    stream: Iterator[bytes | memoryview] | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """A recognised request: the endpoint it counts under, the student it is about, how to answer it.

    `base_url` is how the client reached us, for answers that lead back. Of an answer that comes in pages, `page` is
    the one asked for and `turn` answers for another one.
    """

    endpoint: str
    ssid: str | None
    answer: Callable[[], Reply]
    base_url: str = ""
    page: int | None = None
    turn: Callable[[int], Reply] | None = None


class Vendor(Protocol):
    """One outside system. `prefix` is the first part of its paths, as in "/ets", `base_path` what clients are given."""

    prefix: str
    base_path: str
    endpoints: tuple[str, ...]

    def route(self, request: Request) -> Call | None:
        """Recognise a request, or None for an address that the vendor does not have."""

    def nowhere(self) -> Reply:
        """What is said of such an address."""

    def sample_pdf(self) -> bytes:
        """Any valid PDF, for the faults that need one."""


def json_reply(status: int, value: Any) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode())
