"""Opens one document of a registration, with the care that a report gets: asked afresh, checked, recorded, streamed.

Called by the `document-content` view. Nothing is served that is not recorded (trust R1), no database connection is held
while bytes flow (S4), the link never leaves the server, and what is no PDF or picture by its first bytes never does
either. The reports' own opening is `scorereports.services.opening`; they share the places of a process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from accounts.access import ReportAccess
from accounts.requests import RequestFacts
from accounts.services.record import ReportNamed
from integrations import clients
from integrations.http import UpstreamStream
from integrations.models import Connection, Submission
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.records import DocumentLink
from integrations.services import links, serving, submissions
from integrations.services import submission_documents as naming
from integrations.services.submission_documents import Document
from integrations.services.submission_failures import Failure, NoPurpose, Unavailable, of_calls, of_links
from portal.base.magic import Kind, recognise

# Pictures first: their beginnings stand at the very beginning, a PDF's somewhere in the first bytes.
KINDS: Final[tuple[Kind, ...]] = ("JPEG", "PNG", "HEIC", "PDF")
CONTENT_TYPES: Final[dict[Kind, str]] = {
    "PDF": "application/pdf",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "HEIC": "image/heic",
}
_EXTENSIONS: Final[dict[Kind, str]] = {"PDF": "pdf", "JPEG": "jpg", "PNG": "png", "HEIC": "heic"}
# No browser but Safari shows one.
SAVED_ALONE: Final[frozenset[Kind]] = frozenset({"HEIC"})
# Azure says octet-stream of a file whose type nobody gave; the first bytes decide.
_MAY_SAY: Final = ("application/pdf", "image/", "application/octet-stream", "binary/octet-stream")
_EXPIRED: Final = (b"time frame", b"expired")


@dataclass(frozen=True)
class StreamedDocument:
    """A document on its way: `body` yields its bytes and closes everything behind it when it is closed."""

    body: Iterator[bytes]
    length: int | None
    kind: Kind
    file_name: str


@dataclass(frozen=True)
class Named:
    """What a key from an address says: which submission, and which of its documents, as the district calls it."""

    line: Submission
    item: str
    label: str


def named(access: ReportAccess, key: str) -> Named:
    """Read a key from an address. Raises `Unavailable` (gone) for what is no document of this student now."""
    try:
        submission, item = naming.read_key(key, student=access.student_uuid)
    except naming.UnknownKey:
        raise Unavailable(Failure.GONE) from None
    rows = Submission.objects.filter(student=access.student_id, action__is_active=True)
    line = rows.filter(uuid=submission).select_related("action__connection__district").first()
    mapped = naming.mapping_of(line.action).get(item) if line else None
    if line is None or mapped is None:
        raise Unavailable(Failure.GONE)
    return Named(line, item, mapped["label"])


def open_document(access: ReportAccess, key: str, facts: RequestFacts) -> StreamedDocument:
    """Start serving a document. Raises `Unavailable` or `NoPurpose`, after writing `refused` with the reason."""
    about = ReportNamed()
    with contextlib.ExitStack() as undo:
        try:
            wanted = named(access, key)
            about = ReportNamed(document=wanted.label)
            _check(access, facts)
            slot = serving.take_slot(undo, otherwise=Unavailable(Failure.BUSY))
            connection = wanted.line.action.connection
            link = _fresh_link(wanted, connection)
            upstream, kind, chunks = _open_link(connection, link, undo)
        except (Unavailable, NoPurpose) as refusal:
            serving.record_refusal(access, about, facts, refusal.word)
            raise
        unrecorded = Unavailable(Failure.NOT_RECORDED)
        event_id = serving.record_opening(access, about, facts, otherwise=unrecorded)
        links.note_first_host(connection, link.url)
        undo.pop_all()  # from here on the stream gives back what it holds
    body = serving.guarded(access, event_id, upstream, chunks, slot)
    return StreamedDocument(body, upstream.content_length, kind, f"document.{_EXTENSIONS[kind]}")


def _check(access: ReportAccess, facts: RequestFacts) -> None:
    if access.held:
        raise Unavailable(Failure.HELD)
    if not facts.purpose:
        raise NoPurpose


def _fresh_link(wanted: Named, connection: Connection) -> DocumentLink:
    """Ask for the submission as it is now, and for a link to its document, checked against where links may lead."""
    found = naming.named_in(wanted.line.action, submissions.fresh(wanted.line))
    document = next((one for one in found if one.item == wanted.item), None)
    if document is None:
        raise Unavailable(Failure.GONE)
    with of_calls():
        link = _ask(clients.powerschool_client(connection), document)
    with of_links():
        clients.pinned_link_policy(connection).check(link.url)
    return link


def _ask(client: PowerSchoolClient, document: Document) -> DocumentLink:
    if document.file_name:
        return client.named_document(file_name=document.file_name, provider_uid=document.document_id)
    return client.document(document.document_id)


def _open_link(
    connection: Connection, link: DocumentLink, undo: contextlib.ExitStack
) -> tuple[UpstreamStream, Kind, Iterator[bytes]]:
    """Open the link; the first bytes are checked before anybody sees one. Returns what to close, and all the bytes."""
    with of_links():
        upstream = clients.powerschool_client(connection).open_document(link)
        undo.callback(upstream.close)
        if upstream.status == HTTPStatus.FORBIDDEN and serving.says(upstream, *_EXPIRED):
            raise Unavailable(Failure.LINK_EXPIRED)
        if upstream.status == HTTPStatus.NOT_FOUND:
            raise Unavailable(Failure.GONE)
        if upstream.status != HTTPStatus.OK:
            raise Unavailable(Failure.BAD_DOCUMENT)
        if upstream.content_type and not upstream.content_type.startswith(_MAY_SAY):
            raise Unavailable(Failure.OTHER_KIND)
        kind, chunks = recognise(upstream.chunks(), KINDS)
        return upstream, kind, chunks
