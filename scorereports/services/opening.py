"""Opens one score report: asks ETS afresh, checks, writes the record, then streams it or sends the browser to its link.

Called by the `report-content` view. The order is the promise: nothing is served that is not recorded (trust R1), and no
database connection is held while bytes flow (S4). The link is minted here. Streamed, it never leaves the server;
redirected, it stands in one `Location` header and nowhere else. Why there are both: docs/adr/0006.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from accounts.access import ReportAccess
from accounts.requests import RequestFacts
from accounts.services.record import ReportNamed
from integrations import clients
from integrations.http import UpstreamStream
from integrations.services import links, serving
from portal.base import streaming
from portal.base.magic import Kind, check_start
from scorereports import catalog, keys
from scorereports.keys import ReportKey
from scorereports.models import Configuration
from scorereports.outcomes import Outcome
from scorereports.services import courtesy, delivery, failures, listing
from scorereports.services.failures import NoPurpose, NotForThem, Unavailable

# S3 calls a file without a declared type an octet-stream; the magic bytes decide.
_ANY = ("application/octet-stream", "binary/octet-stream")
_TYPES: dict[Kind, tuple[str, ...]] = {"PDF": ("application/pdf", *_ANY), "HTML": ("text/html", *_ANY)}
_EXPIRED = b"expired"


@dataclass(frozen=True)
class StreamedReport:
    """A report on its way: `body` yields its bytes and closes everything behind it when it is closed."""

    body: Iterator[bytes]
    length: int | None
    kind: Kind
    file_name: str


@dataclass(frozen=True)
class RedirectedReport:
    """A report that the browser fetches itself. `link` opens it for anybody for 30 minutes: into `Location` only."""

    link: str = field(repr=False)


@dataclass(frozen=True)
class _Upstream:
    answer: UpstreamStream
    chunks: Iterator[bytes]
    kind: Kind
    slot: streaming.Slot


def open_report(
    access: ReportAccess, key_text: str, facts: RequestFacts, *, in_a_frame: bool = False
) -> StreamedReport | RedirectedReport:
    """Start serving the report of a key from a URL. Raises `Unavailable`, after writing `refused` with the reason.

    And `NotForThem` likewise: staff without a purpose (trust A7), or looking as a family. `in_a_frame` says
    that our viewer frames the answer, which is refused where the browser would show nothing.
    """
    try:
        key = read_key(access, key_text)
    except Unavailable as unavailable:
        serving.record_refusal(access, ReportNamed(), facts, unavailable.word)
        raise
    named = ReportNamed(key.type, key.year, key.language, key.format, key.content_area)
    with contextlib.ExitStack() as undo:
        try:
            configuration = listing.configuration_for(access)
            _check_purpose(access, facts)
            kind = delivery.streamed_as(configuration, key.format)
            slot = serving.take_slot(undo, otherwise=Unavailable(Outcome.BUSY)) if kind else None
            link = _fresh_link(access, key, configuration)
            if in_a_frame and delivery.needs_own_tab(configuration, key.format, link):
                links.note_first_host(
                    configuration.connection, link
                )  # from now on the viewer says so by itself
                raise Unavailable(Outcome.OWN_TAB)
            upstream = None
            if kind and slot:
                upstream = _Upstream(*open_link(configuration, link, kind, undo), kind, slot)
        except (Unavailable, NotForThem) as refusal:
            serving.record_refusal(access, named, facts, refusal.word)
            raise
        unrecorded = Unavailable(Outcome.NOT_RECORDED)
        event_id = serving.record_opening(access, named, facts, otherwise=unrecorded)
        links.note_first_host(configuration.connection, link)
        undo.pop_all()  # from here on the stream gives back what it holds
    if upstream is None:
        serving.record_finish(access, event_id, "redirected", 0)
        return RedirectedReport(link)
    return _streamed(access, key, event_id, upstream)


def _streamed(
    access: ReportAccess, key: ReportKey, event_id: uuid.UUID, upstream: _Upstream
) -> StreamedReport:
    body = serving.guarded(access, event_id, upstream.answer, upstream.chunks, upstream.slot)
    name = f"score-report-{key.year or 'state'}.{upstream.kind.lower()}"
    return StreamedReport(body, upstream.answer.content_length, upstream.kind, name)


def read_key(access: ReportAccess, text: str) -> ReportKey:
    """Open a key from a URL. Raises `Unavailable` (gone) for a text that is no key of this student for this person."""
    try:
        key = keys.read(text, student=access.student_uuid)
    except keys.UnknownKey:
        raise Unavailable(Outcome.GONE) from None
    if access.is_family and not key.final:
        raise Unavailable(Outcome.GONE)
    return key


def _check_purpose(access: ReportAccess, facts: RequestFacts) -> None:
    """Raise NoPurpose for staff who have not said why they open it; families and students are never asked."""
    if not access.is_family and not facts.purpose:
        raise NoPurpose


def _fresh_link(access: ReportAccess, key: ReportKey, configuration: Configuration) -> str:
    """Ask ETS for this one report and return its link, checked against where links may lead."""
    if not key.final and not listing.sees_not_final(access, configuration):
        raise Unavailable(Outcome.GONE)
    connection = configuration.connection
    courtesy.note(access.district_id)
    with failures.as_outcomes(connection):
        rows = clients.ets_client(connection).score_reports(
            access.ssid,
            type=catalog.to_ask_type(key.type),
            lang=catalog.to_ask_language(key.language),
            year=int(key.year) if key.year.isdigit() else None,
            format=catalog.to_ask_format(key.format),
            final=key.final,
        )
    row = dict(listing.with_keys(rows, final=key.final)).get(key)
    if row is None:
        raise delivery.why_not_listed(key)
    with failures.of_links_as_outcomes():
        clients.pinned_link_policy(connection).check(row.url)
    return row.url


def open_link(
    configuration: Configuration, link: str, kind: Kind, undo: contextlib.ExitStack
) -> tuple[UpstreamStream, Iterator[bytes]]:
    """Open the link; the first bytes are checked before anybody sees one. Returns what to close, and all the bytes."""
    with failures.of_links_as_outcomes():
        upstream = clients.ets_client(configuration.connection).open_link(link)
        undo.callback(upstream.close)
        if upstream.status == HTTPStatus.FORBIDDEN and serving.says(upstream, _EXPIRED):
            raise Unavailable(Outcome.LINK_EXPIRED)
        if upstream.status != HTTPStatus.OK or not upstream.content_type.startswith(_TYPES[kind]):
            raise Unavailable(Outcome.BAD_REPORT)
        return upstream, check_start(upstream.chunks(), kind)
