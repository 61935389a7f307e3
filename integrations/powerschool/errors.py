"""What PowerSchool Enrollment can say besides yes, as kinds that jobs, checks and pages tell apart.

Raised by the client and by `reading`. None carries an address, id, key or anything of a body.
"""

from typing import Final

from integrations.http import VendorError, VendorMisconfigured, VendorRejected, VendorUnavailable


class CredentialsRefused(VendorMisconfigured):
    """`credentials-refused`: 401, or the 500 that the document calls "Unauthorized". Never tried again."""


class EndpointRefused(VendorMisconfigured):
    """One call is not for us: `no-permission` (403), `wrong-path` (404), `method-refused` (405)."""


class RequestRefused(VendorRejected):
    """This one thing is refused: `not-found` (404), `bad-parameters` (400, or what we would not send), `status-4xx`."""


class AnswerUnreadable(VendorRejected):
    """A kept answer cannot be read: `truncated`, `not-json`, `unexpected-shape`, `no-id`, `no-records`."""


_CERTAIN: Final = frozenset(
    ("breaker-open", "out-of-time", "connect-timeout", "rate-limited", "cannot-connect")
)


def was_not_done(error: VendorError) -> bool:
    """Say whether a POST that raised this has certainly changed nothing at PowerSchool.

    A call that was refused or never reached it was not done. After `hung-up`, `too-slow`, `tls-failed` and any 5xx
    nobody knows: a batch may have been handed over and its answer lost.
    """
    return not isinstance(error, VendorUnavailable) or error.reason in _CERTAIN
