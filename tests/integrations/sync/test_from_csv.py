"""A folder of CSV files as a source: what is read, and what makes a kind incomplete, so that it ends nothing."""

from __future__ import annotations

import datetime
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.sync import csv_table
from integrations.sync.csv_catalog import BY_NAME
from integrations.sync.from_csv import BadDelivery, CsvSource, FileReading
from integrations.sync.rows import Batch, ContactRow, Kind, KindEnd, Problem, Row

TODAY = datetime.date(2026, 10, 14)
CONTACTS = (
    "district_student_id,contact_id,contact_first_name,contact_last_name,relationship,legal_guardian,"
    "email_address\n"
)
ROSA = "L1,C1,Rosa,Example,Mother,t,rosa@example.org\n"
IVAN = "L1,C2,Ivan,Example,Father,f,ivan@example.org\n"
STUDENTS = "district_student_id,state_student_id,first_name,last_name,birth_date\n"


class Night:
    """What one feed gave."""

    def __init__(self, folder: Path) -> None:
        self.rows: dict[Kind, list[Row]] = {kind: [] for kind in Kind}
        self.problems: list[Problem] = []
        self.ends: dict[Kind, KindEnd] = {}
        for part in CsvSource(folder, today=TODAY).feed():
            if isinstance(part, Batch):
                self.rows[part.kind] += part.rows
                self.problems += part.problems
            else:
                assert part.kind not in self.ends
                self.ends[part.kind] = part

    def told(self) -> list[tuple[str, str, str]]:
        return [(one.source_id, one.reason, one.field) for one in self.problems]


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Night]:
    def put(name: str, content: str | bytes) -> Night:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / f"{name}.csv").write_bytes(data)
        return Night(tmp_path)

    return put


def contact_ids(night: Night) -> list[str]:
    return [row.contact_id for row in night.rows[Kind.CONTACTS] if isinstance(row, ContactRow)]


def test_it_works(put):
    night = put("contacts", CONTACTS + ROSA + IVAN)

    rosa, ivan = night.rows[Kind.CONTACTS]
    assert (rosa.local_id, rosa.contact_id, rosa.name, rosa.email) == (
        "L1",
        "C1",
        "Rosa Example",
        "rosa@example.org",
    )
    assert (rosa.relationship, rosa.legal_guardian, ivan.legal_guardian) == ("Mother", True, False)
    assert rosa.resides_with is None
    assert night.ends[Kind.CONTACTS] == KindEnd(Kind.CONTACTS, complete=True, received=2)
    assert night.problems == []


def test_columns_stand_in_any_order_and_others_are_left_alone(put):
    night = put(
        "students",
        "Last_Name, birth-date ,phone,First Name,state_student_id,district_student_id\n"
        "Example,04/30/2015,5105550100,Maya,123456789,L1\n",
    )
    maya = night.rows[Kind.STUDENTS][0]

    assert (maya.first_name, maya.last_name, maya.birth_date) == (
        "Maya",
        "Example",
        datetime.date(2015, 4, 30),
    )
    assert maya.ssid == "0123456789"
    assert night.ends[Kind.STUDENTS].complete


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_told_by_the_file(put, separator, line_end):
    text = (CONTACTS + ROSA + "\n" + IVAN).replace(",", separator).replace("\n", line_end)
    night = put("contacts", b"\xef\xbb\xbf" + text.encode())

    assert contact_ids(night) == ["C1", "C2"]
    assert night.ends[Kind.CONTACTS].complete
    assert night.problems == []


def test_what_stands_in_quotes_may_hold_a_separator_a_quote_and_a_line(put):
    row = 'L1,C1,"Rosa ""Ro""","Example,\nOak",Mother,t,rosa@example.org\n'
    night = put("contacts", CONTACTS + row + IVAN.replace("Father", "").replace(",f,", ",maybe,"))

    assert night.rows[Kind.CONTACTS][0].name == 'Rosa "Ro" Example, Oak'
    assert night.told() == [("line 4", "unreadable", "legal_guardian")]
    assert night.rows[Kind.CONTACTS][1].legal_guardian is None
    assert night.ends[Kind.CONTACTS].complete


def test_no_line_feed_at_the_end_is_no_fault(put):
    assert put("contacts", (CONTACTS + ROSA).rstrip("\n")).ends[Kind.CONTACTS].complete


def test_another_encoding_is_read_and_said(put):
    night = put("contacts", (CONTACTS + ROSA.replace("Rosa", "José") + IVAN).encode("cp1252"))

    assert night.rows[Kind.CONTACTS][0].name == "José Example"
    assert night.told() == [("line 2", "not-utf-8", "")]
    assert night.ends[Kind.CONTACTS].complete


def test_one_line_in_another_encoding_spoils_no_other(put):
    night = put(
        "contacts",
        CONTACTS.encode() + ROSA.replace("Rosa", "Zoë").encode() + "L2,C9,José,,,,\n".encode("cp1252"),
    )

    assert [row.name for row in night.rows[Kind.CONTACTS]] == ["Zoë Example", "José"]


