"""The sandbox's own time, so that tokens and links can grow old without waiting.

The server, its tokens and its links read it; the people in the world do not.
If it fails, tokens and links expire at the wrong moment.
"""

import threading
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Real time until somebody sets or advances it. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()

    def now(self) -> datetime:
        """The sandbox's time, aware, UTC."""
        return datetime.now(UTC) + self._offset

    def timestamp(self) -> float:
        """The sandbox's time in seconds since 1970."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Move forward (or, negative, back) by so many seconds."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Continue from this moment; it must carry a time zone."""
        if moment.tzinfo is None:
            raise ValueError("The sandbox's clock needs a moment with a time zone.")
        with self._lock:
            self._offset = moment - datetime.now(UTC)

    def reset(self) -> None:
        """Back to real time."""
        with self._lock:
            self._offset = timedelta()
