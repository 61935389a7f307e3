"""A vendor's token, one for all processes: sealed in the cache, minted by one of them at a time, renewed early.

The cache is where everybody looks. But a cache may forget, and while only some processes reach Redis they see
different ones (tried: 200 threads on 2 cores, and two minted). So the token is a stored secret as well, and whoever
has won the right to mint looks there first.

Made by whoever builds a client for a connection. Threads of one process wait for one of them (a
flight), and processes for the holder of a lease, so a token that ends under two hundred requests is minted
once. A holder that dies is replaced when its lease ends. If this breaks, the vendor sees a storm of token calls,
or every page waits for a token.

Call it outside transactions: a lease taken inside one makes the others wait for its end.
"""

import json
import os
import random
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import BaseCache
from django.core.cache import cache as default_cache

from integrations.http import Mint, MintedToken, VendorError, VendorUnavailable, is_token
from portal.base import leases, secrets
from portal.base.clock import Clock, SystemClock
from portal.base.streaming import release_database

# A little longer than a mint may take (INTERACTIVE: 10 s): a shorter lease would let two mint at once.
LEASE_SECONDS = 12.0
# A dead holder's lease has to end, and one mint to succeed, before a page gives up.
LONGEST_WAIT = 18.0
_POLL_SECONDS = 0.1
# Renewed when a tenth to a fifth of its life is left: drawn, so that connections minted together part.
_EARLY = (0.10, 0.20)
# Not used in its last moments: the call it goes out with takes time.
_TOO_LATE_SECONDS = 10.0

_DICE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class _KeptToken:
    """`renew_at` and `ends_at` are seconds since 1970, by our clock."""

    value: str = field(repr=False)
    renew_at: float
    ends_at: float