def test_utf_16_ends_the_run(put):
    with pytest.raises(BadDelivery, match="utf-16"):
        put("contacts", (CONTACTS + ROSA).encode("utf-16"))


def test_a_missing_column_ends_the_run_and_is_named(put):
    with pytest.raises(BadDelivery) as raised:
        put("contacts", (CONTACTS + ROSA).replace("legal_guardian", "guardian"))

    assert (raised.value.file, raised.value.column) == ("contacts", "legal_guardian")
    assert raised.value.reason == "no-column-contacts-legal-guardian"


def test_a_column_that_stands_twice_ends_the_run(put):
    with pytest.raises(BadDelivery, match="column-twice-contacts-legal-guardian"):
        put("contacts", CONTACTS.replace("\n", ",legal_guardian\n") + ROSA.replace("\n", ",f\n"))


def test_every_missing_column_has_a_word_short_enough_to_keep(put):
    for file in BY_NAME.values():
        for column in file.columns:
            assert len(BadDelivery("column-twice", file.name, column.name).reason) <= 60


def test_a_folder_that_is_not_there_or_empty_ends_the_run(tmp_path: Path):
    with pytest.raises(BadDelivery, match="no-files"):
        Night(tmp_path)
    with pytest.raises(BadDelivery, match="no-folder"):
        Night(tmp_path / "elsewhere")


def test_a_file_that_is_not_there_ends_nothing(put):
    night = put("contacts", CONTACTS + ROSA)

    for kind in set(Kind) - {Kind.CONTACTS, Kind.TERMS}:
        assert night.ends[kind] == KindEnd(kind, complete=False, received=0, reason="file-missing")


def test_a_header_alone_is_left_to_the_brake(put):
    assert put("contacts", CONTACTS).ends[Kind.CONTACTS] == KindEnd(Kind.CONTACTS, complete=True, received=0)


def test_a_file_of_nothing_ends_nothing(put):
    end = put("contacts", "\n\n").ends[Kind.CONTACTS]

    assert (end.complete, end.reason) == (False, "empty")


