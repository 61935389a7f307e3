import json
import threading
from pathlib import Path

import pytest
import requests

from integrations.sandbox.faults import KINDS, FaultError
from tests.integrations.sandbox.sockets import raw


def test_a_fault_happens_so_many_times_then_all_is_well(ets, child):
    ets.faults({"where": "reports", "kind": "status", "status": 503, "times": 2})
    token = ets.token()
    assert [ets.reports(child.ssid, token=token).status_code for _ in range(3)] == [503, 503, 200]
    assert ets.control("faults").json() == []


def test_a_fault_without_times_lasts_until_reset(ets, child):
    ets.faults({"where": "reports", "kind": "status", "times": None})
    assert {ets.reports(child.ssid).status_code for _ in range(3)} == {500}
    ets.control("reset")
    assert ets.reports(child.ssid).status_code == 200


def test_a_new_list_replaces_the_old(ets, child):
    ets.faults({"where": "reports", "kind": "status"})
    ets.faults()
    assert ets.reports(child.ssid).status_code == 200


def test_a_fault_can_be_one_students_alone(ets, child, sandbox):
    other = sandbox.world.cast().student_of_17
    ets.faults({"where": "reports", "kind": "status", "status": 500, "ssid": child.ssid})
    assert ets.reports(child.ssid).status_code == 500
    assert ets.reports(other.ssid).status_code == 200
    ets.faults({"where": "link", "kind": "status", "status": 500, "ssid": child.ssid})
    assert requests.get(ets.link(child.ssid), timeout=5).status_code == 500
    assert requests.get(ets.link(other.ssid), timeout=5).status_code == 200


@pytest.mark.parametrize("where", ["token", "verify", "reports", "link", "all"])
def test_a_fault_happens_where_it_was_wanted(ets, child, link, where):
    token = ets.token()
    ets.faults({"where": where, "kind": "status", "status": 502})
    answers = {
        "token": ets.get("/v3/token", auth=("sandbox", "sandbox:secret^00")).status_code,
        "verify": ets.get("/v3/token/verify", headers={"Authorization": token}).status_code,
        "reports": ets.reports(child.ssid, token=token).status_code,
        "link": requests.get(link, timeout=5).status_code,
    }
    assert answers == {name: 502 if where in {name, "all"} else 200 for name in answers}


def test_faults_wait_in_line_one_a_call(ets, child):
    token = ets.token()
    ets.faults(
        {"where": "reports", "kind": "status", "status": 429, "times": 1},
        {"where": "reports", "kind": "status", "status": 504, "times": 1},
    )
    assert [ets.reports(child.ssid, token=token).status_code for _ in range(3)] == [429, 504, 200]


def test_a_program_can_add_faults_by_name(ets, child, sandbox):
    sandbox.faults.add(where="reports", kind="status", status=503, times=1)
    assert ets.reports(child.ssid).status_code == 503
    assert ets.reports(child.ssid).status_code == 200
    with pytest.raises(FaultError):
        sandbox.faults.add(kind="nonsense")


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("text", "object"),
        ({"kind": "nope"}, "Kinds of faults"),
        ({"kind": "hang", "where": "nowhere"}, "happen at"),
        ({"kind": "status", "times": 0}, "times"),
        ({"kind": "status", "times": True}, "times"),
        ({"kind": "status", "status": "500"}, "wrong kind"),
        ({"kind": "status", "colour": "red"}, "takes"),
        ({"kind": "status", "body": "poem"}, "one of"),
        ({"kind": "drip", "ms_per_byte": -1}, "below zero"),
        ({"kind": "redirect"}, "needs location"),
        ({"kind": "hostile_links", "where": "reports"}, "needs url"),
        ({"kind": "extra_rows", "where": "link"}, "where reports"),
        ({"kind": "hostile_html", "where": "link"}, "needs portal"),
        ({"kind": "hostile_html", "portal": "x", "attempts": ["nap"]}, "one of"),
        ({"kind": "refuse"}, "needs seconds"),
        ({"kind": "hang", "ssid": 99}, "ssid"),
    ],
)
def test_a_fault_that_cannot_be_had_is_refused_with_the_reason_and_changes_nothing(ets, fault, complaint):
    ets.faults({"where": "token", "kind": "garbage"})
    reply = ets.control("faults", [fault])
    assert reply.status_code == 400
    assert complaint in reply.json()["message"]
    assert [kept["kind"] for kept in ets.control("faults").json()] == ["garbage"]


def test_faults_are_counted_down_once_a_call_under_many_threads(ets, child):
    token = ets.token()
    ets.faults({"where": "reports", "kind": "status", "status": 503, "times": 20})
    seen: list[int] = []

    def ask():
        for _ in range(5):
            with raw(f"{ets.base}/v3/students/{child.ssid}/score-reports", Authorization=token) as reply:
                seen.append(reply.status)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen.count(503) == 20
    assert seen.count(200) == 30


def test_every_kind_is_documented():
    text = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    for kind, options in KINDS.items():
        assert f"`{kind}`" in text
        for option in options:
            assert f"`{option}`" in text or f'"{option}"' in text
    assert json.loads(text.partition("```json\n")[2].partition("```")[0])
