from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.ets.records import ScoreReport, read_lea_codes, read_score_reports

ROW = {
    "type": "CAASPP", "lang": "EN", "year": 2025, "format": "PDF", "content area": "ELA,MATH", "grade": "04",
    "url": "https://aws.example/randomtoken.pdf",
}  # fmt: skip

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
near_rows = st.dictionaries(
    st.sampled_from([*ROW, "Content Area", "content_area", "URL", "", "x"]) | st.text(),
    json_values,
    max_size=9,
)
links = st.text(min_size=1).filter(lambda text: bool(text.strip()))


def read(*rows: object) -> list[ScoreReport]:
    return list(read_score_reports(list(rows)))


def test_it_works():
    assert read(ROW) == [
        ScoreReport("CAASPP", "EN", 2025, "PDF", "ELA,MATH", "04", "https://aws.example/randomtoken.pdf")
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(json_values | near_rows, max_size=4))
def test_no_json_list_makes_it_raise_and_every_row_is_accounted_for(rows):
    reports = read_score_reports(rows)
    assert len(reports) + reports.unreadable == len(rows)
    for report in reports:
        for text in (report.type, report.lang, report.format, report.content_area, report.grade):
            text.encode("utf-8")  # a database and a page can hold it
            assert "\x00" not in text
        assert report.year is None or 0 <= report.year <= 9999


@settings(max_examples=40, deadline=None)
@given(near_rows, links)
def test_no_row_with_a_link_is_dropped(row, link):
    assert [report.url for report in read(row | {"url": link})] == [link.strip()]


V1_ROW = {key: value for key, value in ROW.items() if key not in {"format", "content area"}}
v1_rows = st.fixed_dictionaries(
    {}, optional={key: json_values | st.just(value) for key, value in V1_ROW.items() if key != "url"}
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(v1_rows, links), max_size=4), st.lists(json_values, max_size=3))
def test_no_row_of_version_1_with_a_link_is_dropped_whatever_stands_around_it(linked, others):
    rows = [row | {"url": link} for row, link in linked]
    reports = read_score_reports([*others, *rows])
    last = list(reports)[len(reports) - len(rows) :]
    assert [report.url for report in last] == [link.strip() for _, link in linked]
    assert {(report.format, report.content_area) for report in last} <= {("PDF", "")}


def test_unknown_codes_are_kept_as_sent():
    (report,) = read({**ROW, "type": "NEWTEST", "lang": "zz", "format": "AUDIO", "content area": "MA/SC?"})
    assert (report.type, report.lang, report.format, report.content_area) == (
        "NEWTEST",
        "zz",
        "AUDIO",
        "MA/SC?",
    )


def test_math_and_ma_are_both_kept_as_sent():
    assert [
        row.content_area for row in read({**ROW, "content area": "MATH"}, {**ROW, "content area": "MA"})
    ] == ["MATH", "MA"]


def test_the_content_area_key_may_be_spelled_otherwise():
    bare = {key: value for key, value in ROW.items() if key != "content area"}
    for key in ("content area", "contentArea", "content_area", "Content Area", "content-area"):
        assert read({**bare, key: "SC"})[0].content_area == "SC"
    assert read({**bare, "content area": ["ELA", "MA"]})[0].content_area == "ELA,MA"


def test_years_are_read_as_number_or_text():
    years = [2025, "2025", " 2025 ", 2025.0, "2025.0", "2024-25", "", None, True, "soon", 99999, -1, 20.5]
    assert [read({**ROW, "year": year})[0].year for year in years] == [2025] * 5 + [None] * 8


def test_a_row_without_a_link_is_counted_and_left_out():
    rows: list[object] = [
        ROW,
        {**ROW, "url": ""},
        {**ROW, "url": None},
        {**ROW, "url": 7},
        {},
        None,
        "x",
        7,
        [],
        {"url": "  "},
    ]
    reports = read_score_reports(rows)
    assert (len(reports), reports.unreadable) == (1, 9)


def test_missing_keys_are_empty_text_and_a_missing_format_is_v1s_pdf():
    assert read({"url": "https://x/y"}) == [ScoreReport("", "", None, "PDF", "", "", "https://x/y")]


def test_what_a_database_cannot_hold_is_marked():
    (report,) = read({**ROW, "type": "A\x00B\ud800C\nD", "grade": 4})
    assert (report.type, report.grade) == ("A\ufffdB\ufffdC\ufffdD", "4")
    assert len(read({**ROW, "type": "x" * 5000})[0].type) == 100


def test_twins_are_kept():
    assert len(read(ROW, ROW, ROW)) == 3


def test_the_link_is_in_no_repr():
    assert "randomtoken" not in repr(read_score_reports([ROW]))


def test_it_is_a_sequence():
    reports = read_score_reports([ROW, {**ROW, "lang": "ES"}])
    assert [reports[0].lang, reports[-1].lang, len(reports), bool(reports)] == ["EN", "ES", 2, True]
    assert [report.lang for report in reports[:1]] == ["EN"]


@settings(max_examples=40, deadline=None)
@given(st.lists(json_values, max_size=6))
def test_lea_codes_never_raise_and_are_text(entries):
    assert all(isinstance(code, str) and code for code in read_lea_codes(entries))


def test_lea_codes_keep_or_get_back_their_zeros():
    assert read_lea_codes([{"LEA": "001111111"}, {"lea": 1111112}, {"LEA": None}, {}, "x"]) == [
        "001111111", "001111112", "x",
    ]  # fmt: skip
