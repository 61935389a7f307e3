"""The test of a connection, from its page: what ETS says in words, which LEAs are ours, nothing secret echoed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client

from accounts.models import AccessChange, DistrictLea
from accounts.rights import Role
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_API_TOKEN, SandboxServer
from integrations.services import connections, leas
from portal.base.breakers import SharedBreaker
from portal.base.clock import local_today
from scorereports.models import Configuration
from tests import factories
from tests.cast import Cast, give_second_factor, sign_in, world
from tests.integrations.setting_up import CONNECTIONS, text_of

LEA = world().district.lea_code


@pytest.fixture
def admin(cast: Cast) -> Client:
    return sign_in(cast.district_admin)


def asked(client: Client, connection: Connection) -> Any:
    return client.post(f"{CONNECTIONS}{connection.pk}/test/")


def confirmed(client: Client, connection: Connection, page: Any, *codes: str) -> Any:
    verified = BeautifulSoup(page.content, "html.parser").select_one("input[name=verified]")
    token = verified["value"] if verified else ""
    return client.post(f"{CONNECTIONS}{connection.pk}/leas/", {"verified": token, "leas": codes})


def test_it_works(admin: Client, connected: Connection):
    page = text_of(asked(admin, connected))

    assert "It works" in page
    assert LEA in page
    connected.refresh_from_db()
    assert connected.worked_at is not None


def test_a_get_asks_nothing(admin: Client, connected: Connection, sandbox: SandboxServer):
    assert admin.get(f"{CONNECTIONS}{connected.pk}/test/").status_code == 405
    assert sandbox.calls["token"] == 0


def test_another_site_cannot_start_it(cast: Cast, connected: Connection, sandbox: SandboxServer):
    client = sign_in(cast.district_admin, Client(enforce_csrf_checks=True))

    assert asked(client, connected).status_code == 403
    assert sandbox.calls["token"] == 0


def test_the_token_is_minted_afresh(admin: Client, connected: Connection, sandbox: SandboxServer):
    asked(admin, connected)
    asked(admin, connected)

    assert sandbox.calls["token"] == 2


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("ETS refuses the key or the secret", {"status": 401, "text": '{"error": "canary"}'}),
    ("not released to vendors", {"status": 403, "body": "gateway"}),
    ("Wrong path", {"status": 404, "body": "json"}),
    ("ETS is down", {"status": 500, "body": "html"}),
    ("ETS asks us to slow down", {"status": 429, "body": "json"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "fault"), FAULTS)
def test_each_answer_has_its_words(
    words: str, fault: dict[str, Any], admin: Client, connected: Connection, sandbox: SandboxServer
):
    sandbox.faults.add(where="token", kind="status", **fault)

    page = asked(admin, connected)

    assert words in text_of(page)
    assert "canary" not in page.content.decode()


def test_a_pair_past_its_day_is_called_expired(admin: Client, connected: Connection, sandbox: SandboxServer):
    Connection.objects.filter(pk=connected.pk).update(expires=local_today() - datetime.timedelta(days=1))
    sandbox.faults.add(where="token", kind="status", status=401)

    assert "have expired" in text_of(asked(admin, connected))


def test_a_pair_that_worked_before_is_called_changed_elsewhere(
    admin: Client, connected: Connection, sandbox: SandboxServer
):
    asked(admin, connected)
    sandbox.faults.add(where="token", kind="status", status=401)

    assert "changed elsewhere" in text_of(asked(admin, connected))


def test_a_host_that_left_the_allow_list_is_not_called(
    admin: Client, connected: Connection, sandbox: SandboxServer, settings
):
    settings.PORTAL_VENDOR_HOSTS = []

    assert "not on the allow-list" in text_of(asked(admin, connected))
    assert sandbox.calls["token"] == 0


def test_an_unreadable_secret_is_said_and_nothing_is_sent(
    admin: Client, connected: Connection, sandbox: SandboxServer, settings
):
    settings.FIELD_KEYS = [("new", bytes(range(32, 64)))]

    assert "cannot be read" in text_of(asked(admin, connected))
    assert sandbox.calls["token"] == 0


def test_an_open_breaker_is_said(admin: Client, connected: Connection):

    breaker = SharedBreaker(f"ets:{connected.uuid}")
    for _ in range(5):
        breaker.failure()

    assert "Resting after several failures" in text_of(asked(admin, connected))


@pytest.mark.promise("S2", "R5")
def test_nothing_secret_is_echoed_or_recorded(admin: Client, cast: Cast, sandbox: SandboxServer, caplog):
    made = factories.connection(
        cast.district, f"{sandbox.url}/ets", secret="canary:se^cret", user_name="canary-key"
    )
    page = asked(admin, made)
    confirmed(admin, made, page, LEA)

    recorded = [*AccessChange.objects.values_list(), *LogEntry.objects.values_list()]
    assert "refuses the key" in text_of(page)
    assert "canary" not in page.content.decode() + str(recorded) + caplog.text


def test_version_1_has_no_verify_and_says_so(admin: Client, connected: Connection, sandbox: SandboxServer):
    Connection.objects.filter(pk=connected.pk).update(
        base_url=sandbox.url,
        students_path="/ets/api/v1/students/",
        token_path="/ets/api/v1/token",
    )

    page = text_of(asked(admin, connected))

    # A sandbox without version 1 answers "wrong path"; with it, the token alone is checked.
    assert "Version 1 cannot say" in page or "Wrong path" in page


def test_a_sixth_test_in_a_minute_waits_and_asks_nobody(
    admin: Client, cast: Cast, connected: Connection, sandbox: SandboxServer
):
    other = factories.connection(cast.district, connected.base_url, secret=DEFAULT_API_TOKEN)
    assert {asked(admin, connected).status_code for _ in range(5)} == {200}
    calls = sandbox.calls["token"]

    refused = asked(admin, connected)

    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Too many tests in a short time" in text_of(refused)
    assert "Wait a minute, then test again" in text_of(refused)
    assert sandbox.calls["token"] == calls
    # Neither another connection nor a colleague waits with them.
    assert asked(admin, other).status_code == 200
    assert asked(sign_in(cast.integrations_admin), connected).status_code == 200


@pytest.mark.promise("R5")
def test_the_mapping_is_confirmed_by_the_admin_and_recorded(admin: Client, cast: Cast, connected: Connection):
    page = asked(admin, connected)
    assert not DistrictLea.objects.exists()

    assert confirmed(admin, connected, page, LEA).status_code == 302

    assert DistrictLea.objects.get().district == connected.district
    assert [lea.code for lea in connected.leas.all()] == [LEA]
    verbs = AccessChange.objects.filter(verb__contains="lea").values_list("verb", flat=True)
    assert sorted(verbs) == ["connection.leas_confirmed", "district.lea_confirmed"]

    confirmed(admin, connected, page)

    rows = AccessChange.objects.filter(verb="connection.leas_confirmed").order_by("pk")
    states = [(row.before["leas"], row.after["leas"]) for row in rows]
    assert states == [([], [LEA]), ([LEA], [])]
    assert {row.actor for row in rows} == {str(cast.district_admin.uuid)}


@pytest.mark.promise("R5")
def test_a_removed_connection_leaves_its_leas_in_the_record(admin: Client, connected: Connection):
    confirmed(admin, connected, asked(admin, connected), LEA)
    Configuration.objects.all().delete()

    connections.remove(connected, by=factories.BY)

    assert AccessChange.objects.get(verb="connection.removed").before["leas"] == [LEA]


def test_an_lea_of_another_district_cannot_be_claimed(admin: Client, cast: Cast, connected: Connection):
    DistrictLea.objects.create(district=cast.other_district, code=LEA)
    page = asked(admin, connected)
    assert "another district" in text_of(page)
    assert cast.other_district.name not in text_of(page)

    confirmed(admin, connected, page, LEA)

    assert DistrictLea.objects.get().district == cast.other_district
    assert not connected.leas.exists()


def test_an_lea_that_ets_did_not_name_cannot_be_claimed(admin: Client, connected: Connection):
    page = asked(admin, connected)
    confirmed(admin, connected, page, "001111111")

    admin.post(f"{CONNECTIONS}{connected.pk}/leas/", {"verified": "forged", "leas": ["001111111"]})
    other = factories.connection(connected.district, connected.base_url, secret=DEFAULT_API_TOKEN)
    token = leas.verified_token(other, ["001111111"])
    admin.post(f"{CONNECTIONS}{connected.pk}/leas/", {"verified": token, "leas": ["001111111"]})

    assert not DistrictLea.objects.exists()


def test_a_school_admin_cannot_claim_an_lea_for_the_district(cast: Cast, connected: Connection):
    own = factories.connection(
        cast.district, connected.base_url, secret=DEFAULT_API_TOKEN, school=cast.school_a
    )
    client = sign_in(cast.school_admin)
    page = asked(client, own)
    assert "It works" in text_of(page)

    client.post(f"{CONNECTIONS}{own.pk}/leas/", {"verified": leas.verified_token(own, [LEA]), "leas": [LEA]})

    assert not DistrictLea.objects.exists()


@pytest.mark.parametrize(
    ("code", "cds", "fits"),
    [
        ("001964733", "19647330000000", True),
        ("19647330000000", "19647330000000", True),
        ("0161119", "01611190000000", True),
        ("001964734", "19647330000000", False),
    ],
)
def test_digits_suggest_whose_an_lea_is(cast: Cast, code: str, cds: str, fits: bool):
    cast.district.cds_code = cds

    assert leas.fits(code, cast.district) is fits


def test_who_may_only_look_cannot_test(cast: Cast, connected: Connection, sandbox: SandboxServer):
    own = factories.connection(
        cast.district, connected.base_url, secret=DEFAULT_API_TOKEN, school=cast.school_a
    )
    clerk = factories.staff(Role.OFFICE, cast.district, cast.school_a)
    give_second_factor(clerk)

    assert sign_in(clerk).get(f"{CONNECTIONS}{own.pk}/change/").status_code == 200
    assert asked(sign_in(clerk), own).status_code == 403
    assert sandbox.calls["token"] == 0


def test_check_connections_prints_the_countdown(connected: Connection, capsys):
    Connection.objects.filter(pk=connected.pk).update(expires=local_today() + datetime.timedelta(days=13))

    call_command("check_connections")

    assert "expires in 13 days" in capsys.readouterr().out
