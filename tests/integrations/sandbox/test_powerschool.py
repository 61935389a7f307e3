"""The sandbox's PowerSchool Enrollment, read as its document says: who may ask, pages, forms, hand-over, documents."""

import base64
import json
import re
from datetime import date
from pathlib import Path

import pytest
import requests

from integrations.sandbox.powerschool import catalogue
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.world import World

DOCUMENTED = json.loads((Path(__file__).parents[1] / "powerschool" / "endpoints.json").read_text())
UNAUTHORIZED = {"message": "You are not authorized to access this resource."}
CREATE, BATCHES = "/deliverytargets/501/createbatch", "/deliverytargets/501/getbatches"
ZULU = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
US = re.compile(r"\d\d/\d\d/\d{4}")
STUDENT = {"FirstName": "Susan", "LastName": "Smith", "ExternalID": "190292", "DateOfBirth": "04/20/2007"}


def ids(batch):
    return [record["id"] for record in batch["records"]]


def records(batch):
    return {record["id"]: record["data"] for record in batch["records"]}


def test_it_works(powerschool):
    batch = powerschool.post(CREATE).json()
    first = batch["records"][0]
    assert set(batch) == {"id", "date", "records"}
    assert ZULU.fullmatch(batch["date"])
    assert ZULU.fullmatch(first["submitted"])
    assert set(first["data"]["parent1"]) >= {"studentID", "relationship", "firstName", "lastName", "email"}
    assert [each["id"] for each in powerschool.get(BATCHES).json()] == [batch["id"]]


@pytest.mark.parametrize("entry", DOCUMENTED, ids=lambda entry: entry["name"])
def test_every_address_of_the_document_is_there(entry):
    numbers = iter(["41001", "71"])
    path = entry["path"].strip("/").replace("{date}{getAutoOpen}", "2012-10-03")
    filled = re.sub(r"\{\w+\}", lambda _: next(numbers), path)
    root = "/api/" if entry.get("root") else "/api/v1/"
    endpoint, _parts, _other = catalogue.find(root + filled, entry["method"])
    assert endpoint is not None
    assert endpoint.with_key == entry.get("key", True)


# Who may ask


@pytest.mark.parametrize(
    "auth", [None, ("wrong", ""), ("sandbox-enrollment-key", "x"), ("", "sandbox-enrollment-key")]
)
@pytest.mark.parametrize("status", [500, 401])
def test_without_the_key_alone_everything_but_health_is_refused(powerschool, auth, status):
    powerschool.steer("settings", {"unauthorized_status": status})
    powerschool.auth = auth
    for reply in (powerschool.get("/connection/test"), powerschool.post(CREATE)):
        assert (reply.status_code, reply.json()) == (status, UNAUTHORIZED)
    assert powerschool.control("batches").json() == []
    health = powerschool.session.get(f"{powerschool.root}/api/healthz", timeout=5)
    assert health.json()["Status"] == "Healthy"
    assert re.fullmatch(r"\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M \(.+\)", health.json()["DateTimeNow"])


def test_a_new_key_ends_the_old_one(powerschool):
    powerschool.steer("settings", {"api_key": "another"})
    assert powerschool.get("/checklists").status_code == 500
    powerschool.auth = ("another", "")
    assert powerschool.get("/checklists").status_code == 200


def test_unknown_addresses_things_and_methods(powerschool):
    for path in (
        "/nothing",
        "/checklists/7",
        "/rosterrecords/x",
        "/publishedactions/7/rosterrecords",
        "/documents/7",
    ):
        reply = powerschool.get(path)
        assert (reply.status_code, list(reply.json())) == (404, ["message"])
    assert powerschool.get(CREATE).status_code == 405
    assert powerschool.post("/checklists").status_code == 405


# Pages, roster, submissions


