"""Whatever bytes a delivery has, reading it never raises but for its header, and no lost row passes unnoticed."""

from __future__ import annotations

import datetime
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.sync.csv_catalog import BY_NAME
from integrations.sync.csv_table import BadHeader, decoded
from integrations.sync.from_csv import FileReading
from integrations.sync.rows import ContactRow, Kind

pytestmark = pytest.mark.slow  # hundreds of examples each

TODAY = datetime.date(2026, 10, 14)
HEADER = (
    b"district_student_id,contact_id,contact_first_name,contact_last_name,relationship,legal_guardian,"
    b"email_address\r\n"
)
WORDS = st.text(st.sampled_from('ab ,;"\n\té'), max_size=8)
LAST = st.sampled_from(["", "a@example.org"])
# Bytes that mean something to the reader, to be put in, taken out or put in another's place.
SHARP = st.sampled_from(
    [b'"', b",", b"\n", b"\r\n", b"\r", b";", b"\x00", b"\xe9", b"\xff", b'""', b'",', b',"']
)


def ids_read(data: bytes) -> tuple[list[str], bool]:
    read = FileReading(BY_NAME["contacts"], today=TODAY)
    with decoded(io.BytesIO(data)) as stream:
        rows = [row for batch in read.batches(stream) if batch.kind == Kind.CONTACTS for row in batch.rows]
    return [row.contact_id for row in rows if isinstance(row, ContactRow)], read.whole


@given(st.binary(max_size=400))
@example(b"")
@example(b"\xff\xfe")
@example(b'"')
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_raise_nothing_but_what_is_wrong_with_the_header(data: bytes):
    try:
        ids_read(data)
    except BadHeader:
        return


@given(st.binary(max_size=400))
@example(b'"')
@example(b"\x00,\x00\r\r\n")
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_after_a_header_raise_nothing(data: bytes):
    ids_read(HEADER + data)


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


@given(
    st.lists(st.tuples(WORDS, WORDS, st.booleans()), min_size=1, max_size=6),
    st.data(),
)
@settings(max_examples=400, deadline=None)
def test_a_damaged_file_that_lost_a_row_is_not_whole(
    people: list[tuple[str, str, bool]], data: st.DataObject
):
    """Something is cut off, or a sharp byte put in, taken out or exchanged, at two places; names in quotes or plain."""
    rows = []
    for number, (first, last, plain) in enumerate(people):
        names = ("Ann", "Lee") if plain else (quoted(first), quoted(last))
        rows.append(f"L{number},C{number},{names[0]},{names[1]},Mother,t,a@example.org\r\n".encode())
    body = b"".join(rows)
    there, whole = ids_read(HEADER + body)
    # A name of many commas and a line feed looks like two rows in one, and is left out rather than trusted.
    assert not whole or there == [f"C{number}" for number in range(len(people))]
    hurt = body
    for _ in range(data.draw(st.integers(1, 2))):
        start = data.draw(st.integers(0, len(hurt)))
        end = start + data.draw(st.integers(0, 2))
        hurt = hurt[:start] + data.draw(SHARP | st.just(b"")) + hurt[end:]
    got, whole_now = ids_read(HEADER + hurt)

    if whole and whole_now:
        assert len(got) >= len(people)


@given(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda rows: rows[0] < rows[1]), st.data())
@settings(max_examples=200, deadline=None)
def test_quotes_that_take_in_other_rows_are_noticed(rows: tuple[int, int], data: st.DataObject):
    """One quote too many at the front of a field, and another at the end of a field further down."""
    opens, closes = data.draw(st.integers(0, 6)), data.draw(st.integers(0, 6))
    people = [[f"L{n}", f"C{n}", "Ann", "Lee", "Mother", "t", data.draw(LAST)] for n in range(6)]
    people[rows[0]][opens] = '"' + people[rows[0]][opens]
    people[rows[1]][closes] += '"'
    _ids, whole = ids_read(HEADER + "".join(",".join(fields) + "\r\n" for fields in people).encode())

    assert not whole


@given(st.integers(1, 6), st.data())
@settings(max_examples=100, deadline=None)
def test_a_file_cut_off_within_a_row_is_not_whole(count: int, data: st.DataObject):
    rows = [f'L{n},C{n},"Ann",Lee,Mother,t,"a@example.org"\r\n'.encode() for n in range(count)]
    body = b"".join(rows[:-1])
    kept = data.draw(st.integers(1, len(rows[-1]) - 3))
    _ids, whole = ids_read(HEADER + body + rows[-1][:kept])

    assert not whole
