import base64

import jwt
import pytest
import requests

from integrations.sandbox.people import EtsStanding
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.world import World

NOT_AUTHORIZED = {"error": "You are not authorized to make this request"}
UNAUTHORIZED = {"error": "You are unauthorized to make this request."}
MALFORMED = {"error": "Malformed parameter"}


def keys(reply):
    return sorted(
        (row["type"], row["lang"], row["year"], row["format"], row["content area"]) for row in reply.json()
    )


def test_it_works(ets, child):
    reply = ets.reports(child.ssid)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert list(reply.json()[0]) == ["type", "lang", "year", "format", "content area", "grade", "url"]
    assert isinstance(reply.json()[0]["year"], int)
    assert ets.session.get(reply.json()[0]["url"], timeout=10).content.startswith(b"%PDF-")


def test_the_token_is_a_jwt_that_lives_an_hour(ets):
    claims = jwt.decode(ets.token(), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["token_use"] == "id"


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic !!!", "Bearer abc", "Basic " + base64.b64encode(b"sandbox:wrong").decode()],
)
def test_wrong_credentials_get_no_token(ets, header):
    reply = ets.get("/v3/token", headers={"Authorization": header} if header is not None else {})
    assert reply.status_code == 401
    assert reply.json() == NOT_AUTHORIZED


@pytest.mark.parametrize("api_token", ["a:b:c", "$ü%&/ ?#=", ":", "^00+/="])
def test_an_api_token_may_hold_any_characters(api_token):
    encoded = base64.b64encode(f"district:{api_token}".encode()).decode()
    with SandboxServer(World(12), username="district", api_token=api_token) as server:
        reply = requests.get(
            f"{server.url}/ets/v3/token", headers={"Authorization": f"Basic {encoded}"}, timeout=10
        )
    assert reply.status_code == 200


def test_verify_lists_the_lea_with_its_leading_zeros(ets):
    reply = ets.get("/v3/token/verify", headers={"Authorization": ets.token()})
    assert reply.json() == [{"LEA": "009990001"}]


def test_verify_answers_403_to_a_bad_token(ets):
    reply = ets.get("/v3/token/verify", headers={"Authorization": "nonsense"})
    assert (reply.status_code, reply.json()) == (403, NOT_AUTHORIZED)


def test_reports_answer_401_without_a_good_raw_token(ets, child):
    token = ets.token()
    forged = jwt.encode({"exp": 9_999_999_999}, "x" * 32, algorithm="HS256")
    unsigned = jwt.encode({"exp": 9_999_999_999}, "", algorithm="none")
    for header in (f"Bearer {token}", f"Basic {token}", token[:-2], forged, unsigned, "x"):
        reply = ets.reports(child.ssid, token=header)
        assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED)
    assert ets.get(f"/v3/students/{child.ssid}/score-reports").status_code == 401
    assert ets.reports(child.ssid, token=token).status_code == 200


def test_a_token_dies_at_its_time_by_the_sandboxs_clock(ets, child):
    token = ets.token()
    ets.control("clock", {"advance_seconds": 3590})
    assert ets.reports(child.ssid, token=token).status_code == 200
    ets.control("clock", {"advance_seconds": 10})
    assert ets.reports(child.ssid, token=token).status_code == 401
    assert ets.reports(child.ssid).status_code == 200


def test_the_tokens_life_can_be_set(ets):
    ets.control("settings", {"token_seconds": 60})
    claims = jwt.decode(ets.token(), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60


def test_all_tokens_can_be_revoked(ets, child):
    token = ets.token()
    assert ets.reports(child.ssid, token=token).status_code == 200
    ets.control("settings", {"revoke_tokens": True})
    assert ets.reports(child.ssid, token=token).status_code == 401


def test_regenerated_credentials_end_the_old_pair_and_its_tokens(ets, child):
    token = ets.token()
    ets.control("settings", {"username": "sandbox", "api_token": "new"})
    assert ets.get("/v3/token", auth=("sandbox", "sandbox:secret^00")).status_code == 401
    assert ets.reports(child.ssid, token=token).status_code == 401
    assert ets.get("/v3/token", auth=("sandbox", "new")).status_code == 200


def test_an_unknown_student_is_404(ets, sandbox):
    unknown = sandbox.world.first(EtsStanding.UNKNOWN)
    for ssid in (unknown.ssid, "1234567890"):
        reply = ets.reports(ssid)
        assert (reply.status_code, reply.json()) == (404, {"error": "Student doesn\u2019t exist"})


def test_a_student_of_another_district_is_403(ets, sandbox):
    reply = ets.reports(sandbox.world.first(EtsStanding.ELSEWHERE).ssid)
    assert reply.status_code == 403
    assert reply.json() == {"error": "Student enrollment record does not match calling district"}


def test_a_student_without_reports_has_an_empty_list(ets, sandbox):
    reply = ets.reports(sandbox.world.first(EtsStanding.NO_REPORTS).ssid)
    assert (reply.status_code, reply.json()) == (200, [])


def test_an_ssid_is_matched_as_ten_digits_only(ets, child):
    for ssid in (child.ssid.lstrip("9"), f"0{child.ssid}", child.ssid[:9]):
        assert ets.reports(ssid).status_code == 404
    for ssid in ("abcdefghij", "99%20", "٩٩٩٩٩٩٩٩٩٩", f"-{child.ssid[1:]}"):
        reply = ets.reports(ssid)
        assert (reply.status_code, reply.json()) == (400, MALFORMED)


def test_the_path_may_end_in_a_slash(ets, child):
    reply = ets.get(
        f"/v3/students/{child.ssid}/score-reports/?&type=CAASPP", headers={"Authorization": ets.token()}
    )
    assert {row["type"] for row in reply.json()} == {"CAASPP"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "NOPE"),
        ("type", "caaspp"),
        ("lang", "en"),
        ("lang", "FR"),
        ("year", "26"),
        ("year", "20266"),
        ("year", "abcd"),
        ("year", "٢٠٢٦"),
        ("format", "Pdf"),
        ("format", "DOC"),
        ("final", "TRUE"),
        ("final", "yes"),
    ],
)
def test_a_malformed_parameter_is_400(ets, child, name, value):
    reply = ets.reports(child.ssid, **{name: value})
    assert (reply.status_code, reply.json()) == (400, MALFORMED)


