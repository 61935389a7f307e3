"""`manage.py connect illuminate`, `check_connections` and `illuminate`, as a script runs them."""

from __future__ import annotations

import json
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.backends.signals import connection_created

from accounts.models import AccessChange, District
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_ILLUMINATE, SandboxServer
from portal.base import secrets
from portal.base.models import StoredSecret
from scorereports.models import Configuration
from tests.portal.running import run

CDS = "19647330000000"
SECRET, TOKEN_SECRET = "ILLUMINATE_SECRET_FOR_A_TEST", "ILLUMINATE_TOKEN_SECRET_FOR_A_TEST"
SIGNED = {"token": DEFAULT_ILLUMINATE["token"], "token_secret_env": TOKEN_SECRET}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setenv(SECRET, DEFAULT_ILLUMINATE["secret"])
    monkeypatch.setenv(TOKEN_SECRET, DEFAULT_ILLUMINATE["token_secret"])


def connect(**options: Any) -> str:
    out = StringIO()
    values = {
        "district": CDS,
        "name": "People",
        "base_url": "https://demo.illuminateed.com/live/rest_server.php",
        "consumer_key": DEFAULT_ILLUMINATE["key"],
        "secret_env": SECRET,
    }
    call_command("connect", "illuminate", stdout=out, **(values | options))
    return out.getvalue()


def connect_sandbox(sandbox: SandboxServer, **options: Any) -> str:
    return connect(base_url=sandbox.url + sandbox.illuminate.base_path, **options)


@pytest.mark.promise("R5", "S1", "S2")
def test_it_works(sandbox: SandboxServer, capsys: pytest.CaptureFixture[str]):
    said = connect_sandbox(sandbox, **SIGNED)
    made = Connection.objects.get()

    assert (made.vendor, made.district.cds_code, made.students_path) == ("illuminate", CDS, "")
    assert made.token_id
    assert made.token_secret_id
    assert secrets.reveal(made.token_id, purpose=Connection.TOKEN_PURPOSE) == DEFAULT_ILLUMINATE["token"]
    assert not Configuration.objects.exists()
    shown = said + "".join(capsys.readouterr()) + str(list(AccessChange.objects.values()))
    assert not [value for value in DEFAULT_ILLUMINATE.values() if value in shown]
    assert run("check_connections")[:2] == (0, f"{CDS} People: works, sees {len(sites(sandbox))} sites\n")


def sites(sandbox: SandboxServer) -> list[Any]:
    status, said, _ = run("illuminate", "Sites")
    assert status == 0
    return [json.loads(line) for line in said.splitlines()]


def test_without_a_token_it_speaks_oauth_2(sandbox: SandboxServer):
    connect_sandbox(sandbox)

    assert run("check_connections")[0] == 0
    assert sandbox.calls["oauth2_token"] == 1
    kept = StoredSecret.objects.filter(purpose="illuminate-token")
    assert kept.count() == 1


def test_leaving_the_token_out_later_forgets_it(sandbox: SandboxServer):
    connect_sandbox(sandbox, **SIGNED)
    connect_sandbox(sandbox)

    made = Connection.objects.get()
    assert (made.token_id, made.token_secret_id) == (None, None)
    purposes = StoredSecret.objects.values_list("purpose", flat=True)
    assert sorted(purposes) == ["connection", "connection-key"]


def test_a_second_run_makes_nothing_new(sandbox: SandboxServer):
    connect_sandbox(sandbox, **SIGNED)
    before = set(StoredSecret.objects.values_list("uuid", flat=True))
    connect_sandbox(sandbox, **SIGNED)

    assert set(StoredSecret.objects.values_list("uuid", flat=True)) == before
    assert (Connection.objects.count(), District.objects.count()) == (1, 1)


@pytest.mark.parametrize("half", [{"token": "t"}, {"token_secret_env": TOKEN_SECRET}])
def test_half_a_token_is_refused(half: dict[str, str]):
    with pytest.raises(CommandError, match="go together"):
        connect(**half)
    assert not Connection.objects.exists()


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "url",
    [
        "https://caaspp.ets.org/live/rest_server.php",
        "https://illuminateed.com/live/rest_server.php",
        "http://demo.illuminateed.com/live/rest_server.php",
        "https://demo.illuminateed.com.evil.example/rest_server.php",
        "https://demo.illuminateed.com@evil.example/rest_server.php",
        "https://demo.illuminateed.com/live/",
        "https://demo.illuminateed.com/live/rest_server.php?x=/rest_server.php",
    ],
)
def test_another_server_or_path_is_refused(url: str):
    with pytest.raises(CommandError, match=r"allow-list|rest_server\.php"):
        connect(base_url=url)
    assert not StoredSecret.objects.exists()


