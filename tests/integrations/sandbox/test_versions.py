"""Version 1 of the API beside version 3, and what becomes of versions that are no longer there."""

import jwt
import pytest

from integrations.sandbox.people import EtsStanding
from integrations.sandbox.versions import V1, V3

GATEWAY = (403, {"message": "Missing Authentication Token"})
PAIR = ("sandbox", "sandbox:secret^00")


def reports(ets, ssid, *, ending="score-reports", token=None, **parameters):
    return ets.get(
        f"/api/v1/students/{ssid}/{ending}",
        headers={"Authorization": token or ets.get("/api/v1/token", auth=PAIR).json()["token"]},
        params=parameters,
    )


def shape(rows):
    return [(row["type"], row["lang"], row["year"], row["grade"]) for row in rows]


@pytest.mark.parametrize("ending", ["score-reports", "score-reports/"])
def test_it_works(ets, child, ending):
    reply = reports(ets, child.ssid, ending=ending)
    assert reply.status_code == 200
    assert {tuple(row) for row in reply.json()} == {("type", "lang", "year", "grade", "url")}
    assert ets.session.get(reply.json()[0]["url"], timeout=5).content.startswith(b"%PDF-")
    assert (ets.server.calls["token"], ets.server.calls["reports"], ets.server.calls["link"]) == (1, 1, 1)


def test_version_1_lists_the_pdfs_of_version_3_and_nothing_else(ets, child):
    assert shape(reports(ets, child.ssid).json()) == shape(ets.reports(child.ssid, format="PDF").json())
    assert shape(reports(ets, child.ssid, lang="ES").json()) == shape(
        ets.reports(child.ssid, format="PDF", lang="ES").json()
    )


def test_version_1_does_not_know_a_format(ets, child):
    everything = shape(reports(ets, child.ssid).json())
    assert shape(reports(ets, child.ssid, format="HTML").json()) == everything
    assert shape(reports(ets, child.ssid, format="nonsense").json()) == everything


@pytest.mark.parametrize("path", ["/api/v1/token", "/api/v1/token/"])
def test_a_token_follows_the_same_rules(ets, child, path):
    assert ets.get(path, auth=("sandbox", "wrong")).status_code == 401
    token = ets.get(path, auth=PAIR).json()["token"]
    assert {"sub", "aud", "event_id", "token_use", "iss", "cognito:username", "exp", "iat", "email"} <= set(
        jwt.decode(token, options={"verify_signature": False})
    )
    assert reports(ets, child.ssid, token=f"Bearer {token}").status_code == 401
    assert reports(ets, child.ssid, token=token).status_code == 200
    ets.control("clock", {"advance_seconds": 3600})
    assert reports(ets, child.ssid, token=token).status_code == 401


def test_one_pair_one_token_for_both_versions(ets, child):
    old = ets.get("/api/v1/token", auth=PAIR).json()["token"]
    assert ets.reports(child.ssid, token=old).status_code == 200
    assert reports(ets, child.ssid, token=ets.token()).status_code == 200


def test_errors_are_those_of_version_3(ets, sandbox, child):
    world = sandbox.world
    assert reports(ets, world.first(EtsStanding.UNKNOWN).ssid).status_code == 404
    assert reports(ets, world.first(EtsStanding.ELSEWHERE).ssid).status_code == 403
    assert reports(ets, world.first(EtsStanding.NO_REPORTS).ssid).json() == []
    assert reports(ets, child.ssid, year="26").status_code == 400


@pytest.mark.parametrize(
    ("name", "value"), [("type", "EIALT"), ("type", "ESALT"), ("lang", "KR"), ("lang", "AR")]
)
def test_version_1_knows_its_own_tables_alone(ets, child, name, value):
    assert reports(ets, child.ssid, **{name: value}).status_code == 400
    assert ets.reports(child.ssid, **{name: value}).status_code == 200


def test_version_1_lists_no_type_or_language_that_came_later(ets, sandbox):
    for student in sandbox.world.students():
        if student.home_language == "KR" and sandbox.world.reports_for(student):
            assert {row["lang"] for row in reports(ets, student.ssid).json()} == {"EN"}
            break
    kindergarten = next(
        student
        for student in sandbox.world.students()
        if any(report.type == "EIA" for report in sandbox.world.reports_for(student))
    )
    assert "EIA" not in {row["type"] for row in reports(ets, kindergarten.ssid).json()}
    assert reports(ets, kindergarten.ssid, type="EIA").json() == []


@pytest.mark.parametrize(
    "path", ["/api/v1/token/verify", "/v2/token", "/v2/token/verify", "/v2/students/9/score-reports"]
)
def test_there_is_no_verify_in_version_1_and_no_version_2(ets, path):
    reply = ets.get(path, auth=PAIR)
    assert (reply.status_code, reply.json()) == GATEWAY
    assert ets.server.calls.total() == 0


def test_version_1_can_be_taken_away(ets, child):
    token = ets.token()
    ets.control("settings", {"v1": False})
    gone = (ets.get("/api/v1/token", auth=PAIR), reports(ets, child.ssid, token=token))
    assert [(reply.status_code, reply.json()) for reply in gone] == [GATEWAY, GATEWAY]
    assert ets.reports(child.ssid, token=token).status_code == 200
    ets.control("reset")
    assert ets.get("/api/v1/token", auth=PAIR).status_code == 200


def test_faults_meet_version_1_too(ets, child):
    ets.faults({"where": "reports", "kind": "status", "status": 503})
    assert reports(ets, child.ssid).status_code == 503


def test_the_tables_hold_what_the_documents_print():
    assert V3.types - V1.types == {"EIALT", "ESALT"}
    assert V3.languages - V1.languages == {"KR", "AR"}
    assert len(V1.types) == 9
    assert len(V1.languages) == 5
