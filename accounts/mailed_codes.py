"""Codes of 8 digits that prove a mailbox to somebody who is signed in: made, and checked three times at most.

Called by the pages that ask for fresh proof and that change an address. What waits lies in the session, so a code works
in one browser alone; the digits themselves are kept nowhere: the session has a keyed digest. If a code could be tried
for ever, a stolen session would be enough to take an account.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.base import clock

_DIGITS = 8
_TRIES = 3


class Purpose(StrEnum):
    """What a code is for: one never opens what another was asked for."""

    FRESH = "fresh"
    ADDRESS = "address"


class Answer(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # too late, or the last try: there is nothing left to type a code for


def begin(session: SessionBase, purpose: Purpose, *, about: str) -> str:
    """Make a code about an address and have the session wait for it; return what the mail says: 1234-5678."""
    digits = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    session[_key(purpose)] = {
        "about": about,
        "digest": _digest(purpose, about, digits),
        "at": clock.now().timestamp(),
        "left": _TRIES,
    }
    return f"{digits[:4]}-{digits[4:]}"


def waiting(session: SessionBase, purpose: Purpose) -> str:
    """Return the address that a code is waited for about, empty if none is, or not any more."""
    state: dict[str, Any] = session.get(_key(purpose)) or {}
    age = clock.now().timestamp() - state.get("at", 0)
    return str(state["about"]) if state and age <= settings.MAILED_CODE_SECONDS else ""


def check(session: SessionBase, purpose: Purpose, typed: str) -> Answer:
    """Say what a typed code is worth. After RIGHT and OVER the session waits no more."""
    about = waiting(session, purpose)
    if not about:
        forget(session, purpose)
        return Answer.OVER
    state: dict[str, Any] = session[_key(purpose)]
    digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
    if constant_time_compare(state["digest"], _digest(purpose, about, digits)):
        forget(session, purpose)
        return Answer.RIGHT
    if state["left"] <= 1:
        forget(session, purpose)
        return Answer.OVER
    session[_key(purpose)] = state | {"left": state["left"] - 1}
    return Answer.WRONG


def forget(session: SessionBase, purpose: Purpose) -> None:
    session.pop(_key(purpose), None)


def _key(purpose: Purpose) -> str:
    return f"mailed_code_{purpose}"


def _digest(purpose: Purpose, about: str, digits: str) -> str:
    return salted_hmac(
        "accounts.mailed_codes", f"{purpose}\n{about}\n{digits}", algorithm="sha256"
    ).hexdigest()
