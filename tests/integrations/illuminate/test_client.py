"""The client against the sandbox's Illuminate, over real HTTP: every endpoint, every status, nothing sent in vain."""

from __future__ import annotations

import datetime
import logging
import traceback
from typing import Any

import pytest

from integrations.http import VendorError, VendorMisconfigured, VendorRejected, VendorUnavailable
from integrations.illuminate.endpoints import CATALOGUE, Endpoint, ParameterType, readable
from integrations.illuminate.errors import CredentialsRefused, EndpointRefused, RequestRefused
from integrations.sandbox.server import SandboxServer
from tests.integrations.http.servers import CountingBreaker, http, serving
from tests.integrations.illuminate.conftest import MakeClient, by_signature

SECRET = "canary"
SAMPLES: dict[ParameterType, Any] = {
    ParameterType.ID: 2,
    ParameterType.DATE: datetime.date(2026, 10, 1),
    ParameterType.NUMBER: 1,
    ParameterType.FLAG: True,
    ParameterType.TEXT: "x",
}


def wanted(endpoint: Endpoint) -> dict[str, Any]:
    """The arguments that an endpoint cannot do without."""
    required = [each for each in endpoint.parameters if each.required and each.name != "page"]
    return {each.name: SAMPLES[each.type] for each in required} | dict.fromkeys(endpoint.in_path, 12345)


@pytest.mark.parametrize("oauth2", [False, True], ids=["oauth1", "oauth2"])
def test_it_works(make_client: MakeClient, oauth2: bool):
    client = make_client(oauth2=oauth2)

    sites = client.check()
    pages = client.pages("StudentContacts", site_id=sites[1].site_id)
    contacts = [contact for page in pages for contact in page.rows]

    assert contacts
    assert (pages.complete, pages.received, pages.expected) == (True, len(contacts), len(contacts))
    assert all(contact.contact_id and contact.local_id for contact in contacts)


@pytest.mark.parametrize("endpoint", list(readable()), ids=lambda endpoint: str(endpoint.name))
def test_every_endpoint_that_reads_answers(make_client: MakeClient, endpoint: Endpoint):
    client = make_client()

    answer = client.get(endpoint.name, **wanted(endpoint))
    pages = client.pages(endpoint.name, typed=False, **wanted(endpoint))
    rows = [row for page in pages for row in page.rows]

    assert isinstance(answer, list if str(endpoint.shape) == "list" else dict)
    assert (pages.complete, pages.reason) == (True, ""), f"{len(rows)} rows"


def test_every_parameter_can_be_sent(make_client: MakeClient):
    client = make_client()
    for endpoint in readable():
        arguments = {each.name: SAMPLES[each.type] for each in endpoint.parameters if each.name != "end_date"}
        client.get(endpoint.name, **(arguments | wanted(endpoint)))


def test_the_three_posts_are_methods(make_client: MakeClient, sandbox: SandboxServer):
    client = make_client()
    scores = [{"local_student_id": 12345, "responses": ["A", "B"]}]

    assert "responses_count" in client.submit_scores(scores, assessment_id=12345)
    assert "responses_count" in client.submit_scores(scores, local_assessment_id="B-7")
    assert client.submit_repository_data([{"student_id": 1}], repository_id=5) == {"success": True}
    assert client.submit_repository_data([{"student_id": 1}], local_repository_id="abc") == {"success": True}
    with pytest.raises(RequestRefused, match="invalid-credentials"):
        client.create_user_api_keys(username="bob", password="canary")

    sandbox.faults.add(vendor="illuminate", where="RepositoryData", kind="status", status=503)
    before = sandbox.calls["RepositoryData"]
    with pytest.raises(VendorUnavailable, match="status-503"):
        client.submit_repository_data([{"student_id": 1}], repository_id=5)
    assert sandbox.calls["RepositoryData"] == before + 1


@pytest.mark.parametrize(
    "ids", [{}, {"assessment_id": 1, "local_assessment_id": "2"}, {"assessment_id": "../x"}]
)
def test_a_post_wants_one_id(make_client: MakeClient, ids: dict[str, Any]):
    with pytest.raises(RequestRefused, match="bad-parameters"):
        make_client().submit_scores([], **ids)


