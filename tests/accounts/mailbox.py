"""What came by mail in a test, and sessions as they are a while after the sign-in."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.cast import sign_in

CODE = re.compile(r"^ +(\d{4}-\d{4})$", re.MULTILINE)


def mailed_code(to: str = "") -> str:
    """Return the code of the last mail, or of the last one to this address."""
    found = [CODE.search(str(one.body)) for one in mail.outbox if not to or one.to == [to]]
    assert found
    assert found[-1], mail.outbox[-1].body
    return found[-1][1]


def mails_to(address: str) -> list[Any]:
    return [one for one in mail.outbox if one.to == [address]]


def signed_in_a_while_ago(user: User, *, minutes: float = 6, method: str = "") -> Client:
    """Return a client whose proofs are so old; `method`: with this one alone."""
    client = sign_in(user)
    session = client.session
    proofs = [
        proof | {"at": time.time() - minutes * 60} for proof in session[AUTHENTICATION_METHODS_SESSION_KEY]
    ]
    if method:
        proofs = [{"method": method, "at": time.time() - minutes * 60}]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = proofs
    session.save()
    return client


def by_code_alone(user: User) -> User:
    """Take the password away: the account is opened by codes from the mail."""
    user.set_unusable_password()
    user.save()
    return user