def test_a_name_that_ets_has_is_not_taken_over(sandbox: SandboxServer):
    call_command("connect", "ets", district=CDS, name="People", base_url="https://x.ets.org", username="k",
                 secret_env=SECRET, stdout=StringIO())  # fmt: skip
    with pytest.raises(CommandError, match="another vendor"):
        connect()
    assert Connection.objects.get().vendor == "ets"


def test_a_check_says_which_connection_does_not_work(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(TOKEN_SECRET, "wrong")
    connect_sandbox(sandbox, **SIGNED)

    status, said, _ = run("check_connections")

    assert status == 1
    assert said == f"{CDS} People: credentials-refused (Illuminate refuses the credentials)\n"


# --- manage.py illuminate -------------------------------------------------------------------------------------------


def test_rows_are_printed_as_json_lines(sandbox: SandboxServer):
    connect_sandbox(sandbox, **SIGNED)
    site = str(sites(sandbox)[1]["site_id"])

    status, said, complaint = run("illuminate", "StudentContacts", f"site_id={site}", "limit=50")

    rows = [json.loads(line) for line in said.splitlines()]
    assert (status, complaint) == (0, "")
    assert len(rows) > 50
    assert {str(row["site_id"]) for row in rows} == {site}


def test_an_object_is_one_line_and_one_page_can_be_asked_for(sandbox: SandboxServer):
    connect_sandbox(sandbox, **SIGNED)
    assert len(run("illuminate", "Assessment/View", "assessment_id=7")[1].splitlines()) == 1
    assert len(run("illuminate", "Users", "page=1", "limit=3")[1].splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("Pupils",), "There are: Assessment"),
        (("Repository/Data",), "There are: Assessment"),
        (("StudentParents",), "use StudentContacts"),
        (("Users", "ssid=1"), "Its parameters are: page (number, required), limit (number)"),
        (("Behavior", "site_id=1"), "needs enrollment_end_date, enrollment_start_date"),
        (("Users", "three"), "key=value"),
        (("Roster", "date=soon"), "bad-parameters"),
    ],
)
def test_what_cannot_be_asked_says_what_can(sandbox: SandboxServer, words: tuple[str, ...], complaint: str):
    connect_sandbox(sandbox, **SIGNED)
    status, said, complained = run("illuminate", *words)

    assert (status, said) == (1, "")
    assert complaint in complained
    assert not any(sandbox.calls[name] for name in sandbox.illuminate.endpoints)


def test_without_a_connection_or_with_several_it_asks_which(sandbox: SandboxServer):
    assert "manage.py connect illuminate" in run("illuminate", "Sites")[2]
    connect_sandbox(sandbox, **SIGNED)
    connect_sandbox(sandbox, name="Second", **SIGNED)

    assert "People (19647330000000), Second (19647330000000)" in run("illuminate", "Sites")[2]
    assert run("illuminate", "Sites", connection="Second")[0] == 0
    assert run("illuminate", "Sites", connection="Third")[0] == 1


def test_a_list_that_is_not_whole_is_a_failure(sandbox: SandboxServer):
    connect_sandbox(sandbox, **SIGNED)
    sandbox.faults.add(vendor="illuminate", where="Users", kind="miscount", results=3)

    status, said, complained = run("illuminate", "Users")

    assert status == 1
    assert said
    assert "not all there is: count-mismatch" in complained


@pytest.mark.django_db(transaction=True)
def test_the_threads_that_page_leave_no_database_connection_open(sandbox: SandboxServer):
    """By OAuth 2, whose token store needs the database, in threads that end with the command."""
    opened: list[Any] = []

    def note(connection: Any, **_: Any) -> None:
        if threading.current_thread().name.startswith("illuminate"):
            opened.append(connection)

    connect_sandbox(sandbox)
    connection_created.connect(note)
    try:
        status, said, _ = run("illuminate", "StudentContacts", "limit=100")
    finally:
        connection_created.disconnect(note)

    assert status == 0
    assert len(said.splitlines()) > 200
    assert opened, "the threads asked breaker and token store"
    assert all(connection.connection is None for connection in opened)