def test_a_parameter_given_twice_is_400(ets, child):
    reply = ets.get(
        f"/v3/students/{child.ssid}/score-reports?lang=EN&lang=ES", headers={"Authorization": ets.token()}
    )
    assert reply.status_code == 400


def test_blank_and_unknown_parameters_are_passed_over(ets, child):
    assert keys(ets.reports(child.ssid, type="", year="", grade="04")) == keys(ets.reports(child.ssid))


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("type", "ESA", "type"),
        ("lang", "ES", "lang"),
        ("format", "HTML", "format"),
        ("format", "VIDEO", "format"),
    ],
)
def test_a_parameter_chooses_rows(ets, child, name, value, field):
    rows = ets.reports(child.ssid, **{name: value}).json()
    assert rows
    assert {row[field] for row in rows} == {value}


def test_the_year_chooses_rows_and_an_old_year_is_empty(ets, child, sandbox):
    year = sandbox.world.administration_year
    assert {row["year"] for row in ets.reports(child.ssid, year=year).json()} == {year}
    assert ets.reports(child.ssid, year=year - 3).json() == []


def test_formats_are_known_in_capitals_and_small_letters(ets, child):
    assert keys(ets.reports(child.ssid, format="pdf")) == keys(ets.reports(child.ssid, format="PDF"))
    assert keys(ets.reports(child.ssid, format="all")) == keys(ets.reports(child.ssid))


def test_cst_and_cast_are_the_same_report(ets, sandbox):
    older = sandbox.world.children_of(sandbox.world.cast().parent_of_two)[1]
    assert keys(ets.reports(older.ssid, type="CST")) == keys(ets.reports(older.ssid, type="CAST")) != []


def some_preliminary(world):
    found = [s for s in world.students() if any(not report.final for report in world.reports_for(s))]
    assert 2 <= len(found) < 20
    return found


def test_final_and_not_final_are_apart_and_together_make_all(ets, sandbox):
    for student in some_preliminary(sandbox.world):
        ssid = student.ssid
        final, preliminary = (keys(ets.reports(ssid, final=value)) for value in ("true", "false"))
        everything = ets.reports(ssid)
        assert preliminary
        assert keys(everything) == sorted(final + preliminary)
        assert not any("final" in row for row in everything.json())


def test_a_preliminary_report_may_stand_beside_its_final_twin(ets, sandbox):
    ssid = sandbox.world.student(11).ssid
    assert set(keys(ets.reports(ssid, final="false"))) <= set(keys(ets.reports(ssid, final="true")))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v3/nothing"),
        ("GET", "/api/v1/token/verify"),
        ("POST", "/v3/token"),
        ("GET", "/v3/students//x"),
    ],
)
def test_an_address_that_ets_does_not_have_gets_the_gateways_answer(ets, method, path):
    reply = ets.session.request(method, f"{ets.base}{path}", timeout=10)
    assert (reply.status_code, reply.json()) == (403, {"message": "Missing Authentication Token"})


def test_a_district_of_500000_is_served():
    world = World(500_000)
    with SandboxServer(world) as server:
        auth = ("sandbox", "sandbox:secret^00")
        token = requests.get(f"{server.url}/ets/v3/token", auth=auth, timeout=10).json()["token"]
        for index in (0, 250_001, 499_999):
            reply = requests.get(
                f"{server.url}/ets/v3/students/{world.ssid_of(index)}/score-reports",
                headers={"Authorization": token},
                timeout=10,
            )
            assert reply.status_code in {200, 403, 404}