@pytest.mark.parametrize("form", ["wrapped", "bare"])
def test_62_records_come_in_pages(powerschool, form):
    powerschool.steer("settings", {"pages": form})
    found, counts = [], {}
    for page in (1, 2, 3, 4):
        body = powerschool.get("/publishedactions/41002/rosterrecords", page=page, pagesize=25).json()
        body = body[0] if form == "wrapped" else body
        counts = body["metadata" if form == "wrapped" else "metaData"]
        assert counts == {"page": page, "pageSize": 25, "pageCount": 3, "recordCount": 62}
        found.append(len(body["records"]))
    assert found == [25, 25, 12, 0]
    whole = powerschool.get("/publishedactions/41002/rosterrecords").json()
    assert len((whole[0] if form == "wrapped" else whole)["records"]) == 50
    assert powerschool.get("/publishedactions/41002/rosterrecords", page=0).status_code == 400


def test_records_have_the_forms_of_the_samples(powerschool):
    (row,) = powerschool.get("/submissionrecords/910001").json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", row["dateOfBirth"])
    assert all(LOCAL.fullmatch(row[name]) for name in ("imported", "started", "submitted"))
    assert US.fullmatch(row["dataItems"]["stu_DateOfBirth"])
    listed = powerschool.get("/publishedactions/41002/submissionrecords").json()[0]["records"]
    assert row in listed
    (announced,) = powerschool.get("/rosterrecords/820001").json()
    assert announced["started"] is None


def test_the_form_of_a_year_is_a_span(powerschool):
    for path in ("/publishedactions", "/checklists"):
        assert {row["academicYear"] for row in powerschool.get(path).json()} == {"2025-2026"}


def test_an_import_is_checked_against_its_schema(powerschool):
    path = "/publishedactions/41001/importschemas"
    schema = next(each for each in powerschool.get(path).json() if each["id"] == 71)
    assert set(STUDENT) <= set(schema["fields"])

    def sent(values, number=71):
        return powerschool.post(f"{path}/{number}", values).json()

    assert sent(STUDENT) == sent(STUDENT | {"Grade": "4"}) == {"status": "Success", "errors": []}
    assert powerschool.control("roster").json() == [
        {"external_id": "190292", "values": STUDENT | {"Grade": "4"}}
    ]
    assert sent(STUDENT | {"Shoe": "38"}) == {"status": "Error", "errors": ["Unknown field: Shoe."]}
    assert sent({"FirstName": "Susan"})["errors"] == ["ExternalID is required.", "LastName is required."]
    assert sent(STUDENT | {"DateOfBirth": "2007-04-20"})["status"] == "Error"
    assert sent(STUDENT | {"Grade": 4})["status"] == "Error"
    assert sent({"stu_FirstName": "A", "stu_LastName": "B", "stu_ExternalID": "1"}, 72)["status"] == "Success"
    assert powerschool.post(f"{path}/7", STUDENT).status_code == 404
    assert powerschool.post(f"{path}/71", [STUDENT]).status_code == 400


def test_a_submission_can_be_sent_in(powerschool):
    items = [{"fieldName": "stu_FirstName", "value": "Jane"}, {"fieldName": "x_Colour", "value": "red"}]
    made = powerschool.post(
        "/submission", {"publishedActionId": 41001, "submission": {"dataItems": items}}
    ).json()
    (row,) = powerschool.get(f"/submissionrecords/{made['id']}").json()
    assert (row["status"], row["firstName"], row["dataItems"]["x_Colour"]) == (
        "PendingApproval",
        "Jane",
        "red",
    )
    wrong: object
    for wrong in ({}, [], {"publishedActionId": 41001, "submission": {"dataItems": []}}):
        assert powerschool.post("/submission", wrong).status_code == 400
    assert (
        powerschool.post(
            "/submission", {"publishedActionId": 7, "submission": {"dataItems": items}}
        ).status_code
        == 404
    )


# Checklists


def test_each_registration_has_an_entry_with_two_notes(powerschool):
    entries = powerschool.get("/checklists/802/checklistentries").json()
    (details,) = powerschool.get("/checklists/802").json()
    known = {item["id"] for item in details["items"]}
    assert len(entries) == 12
    states = [state for entry in entries for state in entry["checklistItems"]]
    assert {state["checklistItemID"] for state in states} == known
    assert all(US.fullmatch(state["dateCompleted"]) for state in states if state["status"] == "Completed")
    assert any(state["adminNote"] for state in states)
    assert any(state["publicNote"] for state in states)


