"""What changes between two runs, what goes wrong in the middle of one, and pages made ahead."""

import json
import time
from collections import Counter
from datetime import date

import pytest
import requests

from integrations.sandbox.illuminate.drift import says_yes
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.world import World
from tests.integrations.sandbox.conftest import Illuminate

ALL = (
    "Students2",
    "StudentContacts",
    "Enrollment",
    "Users",
    "UserRoles",
    "MasterSchedule",
    "Roster",
    "StudentCounselors",
)


def everything(illuminate):
    return {endpoint: illuminate.rows(endpoint) for endpoint in ALL}


def test_it_works(illuminate):
    before = everything(illuminate)
    assert everything(illuminate) == before
    illuminate.night(day=400)
    after = everything(illuminate)
    assert after["StudentContacts"] != before["StudentContacts"]
    assert everything(illuminate) == after
    illuminate.control("reset")
    assert everything(illuminate) == before


def test_what_happened_by_a_day_has_happened_the_day_after(illuminate):
    emails = []
    for day in (0, 300, 600):
        illuminate.night(day=day)
        emails.append(
            {
                row["contact_id"]
                for row in illuminate.rows("StudentContacts")
                if "new." in str(row["email_address"])
            }
        )
    assert not emails[0]
    assert emails[1] < emails[2]


def test_who_left_is_nowhere(illuminate):
    before = {row["student_id"] for row in illuminate.rows("Students2")}
    illuminate.night(day=1000)
    gone = before - {row["student_id"] for row in illuminate.rows("Students2")}
    assert gone
    for endpoint in ("StudentContacts", "Enrollment", "Roster", "StudentCounselors"):
        assert not gone & {int(row["student_id"]) for row in illuminate.rows(endpoint)}


def test_the_cast_leads_a_quiet_life(illuminate, district):
    def of_the_cast():
        return [row for row in illuminate.rows("StudentContacts") if int(row["student_id"]) < 1_000_012]

    before = of_the_cast()
    illuminate.night(day=1000)
    assert of_the_cast() == before
    assert {row["contact_id"] for row in before} >= {district.world.cast().parent_of_two.id}


def test_a_contact_can_be_taken_away(illuminate, cases):
    contact = cases["two_homes"]["contact"]
    illuminate.edit({"endpoints": ["StudentContacts"], "where": {"contact_id": contact}, "drop": True})
    assert contact not in {row["contact_id"] for row in illuminate.rows("StudentContacts")}
    page = illuminate.get("StudentContacts", limit=10).json()
    assert page["num_results"] == len(illuminate.rows("StudentContacts"))


def test_an_ssid_can_change_and_be_there_twice(illuminate, district):
    first, second = district.world.student(0), district.world.student(1)
    illuminate.edit(
        {"where": {"student_id": second.internal_id}, "set": {"state_student_id": int(first.ssid)}}
    )
    for endpoint in ("Students2", "Enrollment", "Roster"):
        rows = {row["student_id"]: row["state_student_id"] for row in illuminate.rows(endpoint)}
        assert rows[int(second.internal_id)] == rows[int(first.internal_id)] == int(first.ssid)
    assert all("state_student_id" not in row for row in illuminate.rows("StudentContacts"))


@pytest.mark.parametrize("value", ["f", "", None])
def test_all_flags_can_turn_at_once(illuminate, value):
    illuminate.edit({"endpoints": ["StudentContacts"], "set": {"legal_guardian": value}})
    assert {row["legal_guardian"] for row in illuminate.rows("StudentContacts")} == {value}


def test_half_of_the_students_can_be_dropped(illuminate):
    illuminate.edit({"every": ["student_id", 2, 1], "drop": True})
    for endpoint in ("Students2", "StudentContacts", "Enrollment", "Roster"):
        rows = illuminate.rows(endpoint)
        assert rows
        assert {int(row["student_id"]) % 2 for row in rows} == {0}


def test_everything_can_be_empty(illuminate):
    illuminate.edit({"drop": True})
    assert not any(everything(illuminate).values())
    assert illuminate.rows("Sites") == []


