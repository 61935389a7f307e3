"""A volume to print: the reports of at most fifty students as one PDF, each beginning on a fresh sheet.

Called by the `print-volume` view. It is put together in memory, and not sent before each report in it is on record as
`opened`. A report with an odd number of pages gets a blank one, so that a printer that prints both sides does not put
the next student on its back. What is missing stands on a sheet in front.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from accounts.models import User
from accounts.requests import RequestFacts
from portal.base import streaming
from scorereports import catalog
from scorereports.outcomes import Outcome
from scorereports.services import class_sets
from scorereports.services.class_sets import Volume
from scorereports.services.class_sets_fetching import Fetched, Fetcher

log = structlog.get_logger(__name__)

_PIECE = 256 * 1024
_NOT_BOUND = "not-bound"


@dataclass(frozen=True)
class Printed:
    """A volume on its way, and its length in bytes."""

    body: streaming.GuardedStream
    length: int


class _InMemory:
    """The bytes of a volume, handed out in pieces."""

    def __init__(self, content: memoryview) -> None:
        self._content = content

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self._content), _PIECE):
            yield bytes(self._content[start : start + _PIECE])

    def close(self) -> None:
        self._content = memoryview(b"")


def volume(part: Volume, *, by: User, facts: RequestFacts) -> Printed:
    """Fetch the reports of a volume and return them as one PDF. Raises Unavailable (busy), NothingToGet."""
    slot = class_sets.take_place()
    book = _Book(by, facts)
    try:
        for one in Fetcher(by, list(part.members)):
            book.add(one)
        content = book.bound()
    except BaseException:
        slot.release()
        book.finish(_NOT_BOUND, 0)  # what is on record as opened: nobody got a byte of it
        raise
    streaming.release_database()
    upstream = _InMemory(content)
    length = len(content)
    body = streaming.GuardedStream(
        upstream, upstream.chunks(), slot=slot, on_finish=book.finish, expected_bytes=length, max_bytes=length
    )
    return Printed(body, length)


class _Book:
    def __init__(self, user: User, facts: RequestFacts) -> None:
        self._user = user
        self._facts = facts
        self._writer = PdfWriter()
        self._opened: list[tuple[uuid.UUID, Fetched, int]] = []
        self._missing: list[str] = []

    def add(self, one: Fetched) -> None:
        """Put a report into the book and its opening on record; what cannot be read or recorded stays out."""
        pages = None if one.content is None else _whole_sheets(one.content)
        event_id = class_sets.record_opening(one, self._facts) if pages else None
        if pages is not None and event_id is not None:
            self._opened.append((event_id, _with(one, ""), len(one.content or b"")))
            self._append(pages)
            return
        outcome = one.outcome or (Outcome.NOT_RECORDED if pages else Outcome.BAD_REPORT).value
        class_sets.record_refusal(_with(one, outcome), self._user, self._facts)
        self._missing += [line for line in (_line(one, outcome),) if line not in self._missing]

    def _append(self, pages: bytes) -> None:
        # Pages and reader know each other, so that without closing it each file would wait for the garbage collector,
        # which counts objects and not megabytes: a book of 225 files held 236 MB, closed 5.
        with io.BytesIO(pages) as file:
            self._writer.append(PdfReader(file), import_outline=False)

    def bound(self) -> memoryview:
        """Return the whole book. Raises NothingToGet where nothing came."""
        if not self._opened:
            raise class_sets.NothingToGet
        if self._missing:
            self._put_in_front(_sheet(self._missing))
        out = io.BytesIO()
        self._writer.write(out)
        self._writer.close()
        self._writer = PdfWriter()
        return out.getbuffer()

    def _put_in_front(self, sheet: bytes) -> None:
        pages = PdfReader(io.BytesIO(sheet)).pages
        for place, page in enumerate(pages):
            self._writer.insert_page(page, place)
        if len(pages) % 2:
            size = pages[0].mediabox
            self._writer.insert_blank_page(size.width, size.height, len(pages))

    def finish(self, outcome: str, _sent: int) -> None:
        """Say of each report how it ended: the volume came as a whole, or not."""
        for event_id, one, size in self._opened:
            sent = size if outcome == "complete" else 0
            class_sets.record_finish(event_id, one, self._user, outcome=outcome, bytes_sent=sent)
        streaming.release_database()


def _whole_sheets(content: bytes) -> bytes | None:
    """Return a report's pages as a PDF of its own with an even number of them; None if they cannot be taken out of it.

    Some files open and count, and break where their pages are copied. One of them must not cost a class its volume.
    """
    try:
        with io.BytesIO(content) as file, io.BytesIO() as out, PdfWriter() as writer:
            pages = PdfReader(file)
            if not len(pages.pages):
                return None
            writer.append(pages, import_outline=False)
            if len(writer.pages) % 2:
                writer.add_blank_page()
            writer.write(out)
            return out.getvalue()
    except Exception as problem:  # noqa: BLE001 - whatever the reader makes of an odd file, it stays out
        log.warning("class_set_pdf_unreadable", error=type(problem).__name__)
        return None


def _with(one: Fetched, outcome: str) -> Fetched:
    """Return what the record needs, without the bytes: a book of fifty would else hold them twice."""
    return Fetched(one.member, one.key, one.may_see, outcome=outcome)


def _line(one: Fetched, outcome: str) -> str:
    member, key = one.member, one.key
    who = f"{member.last_name}, {member.first_name} ({member.local_id})"
    if outcome == Outcome.HELD:
        return f"{who}: {class_sets.why_missing(outcome)}"  # names no test (trust A4)
    what = f"{catalog.type_title(key.type)} {catalog.plain_year(key.year)}, {key.language}"
    return f"{who}: {what}. {class_sets.why_missing(outcome)}"


def _sheet(lines: list[str]) -> bytes:
    """Print what is missing in the letters that every printer has; a name it cannot write has its local id."""
    pdf = FPDF(format="letter")
    pdf.set_auto_page_break(auto=True, margin=18)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 15)
    pdf.multi_cell(0, 9, "Not in this volume", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 10)
    for line in lines:
        plain = (
            line.replace("\u2013", "-").replace("\u2019", "'").encode("latin-1", "replace").decode("latin-1")
        )
        pdf.multi_cell(0, 6, plain, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())
