"""Batches of the sandbox's PowerSchool Enrollment: what is handed over, whose it is, what a lost answer leaves."""

import pytest
import requests

CREATE, BATCHES = "/deliverytargets/501/createbatch", "/deliverytargets/501/getbatches"


def ids(batch):
    return [record["id"] for record in batch["records"]]


def records(batch):
    return {record["id"]: record["data"] for record in batch["records"]}


def test_what_was_handed_over_is_not_handed_over_again_until_it_is_reset(powerschool):
    batch = powerschool.post(CREATE).json()
    assert len(ids(batch)) == 16
    empty = powerschool.post(CREATE).json()
    assert empty["records"] == []

    assert powerschool.post(f"/deliverytargets/501/resetbatch/{batch['id']}").status_code == 204
    again = powerschool.post(CREATE).json()
    assert records(again) == records(batch)
    assert again["id"] != batch["id"]


def test_each_target_has_a_history_of_its_own(powerschool):
    batch = powerschool.post(CREATE).json()
    assert ids(powerschool.post("/deliverytargets/502/createbatch").json()) == ids(batch)
    assert powerschool.post(f"/deliverytargets/502/resetbatch/{batch['id']}").status_code == 404
    assert powerschool.post("/deliverytargets/501/resetbatch/unknown").status_code == 404
    assert powerschool.post("/deliverytargets/7/createbatch").status_code == 404


def test_only_what_was_approved_is_handed_over(powerschool):
    taken = set(ids(powerschool.post(CREATE).json()))
    waiting = [each for each in powerschool.control("submissions").json() if each["id"] not in taken]
    assert {each["status"] for each in waiting} == {"PendingApproval"}

    powerschool.steer("status", {"status": "Approved", "ids": [waiting[0]["id"]]})
    assert ids(powerschool.post(CREATE).json()) == [waiting[0]["id"]]


def test_a_reset_releases_what_that_batch_took_and_no_more(powerschool):
    first = powerschool.post(CREATE).json()
    (added,) = powerschool.steer("submissions", [{"student": 20}])
    second = powerschool.post(CREATE).json()
    powerschool.post(f"/deliverytargets/501/resetbatch/{first['id']}")
    assert (ids(second), ids(powerschool.post(CREATE).json())) == ([added["id"]], ids(first))
    told = powerschool.control("batches").json()
    assert [batch["reset"] for batch in told] == [True, False, False]


def test_batches_are_listed_by_date_and_flag_in_each_form_that_the_path_may_have(powerschool):
    powerschool.post(CREATE)
    powerschool.steer("settings", {"auto_open": True})
    running = powerschool.post(CREATE).json()["id"]
    today = powerschool.server.clock.now().date().isoformat()

    def listed(path):
        return [batch["id"] for batch in powerschool.get(BATCHES + path).json()]

    assert len(listed("")) == len(listed(f"/{today}")) == len(listed(f"/{today}/false")) == 2
    assert listed("/true") == listed(f"/{today}/true") == [running]
    assert listed("/2012-10-03") == []
    powerschool.steer("settings", {"dates": "since"})
    assert len(listed("/2012-10-03")) == 2
    powerschool.post(f"/deliverytargets/501/resetbatch/{running}")
    assert listed("/true") == []
    assert powerschool.get(f"{BATCHES}/yesterday").status_code == 400


@pytest.mark.parametrize(
    ("fault", "seen"),
    [({"kind": "lost"}, "nothing"), ({"kind": "truncate"}, "half"), ({"kind": "late", "ms": 1}, "whole")],
)
def test_a_spoilt_answer_has_handed_over_all_the_same(powerschool, fault, seen):
    powerschool.steer("faults", [{"where": "createbatch", "times": 1, **fault}])
    try:
        answer = powerschool.post(CREATE)
        assert (seen, bool(answer.json()["records"])) == ("whole", True)
    except requests.RequestException:
        assert seen in {"nothing", "half"}
    assert ids(powerschool.post(CREATE).json()) == []
    assert len(powerschool.control("batches").json()[0]["records"]) == 16


@pytest.mark.parametrize("kind", ["status", "reset", "garbage"])
def test_a_call_that_never_arrived_has_not(powerschool, kind):
    powerschool.steer("faults", [{"where": "createbatch", "times": 1, "kind": kind}])
    try:
        powerschool.post(CREATE)
    except requests.ConnectionError:
        assert kind == "reset"
    assert len(ids(powerschool.post(CREATE).json())) == 16


