"""When to try again, and for how long: the only retry layer there is.

Called by `VendorHttp` around each call. An own small loop instead of a urllib3 `Retry` subclass, because
`Retry` sleeps on its own clock, has no whole-call budget, cannot ask a breaker before each try, never sees
a body that breaks off, and prints the URL in what it raises and logs. Too eager, it turns a vendor's bad
minute into an outage; too shy, every hiccup is an error page.
"""

import math
import random
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from portal.base.clock import Clock

_DICE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Budget:
    """How much time one call may take. All values but `tries` in seconds.

    `seconds`: all tries and pauses together. `call`: one try, connecting and reading included. `connect`:
    one connection attempt. `each_wait`: one wait for bytes. `first_pause` doubles each try up to
    `longest_pause`; the pause is drawn between zero and that (full jitter). `outlasts_breaker`: an open breaker is
    waited out like a failure instead of being the answer. `stream`, `stream_each_wait`:
    waiting on upstream in all, and at once, after a stream's headers have come.
    """

    seconds: float
    tries: int
    call: float
    connect: float
    each_wait: float
    first_pause: float
    longest_pause: float
    stream: float = 120.0
    stream_each_wait: float = 20.0
    outlasts_breaker: bool = False


# Somebody is looking at a page (F4: at most 3 tries inside 10 s).
INTERACTIVE = Budget(
    seconds=10.0, tries=3, call=6.0, connect=3.0, each_wait=6.0, first_pause=0.25, longest_pause=2.0
)
# Nobody is waiting (F4: up to 4 hours). The time is the limit; the number only ends a loop without pauses.
BATCH = Budget(
    seconds=4 * 3600.0,
    tries=1000,
    call=60.0,
    connect=10.0,
    each_wait=30.0,
    first_pause=1.0,
    longest_pause=300.0,
    outlasts_breaker=True,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One try that gave nothing. `retry_after` in seconds. `vendor_is_down` is what the breaker counts."""

    reason: str
    retry: bool = True
    vendor_is_down: bool = True
    retry_after: float | None = None


def pause_before_next(budget: Budget, *, tries_made: int, retry_after: float | None) -> float:
    """Return the seconds to pause: full jitter, never shorter than what the vendor asked for."""
    ceiling = min(budget.longest_pause, budget.first_pause * 2 ** min(tries_made - 1, 30))
    jitter = _DICE.uniform(0.0, ceiling)
    # All who were told "in 30 seconds" would else come back in the same instant.
    return jitter if retry_after is None else retry_after + jitter * 0.1


def read_retry_after(value: str | None, clock: Clock) -> float | None:
    """Return the seconds a `Retry-After` header asks for, None if unreadable (RFC 9110, 10.2.3)."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        # Nine digits are thirty years; more would only be there to overflow something.
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - clock.now()).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
