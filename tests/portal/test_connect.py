"""`manage.py connect ets` and `check_connections`, as a script runs them."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AccessChange, District
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_API_TOKEN, SandboxServer
from portal.base import secrets
from portal.base.models import StoredSecret
from scorereports.models import Configuration

CDS = "19647330000000"
VARIABLE = "ETS_SECRET_FOR_A_TEST"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setenv(VARIABLE, DEFAULT_API_TOKEN)


def connect(**options: Any) -> str:
    out = StringIO()
    values = {
        "district": CDS,
        "name": "Main",
        "base_url": "https://caaspp.ets.org",
        "username": "sandbox",
        "secret_env": VARIABLE,
    }
    call_command("connect", "ets", stdout=out, **(values | options))
    return out.getvalue()


def check() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("check_connections", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def verbs() -> list[str]:
    return list(AccessChange.objects.order_by("pk").values_list("verb", flat=True))


@pytest.mark.promise("R5", "S2")
def test_it_works(capsys: pytest.CaptureFixture[str]):
    said = connect(district_name="Cedar Unified")
    made = Connection.objects.get()

    assert (made.district.name, made.district.cds_code) == ("Cedar Unified", CDS)
    assert made.secret_id
    assert secrets.reveal(made.secret_id, purpose=Connection.SECRET_PURPOSE) == DEFAULT_API_TOKEN
    configuration = Configuration.objects.get()
    assert (configuration.connection, configuration.is_default) == (made, True)
    assert verbs() == ["district.added", "connection.added", "configuration.added"]
    assert set(AccessChange.objects.values_list("actor", flat=True)) == {"command:connect"}
    assert DEFAULT_API_TOKEN not in said + "".join(capsys.readouterr())
    assert DEFAULT_API_TOKEN not in str(list(AccessChange.objects.values()))


def test_a_second_run_makes_nothing_new():
    connect()
    secret = Connection.objects.get().secret_id
    connect()

    assert Connection.objects.get().secret_id == secret
    assert (District.objects.count(), Configuration.objects.count()) == (1, 1)
    assert StoredSecret.objects.filter(purpose=Connection.SECRET_PURPOSE).count() == 1


@pytest.mark.promise("R5")
def test_a_second_run_with_another_address_changes_the_connection_and_says_so():
    connect()
    connect(base_url=" https://other.ets.org/ ", username=" key ")
    made, row = Connection.objects.get(), AccessChange.objects.order_by("-pk")[0]

    assert made.key_id
    assert secrets.reveal(made.key_id, purpose=Connection.KEY_PURPOSE) == "key"
    assert made.base_url == "https://other.ets.org"
    assert (row.verb, row.after["key_replaced"]) == ("connection.changed", True)
    assert (row.before["base_url"], row.after["base_url"]) == (
        "https://caaspp.ets.org",
        "https://other.ets.org",
    )


def test_a_default_that_people_set_stays():
    connect()
    connect(name="Second")

    assert Configuration.objects.get().connection.name == "Main"
    assert Connection.objects.count() == 2


def test_blanks_around_the_secret_are_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, "  with blanks inside \n")
    connect()
    secret_id = Connection.objects.get().secret_id
    assert secret_id

    assert secrets.reveal(secret_id, purpose=Connection.SECRET_PURPOSE) == "with blanks inside"


@pytest.mark.parametrize("value", ["", "  ", "\n", None])
def test_an_empty_variable_is_named_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch, value: str | None):
    if value is None:
        monkeypatch.delenv(VARIABLE)
    else:
        monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(CommandError, match=VARIABLE):
        connect()

    assert not District.objects.exists()


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "url", ["https://evil.example", "http://x.ets.org", "https://x.ets.org@evil.example"]
)
def test_a_host_off_the_allow_list_is_refused_and_nothing_is_made(url: str):
    with pytest.raises(CommandError, match="PORTAL_VENDOR_HOSTS") as refused:
        connect(base_url=url)

    assert DEFAULT_API_TOKEN not in str(refused.value)
    assert not District.objects.exists()
    assert not StoredSecret.objects.exists()
    assert verbs() == []


@pytest.mark.parametrize("code", ["", "123", "1964733000000x", "196473300000001"])
def test_what_is_no_cds_code_is_refused(code: str):
    with pytest.raises(CommandError, match="14 digits"):
        connect(district=code)

    assert not District.objects.exists()


# --- check_connections ---------------------------------------------------------------------------------------------


def test_a_check_names_the_lea_of_a_pair_that_works(sandbox: SandboxServer):
    connect(base_url=f"{sandbox.url}/ets")
    status, said = check()

    assert status == 0
    assert f"{CDS} Main: works for LEA 009990001" in said


def test_a_check_fails_when_one_of_several_does_not_work(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
):
    connect(base_url=f"{sandbox.url}/ets")
    monkeypatch.setenv(VARIABLE, "not the secret")
    connect(base_url=f"{sandbox.url}/ets", name="Old")
    status, said = check()

    assert status == 1
    assert "Main: works" in said
    assert "Old: credentials-refused" in said
    assert DEFAULT_API_TOKEN not in said
    assert "not the secret" not in said


def test_a_check_without_connections_is_no_failure():
    assert check() == (0, "")
