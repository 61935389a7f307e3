"""Version 1 as the client speaks it, and the check of a connection's credentials in both versions."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.ets.client import CheckedToken
from integrations.ets.errors import CredentialsRefused, EtsDown, StudentUnknown
from integrations.http import VendorError, VendorMisconfigured
from integrations.sandbox.people import EtsStanding
from tests.integrations.http.servers import http, serving

V1 = {"students_path": "/api/v1/students/", "reports_path": "/score-reports/", "token_path": "/api/v1/token/"}
V2 = {"students_path": "/v2/students/", "token_path": "/v2/token"}
NO_ROUTE = '{"message": "Missing Authentication Token"}'
TOKEN = http(200, b'{"token": "abc.def.ghi"}')


@pytest.fixture
def ssid(sandbox) -> str:
    return str(sandbox.world.student(0).ssid)


def reason_of(call, kind: type[VendorError]) -> str:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    return caught.value.reason


def test_it_works_with_version_1(sandbox, make_client, ssid):
    ets = make_client(**V1)
    reports = ets.score_reports(ssid)
    assert ets.endpoint.version == "v1"
    assert {(report.format, report.content_area) for report in reports} == {("PDF", "")}
    newer = make_client().score_reports(ssid, format="PDF")
    assert [(report.type, report.lang, report.year, report.grade) for report in reports] == [
        (report.type, report.lang, report.year, report.grade) for report in newer
    ]
    assert ets.open_link(reports[0].url).status == 200


def test_version_1_is_asked_without_a_format(make_client):
    with serving(TOKEN, http(200, b"[]")) as server:
        ets = make_client(server.url, **V1)
        for form in (None, "PDF", "pdf", "ALL", "all"):
            ets.score_reports("1234567890", format=form, lang="ES")
    lines = {request.split(b"\r\n")[0] for request in server.requests[1:]}
    assert lines == {b"GET /api/v1/students/1234567890/score-reports?lang=ES&final=true HTTP/1.1"}


def test_version_1_is_not_asked_for_what_it_does_not_have(sandbox, make_client, ssid):
    ets = make_client(**V1)
    for form in ("HTML", "html", "VIDEO", "EPUB"):
        assert list(ets.score_reports(ssid, format=form)) == []
    assert sandbox.calls.total() == 0


def test_version_1_tells_the_students_standing_as_version_3_does(sandbox, make_client):
    unknown = sandbox.world.first(EtsStanding.UNKNOWN).ssid
    assert reason_of(lambda: make_client(**V1).score_reports(unknown), StudentUnknown) == "student-unknown"


@pytest.mark.parametrize("paths", [V1, V2])
def test_versions_without_verify_say_so_and_are_not_called(sandbox, make_client, paths):
    assert reason_of(make_client(**paths).verify, VendorMisconfigured) == "no-verify"
    assert sandbox.calls.total() == 0


def test_check_mints_and_verifies_with_version_3(sandbox, make_client):
    assert make_client().check() == CheckedToken([sandbox.world.district.lea_code])
    assert (sandbox.calls["token"], sandbox.calls["verify"]) == (1, 1)


def test_check_mints_alone_with_version_1(sandbox, make_client):
    assert make_client(**V1).check() == CheckedToken(None)
    assert (sandbox.calls["token"], sandbox.calls["verify"]) == (1, 0)


@pytest.mark.parametrize("paths", [{}, V1])
def test_check_does_not_trust_a_kept_token(sandbox, make_client, ssid, paths):
    ets = make_client(**paths)
    ets.score_reports(ssid)
    sandbox.faults.add(where="token", kind="status", status=401)
    assert ets.score_reports(ssid)
    assert reason_of(ets.check, CredentialsRefused) == "credentials-refused"


def test_check_leaves_the_kept_token_where_it_is(sandbox, make_client, ssid):
    ets = make_client()
    ets.score_reports(ssid)
    ets.check()
    ets.score_reports(ssid)
    assert sandbox.calls["token"] == 2


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        ({"where": "token", "status": 401}, CredentialsRefused, "credentials-refused"),
        ({"where": "token", "status": 403, "body": "gateway"}, CredentialsRefused, "gateway-forbidden"),
        ({"where": "token", "status": 403, "text": NO_ROUTE}, VendorMisconfigured, "wrong-path"),
        ({"where": "token", "status": 404, "body": "html"}, VendorMisconfigured, "wrong-path"),
        ({"where": "token", "status": 500}, EtsDown, "status-500"),
        ({"where": "verify", "status": 403}, CredentialsRefused, "token-refused"),
        ({"where": "verify", "status": 401}, CredentialsRefused, "token-refused"),
        ({"where": "verify", "status": 403, "body": "gateway"}, CredentialsRefused, "gateway-forbidden"),
        ({"where": "verify", "status": 500}, EtsDown, "status-500"),
        ({"where": "verify", "status": 429, "body": "gateway"}, EtsDown, "rate-limited"),
        ({"where": "verify", "status": 200, "text": "{}"}, EtsDown, "unexpected-shape"),
    ],
)  # fmt: skip
def test_check_tells_refusals_apart(sandbox, make_client, fault, kind, reason):
    sandbox.faults.add(kind="status", **fault)
    assert reason_of(make_client().check, kind) == reason


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("paths", [{}, V1])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=ANYTHING)
def test_whatever_json_comes_is_reports_or_one_of_our_errors(make_client, paths, answer):
    row = {"type": "CAASPP", "url": "https://x/y.pdf"}
    with serving(
        TOKEN, http(200, json.dumps(answer).encode()), http(200, json.dumps([answer, row]).encode())
    ) as server:
        ets = make_client(server.url, **paths)
        if isinstance(answer, list):
            ets.score_reports("1234567890")
        else:
            assert reason_of(lambda: ets.score_reports("1234567890"), EtsDown) == "unexpected-shape"
        assert ets.score_reports("1234567890")[-1].url == "https://x/y.pdf"


def test_check_says_when_the_version_is_no_longer_there(sandbox, make_client):
    sandbox.configure({"v1": False})
    for paths in (V1, V2):
        ets = make_client(**paths)
        assert reason_of(ets.check, VendorMisconfigured) == "wrong-path"
        assert ets.endpoint.version in {"v1", "v2"}
