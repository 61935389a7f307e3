"""Turns what a vendor's client raises into an outcome that has words (`scorereports.outcomes`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog

from integrations.ets.errors import CredentialsRefused, EnrolledElsewhere, MalformedParameter, StudentUnknown
from integrations.http import VendorMisconfigured, VendorRejected, VendorUnavailable
from integrations.models import Connection
from portal.base.clock import local_today
from portal.base.magic import WrongContent
from portal.base.secrets import SecretUnreadable
from scorereports.catalog import Text
from scorereports.outcomes import Outcome, how_long

log = structlog.get_logger(__name__)

_UNAVAILABLE = {"breaker-open": Outcome.BREAKER_OPEN, "rate-limited": Outcome.THROTTLED}

# What trying again would not change.
_BAD_CONTENT = {"too-large", "encoded-body", "unexpected-status"}


class Unavailable(Exception):
    """There is no report to show; `outcome` says why, `facts` fill its words in, `retry_after` is in seconds."""

    def __init__(
        self, outcome: Outcome, *, facts: Mapping[str, Text] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.word = outcome.value  # for the record of access
        self.facts = dict(facts or {})
        self.retry_after = retry_after


class NotForThem(Exception):
    """A report does not open to this person as they ask, whatever ETS has; `word` goes into the record of access.

    Not among the outcomes: families never meet these two, and pages of their own answer them (`views/asking.py`).
    """

    word = ""


class NoPurpose(NotForThem):
    """Somebody of the staff has not said for which purpose (trust A7)."""

    word = "no-purpose"


class LooksAsFamily(NotForThem):
    """Somebody of the staff looks as a family: that shows pages, and never a report."""

    word = "support-view"


@contextmanager
def as_outcomes(connection: Connection) -> Iterator[None]:
    """Translate every error of a call to ETS."""
    try:
        yield
    except StudentUnknown:
        raise Unavailable(Outcome.UNKNOWN_TO_ETS) from None
    except EnrolledElsewhere:
        raise Unavailable(Outcome.ENROLLED_ELSEWHERE) from None
    except MalformedParameter:
        raise Unavailable(Outcome.MALFORMED) from None
    except (VendorMisconfigured, VendorRejected) as problem:
        log.warning("vendor_refused", reason=problem.reason)
        raise Unavailable(_why_refused(problem, connection)) from None
    except VendorUnavailable as problem:
        log.warning("vendor_unavailable", reason=problem.reason)
        raise _unavailable(problem) from None
    except SecretUnreadable:
        log.exception("vendor_secret_unreadable")
        raise Unavailable(Outcome.SECRET_UNREADABLE) from None


@contextmanager
def of_links_as_outcomes() -> Iterator[None]:
    """Translate every error of a report's link: a refusal there is about this report, not about the connection."""
    try:
        yield
    except (VendorMisconfigured, VendorRejected) as problem:
        log.warning("link_refused", reason=problem.reason)
        raise Unavailable(Outcome.BAD_REPORT) from None
    except VendorUnavailable as problem:
        log.warning("link_unavailable", reason=problem.reason)
        if problem.reason in _BAD_CONTENT:
            raise Unavailable(Outcome.BAD_REPORT) from None
        raise _unavailable(problem) from None
    except WrongContent:
        raise Unavailable(Outcome.BAD_REPORT) from None


def _why_refused(problem: VendorMisconfigured | VendorRejected, connection: Connection) -> Outcome:
    if problem.reason == "no-secret":
        return Outcome.SECRET_UNREADABLE
    if not isinstance(problem, CredentialsRefused):
        return Outcome.WRONG_ADDRESS
    if connection.expires is not None and connection.expires <= local_today():
        return Outcome.CREDENTIALS_EXPIRED
    # Where the pair itself is refused it was changed; where it still gives tokens, they are good for nothing.
    return Outcome.CREDENTIALS_CHANGED if problem.reason == "credentials-refused" else Outcome.NOT_RELEASED


def _unavailable(problem: VendorUnavailable) -> Unavailable:
    outcome = _UNAVAILABLE.get(problem.reason, Outcome.ETS_DOWN)
    wait = problem.retry_after
    facts = {} if wait is None else {"wait": how_long(wait)}
    return Unavailable(outcome, facts=facts, retry_after=wait)
