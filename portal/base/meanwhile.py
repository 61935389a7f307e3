"""Work done while something else is waited for, a vendor's answer say; where nobody waited, done when it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from portal.base.streaming import release_database

Result = TypeVar("Result")
log = structlog.get_logger(__name__)


class Meanwhile(Generic[Result]):
    """One piece of work. Called, it is done and raises nothing; `result` does it if that did not come to its end."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._found: list[Result] = []

    def __call__(self) -> None:
        """Do it now. What fails here is left for `result`: whoever waits must still get what they wait for."""
        if self._found:
            return
        try:
            self._found.append(self._work())
        except Exception as error:  # noqa: BLE001 - whatever it is, `result` does the work again and raises it there
            log.warning("meanwhile-failed", error=type(error).__name__)
        finally:
            # Nobody waits for a vendor with a connection of the pool in hand.
            release_database()

    def result(self) -> Result:
        """Return what the work brought. Raises what it raises."""
        if not self._found:
            self._found.append(self._work())
        return self._found[0]
