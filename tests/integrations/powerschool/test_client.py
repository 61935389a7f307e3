"""The client against the sandbox's PowerSchool Enrollment, over real HTTP: every call, every status, each POST once."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from integrations.http import VendorError, VendorMisconfigured, VendorUnavailable
from integrations.powerschool import reading
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.endpoints import CATALOGUE, readable
from integrations.powerschool.errors import CredentialsRefused, EndpointRefused, RequestRefused, was_not_done
from integrations.sandbox.server import SandboxServer
from tests.integrations.http.servers import CountingBreaker, http, serving
from tests.integrations.powerschool import samples
from tests.integrations.powerschool.conftest import (
    NEW,
    POSTS,
    RETURNING,
    SCHEMA,
    STUDENT,
    TARGET,
    At,
    MakeClient,
)


def test_it_works(client: PowerSchoolClient, sandbox: SandboxServer):
    (target, *_) = client.delivery_targets()
    batch = reading.read_batch(client.create_batch(target.target_id).body)

    assert batch.records
    assert batch.problems == ()
    assert [each.batch_id for each in client.batches(target.target_id)] == [batch.batch_id]
    client.reset_batch(target.target_id, batch.batch_id)
    again = reading.read_batch(client.create_batch(target.target_id).body)
    assert {each.record_id for each in again.records} == {each.record_id for each in batch.records}


def test_every_call_of_the_document_is_a_method(client: PowerSchoolClient, sandbox: SandboxServer):
    record = client.submission_record("910001")
    client.health()
    client.check()
    actions, schemas = client.published_actions(), client.import_schemas(NEW)
    client.import_roster_record(NEW, SCHEMA, STUDENT)
    client.create_batch(client.delivery_targets()[0].target_id)
    client.reset_batch(TARGET, client.batches(TARGET)[0].batch_id)
    lists = client.checklists()
    client.checklist(lists[0].checklist_id)
    client.checklist_entries(lists[0].checklist_id)
    announced = list(client.roster_records(RETURNING).rows())
    client.roster_record(announced[0].record_id)
    list(client.submission_records(NEW))
    client.create_submission(NEW, {"stu_FirstName": "Jane"})
    client.document(record.data_items["doc_BirthCertificate"])
    client.named_document(file_name="a.pdf", provider_uid=record.data_items["doc_BirthCertificate"])

    assert {actions[0].action_id, schemas[0].schema_id} == {NEW, SCHEMA}
    asked = {name for name in sandbox.powerschool.endpoints if sandbox.calls[name]}
    assert set(sandbox.powerschool.endpoints) - asked == {"unknown", "blob"}
    assert len(CATALOGUE) == len(asked) == 19


def test_the_key_is_the_user_name_and_the_password_empty(at: At):
    with serving(http(200, samples.HEALTH.encode())) as server:
        at(server.url).check()
        at(server.url).health()
    assert b"GET /api/v1/connection/test HTTP/1.1" in server.requests[0]
    assert b"Authorization: Basic Y2FuYXJ5Og==\r\n" in server.requests[0]  # canary:
    assert b"GET /api/healthz HTTP/1.1" in server.requests[1]
    assert b"Authorization" not in server.requests[1]


# --- what each status means


@pytest.mark.promise("F4", "F5")
@pytest.mark.parametrize("status", [401, 500])
def test_a_bad_key_is_a_credentials_error_asked_once_and_no_failure_of_theirs(
    status: int, sandbox: SandboxServer, make_client: MakeClient, breaker: CountingBreaker
):
    sandbox.powerschool.unauthorized_status = status
    client = make_client(api_key="wrong")
    for call in (client.check, client.delivery_targets, lambda: client.document("x"), *bound(client)):
        with pytest.raises(CredentialsRefused, match="credentials-refused") as caught:
            call()
        assert was_not_done(caught.value)
    assert sum(sandbox.calls[name] for name in sandbox.powerschool.endpoints) == 3 + len(POSTS)
    assert breaker.failures == 0


def bound(client: PowerSchoolClient) -> list[Callable[[], Any]]:
    return [lambda post=post: post(client) for post in POSTS.values()]  # type: ignore[misc] # mypy cannot type a lambda whose default binds the one of this round


@pytest.mark.parametrize(
    ("status", "kind", "reason", "tries"),
    [
        (400, RequestRefused, "bad-parameters", 1),
        (401, CredentialsRefused, "credentials-refused", 1),
        (403, EndpointRefused, "no-permission", 1),
        (404, EndpointRefused, "wrong-path", 1),
        (405, EndpointRefused, "method-refused", 1),
        (409, RequestRefused, "status-409", 1),
        (204, VendorUnavailable, "not-json", 1),
        (302, VendorMisconfigured, "redirected", 1),
        (429, VendorUnavailable, "rate-limited", 3),
        (500, VendorUnavailable, "status-500", 3),
        (503, VendorUnavailable, "status-503", 3),
    ],
)
@pytest.mark.promise("F4")
def test_each_status_has_its_kind(at: At, status: int, kind: type[VendorError], reason: str, tries: int):
    with serving(http(status)) as server, pytest.raises(VendorError) as caught:
        at(server.url).delivery_targets()
    assert (type(caught.value), caught.value.reason) == (kind, reason)
    assert len(server.requests) == tries


def test_404_about_one_thing_is_about_that_thing(client: PowerSchoolClient):
    for call in (
        lambda: client.checklist("7"),
        lambda: client.roster_record("7"),
        lambda: client.reset_batch(TARGET, "7"),
        lambda: client.document("7"),
        lambda: client.create_batch("7"),
    ):
        with pytest.raises(RequestRefused, match="not-found"):
            call()


def test_an_empty_list_where_one_record_was_asked_for_means_that_it_is_not_there(at: At):
    with serving(http(200, b"[]")) as server, pytest.raises(RequestRefused, match="not-found"):
        at(server.url).submission_record("12345")


@pytest.mark.parametrize("body", [b"7", b"[[]]", b"[{}, {}]", b'{"hello": 1}', b'[{"title": "no id"}]'])
def test_another_shape_than_documented_is_no_record(at: At, body: bytes):
    with serving(http(200, body)) as server, pytest.raises(VendorUnavailable, match="unexpected-shape"):
        at(server.url).submission_record("12345")


# --- for the command


def test_every_call_that_reads_can_be_printed(client: PowerSchoolClient):
    given = {"action_id": NEW, "target_id": TARGET, "checklist_id": "801", "record_id": "910001"}
    for endpoint in readable():
        parts = {name: given[name] for name in endpoint.in_path if name in given}
        if endpoint.name == "RosterRecord":
            parts = {"record_id": "820001"}
        assert client.get(endpoint.name, **parts) is not None


@pytest.mark.parametrize("name", ["CreateBatch", "ResetBatch", "CreateSubmission", "Document", "Nothing"])
def test_nothing_else_can(client: PowerSchoolClient, name: str):
    with pytest.raises(RequestRefused, match="unknown-endpoint"):
        client.get(name)


def test_a_parameter_that_a_call_does_not_have_is_not_sent(client: PowerSchoolClient, sandbox: SandboxServer):
    for arguments in ({"page": "1"}, {"action_id": NEW, "colour": "red"}):
        with pytest.raises(RequestRefused, match="bad-parameters"):
            client.get("ImportSchemas", **arguments)
    assert sandbox.calls["importschemas"] == 0


# --- nothing leaks


@pytest.mark.promise("S2")
def test_no_key_id_name_or_link_is_in_an_error_or_a_log(
    caplog: pytest.LogCaptureFixture, make_client: MakeClient
):
    caplog.set_level(logging.DEBUG)
    told = ""
    answers = [http(500, b'{"message": "canary"}'), http(404, b"canary"), b"", http(200, b"canary")]
    for answer in answers:
        with serving(answer) as server:
            client = make_client(f"{server.url}/api/v1", api_key="canary")
            calls: list[Callable[[], Any]] = [
                lambda client=client: client.import_roster_record(
                    "canary", "canary", {"FirstName": "canary"}
                ),  # type: ignore[misc] # mypy cannot type a lambda whose default binds the one of this round
                lambda client=client: client.reset_batch("canary", "canary"),  # type: ignore[misc] # mypy cannot type a lambda whose default binds the client of this test
                lambda client=client: client.submission_record("canary"),  # type: ignore[misc] # mypy cannot type a lambda whose default binds the client of this test
                lambda client=client: client.document("canary"),  # type: ignore[misc] # mypy cannot type a lambda whose default binds the client of this test
            ]
            for call in calls:
                try:
                    told += repr(call())
                except VendorError as error:
                    told += "".join(traceback.format_exception(error)) + str(vars(error))
    frames = [
        line for line in told.splitlines() if not line.lstrip().startswith(("File", "lambda", "~", "^"))
    ]
    assert "canary" not in "\n".join(frames)
    assert "canary" not in caplog.text