def test_faults_of_rows_and_pages_are_other_vendors(powerschool):
    for kind in ("extra_rows", "hostile_html", "miscount", "short_page"):
        assert powerschool.control("faults", [{"kind": kind}]).status_code == 400
    slow = {"where": "createbatch", "kind": "status", "status": 429, "retry_after": 7}
    powerschool.steer("faults", [slow])
    reply = powerschool.post(CREATE)
    assert (reply.status_code, reply.headers["Retry-After"], list(reply.json())) == (429, "7", ["message"])


# Who registers


def written(email):
    """An address without the blanks, capitals and words for nothing that Illuminate has."""
    known = (email or "").strip().lower()
    return "" if known == "null" else known


def test_students_of_the_district_are_as_illuminate_lists_them(powerschool, illuminate):
    powerschool.steer("submissions", [{"student": number} for number in range(12, 60)])
    taken = powerschool.post(CREATE).json()
    known = {row["district_student_id"]: row for row in illuminate.rows("Students2")}
    known = {str(key): row for key, row in known.items()}
    contacts = {
        (row["contact_first_name"], row["contact_last_name"], written(row["email_address"]))
        for row in illuminate.rows("StudentContacts")
    }
    matched = 0
    for data in records(taken).values():
        student = known.get(data["student"]["studentID"])
        if student is None:
            continue
        matched += 1
        assert data["student"]["lastName"] == student["last_name"]
        parent = data["parent1"]
        assert (parent["firstName"], parent["lastName"], parent["email"]) in contacts
    assert matched == 8 + 48
    assert len(taken["records"]) - matched == 8


def test_new_ones_are_nobody_s_and_always_the_same(powerschool):
    before = powerschool.steer("submissions", [{"count": 5}])
    assert {each["student"] for each in before} == {None}
    assert all(int(each["local_id"]) >= 49_000_000 for each in before)
    powerschool.control("reset")
    assert powerschool.steer("submissions", [{"count": 5}]) == before


def test_a_submission_can_be_made_to_measure(powerschool):
    powerschool.post(CREATE)
    made = {
        "local_id": "4711",
        "first_name": "Ada",
        "data": {"parent1": {"email": "a@b.example"}, "extra": "x"},
    }
    powerschool.steer("submissions", [made, {"student": 3, "status": "PendingApproval"}])
    ((_number, data),) = records(powerschool.post(CREATE).json()).items()
    assert (data["student"]["studentID"], data["student"]["firstName"], data["extra"]) == ("4711", "Ada", "x")
    assert (data["parent1"]["email"], data["parent1"]["studentID"]) == ("a@b.example", "4711")


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("submissions", {}),
        ("submissions", [{"count": 0}]),
        ("submissions", [{"student": 10**6}]),
        ("submissions", [{"status": "Lost"}]),
        ("submissions", [{"shoe": 38}]),
        ("submissions", [{"local_id": 7}]),
        ("submissions", [{"data": []}]),
        ("status", {"status": "Lost"}),
        ("item", {"submission": 910001, "item": "83838", "colour": "red"}),
        ("item", {"submission": 7, "item": "83838"}),
        ("settings", {"dates": "never"}),
        ("settings", {"token_seconds": 3}),
    ],
)
def test_what_cannot_be_had_is_said(powerschool, control, value):
    assert powerschool.control(control, value).status_code == 400


def test_families_with_one_parent_say_nothing_of_a_second_in_three_ways(powerschool):
    powerschool.steer("submissions", [{"count": 40}])
    seen = set()
    for data in records(powerschool.post(CREATE).json()).values():
        second = data.get("parent2", "missing")
        seen.add("blank" if isinstance(second, dict) and not any(second.values()) else str(second)[:7])
    assert {"missing", "None", "blank"} <= seen


@pytest.mark.slow
def test_a_batch_can_be_large_or_small(powerschool):
    powerschool.steer("submissions", [{"count": 5000}])
    powerschool.steer("settings", {"batch_size": 10})
    assert len(ids(powerschool.post(CREATE).json())) == 10
    powerschool.steer("settings", {"batch_size": 0})
    assert len(ids(powerschool.post(CREATE).json())) == 5006
