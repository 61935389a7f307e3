"""One report on its way through: bytes as they come, and an end told apart from a break.

Made by `VendorHttp.open_stream`, read by the opening service. Nothing is kept: no file, no cache, no more
than one chunk in memory. If it breaks, reports open cut short or hold sockets.
"""

import contextlib
import threading
from collections.abc import Generator

from requests import Response
from requests.exceptions import ConnectTimeout, RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.response import HTTPResponse

from integrations.http.errors import VendorUnavailable
from integrations.http.sockets import Allowance

CHUNK = 128 * 1024
_LONGEST_CONTENT_TYPE = 200


class UpstreamStream:
    """An answer whose headers have come. `status` is upstream's; `content_length` in bytes or None.

    Read `chunks()` once, and call `close()` in a `finally`: Django closes only its own generator.
    """

    status: int
    content_type: str
    content_length: int | None

    def __init__(self, response: Response, allowance: Allowance, *, max_bytes: int) -> None:
        raw: HTTPResponse = response.raw
        self.status = response.status_code
        self.content_type = printable(response.headers.get("Content-Type", ""))
        self.content_length = raw.length_remaining
        self._raw = raw
        self._allowance = allowance
        self._left = max_bytes
        self._closed = False
        self._reading = threading.Lock()

    def chunks(self) -> Generator[bytes, None, None]:
        """Yield bytes as they come, at most 128 KiB at a time; VendorUnavailable if they stop before the end.

        Its reasons: `truncated` (shorter than announced, or broken off), `too-slow`, `too-large`.
        """
        try:
            while chunk := self._next():
                yield chunk
        finally:
            self.close()

    def close(self) -> None:
        """Let the connection go; one with bytes left is closed, not reused. May be called again."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(ValueError, RuntimeError, OSError):
            # Wakes a thread that is still reading; refused if the connection went back to the pool, read to
            # its end.
            self._raw.shutdown()
        # A thread that is reading closes it itself: http.client falls over if it is taken away under a read.
        if self._reading.acquire(blocking=False):
            self._hang_up()
            self._reading.release()

    def _hang_up(self) -> None:
        with contextlib.suppress(HTTPError, OSError):
            self._raw.close()

    def _next(self) -> bytes:
        reason, chunk = "", b""
        with self._reading:
            try:
                chunk = b"" if self._closed else self._raw.read1(CHUNK, decode_content=False)
            except (HTTPError, RequestException, OSError, ValueError) as error:
                reason = why_it_broke(error, self._allowance)
            if self._closed:
                self._hang_up()
        # Raised out here because an exception raised in the handler would carry the first one, and its URL,
        # along.
        if reason:
            raise VendorUnavailable(reason)
        self._left -= len(chunk)
        if self._left < 0:
            raise VendorUnavailable("too-large")
        return chunk


def why_it_broke(error: Exception, allowance: Allowance) -> str:
    """Return the machine word for a body that did not come whole."""
    if allowance.too_large:
        return "too-large"
    return "too-slow" if isinstance(error, ReadTimeoutError | TimeoutError) else "truncated"


def why_no_answer(error: Exception, allowance: Allowance) -> str:
    """Return the machine word for headers that did not come."""
    if allowance.too_large:
        return "too-large"
    if isinstance(error, ConnectTimeout):
        return "connect-timeout"
    if isinstance(error, Timeout | TimeoutError):
        return "too-slow"
    if isinstance(error, SSLError):
        return "tls-failed"
    # Only what was never connected has surely not brought over what was sent.
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return "cannot-connect" if isinstance(reason, NewConnectionError) else "hung-up"


def printable(header: str) -> str:
    """Return a header's value as short printable ASCII: it may be shown to staff."""
    return "".join(c for c in header if c.isascii() and c.isprintable())[:_LONGEST_CONTENT_TYPE]