def test_a_row_can_be_added_or_listed_again(illuminate):
    added = {"student_id": 7, "district_student_id": 8, "state_student_id": None}
    illuminate.edit(
        {"endpoints": ["Students2"], "add": added},
        {"endpoints": ["Enrollment"], "where": {"student_id": 1_000_000}, "times": 3},
    )
    rows = illuminate.rows("Students2")
    assert rows[-1] == {**rows[0], **added}
    assert len(illuminate.rows("Students2", student_id=1_000_001)) == 1
    assert Counter(row["student_id"] for row in illuminate.rows("Enrollment"))[1_000_000] == 3


def test_july_is_a_night_too(illuminate):
    illuminate.night(today="2026-07-20")
    assert illuminate.get("Students2/").json()["num_pages"] == 0
    illuminate.night(next_year=True)
    assert illuminate.get("Students2/").json()["num_pages"] > 0


@pytest.mark.parametrize(
    "wrong",
    [
        *({}, [], {"day": "x"}, {"day": True}, {"night": 1}, {"today": "July"}, {"edits": [1]}),
        *({"edits": [{}]}, {"edits": [{"drop": 1}]}, {"edits": [{"endpoints": ["Pupils"], "drop": True}]}),
        *({"edits": [{"every": ["a", 0, 0], "drop": True}]}, {"edits": [{"where": {"a": 1}}]}),
    ],
)
def test_a_night_that_cannot_be_is_refused(illuminate, wrong):
    reply = illuminate.control("night", wrong)
    assert reply.status_code == 400
    assert reply.json()["message"]
    assert illuminate.control("night").json()["day"] == 0


def test_a_web_page_cannot_change_the_night(illuminate):
    reply = illuminate.session.post(
        f"{illuminate.root}/_night", json={"day": 1}, headers={"Origin": "https://example.org"}, timeout=10
    )
    assert reply.status_code == 403


# Faults in the middle of a run


def pages(illuminate, numbers=(1, 2, 3)):
    return [illuminate.get("StudentContacts/", page=page, limit=100) for page in numbers]


def test_a_fault_waits_for_its_page(illuminate):
    illuminate.fault(where="StudentContacts", kind="status", page=2, status=500, body="empty", times=1)
    assert [reply.status_code for reply in pages(illuminate)] == [200, 500, 200]
    assert illuminate.get("Users/", page=2).status_code == 200
    assert [reply.status_code for reply in pages(illuminate)] == [200, 200, 200]


def test_a_page_can_be_short(illuminate):
    whole = [reply.json() for reply in pages(illuminate)]
    illuminate.fault(where="StudentContacts", kind="short_page", page=2, rows=3)
    spoilt = [reply.json() for reply in pages(illuminate)]
    assert spoilt[1] == {**whole[1], "results": whole[1]["results"][:-3]}
    assert (spoilt[0], spoilt[2]) == (whole[0], whole[2])


def test_a_page_can_come_again(illuminate):
    whole = [reply.json() for reply in pages(illuminate)]
    illuminate.fault(where="StudentContacts", kind="repeated_page", page=3)
    assert pages(illuminate)[2].json() == {**whole[2], "results": whole[1]["results"]}


def test_totals_can_lie_and_change(illuminate):
    whole = pages(illuminate, (1,))[0].json()
    illuminate.fault(where="StudentContacts", kind="miscount", page=2, results=-5, pages=1)
    first, second = (reply.json() for reply in pages(illuminate, (1, 2)))
    assert first == whole
    assert second["num_results"] == whole["num_results"] - 5
    assert second["num_pages"] == whole["num_pages"] + 1
    illuminate.fault(where="StudentCounselors", kind="miscount")
    assert isinstance(illuminate.get("StudentCounselors/").json()["num_results"], str)


def test_rows_can_be_replaced(illuminate):
    illuminate.fault(
        where="Students2", kind="changed_rows", rows=["a line", None, {"student_id": {}}], set={"new": 1}
    )
    assert illuminate.get("Students2/").json()["results"] == ["a line", None, {"student_id": {}, "new": 1}]


