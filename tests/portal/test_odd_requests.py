"""Requests that no page of ours makes: each gets an answer that a browser understands, and none a 500."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import Cast, sign_in


def quiet(client: Client) -> Client:
    """Have errors answered as a server answers them."""
    client.raise_request_exception = False
    return client


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("key", ['"abcdefgh\\000ijkl"', "short", "A" * 32, "\u00e9" * 32])
def test_a_session_that_nobody_was_given(key: str):
    answer = quiet(Client()).get("/help/", headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})
    assert answer.status_code == 200


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("back", ["x", "home", "http://[", "//evil.example/", "javascript:alert(1)"])
def test_the_language_is_changed_and_leads_home_where_the_way_back_is_none(back: str):
    answer: Any = quiet(Client()).post("/language/", {"language": "es", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("part", [None, "parent_of_two"])
def test_a_way_back_that_cannot_be_read(cast: Cast, part: str | None):
    client = sign_in(getattr(cast, part)) if part else Client()
    assert quiet(client).get("/accounts/login/?next=http://[").status_code in {200, 302}


@pytest.mark.promise("A7")
@pytest.mark.parametrize(
    "table", ["accounts/school", "integrations/connection", "scorereports/configuration"]
)
@pytest.mark.parametrize("query", ["name=%00", "name__icontains=%00", "name__regex=(", "name=Any"])
def test_the_admin_takes_no_filters_from_an_address(cast: Cast, table: str, query: str):
    client = quiet(sign_in(cast.school_admin))
    assert client.get(f"/admin/{table}/").status_code == 200
    assert client.get(f"/admin/{table}/?{query}").status_code == 400
