"""What ETS's documents print is what the client understands."""

import json

import pytest

from integrations.ets.errors import (
    CredentialsRefused,
    EnrolledElsewhere,
    EtsDown,
    MalformedParameter,
    StudentUnknown,
)
from integrations.ets.records import ScoreReport, read_lea_codes, read_score_reports
from integrations.ets.tokens import lifetime_of
from integrations.http import is_token
from tests.integrations.ets import printed
from tests.integrations.http.servers import http, serving

LINK = "https://aws..../randomtoken"
NEEDED = {
    "v1_reports": {printed.without_bookmarks},
    "v3_reports": {printed.plain_quotes, printed.with_commas, printed.quoted_links},
    "v3_verify": set(),
    "v1_token": {printed.quoted_keys},
    "v3_token": {printed.plain_quotes, printed.quoted_keys},
}


def test_the_rows_of_version_1_are_read():
    reports = read_score_reports(printed.repaired(printed.sample("v1_reports")))
    assert list(reports) == [
        ScoreReport("CAASPP", "EN", 2018, "PDF", "", "04", f"{LINK}.pdf"),
        ScoreReport("CAASPP", "ES", 2018, "PDF", "", "04", f"{LINK}.pdf"),
        ScoreReport("STS", "ES", 2018, "PDF", "", "04", f"{LINK}.pdf"),
    ]
    assert reports.unreadable == 0


def test_the_rows_of_version_3_are_read():
    reports = read_score_reports(printed.repaired(printed.sample("v3_reports")))
    assert list(reports) == [
        ScoreReport("CAASPP", "EN", 2025, "PDF", "ELA,MATH", "04", f"{LINK}.pdf"),
        ScoreReport("CAASPP", "EN", 2025, "HTML", "ELA", "04", f"{LINK}1.html"),
        ScoreReport("CAASPP", "EN", 2025, "HTML", "MATH", "04", f"{LINK}2.html"),
        ScoreReport("CAASPP", "EN", 2025, "VIDEO", "ELA,MATH", "04", f"{LINK}3.html"),
        ScoreReport("CAASPP", "ES", 2025, "VIDEO", "ELA,MATH", "04", f"{LINK}3.html"),
    ]
    assert reports.unreadable == 0


def test_the_lea_codes_of_verify_are_read():
    codes = read_lea_codes(printed.repaired(printed.sample("v3_verify")))
    assert codes == ["001111111", "001111112", "001111113"]


@pytest.mark.parametrize("name", ["v1_token", "v3_token"])
def test_the_token_is_one_and_lives_an_hour(name):
    token = printed.repaired(printed.sample(name))["token"]
    assert is_token(token)
    assert lifetime_of(token, now=1_537_901_840) == 3600


@pytest.mark.parametrize("name", NEEDED)
def test_each_repair_is_needed_where_it_is_said_to_be(name):
    text = printed.sample(name)
    for repair in printed.REPAIRS:
        if repair in NEEDED[name]:
            with pytest.raises(json.JSONDecodeError):
                printed.repaired(text, leaving_out=repair)
        else:
            assert printed.repaired(text, leaving_out=repair) == printed.repaired(text)


@pytest.mark.parametrize("name", ["v1_errors", "v3_errors"])
def test_each_documented_error_of_score_reports_has_its_kind(make_client, name):
    expected = {
        404: StudentUnknown,
        400: MalformedParameter,
        403: EnrolledElsewhere,
        401: CredentialsRefused,
        500: EtsDown,
    }
    found = printed.errors(name)
    assert [status for status, _ in found] == list(expected)
    for status, body in found:

        def talk(connection, request, status=status, body=body):
            wants_token = b"/v3/token " in request
            answer = {"token": "a.b.c"} if wants_token else body
            connection.sendall(http(200 if wants_token else status, json.dumps(answer).encode()))

        with serving(talk) as server, pytest.raises(expected[status]) as caught:
            make_client(server.url).score_reports("1234567890")
        assert type(caught.value) is expected[status]