def test_an_item_can_be_set(powerschool):
    said = {"status": "Completed", "dateCompleted": "02/03/2026", "adminNote": "A", "publicNote": "P"}
    powerschool.steer("item", {"submission": 910001, "item": "83838", **said})
    entry = powerschool.get("/checklists/802/checklistentries").json()[0]
    assert entry["checklistItems"][0] == {"checklistItemID": "83838", **said}


# Documents


def opened(link, **options):
    return requests.get(link, timeout=5, **options)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_link_opens_for_anyone_for_two_minutes(powerschool, form):
    powerschool.steer("settings", {"links": form})
    document = powerschool.control("submissions").json()[0]["documents"][0]
    reply = powerschool.get(f"/documents/{document}")
    link = reply.json() if form == "json" else reply.text

    assert opened(link).content.startswith(b"%PDF-1.4")
    assert opened(link).headers["Content-Type"] == "application/octet-stream"
    assert opened(link.replace("sp=r", "sp=w")).status_code == 403
    assert requests.head(link, timeout=5).status_code == 405
    powerschool.steer("clock", {"advance_seconds": 119})
    assert opened(link).status_code == 200
    powerschool.steer("clock", {"advance_seconds": 1})
    assert opened(link).status_code == 403
    assert b"AuthenticationFailed" in opened(link).content


def test_a_link_can_name_file_and_type(powerschool):
    document = powerschool.control("submissions").json()[0]["documents"][1]
    coded = {"file": base64.b64encode(b"xyz.png"), "providerDocUID": base64.b64encode(document.encode())}
    reply = opened(powerschool.get("/documents/document/url", **coded).text)
    assert reply.headers["Content-Type"] == "image/png"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="xyz.png"'
    assert reply.content.startswith(b"\x89PNG")
    assert powerschool.get("/documents/document/url", file="?", providerDocUID="?").status_code == 400


@pytest.mark.parametrize(
    ("number", "start"),
    [(0, b"%PDF-"), (1, b"\x89PNG"), (2, b"\xff\xd8\xff"), (3, b"\0\0\0\x18ftypheic"), (4, b"PK")],
)
def test_a_submission_has_a_document_of_each_kind(powerschool, number, start):
    document = powerschool.control("submissions").json()[0]["documents"][number]
    assert opened(powerschool.get(f"/documents/{document}").text).content.startswith(start)


def test_what_is_behind_a_link_and_where_it_leads_can_be_wrong(powerschool):
    document = powerschool.control("submissions").json()[0]["documents"][0]
    link = powerschool.get(f"/documents/{document}").text
    powerschool.steer(
        "faults",
        [
            {"where": "blob", "kind": "wrong_type", "as": "html-as-pdf"},
            {"where": "document", "kind": "hostile_links", "url": "https://evil.example/x"},
        ],
    )
    assert b"<html>" in opened(link).content
    assert opened(link).headers["Content-Type"] == "application/pdf"
    assert powerschool.get(f"/documents/{document}").text == "https://evil.example/x"


# As the other vendors


def test_calls_are_counted_and_reset_forgets_everything(powerschool):
    powerschool.post(CREATE)
    powerschool.get("/nothing")
    calls = powerschool.control("calls").json()
    assert (calls["createbatch"], calls["unknown"], calls["blob"]) == (1, 1, 0)
    powerschool.control("reset")
    assert not any(powerschool.control("calls").json().values())
    assert powerschool.control("batches").json() == []
    assert len(ids(powerschool.post(CREATE).json())) == 16


def test_the_smallest_district_has_registrations_too():
    with SandboxServer(World(12, today=date(2026, 3, 2))) as server:
        assert len(server.powerschool.registry.submissions) == 24
        assert len(server.powerschool.registry.roster) == 12