class _Flight:
    """One thread's work that others of the process wait for."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.token = ""
        self.error: VendorError | None = None


_flights: dict[str, _Flight] = {}
_flights_lock = threading.Lock()


def _forget_flights() -> None:
    """Begin anew in a forked child: the threads that would land flights or free the lock are gone."""
    global _flights_lock  # noqa: PLW0603 - a lock that was held at the fork can only be replaced
    _flights_lock = threading.Lock()
    _flights.clear()


os.register_at_fork(after_in_child=_forget_flights)


class SharedTokenStore:
    """A `TokenStore` for one connection. Light to make: what is shared is in cache, lease and this module.

    `connection_key` names the connection without saying anything secret about it; a connection whose
    credentials change should get a new key (such as its id and its secret's id), or be told to `forget`.
    """

    def __init__(
        self,
        connection_key: str,
        cache: BaseCache | None = None,
        *,
        vendor: str = "ets",
        clock: Clock | None = None,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._purpose = f"{vendor}-token"
        self._name = f"{self._purpose}:{connection_key}"
        self._row = uuid.uuid5(uuid.NAMESPACE_URL, self._name)
        self._cache: Any = cache or default_cache
        self._clock: Clock = clock or SystemClock()
        self._lease_seconds = lease_seconds

    def get(self, mint: Mint, *, refused: str | None = None) -> str:
        """Return a living token other than `refused`.

        Raises what `mint` raises, or VendorUnavailable("token-wait").
        """
        kept = self._living(refused)
        if kept is None:
            return self._fly(mint, refused)
        if self._now() >= kept.renew_at:
            return self._renew_early(mint, kept)
        return kept.value

    def forget(self) -> None:
        """Drop the token: the credentials have changed."""
        secrets.forget(self._row)
        self._cache.delete(self._name)

    def _renew_early(self, mint: Mint, old: _KeptToken) -> str:
        """Mint if nobody else is at it; everybody else goes on with the old token, which still lives."""
        lease = leases.acquire(self._name, seconds=self._lease_seconds)
        if lease is None:
            return old.value
        kept = self._settled(None)
        if kept and kept.value != old.value:
            leases.release(lease)
            return kept.value
        try:
            token = self._mint_and_keep(mint, lease)
        except VendorError:
            # The lease is left to run out, so that not every page in these minutes tries it again and waits.
            return old.value
        leases.release(lease)
        return token

    def _fly(self, mint: Mint, refused: str | None) -> str:
        """Let one thread of this process fetch; the others take what it brings, its error included."""
        with _flights_lock:
            flight = _flights.get(self._name)
            leads = flight is None
            if flight is None:
                flight = _flights[self._name] = _Flight()
        if leads:
            return self._lead(flight, mint, refused)
        # Fifty waiting threads would else hold the whole pool, the leader's own connection included.
        release_database()
        if not flight.done.wait(timeout=LONGEST_WAIT):
            raise VendorUnavailable("token-wait")
        if flight.error is not None:
            raise flight.error.again()
        if flight.token and flight.token != refused:
            return flight.token
        # It brought the very token that was refused since, or its thread was stopped.
        return self._fetch(mint, refused)

    def _lead(self, flight: _Flight, mint: Mint, refused: str | None) -> str:
        try:
            flight.token = self._fetch(mint, refused)
        except VendorError as error:
            flight.error = error.again()
            raise
        finally:
            with _flights_lock:
                _flights.pop(self._name, None)
            flight.done.set()
        return flight.token

    def _fetch(self, mint: Mint, refused: str | None) -> str:
        """Wait until some process has kept a token, or until it is our turn to mint."""
        ends = self._clock.monotonic() + LONGEST_WAIT
        while self._clock.monotonic() < ends:
            kept = self._living(refused)
            if kept:
                return kept.value
            lease = leases.acquire(self._name, seconds=self._lease_seconds)
            if lease:
                try:
                    # The last holder may have kept one between our look and our lease.
                    kept = self._settled(refused)
                    return kept.value if kept else self._mint_and_keep(mint, lease)
                finally:
                    leases.release(lease)
            release_database()
            self._clock.sleep(_POLL_SECONDS * _DICE.uniform(0.5, 1.0))
        raise VendorUnavailable("token-wait")

    def _mint_and_keep(self, mint: Mint, lease: leases.Lease) -> str:
        minted = mint()
        # A holder that was asleep past its lease must not push out the token of the one that replaced it.
        if leases.renew(lease, seconds=self._lease_seconds):
            self._keep(minted)
        return minted.value

    def _keep(self, minted: MintedToken) -> None:
        early = minted.lifetime * _DICE.uniform(*_EARLY)
        late = min(_TOO_LATE_SECONDS, minted.lifetime * 0.05)
        content = {
            "value": minted.value,
            "renew_at": self._now() + minted.lifetime - early,
            "ends_at": self._now() + minted.lifetime - late,
        }
        text = json.dumps(content)
        secrets.put(text, purpose=self._purpose, set_by="token-store", replaces=self._row)
        self._put_in_cache(text, seconds=minted.lifetime)

    def _put_in_cache(self, text: str, *, seconds: float) -> None:
        self._cache.set(self._name, secrets.seal(text, purpose=self._purpose), timeout=max(1, int(seconds)))

    def _living(self, refused: str | None) -> _KeptToken | None:
        """Return the token in the cache if it lives and is not the refused one. Unreadable is none."""
        sealed = self._cache.get(self._name)
        if not isinstance(sealed, str):
            return None
        try:
            text = secrets.unseal(sealed, purpose=self._purpose)
        except secrets.SecretUnreadable:
            return None
        return self._usable(text, refused)

    def _settled(self, refused: str | None) -> _KeptToken | None:
        """Return the token that the last holder of the lease kept, if it lives; only for the present holder."""
        try:
            text = secrets.reveal(self._row, purpose=self._purpose)
        except secrets.SecretUnreadable:
            return None
        kept = self._usable(text, refused)
        if kept:
            self._put_in_cache(text, seconds=kept.ends_at - self._now())
        return kept

    def _usable(self, text: str, refused: str | None) -> _KeptToken | None:
        try:
            content = json.loads(text)
            kept = _KeptToken(str(content["value"]), float(content["renew_at"]), float(content["ends_at"]))
        except (ValueError, KeyError, TypeError):
            return None
        usable = is_token(kept.value) and kept.value != refused and self._now() < kept.ends_at
        return kept if usable else None

    def _now(self) -> float:
        return self._clock.now().timestamp()