@pytest.mark.parametrize(
    ("status", "kind", "reason", "tries"),
    [
        (400, RequestRefused, "bad-parameters", 1),
        (401, CredentialsRefused, "credentials-refused", 1),
        (403, EndpointRefused, "no-permission", 1),
        (404, EndpointRefused, "wrong-path", 1),
        (405, EndpointRefused, "method-refused", 1),
        (409, RequestRefused, "status-409", 1),
        (302, VendorMisconfigured, "redirected", 1),
        (429, VendorUnavailable, "rate-limited", 3),
        (500, VendorUnavailable, "status-500", 3),
        (503, VendorUnavailable, "status-503", 3),
    ],
)
@pytest.mark.promise("F4")
def test_each_status_with_a_blank_body_has_its_kind(  # noqa: PLR0917 - the arguments are the columns of the parametrised table
    make_client: MakeClient,
    breaker: CountingBreaker,
    status: int,
    kind: type[VendorError],
    reason: str,
    tries: int,
):
    with serving(http(status)) as server, pytest.raises(VendorError) as caught:
        make_client(server.url).get("Sites")
    assert (type(caught.value), caught.value.reason) == (kind, reason)
    assert len(server.requests) == tries
    assert (breaker.failures > 0) is (status >= 500)


def test_an_element_that_is_not_there_is_no_wrong_path(make_client: MakeClient):
    with serving(http(404)) as server, pytest.raises(VendorRejected, match="not-found"):
        make_client(server.url).get("Assessment/View", assessment_id=7)


@pytest.mark.parametrize("body", [b"", b"<html>", b"7"])
def test_a_200_without_an_answer_is_no_empty_list(make_client: MakeClient, body: bytes):
    with serving(http(200, body)) as server, pytest.raises(VendorUnavailable):
        list(make_client(server.url).pages("Users"))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (("Pupils", {}), "unknown-endpoint"),
        (("StudentParents", {}), "deprecated-endpoint"),
        (("Repository/Data", {"repository_id": 1}), "unknown-endpoint"),
        (("Users", {"ssid": "1"}), "unknown-parameter"),
        (("Behavior", {"site_id": 1}), "missing-parameter"),
        (("Assessment/View", {}), "missing-parameter"),
        (("Roster", {"date": "1.9.2026"}), "bad-parameters"),
        (("Roster", {"page": "two"}), "bad-parameters"),
        (("Assessment/View", {"assessment_id": "../../Users"}), "bad-parameters"),
    ],
)
def test_what_is_not_in_the_catalogue_is_never_sent(
    make_client: MakeClient, sandbox: SandboxServer, call: tuple[str, dict[str, Any]], reason: str
):
    with pytest.raises(RequestRefused) as caught:
        make_client().get(call[0], **call[1])
    assert caught.value.reason == reason
    assert not any(sandbox.calls[name] for name in sandbox.illuminate.endpoints)


def test_wrong_credentials_are_refused(make_client: MakeClient):
    for changed in ({"secret": "x"}, {"token_secret": "x"}, {"key": "x"}, {"token": "x"}):
        with pytest.raises(CredentialsRefused):
            make_client(authorizer=by_signature(**changed)).check()
    with pytest.raises(CredentialsRefused):
        make_client(oauth2=True, secret="x").check()


def test_a_revoked_token_is_replaced_without_anybody_noticing(
    make_client: MakeClient, sandbox: SandboxServer
):
    client = make_client(oauth2=True)
    client.check()
    sandbox.illuminate.door.revoke_tokens()

    assert client.check()
    assert sandbox.calls["oauth2_token"] == 2


@pytest.mark.promise("S3")
def test_a_host_off_the_list_is_not_called(make_client: MakeClient):
    with pytest.raises(VendorMisconfigured, match="host-not-allowed"):
        make_client("https://illuminateed.com.evil.example/live/rest_server.php").check()


@pytest.mark.promise("S2")
@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
def test_no_error_and_no_log_names_what_was_asked_or_answered(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, status: int
):
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("oauth", "requests", "urllib3")):
            caplog.set_level(logging.DEBUG, logger=name)
    caplog.set_level(logging.DEBUG)
    with serving(http(status, b'{"error": {"code": "canary", "message": "canary"}}')) as server:
        client = make_client(server.url, authorizer=by_signature(secret=SECRET, token_secret=SECRET))
        with pytest.raises(VendorError) as caught:
            list(client.pages("Students2", district_student_id=SECRET))
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(client)
    assert SECRET.encode() in server.requests[0]
    assert SECRET not in shown


def test_the_catalogue_is_all_that_the_client_needs():
    assert all(endpoint.paths or endpoint.deprecated for endpoint in CATALOGUE.values())
