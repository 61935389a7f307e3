"""Answers read into records: the document's samples, and what is missing, unknown, doubled or of another type."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.powerschool import reading
from integrations.powerschool.errors import AnswerUnreadable
from integrations.powerschool.records import AcademicYear, Rows, Unread
from tests.integrations.powerschool import samples


def rows(reader: Any, sample: str) -> Rows[Any]:
    return reading.rows_of(reader, reading.listed(json.loads(sample)))


def of_one(reader: Any, **row: Any) -> Rows[Any]:
    return reading.rows_of(reader, [row])


# --- batches


def test_it_works():
    batch = reading.read_batch(samples.BATCH.encode())
    (record,) = batch.records
    fields = record.fields()

    assert batch.batch_id == "11fdbe9d-801a-4b8e-bc12-a2d8f7ac8cdc"
    assert batch.date == datetime(2012, 10, 8, 2, 10, 53, tzinfo=UTC)
    assert (record.record_id, record.submitted) == ("123", datetime(2011, 10, 13, 16, 50, 53, tzinfo=UTC))
    assert (fields["student.studentID"], fields["parent2.email"]) == ("33765833", "jane@smith.com")
    assert len(fields) == 17
    assert batch.problems == ()


def test_an_empty_batch_has_an_id_and_no_records():
    batch = reading.read_batch(samples.EMPTY_BATCH.encode())
    assert (batch.batch_id[:8], batch.records) == ("11fdbe9d", ())


@pytest.mark.promise("F3")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (samples.BATCH[:400], "not-json"),
        ("", "not-json"),
        ("<h1>Service unavailable</h1>", "not-json"),
        ("[]", "unexpected-shape"),
        ("7", "unexpected-shape"),
        ('{"message": "Try later"}', "no-id"),
        ('{"id": null, "records": []}', "no-id"),
        ('{"id": "11fd", "date": "2012-10-08T02:10:53Z"}', "no-records"),
        ('{"id": "11fd", "records": null}', "no-records"),
        ('{"id": "11fd", "records": "none"}', "no-records"),
    ],
)
def test_what_is_no_batch_is_never_taken_for_an_empty_one(body: str, reason: str):
    with pytest.raises(AnswerUnreadable, match=reason):
        reading.read_batch(body.encode())


def test_an_answer_that_broke_off_is_not_read_even_if_it_could_be():
    with pytest.raises(AnswerUnreadable, match="truncated"):
        reading.read_batch(samples.BATCH.encode(), broke_off="truncated")


@pytest.mark.parametrize("kept", [60, 100, 400, 10_000])
def test_half_an_answer_still_names_its_batch(kept: int):
    assert reading.batch_id_in(samples.BATCH.encode()[:kept]) == "11fdbe9d-801a-4b8e-bc12-a2d8f7ac8cdc"


@pytest.mark.parametrize("body", ["", "{", '{"id": "11fdbe9d-80', '{"records": [{"id": 123}]}', "<id>"])
def test_what_names_no_batch_names_none(body: str):
    assert reading.batch_id_in(body.encode()) == ""


def test_records_without_id_or_data_are_told_and_the_others_read():
    body = {
        "id": "b",
        "records": [
            {"submitted": "2011-10-13T16:50:53Z", "data": {}},
            {"id": 1, "data": {"student": {"firstName": "A"}}},
            {"id": "2", "data": None},
            {"id": 3, "data": "text", "submitted": "yesterday"},
            "no record",
        ],
    }
    batch = reading.read_batch(json.dumps(body).encode())
    assert [record.record_id for record in batch.records] == ["1", "2", "3"]
    assert batch.problems == (
        Unread("", "missing", "id"),
        Unread("2", "missing", "data"),
        Unread("3", "unreadable", "data"),
        Unread("3", "unreadable", "submitted"),
        Unread("", "not-an-object"),
    )


def test_one_record_where_a_list_is_meant_and_a_list_where_one_is():
    one = json.loads(samples.BATCH)
    one["records"] = one["records"][0]
    assert len(reading.read_batch(json.dumps([one]).encode()).records) == 1


def test_fields_are_found_however_deep_they_are():
    batch = reading.read_batch(
        b'{"id": "b", "records": [{"id": 9, "data": {"a": {"b": [{"c": 1}, true, null]}, "d": " x "}}]}'
    )
    assert batch.records[0].fields() == {"a.b.1.c": "1", "a.b.2": "true", "a.b.3": "", "d": "x"}


def test_fields_hold_what_a_database_can_and_no_id_as_a_fraction():
    batch = reading.read_batch(
        b'{"id": "b", "records": [{"id": 9, "data": {"a": "x\\u0000y", "b": 33765833.0}}]}'
    )
    assert batch.records[0].fields() == {"a": "x y", "b": "33765833"}


def test_ids_are_text_whether_number_or_text():
    batches = rows(reading.batch_info, '[{"id": 7, "date": null}, {"id": "7"}, {"id": 7.0}]')
    assert [each.batch_id for each in batches] == ["7", "7", "7"]
    assert reading.rows_of(reading.batch_info, [{"id": True}, {"id": "x" * 61}, {"id": {}}]).rows == ()


# --- the other samples


def test_batches_are_listed_without_records():
    first, second = rows(reading.batch_info, samples.BATCHES)
    assert first.batch_id == "a0ae7615-aa9a-4f39-b186-3014455dc794"
    assert second.date == datetime(2012, 4, 24, 11, 20, 12, tzinfo=UTC)


def test_the_server_tells_its_health():
    (health,) = rows(reading.health, samples.HEALTH)
    assert (health.status, health.software_version) == ("Healthy", "19.5.1.0")
    assert health.server_time is not None
    assert str(health.server_time.time) == "14:40:48"
    assert rows(reading.health, '{"hello": "world"}').problems == (Unread("", "missing", "Status"),)


def test_forms_schemas_targets_and_checklists():
    actions, schemas = (
        rows(reading.published_action, samples.ACTIONS),
        rows(reading.import_schema, samples.SCHEMAS),
    )
    (checklist,) = rows(reading.checklist_details, samples.CHECKLIST)

    assert actions[1].academic_year == AcademicYear(2009, 2010)
    assert schemas[0].fields == ("FirstName", "MiddleName", "LastName", "DOB", "EmailAddress")
    assert [each.target_id for each in rows(reading.delivery_target, samples.TARGETS)] == ["123", "456"]
    assert (checklist.items[0].item_id, checklist.items[0].description) == ("83838", "School photo.")


def test_an_entry_keeps_the_two_notes_apart():
    (entry,) = rows(reading.checklist_entry, samples.ENTRIES)
    (state,) = entry.items
    assert (entry.external_student_id, entry.first_name, entry.family_email) == (
        "34343",
        "John",
        "janedoe@acme.com",
    )
    assert (state.completed, state.admin_note, state.public_note) == (date(2015, 2, 3), "Hello", "World")


@pytest.mark.parametrize("reader", [reading.roster_record, reading.submission_record])
def test_a_record_has_each_date_in_its_own_form(reader: Any):
    (record,) = rows(reader, samples.RECORD)
    assert record.date_of_birth == date(2000, 4, 15)
    assert record.started == datetime(2011, 6, 8, 16, 53, 5, tzinfo=UTC)
    assert (record.tags, record.data_items["AnotherFieldName"]) == (
        ("2nd Grader", "Polished"),
        "Another Value Here",
    )
    assert (record.external_family_id, record.enroll_status) == ("456", "Enrolled")


def test_unknown_keys_are_passed_over_and_missing_ones_blank():
    (record,) = of_one(reading.roster_record, id=1, new={"nested": []}, tags="One", dataItems=None)
    assert (record.record_id, record.first_name, record.date_of_birth, record.tags) == (
        "1",
        "",
        None,
        ("One",),
    )
    assert record.data_items == {}


def test_keys_are_found_whatever_their_case():
    (entry,) = of_one(
        reading.checklist_entry, ID=5, ExternalStudentId=77, checklistItems={"ChecklistItemId": 8}
    )
    assert (entry.entry_id, entry.external_student_id, entry.items[0].item_id) == ("5", "77", "8")


def test_a_date_in_another_field_s_form_is_blank_and_noted():
    found = of_one(reading.roster_record, id=1, dateOfBirth="04/15/2000", imported="2011-04-13", started="")
    assert (found[0].date_of_birth, found[0].imported) == (None, None)
    assert {(each.reason, each.field) for each in found.problems} == {
        ("unreadable", "date_of_birth"),
        ("unreadable", "imported"),
    }


def test_a_problem_and_a_record_print_no_value():
    found = of_one(reading.roster_record, id="canary", firstName="canary", dateOfBirth="canary")
    assert "canary" not in repr(found.rows) + repr(found[0])
    assert "canary" not in repr(
        reading.read_batch(samples.BATCH.replace("Alice", "canary").encode()).records[0]
    )


# --- pages


@pytest.mark.parametrize("counts", ["metadata", "metaData", "MetaData"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_page_comes_wrapped_as_documented_or_bare_as_sent(counts: str, wrapped: bool):
    page = json.loads(samples.PAGE.replace("metadata", counts))
    found = reading.page_of(reading.roster_record, page if wrapped else page[0], number=1)
    assert found is not None
    assert (found.echo, found.page_count, found.record_count, found.received) == (1, 3, 62, 0)


@pytest.mark.parametrize("body", [[], {}, [{"metadata": {}}], "x", None, [{"records": []}, {"records": []}]])
def test_what_is_no_page_is_none(body: Any):
    assert reading.page_of(reading.roster_record, body, number=1) is None


def test_a_page_without_counts_is_read():
    found = reading.page_of(reading.roster_record, {"records": [{"id": 1}, 7]}, number=1)
    assert found is not None
    assert (found.record_count, len(found.rows), found.received) == (None, 1, 2)


# --- what a roster import says


@pytest.mark.parametrize(
    ("body", "refused", "succeeded", "errors"),
    [
        ({"status": "Success", "errors": []}, False, True, ()),
        ([{"Status": "success", "Errors": None}], False, True, ()),
        ({"status": "Error", "errors": ["One.", "Two."]}, False, False, ("One.", "Two.")),
        ({"status": "Error", "errors": "One."}, False, False, ("One.",)),
        ({"status": "Success", "errors": ["But."]}, False, False, ("But.",)),
        ({"status": "Success", "errors": []}, True, False, ()),
        ({"message": "No such field."}, True, False, ("No such field.",)),
        ({}, False, False, ()),
        (None, False, False, ()),
    ],
)
def test_an_error_is_one_however_it_is_said(
    body: Any, refused: bool, succeeded: bool, errors: tuple[str, ...]
):
    result = reading.import_result(body, refused=refused)
    assert (result.succeeded, result.errors) == (succeeded, errors)


# --- links


@pytest.mark.parametrize(
    "body",
    [
        samples.LINK,
        f"  {samples.LINK}\n",
        json.dumps(samples.LINK),
        json.dumps([samples.LINK]),
        json.dumps({"url": samples.LINK}),
    ],
)
def test_a_link_is_read_bare_or_as_json(body: str):
    assert reading.link_in(body.encode()) == samples.LINK


@pytest.mark.parametrize("body", ["", "{}", "[]", "7", '{"url": 7}'])
def test_what_is_no_link_is_nothing(body: str):
    assert reading.link_in(body.encode()) == ""


# --- whatever comes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "date", "records", "data", "title", "fields", "items", "checklistItems", "metadata", "page", "tags",
         "dataItems", "dateOfBirth", "submitted", "status", "errors", "academicYear"],
    ) | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
READERS = [
    reading.batch_info,
    reading.published_action,
    reading.import_schema,
    reading.delivery_target,
    reading.checklist_details,
    reading.checklist_entry,
    reading.submission_record,
    reading.health,
]


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_no_json_makes_it_fall_over(body: Any):
    for reader in READERS:
        reading.rows_of(reader, reading.listed(body))
    reading.page_of(reading.roster_record, body, number=1)
    reading.import_result(body, refused=False)
    try:
        batch = reading.read_batch(json.dumps(body).encode())
    except AnswerUnreadable:
        return
    assert all(record.fields() is not None for record in batch.records)
