"""Opens one document of a registration, with the care that a report gets: asked afresh, checked, recorded, streamed.

Called by the `document-content` view. Nothing is served that is not recorded (trust R1), no database connection is held
while bytes flow (S4), the link never leaves the server, and what is no PDF or picture by its first bytes never does
either. The reports' own opening is `scorereports.services.opening`; they share the places of a process.
"""

from __future__ import annotations

import contextlib
import functools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import structlog
from django.db import DatabaseError

from accounts.access import ReportAccess
from accounts.requests import RequestFacts
from accounts.services import record
from accounts.services.record import ReportNamed
from integrations import clients
from integrations.http import UpstreamStream
from integrations.models import Connection, Submission
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.records import DocumentLink
from integrations.services import links, submissions
from integrations.services import submission_documents as naming
from integrations.services.submission_documents import Document
from integrations.services.submission_failures import Failure, NoPurpose, Unavailable, of_calls, of_links
from portal.base import streaming
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
_LONGEST_REFUSAL: Final = 4096

log = structlog.get_logger(__name__)


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
            slot = _take_slot(undo)
            connection = wanted.line.action.connection
            link = _fresh_link(wanted, connection)
            upstream, kind, chunks = _open_link(connection, link, undo)
        except (Unavailable, NoPurpose) as refusal:
            _record_refusal(access, about, facts, refusal.word)
            raise
        event_id = _record_opening(access, about, facts)
        links.note_first_host(connection, link.url)
        undo.pop_all()  # from here on the stream gives back what it holds
    streaming.release_database()
    body = streaming.GuardedStream(
        upstream,
        chunks,
        slot=slot,
        on_finish=functools.partial(_record_finish, access, event_id),
        expected_bytes=upstream.content_length,
    )
    return StreamedDocument(body, upstream.content_length, kind, f"document.{_EXTENSIONS[kind]}")


def _check(access: ReportAccess, facts: RequestFacts) -> None:
    if access.held:
        raise Unavailable(Failure.HELD)
    if not facts.purpose:
        raise NoPurpose


def _take_slot(undo: contextlib.ExitStack) -> streaming.Slot:
    slot = streaming.take()
    if slot is None:
        raise Unavailable(Failure.BUSY)
    undo.callback(slot.release)
    return slot


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
        if upstream.status == HTTPStatus.FORBIDDEN and _says_expired(upstream):
            raise Unavailable(Failure.LINK_EXPIRED)
        if upstream.status == HTTPStatus.NOT_FOUND:
            raise Unavailable(Failure.GONE)
        if upstream.status != HTTPStatus.OK:
            raise Unavailable(Failure.BAD_DOCUMENT)
        if upstream.content_type and not upstream.content_type.startswith(_MAY_SAY):
            raise Unavailable(Failure.OTHER_KIND)
        kind, chunks = recognise(upstream.chunks(), KINDS)
        return upstream, kind, chunks


def _says_expired(upstream: UpstreamStream) -> bool:
    """Read Azure's short refusal: a link past its time is not the same as one that never was good."""
    said = b""
    for chunk in upstream.chunks():
        said += chunk
        if len(said) >= _LONGEST_REFUSAL:
            break
    return any(word in said.lower() for word in _EXPIRED)


def _record_opening(access: ReportAccess, about: ReportNamed, facts: RequestFacts) -> uuid.UUID:
    try:
        return record.opened(access, about, facts)
    except DatabaseError:
        log.exception("record_of_access_failed")
        raise Unavailable(Failure.NOT_RECORDED) from None


def _record_refusal(access: ReportAccess, about: ReportNamed, facts: RequestFacts, outcome: str) -> None:
    try:
        record.refused(access, about, facts, outcome=outcome)
    except DatabaseError:  # nothing was served, so nothing is hidden by the missing row
        log.exception("record_of_refusal_failed")


def _record_finish(access: ReportAccess, event_id: uuid.UUID, outcome: str, bytes_sent: int) -> None:
    try:
        record.finished(
            event_id,
            user=access.user,
            student_uuid=access.student_uuid,
            outcome=outcome,
            bytes_sent=bytes_sent,
        )
    except DatabaseError:  # the document is out and `opened` stands; a log line is all that is left to do
        log.exception("record_of_finish_failed", event_id=str(event_id))
    finally:
        streaming.release_database()
