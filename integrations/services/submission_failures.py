"""Why a submission or a document does not open: what a client raises, as a word, and the words for it.

`submissions`, `documents` and the pages of both use it. The word is also the machine word in the record of access.
Staff alone read these texts: no family opens a document here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from django.utils.translation import gettext_lazy as _

from integrations.http import VendorMisconfigured, VendorRejected, VendorUnavailable
from integrations.powerschool.errors import RequestRefused
from portal.base.magic import WrongContent
from portal.base.secrets import SecretUnreadable

log = structlog.get_logger(__name__)


class Failure(StrEnum):
    GONE = "gone"
    HELD = "held"
    CHANGED = "changed"
    DOWN = "powerschool-down"
    REFUSED = "powerschool-refused"
    SECRET_UNREADABLE = "secret-unreadable"  # noqa: S105 - a machine word; not a secret
    LINK_EXPIRED = "link-expired"
    OTHER_HOST = "link-elsewhere"
    BAD_DOCUMENT = "bad-document"
    OTHER_KIND = "other-kind"
    BUSY = "busy"
    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True)
class Words:
    """What staff read. `kind` is the alert's, `status` the HTTP status of the content page."""

    code: str
    kind: str
    status: int
    title: Any
    explanation: Any
    next_step: Any


class Unavailable(Exception):
    """There is nothing to show; `failure` says why. `retry_after` is in seconds."""

    def __init__(self, failure: Failure, *, retry_after: float | None = None) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.word = failure.value  # for the record of access
        self.retry_after = retry_after


class NoPurpose(Exception):
    """Somebody has not said for which purpose they open this student's papers (trust A7)."""

    word = "no-purpose"


# What trying again would not change.
_BAD_CONTENT = {"too-large", "encoded-body", "unexpected-status"}
_ELSEWHERE = {"host-not-allowed", "host-not-pinned"}


@contextmanager
def of_calls() -> Iterator[None]:
    """Translate every error of a call to PowerSchool."""
    try:
        yield
    except RequestRefused as problem:
        log.warning("powerschool_refused", reason=problem.reason)
        raise Unavailable(Failure.GONE if problem.reason == "not-found" else Failure.REFUSED) from None
    except (VendorMisconfigured, VendorRejected) as problem:
        log.warning("powerschool_refused", reason=problem.reason)
        missing = problem.reason == "no-secret"
        raise Unavailable(Failure.SECRET_UNREADABLE if missing else Failure.REFUSED) from None
    except VendorUnavailable as problem:
        log.warning("powerschool_unavailable", reason=problem.reason)
        raise Unavailable(Failure.DOWN, retry_after=problem.retry_after) from None
    except SecretUnreadable:
        log.exception("powerschool_secret_unreadable")
        raise Unavailable(Failure.SECRET_UNREADABLE) from None


@contextmanager
def of_links() -> Iterator[None]:
    """Translate every error of a document's link: it is about this document, not about the connection."""
    try:
        yield
    except VendorMisconfigured as problem:
        log.warning("document_link_refused", reason=problem.reason)
        elsewhere = problem.reason in _ELSEWHERE
        raise Unavailable(Failure.OTHER_HOST if elsewhere else Failure.BAD_DOCUMENT) from None
    except VendorUnavailable as problem:
        log.warning("document_link_unavailable", reason=problem.reason)
        bad = problem.reason in _BAD_CONTENT
        raise Unavailable(
            Failure.BAD_DOCUMENT if bad else Failure.DOWN, retry_after=problem.retry_after
        ) from None
    except VendorRejected as problem:
        log.warning("document_link_refused", reason=problem.reason)
        raise Unavailable(Failure.BAD_DOCUMENT) from None
    except WrongContent:
        raise Unavailable(Failure.OTHER_KIND) from None


_LOOK_THERE = _("Open it in PowerSchool’s own Admin Portal.")
_LATER = _("Try again in a few minutes.")
_TELL_ADMIN = _("Ask whoever looks after the connection to PowerSchool to test it.")
_TABLE: dict[Failure, tuple[str, int, Any, Any, Any]] = {
    Failure.GONE: (
        "info",
        404,
        _("It is not there any more"),
        _("PowerSchool does not have it, or the form does not name it as a document."),
        _("Go back to the list to see what there is now."),
    ),
    Failure.HELD: (
        "warning",
        404,
        _("The student’s records are held"),
        _("While they are, documents open to the records custodian alone. PowerSchool was not asked."),
        _("Ask the records custodian."),
    ),
    Failure.CHANGED: (
        "info",
        404,
        _("The submission has changed since it was listed"),
        _("It names another student now, or none. Until the list is brought over again it stays closed."),
        _("Look again in an hour, or have the list brought over now."),
    ),
    Failure.DOWN: (
        "warning",
        503,
        _("PowerSchool is not answering"),
        _("What families sent in is kept there, and comes fresh each time. Nothing is lost."),
        _LATER,
    ),
    Failure.REFUSED: (
        "problem",
        503,
        _("PowerSchool refused our question"),
        _("The API key may have been changed, or has no right to this."),
        _TELL_ADMIN,
    ),
    Failure.SECRET_UNREADABLE: (
        "problem",
        503,
        _("The stored API key cannot be read"),
        _("It was sealed with a key that this server does not have."),
        _TELL_ADMIN,
    ),
    Failure.LINK_EXPIRED: (
        "warning",
        503,
        _("The link had run out"),
        _("PowerSchool’s links live two minutes, and this one was over before the document came."),
        _LATER,
    ),
    Failure.OTHER_HOST: (
        "problem",
        502,
        _("PowerSchool’s link leads elsewhere"),
        _("It names a server that is not on the list for documents, so it was not followed."),
        _TELL_ADMIN,
    ),
    Failure.BAD_DOCUMENT: (
        "problem",
        502,
        _("The document did not come as it should"),
        _("Where PowerSchool keeps it, something else answered. Nothing of it was passed on."),
        _LOOK_THERE,
    ),
    Failure.OTHER_KIND: (
        "info",
        502,
        _("This kind of file does not open here"),
        _("Only PDF files and photos (JPEG, PNG, HEIC) do: other files may hold programs."),
        _LOOK_THERE,
    ),
    Failure.BUSY: (
        "info",
        503,
        _("Many reports and documents are being opened"),
        _("This server shows only so many at a time."),
        _LATER,
    ),
    Failure.NOT_RECORDED: (
        "problem",
        503,
        _("It could not be put on record"),
        _("No document opens without a line in the record of access, and that could not be written."),
        _LATER,
    ),
}


def words(failure: Failure) -> Words:
    kind, status, title, explanation, next_step = _TABLE[failure]
    return Words(failure.value, kind, status, title, explanation, next_step)
