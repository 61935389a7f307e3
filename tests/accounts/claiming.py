"""What the tests of claims share: an adult on the school's record without an account, and the way in by mail."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.test import Client

from accounts.models import Guardian, Guardianship, Student, User
from tests import factories

CLAIM, ASK, CONFIRM = "/claim/", "/accounts/login/code/", "/accounts/login/code/confirm/"
ROSA = "rosa@example.org"


def adult(child: Student, *, name: str = "Rosa Example", email: str = ROSA, **fields: Any) -> Guardianship:
    """Put an adult without an account on the record of a child."""
    return factories.link(factories.guardian(child.district, None, name=name, email=email), child, **fields)


def record_of(link: Guardianship) -> Guardian:
    return Guardian.objects.get(pk=link.guardian_id)


def mailed_code() -> str:
    found = re.search(r"^ +(\d{4}-\d{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def by_mail(email: str, client: Client | None = None) -> Client:
    """Come in as somebody who reads the mail of this address, as far as that opens anything."""
    client = client or Client()
    client.post(ASK, {"email": email})
    client.post(CONFIRM, {"code": mailed_code()})
    return client


def account(client: Client) -> User | None:
    """Return who is signed in."""
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


def type_in(client: Client, code: str) -> Any:
    return client.post(CLAIM, {"letter_code": code}, follow=True)
