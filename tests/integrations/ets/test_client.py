import json

import pytest

from integrations.ets.client import EtsEndpoint
from integrations.ets.errors import (
    CredentialsRefused,
    EnrolledElsewhere,
    EtsDown,
    MalformedParameter,
    StudentUnknown,
)
from integrations.http import VendorError, VendorMisconfigured
from integrations.sandbox.people import EtsStanding
from tests.integrations.http.servers import http, serving

TOKEN = http(200, b'{"token": "abc.def.ghi"}')


@pytest.fixture
def ssid(sandbox) -> str:
    return str(sandbox.world.student(0).ssid)


def reason_of(call, kind: type[VendorError]) -> str:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    return caught.value.reason


def test_it_works(sandbox, make_client, ssid):
    ets = make_client()
    reports = ets.score_reports(ssid)
    assert len(reports) > 0
    assert reports.unreadable == 0
    assert {report.lang for report in reports} >= {"EN"}
    assert all(report.url.startswith(sandbox.url) and report.year > 2000 for report in reports)
    assert sandbox.calls["token"] == 1
    assert sandbox.calls["reports"] == 1


def test_a_report_opens(sandbox, make_client, ssid):
    ets = make_client()
    stream = ets.open_link(ets.score_reports(ssid, format="PDF")[0].url)
    assert (stream.status, stream.content_type) == (200, "application/pdf")
    assert b"".join(stream.chunks()).startswith(b"%PDF-")
    assert (sandbox.calls["token"], sandbox.calls["reports"], sandbox.calls["link"]) == (1, 1, 1)


def test_an_expired_link_is_told_by_its_status(sandbox, make_client, ssid):
    ets = make_client()
    url = ets.score_reports(ssid, format="PDF")[0].url
    sandbox.clock.advance(31 * 60)
    stream = ets.open_link(url)
    stream.close()
    assert stream.status == 403


def test_one_token_serves_many_calls(sandbox, make_client, ssid):
    ets = make_client()
    for _ in range(5):
        ets.score_reports(ssid)
    assert sandbox.calls["token"] == 1


def test_verify_lists_the_lea_codes(sandbox, make_client):
    assert make_client().verify() == [sandbox.world.district.lea_code]


@pytest.mark.promise("S2")
def test_the_token_is_sent_raw_and_the_pair_as_basic(make_client):
    with serving(TOKEN, http(200, b"[]")) as server:
        make_client(server.url).score_reports("1234567890")
    assert b"Authorization: Basic c2FuZGJveDpzYW5kYm94OnNlY3JldF4wMA==\r\n" in server.requests[0]
    assert b"Authorization: abc.def.ghi\r\n" in server.requests[1]


def test_parameters_are_sent_as_documented(make_client):
    with serving(TOKEN, http(200, b"[]")) as server:
        ets = make_client(server.url)
        ets.score_reports("1234567890", type="CAASPP", lang="ES", year=2025, format="PDF", final=False)
        ets.score_reports("1234567890")
        ets.score_reports("1234567890", final=None)
    lines = [request.split(b"\r\n")[0] for request in server.requests[1:]]
    path = b"GET /v3/students/1234567890/score-reports"
    assert lines == [
        path + b"?type=CAASPP&lang=ES&format=PDF&year=2025&final=false HTTP/1.1",
        path + b"?final=true HTTP/1.1",
        path + b" HTTP/1.1",
    ]


def test_parameters_filter(make_client, ssid):
    ets = make_client()
    everything = ets.score_reports(ssid)
    english = ets.score_reports(ssid, lang="EN")
    assert 0 < len(english) <= len(everything)
    assert {report.lang for report in english} == {"EN"}


@pytest.mark.parametrize(
    ("base", "students", "reports", "token"),
    [
        ("https://x.ets.org", "/v3/students/", "/score-reports", "/v3/token"),
        ("https://x.ets.org/", "v3/students", "score-reports/", "v3/token/"),
        ("https://x.ets.org//", "//v3//students//", "//score-reports//", "//v3/token//"),
    ],
)
def test_slashes_may_be_missing_doubled_or_trailing(base, students, reports, token):
    endpoint = EtsEndpoint(base, students, reports, token)
    assert endpoint.reports_url("1234567890") == "https://x.ets.org/v3/students/1234567890/score-reports"
    assert endpoint.token_url() == "https://x.ets.org/v3/token"
    assert endpoint.verify_url() == "https://x.ets.org/v3/token/verify"


