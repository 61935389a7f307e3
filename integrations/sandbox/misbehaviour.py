"""What each fault does to an answer.

`server.py` calls it with the fault that `faults.py` picked. docs/sandbox.md tells the same for those who
rehearse.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from integrations.sandbox.exchange import HTML, JSON, PDF, XML, Call, Reply, Vendor, json_reply
from integrations.sandbox.faults import Fault
from integrations.sandbox.hostile import ATTEMPTS
from integrations.sandbox.hostile import page as hostile_page
from integrations.sandbox.misbehaving_pages import changed_rows, miscount, repeated_page, short_page
from integrations.sandbox.wire import Wire

_ERRORS = {
    400: "Malformed parameter",
    401: "You are unauthorized to make this request.",
    403: "You are not authorized to make this request",
    404: "Student doesn\u2019t exist",
}
_GATEWAY = {
    401: "Unauthorized",
    403: "Forbidden",
    429: "Too Many Requests",
    504: "Endpoint request timed out",
}
_BAD_REQUEST = 400
# What is behind them are files, at ETS and at PowerSchool.
_LINKS = ("link", "blob")
_PIECE = 256 * 1024
_PIECES_A_SECOND = 50
_BLANKS = memoryview((b"%" + b" " * 62 + b"\n") * (_PIECE // 64))
_TEN_GIGABYTES = 10_000_000_000
_BOMB_BYTES = 100_000_000
_SHAPED_BYTES = 20_000_000
_PAGE = b"<!doctype html><html><body><h1>Service unavailable</h1><p>Please try again later.</p></body></html>"


def misbehave(fault: Fault, call: Call, vendor: Vendor, wire: Wire) -> None:
    """Answer a call wrongly, as the fault says; ConnectionError when the client has left meanwhile."""
    _KINDS[fault.kind](fault.options, call, vendor, wire)


_Kind = Callable[[dict[str, Any], Call, Vendor, Wire], None]


def _status(options: dict[str, Any], _call: Call, vendor: Vendor, wire: Wire) -> None:
    status = options.get("status", 500)
    # Illuminate says nothing beside a status, but for 400.
    silent = vendor.prefix == "/illuminate" and status != _BAD_REQUEST
    body = options.get("body", "empty" if silent else "json")
    key = "message" if vendor.prefix == "/powerschool" else "error"
    reply = json_reply(status, {key: _ERRORS.get(status, "Internal error occurred")})
    if body == "html":
        reply = Reply(status, _PAGE, HTML)
    elif body == "gateway":
        reply = json_reply(status, {"message": _GATEWAY.get(status, "Internal server error")})
    elif body == "xml":
        reply = Reply(
            status, b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>", XML
        )
    elif body == "empty":
        reply = Reply(status)
    if "text" in options:
        reply.body = options["text"].encode()
    if "retry_after" in options:
        reply.headers.append(("Retry-After", str(options["retry_after"])))
    reply.headers += [(str(name), str(value)) for name, value in options.get("headers", {}).items()]
    wire.send(reply)


def _hang(options: dict[str, Any], _call: Call, _vendor: Vendor, wire: Wire) -> None:
    wire.hang(options.get("seconds"))


def _delay(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    if wire.wait(options.get("ms", 1000) / 1000):
        raise ConnectionResetError
    wire.send(call.answer())


def _lost(_options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    # The work is done; only the answer never leaves.
    call.answer()
    wire.reset()


def _late(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    reply = call.answer()
    if wire.wait(options.get("ms", 1000) / 1000):
        raise ConnectionResetError
    wire.send(reply)


def _slow_headers(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    reply = call.answer()
    wire.closing = True
    wire.drip(wire.head(reply, len(reply.body)), options.get("ms_per_byte", 100))
    wire.write(reply.body)


def _drip(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    reply = call.answer()
    wire.closing = True
    wire.write(wire.head(reply, len(reply.body)))
    wire.drip(reply.body, options.get("ms_per_byte", 100))


def _reset(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    if options.get("at", "once") == "body":
        reply = call.answer()
        wire.write(wire.head(reply, len(reply.body)) + reply.body[: len(reply.body) // 2])
        # A reset overtakes bytes that the client has not read yet.
        wire.wait(0.05)
    wire.reset()


def _truncate(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    reply = call.answer()
    wire.closing = True
    wire.write(wire.head(reply, len(reply.body)) + reply.body[: options.get("keep", len(reply.body) // 2)])


def _garbage(options: dict[str, Any], _call: Call, _vendor: Vendor, wire: Wire) -> None:
    wire.send(Reply(200, options.get("text", '{"token": ][ \x00 not JSON').encode()))


def _shape(options: dict[str, Any], _call: Call, vendor: Vendor, wire: Wire) -> None:
    original = vendor.sample_pdf()
    size = max(options.get("size", _SHAPED_BYTES), len(original))
    pieces = _paced(_padded_pdf(original, size), options.get("bytes_per_second"))
    wire.send(Reply(200, content_type=PDF, stream=pieces, length=size))


def _huge(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    size = options.get("size", _TEN_GIGABYTES)
    is_link = call.endpoint in _LINKS
    start = b"%PDF-1.7\n" if is_link else b"["
    filler = _BLANKS if is_link else memoryview(b" " * _PIECE)
    stream = _endless(start, filler) if size is None else _cut(_endless(start, filler), size)
    wire.send(Reply(200, content_type=PDF if is_link else JSON, stream=stream, length=size))


def _wrong_type(options: dict[str, Any], call: Call, vendor: Vendor, wire: Wire) -> None:
    as_pdf = call.endpoint in _LINKS and call.answer().content_type == PDF
    choice = options.get("as", "html-as-pdf" if as_pdf else "pdf-as-html")
    if choice == "html-as-pdf":
        wire.send(Reply(200, _PAGE, PDF))
    else:
        wire.send(Reply(200, vendor.sample_pdf(), HTML))


def _redirect(options: dict[str, Any], _call: Call, _vendor: Vendor, wire: Wire) -> None:
    wire.send(
        Reply(options.get("status", 302), content_type=HTML, headers=[("Location", options["location"])])
    )


def _gzip_bomb(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    is_link = call.endpoint in _LINKS
    bomb = _bomb(options.get("size", _BOMB_BYTES), b"%PDF-1.7\n" if is_link else b"[")
    wire.send(Reply(200, bomb, PDF if is_link else JSON, [("Content-Encoding", "gzip")]))


def _set_cookie(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    reply = call.answer()
    reply.headers.append(("Set-Cookie", options.get("value", "sessionid=from-the-vendor; Path=/")))
    wire.send(reply)


def _extra_rows(options: dict[str, Any], call: Call, vendor: Vendor, wire: Wire) -> None:
    def change(rows: list[Any]) -> list[Any]:
        template = rows[0] if rows else {**_PLAIN_ROW, "url": ""}
        return rows + [
            {**template, **row} if isinstance(row, dict) else row for row in options.get("rows", STRANGE)
        ]

    _with_rows(change, call, vendor, wire)


def _bad_rows(options: dict[str, Any], call: Call, vendor: Vendor, wire: Wire) -> None:
    _with_rows(lambda rows: rows + options.get("rows", BAD), call, vendor, wire)


def _hostile_links(options: dict[str, Any], call: Call, vendor: Vendor, wire: Wire) -> None:
    def change(rows: list[Any]) -> list[Any]:
        return [{**row, "url": options["url"]} for row in rows or [_PLAIN_ROW]]

    if call.endpoint == "reports":
        _with_rows(change, call, vendor, wire)
    else:  # the answer is the link itself
        wire.send(Reply(200, options["url"].encode()))


def _hostile_html(options: dict[str, Any], call: Call, vendor: Vendor, wire: Wire) -> None:
    reply = call.answer()
    # PDFs, parts of pages and refusals stay what they are.
    if reply.content_type == HTML:
        collector = f"{call.base_url}{vendor.prefix}/_hostile"
        attempts = options.get("attempts", list(ATTEMPTS))
        reply = Reply(
            200, hostile_page(portal=options["portal"], collector=collector, attempts=attempts), HTML
        )
    wire.send(reply)


def _with_rows(change: Callable[[list[Any]], list[Any]], call: Call, _vendor: Vendor, wire: Wire) -> None:
    reply = call.answer()
    rows = json.loads(reply.body)
    # A refusal stays a refusal: only lists have rows.
    wire.send(json_reply(200, change(rows)) if isinstance(rows, list) else reply)


_PLAIN_ROW = {
    "type": "CAASPP",
    "lang": "EN",
    "year": 2026,
    "format": "PDF",
    "content area": "ELA,MATH",
    "grade": "04",
}
# Codes that ETS has not used so far. What is not named is taken from the student's first row.
STRANGE: list[dict[str, Any]] = [
    {"type": "NEWTEST"},
    {"type": "A/B test"},
    {"lang": "HM"},
    {"format": "EPUB"},
    {"content area": "XX"},
    {"content area": "ELA,MATH,SC,XX"},
    {"year": 2031},
    {"grade": "TK"},
    {"added later": {"nested": True}},
]
BAD: list[Any] = [
    "a line of text",
    None,
    [],
    {},
    {
        "type": "CAASPP",
        "lang": "EN",
        "year": 2026,
        "format": "PDF",
        "content area": "ELA,MATH",
        "grade": "04",
    },
    {**_PLAIN_ROW, "url": None},
    {**_PLAIN_ROW, "url": 7},
    {**_PLAIN_ROW, "url": "", "year": "twenty"},
    {**_PLAIN_ROW, "url": "", "type": None, "lang": ["EN"]},
]


def _padded_pdf(original: bytes, size: int) -> Iterator[bytes | memoryview]:
    """Yield a PDF stretched with comment lines before its last lines, where no reader minds them."""
    cut = original.rindex(b"startxref")
    yield original[:cut]
    padding = size - len(original)
    whole, rest = divmod(padding, _PIECE)
    for _ in range(whole):
        yield _BLANKS
    if rest:
        yield b"%" * (rest - 1) + b"\n"
    yield original[cut:]


def _paced(
    pieces: Iterator[bytes | memoryview], bytes_per_second: float | None
) -> Iterator[bytes | memoryview]:
    """Yield no faster than so many bytes a second, in at most fifty pieces a second."""
    if not bytes_per_second:
        yield from pieces
        return
    largest = max(1, min(_PIECE, int(bytes_per_second / _PIECES_A_SECOND)))
    due = time.monotonic()
    for piece in pieces:
        for start in range(0, len(piece), largest):
            part = piece[start : start + largest]
            yield part
            due += len(part) / bytes_per_second
            ahead = due - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)


def _endless(start: bytes, filler: memoryview) -> Iterator[bytes | memoryview]:
    yield start
    while True:
        yield filler


def _cut(pieces: Iterator[bytes | memoryview], size: int) -> Iterator[bytes | memoryview]:
    left = size
    for piece in pieces:
        if len(piece) >= left:
            yield piece[:left]
            return
        left -= len(piece)
        yield piece


@lru_cache(maxsize=4)
def _bomb(size: int, start: bytes) -> bytes:
    """Few bytes that unpack to `size`. Pieces packed apart and joined are one valid file."""
    million = gzip.compress(b" " * 1_000_000, mtime=0)
    return gzip.compress(start, mtime=0) + million * (size // 1_000_000)


_KINDS: dict[str, _Kind] = {
    "status": _status,
    "hang": _hang,
    "delay": _delay,
    "lost": _lost,
    "late": _late,
    "slow_headers": _slow_headers,
    "drip": _drip,
    "reset": _reset,
    "truncate": _truncate,
    "garbage": _garbage,
    "shape": _shape,
    "huge": _huge,
    "wrong_type": _wrong_type,
    "redirect": _redirect,
    "gzip_bomb": _gzip_bomb,
    "set_cookie": _set_cookie,
    "extra_rows": _extra_rows,
    "bad_rows": _bad_rows,
    "hostile_links": _hostile_links,
    "hostile_html": _hostile_html,
    "short_page": short_page,
    "repeated_page": repeated_page,
    "miscount": miscount,
    "changed_rows": changed_rows,
}
