"""The three ways a vendor call fails, and nothing that could leak.

Raised by the outgoing layer and the vendor clients, caught by services and tasks. An error carries a
machine word and, at most, a number of seconds: there is no place in it for a URL, token, link or SSID.
"""

import re

_REASON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class VendorError(Exception):
    """A vendor call that gave no usable answer; `reason` is a short machine word such as `breaker-open`."""

    reason: str
    retry_after: float | None

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        if not _REASON.fullmatch(reason):
            # Free text would be the way in for addresses and secrets.
            raise ValueError("a reason is lower-case words joined by hyphens")
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after

    def again(self) -> "VendorError":
        """Return a twin without traceback, for another thread that waited for the same answer."""
        return type(self)(self.reason, retry_after=self.retry_after)


class VendorUnavailable(VendorError):
    """The vendor is down, slow, broken or busy: try later. `retry_after` is in seconds, if known."""


class VendorRejected(VendorError):
    """The vendor understood and said no, for this one thing: trying again changes nothing."""


class VendorMisconfigured(VendorError):
    """Address, path or credentials are wrong: staff must act."""
