"""What changes something at PowerSchool: sent once, its answer kept, and what is certain when there is none."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from integrations.http import VendorError, VendorHttp, VendorUnavailable
from integrations.powerschool import reading
from integrations.powerschool.client import PowerSchoolClient, is_answer
from integrations.powerschool.errors import RequestRefused, was_not_done
from integrations.sandbox.server import SandboxServer
from tests.integrations.http.servers import (
    LOOPBACK,
    ONE_TRY,
    QUICK,
    CountingBreaker,
    FakeClock,
    free_port,
    http,
    serving,
)
from tests.integrations.powerschool.conftest import (
    NEW,
    POSTS,
    SCHEMA,
    STUDENT,
    TARGET,
    At,
    MakeClient,
)


@pytest.fixture
def patient() -> VendorHttp:
    return VendorHttp(
        policy=LOOPBACK, breaker=CountingBreaker(), clock=FakeClock(), budget=ONE_TRY, is_answer=is_answer
    )


@pytest.mark.promise("F3", "F4")
@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)
@pytest.mark.parametrize(
    ("answer", "reason", "certain"),
    [
        (http(500, b'{"message": "Timeout expired."}'), "status-500", False),
        (http(503, b"", "Retry-After: 0"), "status-503", False),
        (http(429, b"", "Retry-After: 0"), "rate-limited", True),
        (b"", "hung-up", False),
        (http(404, b'{"message": "no"}'), "", True),
        (http(403), "no-permission", True),
        (http(302, b"", "Location: /"), "redirected", True),
    ],
    ids=["500", "503", "429", "lost", "404", "403", "302"],
)
def test_a_post_is_sent_once_and_says_whether_it_may_have_been_done(
    at: At, post: Callable[[PowerSchoolClient], Any], answer: bytes, reason: str, certain: bool
):
    with serving(answer) as server, pytest.raises(VendorError) as caught:
        post(at(server.url))
    assert len(server.requests) == 1
    assert reason in {"", caught.value.reason}
    assert was_not_done(caught.value) is certain


def test_what_was_never_connected_was_surely_not_done(at: At):
    with pytest.raises(VendorUnavailable, match="cannot-connect") as caught:
        at(f"http://127.0.0.1:{free_port()}").create_batch(TARGET)
    assert was_not_done(caught.value)


@pytest.mark.promise("F3")
def test_half_a_batch_is_handed_over_with_its_id(client: PowerSchoolClient, sandbox: SandboxServer):
    sandbox.faults.add(vendor="powerschool", where="createbatch", kind="truncate", keep=90, times=1)

    raw = client.create_batch(TARGET)

    (taken,) = sandbox.powerschool.registry.batches.values()
    assert (raw.broke_off, len(raw.body)) == ("truncated", 90)
    assert reading.batch_id_in(raw.body) == taken.batch_id
    client.reset_batch(TARGET, taken.batch_id)
    assert len(reading.read_batch(client.create_batch(TARGET).body).records) == len(taken.records) > 0


@pytest.mark.promise("F3")
def test_a_lost_answer_leaves_a_batch_that_can_be_found_and_reset(
    client: PowerSchoolClient, sandbox: SandboxServer
):
    sandbox.faults.add(vendor="powerschool", where="createbatch", kind="lost", times=1)

    with pytest.raises(VendorUnavailable, match="hung-up") as caught:
        client.create_batch(TARGET)

    assert not was_not_done(caught.value)
    (lost,) = client.batches(TARGET)
    assert reading.read_batch(client.create_batch(TARGET).body).records == ()
    client.reset_batch(TARGET, lost.batch_id)
    assert reading.read_batch(client.create_batch(TARGET).body).records


@pytest.mark.promise("F3")
def test_an_answer_that_comes_too_late_was_handed_over(make_client: MakeClient, sandbox: SandboxServer):
    sandbox.faults.add(vendor="powerschool", where="createbatch", kind="late", ms=5000, times=1)

    with pytest.raises(VendorUnavailable, match="too-slow") as caught:
        make_client(budget=QUICK).create_batch(TARGET)

    assert not was_not_done(caught.value)
    assert len(sandbox.powerschool.registry.batches) == 1


def test_only_a_batch_is_waited_for_longer(
    make_client: MakeClient, sandbox: SandboxServer, patient: VendorHttp
):
    for where in ("createbatch", "deliverytargets"):
        sandbox.faults.add(vendor="powerschool", where=where, kind="late", ms=800, times=1)
    client = make_client(budget=QUICK, batch_http=patient)

    assert reading.read_batch(client.create_batch(TARGET).body).records
    with pytest.raises(VendorUnavailable, match="too-slow"):
        client.delivery_targets()


@pytest.mark.slow
def test_a_batch_of_five_thousand_comes_whole(client: PowerSchoolClient, sandbox: SandboxServer):
    sandbox.powerschool.registry.add(count=5000)
    batch = reading.read_batch(client.create_batch(TARGET).body)
    assert len({record.record_id for record in batch.records}) == 5016
    assert batch.problems == ()


def test_an_empty_batch_is_one(client: PowerSchoolClient):
    client.create_batch(TARGET)
    empty = reading.read_batch(client.create_batch(TARGET).body)
    assert (bool(empty.batch_id), empty.records) == (True, ())


def test_batches_that_still_run_can_be_asked_for(client: PowerSchoolClient, sandbox: SandboxServer):
    client.create_batch(TARGET)
    sandbox.powerschool.registry.auto_open = True
    running = reading.read_batch(client.create_batch(TARGET).body)
    today = sandbox.clock.now().date()

    sandbox.powerschool.dates_are_days = False
    assert [each.batch_id for each in client.batches(TARGET, open_only=True)] == [running.batch_id]
    sandbox.powerschool.dates_are_days = True
    assert len(client.batches(TARGET, date=today)) == 2
    assert len(client.batches(TARGET, date=today, open_only=True)) == 1
    client.reset_batch(TARGET, running.batch_id)
    assert client.batches(TARGET, date=today, open_only=True).rows == ()


def test_only_known_forms_of_the_path_are_sent(at: At):
    with serving(http(200, b"[]")) as server:
        client = at(server.url)
        client.batches("7")
        client.batches("7", date=datetime.date(2012, 10, 3))
        client.batches("7", date=datetime.date(2012, 10, 3), open_only=True)
    assert [request.split(b" ")[1] for request in server.requests] == [
        b"/api/v1/deliverytargets/7/getbatches",
        b"/api/v1/deliverytargets/7/getbatches/2012-10-03",
        b"/api/v1/deliverytargets/7/getbatches/2012-10-03/true",
    ]


@pytest.mark.parametrize("wrong", ["", " ", "../x", "..", "a/b", "a?b", "a#b", "a\nb", "x" * 101])
def test_no_id_leads_elsewhere(client: PowerSchoolClient, sandbox: SandboxServer, wrong: str):
    for call in (client.create_batch, client.checklist, client.document, client.roster_record):
        with pytest.raises(RequestRefused, match="bad-parameters"):
            call(wrong)
    assert sum(sandbox.calls[name] for name in sandbox.powerschool.endpoints) == 0


def test_a_roster_record_goes_in_and_errors_come_back(client: PowerSchoolClient, sandbox: SandboxServer):
    assert client.import_roster_record(NEW, SCHEMA, STUDENT).succeeded
    assert client.import_roster_record(NEW, SCHEMA, STUDENT | {"Grade": "4"}).succeeded
    refused = client.import_roster_record(NEW, SCHEMA, {"FirstName": "Susan", "Shoe": "38"})

    assert (refused.succeeded, len(refused.errors)) == (False, 3)
    assert "Unknown field: Shoe." in refused.errors
    (kept,) = [row for row in sandbox.powerschool.registry.roster.values() if row.values]
    assert (kept.external_id, kept.values["Grade"]) == ("190292", "4")


@pytest.mark.parametrize("status", [200, 400, 409, 422, 500])
def test_an_error_of_an_import_is_one_whatever_the_status(at: At, status: int):
    body = b'{"status": "Error", "errors": ["DateOfBirth is no date."]}'
    with serving(http(status, body)) as server:
        result = at(server.url).import_roster_record(NEW, SCHEMA, STUDENT)
    assert (result.succeeded, result.errors) == (False, ("DateOfBirth is no date.",))
    assert len(server.requests) == 1


def test_a_refusal_in_the_documents_general_form_is_about_the_record_too(at: At):
    with serving(http(400, b'{"message": "No such field."}')) as server:
        assert at(server.url).import_roster_record(NEW, SCHEMA, STUDENT).errors == ("No such field.",)


@pytest.mark.parametrize(("body", "reason"), [(b"{}", "unexpected-shape"), (b"<h1>", "unexpected-shape")])
def test_an_import_that_does_not_say_success_is_none(at: At, body: bytes, reason: str):
    with serving(http(200, body)) as server, pytest.raises(VendorUnavailable, match=reason):
        at(server.url).import_roster_record(NEW, SCHEMA, STUDENT)


def test_half_an_answer_to_an_import_is_not_success(at: At):
    half = http(200, b'{"status": "Success",', length=40)
    with serving(half) as server, pytest.raises(VendorUnavailable, match="truncated"):
        at(server.url).import_roster_record(NEW, SCHEMA, STUDENT)


def test_a_submission_goes_in_field_by_field(at: At):
    with serving(http(200, b'{"id": 5}')) as server:
        result = at(server.url).create_submission("12345", {"stu_FirstName": "Jane"})
    assert (result.succeeded, result.body) == (True, {"id": 5})
    assert b"POST /api/v1/submission HTTP/1.1" in server.requests[0]


@pytest.mark.parametrize("status", [200, 400])
def test_a_submission_that_is_refused_says_why(at: At, status: int):
    body = b'{"status": "Error", "errors": ["stu_LastName is required."]}'
    with serving(http(status, body)) as server:
        result = at(server.url).create_submission("12345", {"stu_FirstName": "Jane"})
    assert (result.succeeded, result.errors) == (False, ("stu_LastName is required.",))


def test_what_a_submission_sends_is_what_the_sandbox_reads(client: PowerSchoolClient):
    made = client.create_submission(NEW, {"stu_FirstName": "Jane", "stu_LastName": "Doe"})
    record = client.submission_record(str(made.body["id"]))
    assert (record.first_name, record.status) == ("Jane", "PendingApproval")
