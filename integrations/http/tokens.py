"""A vendor's token that lives for a while: what it is, and where it is kept.

`TokenStore` is what a client needs; `integrations.tokens.SharedTokenStore` keeps one for all processes,
`OneProcessTokenStore` for one. If `is_token` lets too much through, a vendor's answer writes into our headers.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from portal.base.clock import Clock

# What may stand in a header; everything else would be an injection.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}")


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A fresh token and the seconds it will live."""

    value: str = field(repr=False)
    lifetime: float


Mint = Callable[[], MintedToken]


class TokenStore(Protocol):
    """Keeps one connection's token."""

    def get(self, mint: Mint, *, refused: str | None = None) -> str:
        """Return a living token other than `refused`, calling `mint` if there is none.

        Of all who share the store, one mints at a time. Naming the refused token drops it only if it is
        still the kept one, so a newer one survives. Raises what `mint` raises.
        """
        ...

    def forget(self) -> None:
        """Drop whatever is kept: the credentials have changed."""
        ...


def is_token(value: object) -> bool:
    """Say whether this is a text that can be sent as a token."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


class OneProcessTokenStore:
    """Keeps the token in this process's memory: for commands, for one-off checks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._value = ""
        self._ends = 0.0

    def get(self, mint: Mint, *, refused: str | None = None) -> str:
        with self._lock:
            if not self._value or self._value == refused or self._clock.monotonic() >= self._ends:
                minted = mint()
                self._value = minted.value
                self._ends = self._clock.monotonic() + minted.lifetime * 0.9
            return self._value

    def forget(self) -> None:
        with self._lock:
            self._value = ""