def test_a_page_can_be_cut_html_or_never_come(illuminate):
    illuminate.fault(where="Users", kind="truncate", page=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        illuminate.get("Users/", page=1)
    illuminate.fault(where="Users", kind="garbage", text="<html>maintenance</html>")
    with pytest.raises(json.JSONDecodeError):
        illuminate.get("Users/").json()
    illuminate.fault(where="Users", kind="reset")
    with pytest.raises(requests.exceptions.ConnectionError):
        illuminate.get("Users/")


def test_a_refusal_stays_a_refusal(illuminate):
    for kind in ("short_page", "repeated_page", "miscount", "changed_rows"):
        illuminate.fault(where="Users", kind=kind)
        reply = illuminate.session.get(f"{illuminate.base}/Users/", timeout=10)
        assert (reply.status_code, reply.content) == (401, b"")


def test_each_vendor_has_its_own_faults(illuminate, district):
    assert illuminate.control("faults", [{"kind": "hostile_html", "portal": "x"}]).status_code == 400
    assert illuminate.control("faults", [{"kind": "short_page", "page": 0}]).status_code == 400
    illuminate.fault(kind="status")
    token = requests.get(f"{district.url}/ets/v3/token", timeout=10)
    assert token.status_code == 401
    assert illuminate.get("Sites/").status_code == 500
    assert illuminate.control("faults").json() == [{"where": "all", "kind": "status", "times": None}]


def test_a_status_is_blank_but_for_400(illuminate):
    for status, blank in ((400, False), (401, True), (403, True), (429, True), (500, True)):
        illuminate.fault(where="Users", kind="status", status=status)
        reply = illuminate.get("Users/")
        assert (reply.status_code, not reply.content) == (status, blank)


def test_calls_are_counted_by_endpoint(illuminate):
    illuminate.rows("Terms")
    assert illuminate.control("calls").json()["Terms"] == 1


# Pages made ahead


def test_kept_pages_are_served_as_they_were_made(illuminate, district):
    made = illuminate.control("ahead", [{"endpoint": "StudentContacts", "parameters": {"limit": 100}}])
    assert made.json() == [5]
    folder = district.illuminate.kept.folder
    assert len(list(folder.iterdir())) == 5
    whole = illuminate.rows("StudentContacts", limit=100)
    for file in folder.iterdir():
        file.write_text(json.dumps({"page": 1, "num_pages": 1, "num_results": 0, "results": []}))
    assert illuminate.rows("StudentContacts", limit=100) == []
    # Another limit, another night or nobody's signature is another question.
    assert illuminate.rows("StudentContacts", limit=200) == whole
    assert (
        illuminate.session.get(f"{illuminate.base}/StudentContacts/?limit=100", timeout=10).status_code == 401
    )
    illuminate.night(day=1)
    assert illuminate.rows("StudentContacts", limit=100) == whole
    illuminate.control("settings", {"keep_pages": False})
    assert not folder.exists()


def test_a_folder_of_pages_outlives_the_sandbox(tmp_path):
    for _ in range(2):
        with SandboxServer(World(40, today=date(2026, 3, 2))) as server:
            server.illuminate.kept.keep_in(tmp_path)
            Illuminate(server).rows("Roster")
        assert len(list(tmp_path.iterdir())) == 1


def test_pages_of_what_is_not_there_are_refused(illuminate):
    assert illuminate.control("ahead", [{"endpoint": "Pupils"}]).status_code == 400
    assert illuminate.control("ahead", {"endpoint": "Users"}).status_code == 400


def test_a_benchmark_can_have_one_class_a_student(illuminate, district):
    illuminate.night(one_class_each=True)
    assert len(illuminate.rows("Roster")) == district.world.size


def test_latency_is_added_to_kept_pages(illuminate):
    illuminate.control("settings", {"keep_pages": True, "latency_ms": 100})
    for _ in range(2):
        started = time.monotonic()
        illuminate.get("Sites/")
        assert time.monotonic() - started >= 0.1
    illuminate.control("settings", {"keep_pages": False})


def test_flags_read_alike(illuminate):
    rows = illuminate.rows("StudentContacts", resides_with="t")
    assert rows
    assert all(says_yes(row["resides_with"]) for row in rows)
