"""Single values: each date in the form that its field is documented with, and no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from integrations.powerschool import texts, values
from integrations.powerschool.records import AcademicYear, ServerTime

NOT_DATES: list[Any] = [
    "",
    None,
    "soon",
    20150203,
    "2015-02-30",
    "02/30/2015",
    "0000-00-00T00:00:00",
    [],
    {},
    True,
]


def test_it_works():
    assert values.moment("2012-10-08T02:10:53Z") == datetime(2012, 10, 8, 2, 10, 53, tzinfo=UTC)
    assert values.day_at_midnight("2000-04-15T00:00:00") == date(2000, 4, 15)
    assert values.us_day("02/03/2015") == date(2015, 2, 3)
    assert values.server_time("7/15/2019 2:40:48 PM (Eastern Standard Time)") == ServerTime(
        date(2019, 7, 15), time(14, 40, 48), "Eastern Standard Time"
    )


def test_a_moment_without_a_zone_is_the_utc_that_the_document_promises():
    assert values.moment("2011-06-08T16:53:05") == datetime(2011, 6, 8, 16, 53, 5, tzinfo=UTC)
    assert values.moment("2011-06-08T16:53:05.123Z") == datetime(2011, 6, 8, 16, 53, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["2011-06-08T16:53:05-07:00", "2011-06-08", "06/08/2011", "2011-06-08 16:53:05"]
)
def test_a_moment_in_another_form_is_none(written: str):
    assert values.moment(written) is None


@pytest.mark.parametrize("written", ["2000-04-15T07:00:00", "2000-04-14T23:59:59", "04/15/2000", "2000-4-15"])
def test_a_birth_date_that_was_shifted_or_is_written_otherwise_is_none(written: str):
    assert values.day_at_midnight(written) is None


@pytest.mark.parametrize("written", ["2000-04-15", "2000-04-15T00:00:00Z", "2000-04-15T00:00:00.000"])
def test_a_birth_date_at_midnight_is_that_day(written: str):
    assert values.day_at_midnight(written) == date(2000, 4, 15)


@pytest.mark.parametrize(
    ("written", "read"), [("2/3/2015", date(2015, 2, 3)), ("13/02/2015", None), ("2015-02-03", None)]
)
def test_a_day_of_a_checklist_has_its_month_first(written: str, read: date | None):
    assert values.us_day(written) == read


@pytest.mark.parametrize(
    ("written", "hour"),
    [("1/2/2019 12:00:00 AM (X)", 0), ("1/2/2019 12:30:00 PM", 12), ("1/2/2019 11:59:59 PM (X)", 23)],
)
def test_midnight_and_noon_of_the_server_are_told_apart(written: str, hour: int):
    read = values.server_time(written)
    assert read is not None
    assert (read.day, read.time.hour) == (date(2019, 1, 2), hour)


@pytest.mark.parametrize("written", ["7/15/2019 14:40:48 PM (X)", "7/15/2019 2:61:48 PM (X)", "7/15/2019"])
def test_a_server_time_in_another_form_is_none(written: str):
    assert values.server_time(written) is None


@pytest.mark.parametrize("written", NOT_DATES)
def test_what_is_no_date_is_none(written: Any):
    for read in (values.moment, values.day_at_midnight, values.us_day, values.server_time):
        assert read(written) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-2027", AcademicYear(2026, 2027)),
        (" 2026 – 2027 ", AcademicYear(2026, 2027)),
        ("2026/2027", AcademicYear(2026, 2027)),
        ("2026-27", None),
        ("2026", None),
        (2026, None),
        ("2027-2026", None),
        ("2026-2028", None),
    ],
)
def test_an_academic_year_is_a_span_of_two(written: Any, read: AcademicYear | None):
    assert values.academic_year(written) == read


def test_text_is_what_a_database_can_hold():
    assert values.text(" a\x00b\u200b ") == "a b"
    assert values.text("x" * 999) == "x" * texts.LONGEST
    assert values.text("Null") == "Null"  # a family's name


@pytest.mark.parametrize(
    ("value", "read"),
    [(None, ""), (True, ""), ([], ""), ({}, ""), (4, "4"), (4.0, "4"), (4.5, "4.5"), (10**40, "")],
)
def test_a_number_is_text_and_what_is_no_single_value_nothing(value: Any, read: str):
    assert values.text(value) == read


def test_a_note_keeps_its_lines():
    assert values.note(" One\r\nTwo\tthree\x07 ") == "One\nTwo three"