@pytest.mark.parametrize(
    "path", ["../admin", "/v3/../x", "/v3?x=", "/v3#", "/v 3", "/v3\\x", "//evil.com@x", "%2e%2e"]
)
def test_a_path_that_leads_elsewhere_is_a_matter_for_staff(make_client, path):
    ets = make_client("http://127.0.0.1:9", students_path=path)
    assert reason_of(lambda: ets.score_reports("1234567890"), VendorMisconfigured) == "wrong-path"


def test_a_base_url_off_the_list_is_refused_before_the_secret_leaves(make_client, breaker):
    for base in ("https://ets.org.evil.com", "http://x.ets.org", "https://169.254.169.254"):
        ets = make_client(base)
        assert reason_of(ets.verify, VendorMisconfigured) == "host-not-allowed"
    assert breaker.asked == 0


@pytest.mark.parametrize(
    "bad", ["", "123456789", "12345678901", "123456789a", "1234567890\n", " 1234567890", "١٢٣٤٥٦٧٨٩٠"]
)
def test_an_ssid_that_is_not_ten_digits_is_never_sent_or_echoed(sandbox, make_client, bad):
    with pytest.raises(MalformedParameter) as caught:
        make_client().score_reports(bad)
    assert not bad or bad not in str(caught.value)
    assert sandbox.calls.total() == 0


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "a&b"},
        {"lang": ""},
        {"format": "PDF\r\n"},
        {"year": 25},
        {"year": "2025"},
        {"type": "x" * 101},
    ],
)
def test_a_parameter_that_cannot_be_right_is_not_sent(sandbox, make_client, parameters):
    with pytest.raises(MalformedParameter):
        make_client().score_reports("1234567890", **parameters)
    assert sandbox.calls.total() == 0


def test_the_students_standing_at_ets_is_told_apart(sandbox, make_client):
    ets = make_client()
    world = sandbox.world
    assert (
        reason_of(lambda: ets.score_reports(world.first(EtsStanding.UNKNOWN).ssid), StudentUnknown)
        == "student-unknown"
    )
    assert (
        reason_of(lambda: ets.score_reports(world.first(EtsStanding.ELSEWHERE).ssid), EnrolledElsewhere)
        == "enrolled-elsewhere"
    )
    assert list(ets.score_reports(world.first(EtsStanding.NO_REPORTS).ssid)) == []


def test_400_is_malformed(make_client, ssid):
    assert (
        reason_of(lambda: make_client().score_reports(ssid, type="NEW"), MalformedParameter)
        == "malformed-parameter"
    )


ERROR, MESSAGE, HTML = b'{"error": "%s"}', b'{"message": "%s"}', b"<html>%s</html>"


@pytest.mark.promise("F5")
@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ((403, MESSAGE % b"Forbidden"), CredentialsRefused, "gateway-forbidden"),
        ((403, b'{"Message": "User is not authorized ... explicit deny"}'), CredentialsRefused, "gateway-forbidden"),
        ((403, HTML % b"no"), CredentialsRefused, "gateway-forbidden"),
        ((403, ERROR % b"Something new"), CredentialsRefused, "gateway-forbidden"),
        ((403, b""), CredentialsRefused, "gateway-forbidden"),
        ((403, b'["Student enrollment"]'), CredentialsRefused, "gateway-forbidden"),
        ((403, ERROR % b"Student enrollment record does not ..."), EnrolledElsewhere, "enrolled-elsewhere"),
        ((403, MESSAGE % b"Missing Authentication Token"), VendorMisconfigured, "wrong-path"),
        ((404, ERROR % b"Student doesn't exist"), StudentUnknown, "student-unknown"),
        ((404, MESSAGE % b"Not Found"), VendorMisconfigured, "wrong-path"),
        ((404, b'{"status": 404, "error": "Not Found", "path": "/x"}'), VendorMisconfigured, "wrong-path"),
        ((404, HTML % b"gone"), VendorMisconfigured, "wrong-path"),
        ((400, ERROR % b"Malformed parameter"), MalformedParameter, "malformed-parameter"),
        ((400, HTML % b"x"), MalformedParameter, "malformed-parameter"),
        ((401, ERROR % b"You are unauthorized to make this request."), CredentialsRefused, "token-refused"),
        ((401, HTML % b"x"), CredentialsRefused, "token-refused"),
        ((405, b""), VendorMisconfigured, "status-405"),
        ((500, ERROR % b"Internal error occurred"), EtsDown, "status-500"),
        ((502, HTML % b"Bad gateway"), EtsDown, "status-502"),
        ((503, MESSAGE % b"Service Unavailable"), EtsDown, "status-503"),
        ((504, MESSAGE % b"Endpoint request timed out"), EtsDown, "status-504"),
        ((429, MESSAGE % b"Too Many Requests"), EtsDown, "rate-limited"),
        ((302, b""), VendorMisconfigured, "redirected"),
        ((200, HTML % b"maintenance"), EtsDown, "not-json"),
        ((200, b'{"rows": []}'), EtsDown, "unexpected-shape"),
        ((200, b"null"), EtsDown, "unexpected-shape"),
        ((202, b"[]"), EtsDown, "unexpected-shape"),
    ],
)  # fmt: skip
def test_every_answer_has_its_kind_and_a_4xx_never_trips_the_breaker(
    make_client, breaker, answer, kind, reason
):
    status, body = answer

    def talk(connection, request):
        connection.sendall(
            TOKEN if b"/v3/token " in request else http(status, body, "Content-Type: text/plain")
        )

    with serving(talk) as server:
        ets = make_client(server.url)
        assert reason_of(lambda: ets.score_reports("1234567890"), kind) == reason
    assert (breaker.failures > 0) == (status >= 500)