LEFT_OUT = {
    "a comma in a name": ("L1,C1,Rosa, Maria,Example,Mother,t,rosa@example.org\n", "row-long"),
    "a comma in a name before a blank": ("L1,C1,Rosa, Maria,Example,Mother,t,\n", "row-long"),
    "a column too few": ("L1,C1,Rosa,Mother,t,rosa@example.org\n", "row-short"),
    "no id": ("L1,,Rosa,Example,Mother,t,rosa@example.org\n", "missing"),
    "an id from a spreadsheet": (
        "1.23457E+09,C1,Rosa,Example,Mother,t,rosa@example.org\n",
        "spreadsheet-number",
    ),
    "a quote in the wrong place": ('L1,C1,"Rosa"!,Example,Mother,t,rosa@example.org\n', "quotes-wrong"),
    "a line longer than any": (f"L1,C1,{'x' * 300_000},Example,Mother,t,\n", "quotes-wrong"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_line_that_is_left_out_makes_its_kind_incomplete(put, name):
    row, reason = LEFT_OUT[name]
    night = put("contacts", CONTACTS + row + IVAN)
    end = night.ends[Kind.CONTACTS]

    assert contact_ids(night) == ["C2"]
    assert [(one.endpoint, one.source_id, one.reason) for one in night.problems] == [
        ("contacts.csv", "line 2", reason)
    ]
    assert (end.complete, end.received, end.reason) == (False, 1, "lines-left-out")


def test_an_open_quote_that_takes_in_another_row_is_noticed(put):
    """Both rows read as one of the right width, whose name has commas and a line feed in it."""
    night = put(
        "contacts",
        CONTACTS + ROSA.replace("Example", '"Example') + IVAN.replace("Example", 'Example"') + ROSA,
    )

    assert contact_ids(night) == ["C1"]
    assert night.told() == [("line 2", "quotes-wrong", "")]
    assert not night.ends[Kind.CONTACTS].complete


@pytest.mark.parametrize("kept", [4, 25])
def test_a_file_cut_off_within_a_row_is_incomplete(put, kept):
    night = put("contacts", CONTACTS + ROSA + IVAN[:kept])

    assert night.told() == [("line 3", "cut-off", "")]
    assert not night.ends[Kind.CONTACTS].complete


def test_a_file_cut_off_within_quotes_is_incomplete(put):
    night = put("contacts", CONTACTS + ROSA + 'L1,C2,Ivan,Example,Father,f,"ivan@exa')

    assert night.told() == [("line 3", "cut-off", "")]
    assert (night.ends[Kind.CONTACTS].complete, contact_ids(night)) == (False, ["C1"])


def test_a_leave_date_that_cannot_be_read_is_not_taken_for_none(put):
    header = "district_student_id,site_id,entry_date,leave_date\n"
    night = put("enrollments", header + "L1,101,2026-08-17,31/12/2026\nL2,101,8/17/2026,\n")

    assert [row.local_id for row in night.rows[Kind.ENROLLMENTS]] == ["L2"]
    assert night.rows[Kind.ENROLLMENTS][0].starts == datetime.date(2026, 8, 17)
    assert night.told() == [("line 2", "unreadable", "leave_date")]
    assert not night.ends[Kind.ENROLLMENTS].complete


def test_a_birth_date_that_cannot_be_read_is_a_problem_and_no_more(put):
    night = put("students", STUDENTS + "L1,8712345605,Maya,Example,2015-13-01\n")

    assert night.rows[Kind.STUDENTS][0].birth_date is None
    assert night.told() == [("line 2", "unreadable", "birth_date")]
    assert night.ends[Kind.STUDENTS].complete


def test_staff_have_a_line_for_each_role_and_schools_are_told_by_their_code_too(put, tmp_path):
    codes = "site_id,site_name,state_school_id\n1,Office,1611190000000\n101,Oak Street,01611190130229\n"
    (tmp_path / "schools.csv").write_text(codes)
    night = put(
        "staff",
        "staff_id,name,email,cds_code,role,exit_date\n"
        "T1,Lee Example,Lee@Example.org,1611190130229,Teacher,\n"
        "T1,Lee Example,lee@example.org,01611190000000,Superintendent,\n"
        "T2,Gone Example,gone@example.org,101,Teacher,2026-06-01\n"
        "T3,Kitchen Example,kitchen@example.org,101,,\n",
    )

    assert [(row.staff_id, row.site_id, row.role_name) for row in night.rows[Kind.ROLES]] == [
        ("T1", "101", "Teacher"),
        ("T1", "1", "Superintendent"),
        ("T2", "101", "Teacher"),
    ]
    assert [(row.staff_id, row.email, row.active) for row in night.rows[Kind.STAFF]] == [
        ("T1", "lee@example.org", True),
        ("T1", "lee@example.org", True),
        ("T2", "gone@example.org", False),
        ("T3", "kitchen@example.org", True),
    ]
    assert [(row.site_id, row.is_district) for row in night.rows[Kind.SCHOOLS]] == [
        ("1", True),
        ("101", False),
    ]
    assert night.ends[Kind.STAFF].complete
    assert (night.ends[Kind.ROLES].complete, night.ends[Kind.ROLES].received) == (True, 3)


def test_a_role_without_a_school_is_left_out(put):
    night = put("staff", "staff_id,email,site_id,role\nT1,lee@example.org,,Superintendent\n")

    assert night.rows[Kind.ROLES] == []
    assert night.told() == [("line 2", "missing", "site_id")]
    assert not night.ends[Kind.ROLES].complete


def test_a_file_still_being_written_is_incomplete(put, tmp_path):
    (tmp_path / "contacts.csv.partial").touch()
    end = put("contacts", CONTACTS + ROSA).ends[Kind.CONTACTS]

    assert (end.complete, end.reason, end.received) == (False, "still-written", 1)


@pytest.mark.parametrize("how", ["grown", "touched", "gone"])
def test_a_file_that_changes_during_the_run_is_incomplete(tmp_path: Path, how: str):
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS + ROSA)
    feed = CsvSource(tmp_path, today=TODAY).feed()
    next(feed)
    if how == "grown":
        with path.open("a") as file:
            file.write(IVAN)
    elif how == "touched":
        os.utime(path, (1, 1))
    else:
        path.unlink()
    ends = {part.kind: part for part in feed if isinstance(part, KindEnd)}

    assert (ends[Kind.CONTACTS].complete, ends[Kind.CONTACTS].reason) == (False, "still-written")


def test_names_of_files_may_be_in_capitals(tmp_path: Path):
    (tmp_path / "Contacts.CSV").write_text(CONTACTS + ROSA)

    assert contact_ids(Night(tmp_path)) == ["C1"]


def test_no_value_of_a_row_is_in_a_problem_or_an_error(put):
    night = put("contacts", CONTACTS + "L1,C1,Canary,Canary,Canary,canary,canary\nL1,C1,Canary\n")

    assert len(night.problems) == 3
    assert "canary" not in f"{night.problems}{night.rows}".lower()


def test_memory_stays_the_same_whatever_the_size(monkeypatch):
    """Rows go out in batches, and one open quote does not take in the rest of the file."""
    monkeypatch.setattr(csv_table, "LONGEST_ROW", 2000)
    read = FileReading(BY_NAME["contacts"], today=TODAY)
    with csv_table.decoded(io.BytesIO((CONTACTS + '"' + ROSA * 9000 + '"').encode())) as stream:
        batches = list(read.batches(stream))

    assert max(len(batch.rows) for batch in batches) <= 2000
    assert read.left_out == 2
    assert read.received[Kind.CONTACTS] > 8900
    assert not read.whole
