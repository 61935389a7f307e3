"""`manage.py connect powerschool`, `check_connections` and `powerschool`, as a script runs them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError

from accounts.models import AccessChange
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_POWERSCHOOL_KEY, SandboxServer
from portal.base import secrets
from portal.base.breakers import SharedBreaker
from portal.base.models import StoredSecret
from scorereports.models import Configuration
from tests.portal.running import run

CDS = "19647330000000"
KEY = "POWERSCHOOL_KEY_FOR_A_TEST"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setenv(KEY, DEFAULT_POWERSCHOOL_KEY)


def connect(**options: Any) -> str:
    values = {
        "district": CDS,
        "name": "Registration",
        "base_url": "https://secure.infosnap.com/api/v1",
        "secret_env": KEY,
    }
    return run("connect", "powerschool", **(values | options))[1]


def connect_sandbox(sandbox: SandboxServer, **options: Any) -> str:
    return connect(base_url=sandbox.url + sandbox.powerschool.base_path, **options)


@pytest.mark.promise("R5", "S1", "S2")
def test_it_works(sandbox: SandboxServer, capsys: pytest.CaptureFixture[str]):
    said = connect_sandbox(sandbox)
    made = Connection.objects.get()

    assert (made.vendor, made.district.cds_code, made.students_path) == ("powerschool", CDS, "")
    assert (made.key_id, made.token_id) == (None, None)
    assert made.secret_id
    assert secrets.reveal(made.secret_id, purpose=Connection.SECRET_PURPOSE) == DEFAULT_POWERSCHOOL_KEY
    assert not Configuration.objects.exists()
    shown = said + "".join(capsys.readouterr()) + str(list(AccessChange.objects.values()))
    assert DEFAULT_POWERSCHOOL_KEY not in shown
    assert run("check_connections")[:2] == (0, f"{CDS} Registration: works\n")


def test_a_second_run_makes_nothing_new(sandbox: SandboxServer):
    connect_sandbox(sandbox)
    connect_sandbox(sandbox)
    assert (Connection.objects.count(), StoredSecret.objects.count()) == (1, 1)


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "url",
    [
        "https://infosnap.com/api/v1",
        "https://evil.infosnap.com/api/v1",
        "http://secure.infosnap.com/api/v1",
        "https://secure.infosnap.com.evil.example/api/v1",
        "https://secure.infosnap.com@evil.example/api/v1",
        "https://powerschool.com/api/v1",
        "https://secure.infosnap.com/api",
        "https://secure.infosnap.com/",
        "https://secure.infosnap.com/api/v1?x=/api/v1",
        "https://account.blob.core.windows.net/api/v1",
    ],
)
def test_another_server_or_path_is_refused(url: str):
    with pytest.raises(CommandError, match=r"allow-list|/api/v1"):
        connect(base_url=url)
    assert not StoredSecret.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://secure.infosnap.com/api/v1/",
        "https://registration.powerschool.com/api/v1",
        "https://dev1.registration.powerschool.com/api10/v1",
    ],
)
def test_the_vendors_own_servers_are_taken(url: str):
    connect(base_url=url)
    assert Connection.objects.get().base_url == url.rstrip("/")


@pytest.mark.parametrize("status", [401, 500])
def test_a_check_says_that_the_key_is_refused_and_trips_nothing(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch, status: int
):
    monkeypatch.setenv(KEY, "wrong")
    connect_sandbox(sandbox)
    sandbox.powerschool.unauthorized_status = status

    said = [run("check_connections") for _time in range(6)]

    words = f"{CDS} Registration: credentials-refused (PowerSchool Enrollment refuses the API key)\n"
    assert said == [(1, words, "")] * 6
    assert sandbox.calls["connection_test"] == 6
    assert SharedBreaker(f"powerschool:{Connection.objects.get().uuid}").state() == "closed"


# --- manage.py powerschool ------------------------------------------------------------------------------------------


def lines(*words: str) -> list[Any]:
    status, said, complaint = run("powerschool", *words)
    assert (status, complaint) == (0, "")
    return [json.loads(line) for line in said.splitlines()]


def test_what_it_says_is_printed_as_json_lines(sandbox: SandboxServer):
    connect_sandbox(sandbox)
    assert [row["id"] for row in lines("DeliveryTargets")] == [501, 502]
    assert lines("Health")[0]["Status"] == "Healthy"
    assert len(lines("RosterRecords", "action_id=41002")) == 62
    assert len(lines("RosterRecords", "action_id=41002", "page=2", "pagesize=25")[0]["records"]) == 25
    assert lines("GetBatches", "target_id=501") == []
    assert lines("SubmissionRecord", "record_id=910001")[0]["id"] == 910001


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("CreateBatch", "target_id=501"), "There are: Health"),
        (("ResetBatch", "target_id=501", "batch_id=1"), "There are: Health"),
        (("ImportRosterRecord", "action_id=41001", "schema_id=71"), "There are: Health"),
        (("CreateSubmission",), "There are: Health"),
        (("Document", "document_id=1"), "There are: Health"),
        (("Checklists", "ssid=1"), "Its parameters are: none"),
        (
            ("RosterRecords", "page=1"),
            "needs action_id. Its parameters are: action_id (required), page, pagesize",
        ),
        (("Checklists", "three"), "key=value"),
        (("GetBatches", "target_id=501", "auto_open=true"), "bad-parameters"),
    ],
)
def test_what_cannot_be_asked_says_what_can_and_nothing_changes_there(
    sandbox: SandboxServer, words: tuple[str, ...], complaint: str
):
    connect_sandbox(sandbox)
    status, said, complained = run("powerschool", *words)

    assert (status, said) == (1, "")
    assert complaint in complained
    assert not any(sandbox.calls[name] for name in sandbox.powerschool.endpoints)


def test_without_a_connection_or_with_several_it_asks_which(sandbox: SandboxServer):
    assert "manage.py connect powerschool" in run("powerschool", "Checklists")[2]
    connect_sandbox(sandbox)
    connect_sandbox(sandbox, name="Second")

    assert f"Registration ({CDS}), Second ({CDS})" in run("powerschool", "Checklists")[2]
    assert run("powerschool", "Checklists", connection="Second")[0] == 0


def test_a_failure_in_the_middle_is_one(sandbox: SandboxServer):
    connect_sandbox(sandbox)
    sandbox.faults.add(vendor="powerschool", where="rosterrecords", kind="status", status=404, page=2)
    status, said, complained = run("powerschool", "RosterRecords", "action_id=41002")
    assert (status, len(said.splitlines())) == (1, 50)
    assert "not-found" in complained


def test_an_unreadable_key_is_said(sandbox: SandboxServer):
    connect_sandbox(sandbox)
    StoredSecret.objects.all().delete()
    assert "FIELD_KEYS" in run("powerschool", "Checklists")[2]