@pytest.mark.promise("F5")
def test_a_token_that_ets_refuses_is_replaced_once_and_the_call_succeeds(sandbox, make_client, ssid, breaker):
    ets = make_client()
    ets.score_reports(ssid)
    sandbox.ets.revoke_tokens()
    assert len(ets.score_reports(ssid)) > 0
    assert (sandbox.calls["token"], sandbox.calls["reports"]) == (2, 3)
    assert breaker.failures == 0


@pytest.mark.promise("F5")
def test_a_second_refusal_is_a_credentials_state_and_costs_one_mint(sandbox, make_client, ssid, breaker):
    sandbox.faults.add(where="reports", kind="status", status=401)
    assert reason_of(lambda: make_client().score_reports(ssid), CredentialsRefused) == "token-refused"
    assert (sandbox.calls["token"], sandbox.calls["reports"]) == (2, 2)
    assert breaker.failures == 0


def test_verify_with_a_token_gone_bad_mints_once_and_succeeds(sandbox, make_client):
    ets = make_client()
    ets.verify()
    sandbox.ets.revoke_tokens()
    assert ets.verify() == [sandbox.world.district.lea_code]
    assert sandbox.calls["token"] == 2


def test_verify_behind_a_gateway_that_forbids_is_told_apart(sandbox, make_client):
    sandbox.faults.add(where="verify", kind="status", status=403, body="gateway")
    assert reason_of(make_client().verify, CredentialsRefused) == "gateway-forbidden"
    assert sandbox.calls["token"] == 1


@pytest.mark.promise("F5")
def test_a_wrong_pair_is_a_credentials_state_without_a_second_call(sandbox, make_client, ssid, breaker):
    ets = make_client(api_token="wrong")
    assert reason_of(lambda: ets.score_reports(ssid), CredentialsRefused) == "credentials-refused"
    assert (sandbox.calls["token"], sandbox.calls["reports"], breaker.failures) == (1, 0, 0)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"null", b'"abc"', b'{"token": null}', b'{"token": ""}', b'{"token": 7}', b'{"token": "a b"}',
     b'{"token": "a\\r\\nX: y"}', json.dumps({"token": "x" * 9000}).encode(), b'{"token": "\\u00e9"}'],
)  # fmt: skip
def test_a_token_answer_without_a_token_is_unavailable(make_client, body):
    with serving(http(200, body)) as server:
        assert reason_of(make_client(server.url).verify, EtsDown) == "unexpected-shape"


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/a.pdf",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "https://x.amazonaws.com/",
    ],
)
def test_a_hostile_link_is_refused_and_not_asked(make_client, ssid, sandbox, link):
    sandbox.faults.add(where="reports", kind="hostile_links", url=link)
    ets = make_client()
    url = ets.score_reports(ssid)[0].url
    assert reason_of(lambda: ets.open_link(url), VendorMisconfigured) == "host-not-allowed"
    assert sandbox.calls["link"] == 0


def test_a_v1_server_is_spoken_to_by_its_paths(make_client):
    row = b'[{"type": "CAASPP", "lang": "EN", "year": 2018, "grade": "04", "url": "https://x/y.pdf"}]'
    with serving(TOKEN, http(200, row)) as server:
        ets = make_client(server.url, students_path="/api/v1/students/", token_path="/api/v1/token")
        (report,) = ets.score_reports("1234567890")
    assert (report.format, report.content_area) == ("PDF", "")
    assert server.requests[0].startswith(b"GET /api/v1/token ")
    assert server.requests[1].startswith(b"GET /api/v1/students/1234567890/score-reports?")
