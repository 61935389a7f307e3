import gc
from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import StreamingHttpResponse

from portal.base import streaming
from portal.base.magic import Kind, WrongContent, check_start, recognise
from portal.base.streaming import GuardedStream, StreamBroken
from tests.base.crowd import in_threads
from tests.base.hand_clock import HandClock

pytestmark = [pytest.mark.promise("S4"), pytest.mark.django_db]
PDF = b"%PDF-1.7 " + b"x" * 1015


class Upstream:
    def __init__(self, *chunks: bytes | Exception) -> None:
        self.given = chunks
        self.read = 0
        self.closed = 0

    def chunks(self) -> Iterator[bytes]:
        for chunk in self.given:
            self.read += 1
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def close(self) -> None:
        self.closed += 1


class Told:
    def __init__(self) -> None:
        self.outcomes: list[tuple[str, int]] = []

    def __call__(self, outcome: str, sent: int) -> None:
        self.outcomes.append((outcome, sent))


@pytest.fixture(autouse=True)
def _slots(settings):
    settings.STREAM_SLOTS = 2
    yield
    assert streaming.taken() == 0


def stream(upstream: Upstream, told: Told, **limits) -> GuardedStream:
    slot = streaming.take()
    assert slot
    return guarded(upstream, slot, told, **limits)


def guarded(upstream: Upstream, slot: streaming.Slot, told, **limits) -> GuardedStream:
    """What the service that opens a report does."""
    try:
        chunks = check_start(upstream.chunks(), "PDF")
    except BaseException:
        slot.release()
        upstream.close()
        raise
    return GuardedStream(upstream, chunks, slot=slot, on_finish=told, **limits)


def test_it_works():
    upstream, told = Upstream(PDF, b"more", b"", b"end"), Told()
    response = StreamingHttpResponse(stream(upstream, told, expected_bytes=len(PDF) + 7))
    assert b"".join(response) == PDF + b"moreend"
    response.close()
    response.close()
    assert told.outcomes == [("complete", len(PDF) + 7)]
    assert upstream.closed == 1


def test_no_more_than_the_first_bytes_are_read_before_the_answer_begins():
    upstream, told = Upstream(PDF, b"more", b"end"), Told()
    content = stream(upstream, told)
    assert upstream.read == 1
    content.close()


def test_a_client_that_leaves_closes_upstream_once():
    upstream, told = Upstream(PDF, b"more"), Told()
    response = StreamingHttpResponse(stream(upstream, told))
    next(iter(response))
    response.close()
    response.close()
    assert told.outcomes == [("client-left", len(PDF))]
    assert upstream.closed == 1
    assert list(response) == []


def test_a_response_that_is_never_sent_leaves_nothing_open():
    upstream, told = Upstream(PDF), Told()
    content = stream(upstream, told)
    del content
    gc.collect()
    assert told.outcomes == [("client-left", 0)]
    assert upstream.closed == 1


def test_when_upstream_fails_the_error_carries_nothing_of_it():
    upstream, told = Upstream(PDF, OSError("https://canary.example/link")), Told()
    content = stream(upstream, told)
    next(content)
    with pytest.raises(StreamBroken) as caught:
        next(content)
    assert caught.value.__context__ is None
    assert "canary" not in repr(caught.value)
    assert not isinstance(caught.value, OSError)
    assert told.outcomes == [("upstream-failed", len(PDF))]
    assert upstream.closed == 1


@pytest.mark.parametrize("expected", [len(PDF) + 1, len(PDF) - 1])
def test_fewer_or_more_bytes_than_announced_break_the_connection(expected):
    upstream, told = Upstream(PDF), Told()
    with pytest.raises(StreamBroken):
        list(stream(upstream, told, expected_bytes=expected))
    [(outcome, sent)] = told.outcomes
    assert (outcome, sent) == (("upstream-failed", len(PDF)) if expected > len(PDF) else ("too-large", 0))
    assert upstream.closed == 1


def test_more_bytes_than_allowed_break_the_connection_before_they_are_sent():
    upstream, told = Upstream(PDF, *[b"x" * 1000] * 50), Told()
    content = stream(upstream, told, max_bytes=len(PDF) + 2500)
    sent = 0
    with pytest.raises(StreamBroken):  # noqa: PT012 - the loop is the reading that has to break
        for chunk in content:
            sent += len(chunk)
    assert sent == len(PDF) + 2000
    assert told.outcomes == [("too-large", sent)]
    assert upstream.read == 4


def test_a_reader_has_fifteen_minutes():
    clock, told = HandClock(), Told()
    content = stream(Upstream(PDF, b"more", b"end"), told, clock=clock)
    next(content)
    clock.seconds += 900
    next(content)
    clock.seconds += 1
    with pytest.raises(StreamBroken):
        next(content)
    assert told.outcomes == [("reader-too-slow", len(PDF) + 4)]


def test_a_reader_who_takes_nothing_for_a_minute_is_told_from_one_who_left():
    clock, told = HandClock(), Told()
    content = stream(Upstream(PDF, b"more"), told, clock=clock)
    next(content)
    clock.seconds += 60
    content.close()
    assert told.outcomes == [("reader-too-slow", len(PDF))]


def test_a_record_that_cannot_be_written_breaks_neither_the_stream_nor_the_rest_of_the_ending():
    def cannot(outcome: str, sent: int) -> None:
        raise RuntimeError("no database")

    slot = streaming.take()
    assert slot
    upstream = Upstream(PDF)
    assert list(guarded(upstream, slot, cannot)) == [PDF]
    assert upstream.closed == 1


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [b""],
        [b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"],
        [b"x" * 1020 + b"%PDF-"],
        [b"x" * 2000, PDF],
        [b"\x1f\x8b" + PDF[:100].replace(b"%PDF-", b"")],
    ],
)
def test_what_is_no_pdf_is_refused_before_the_first_byte_and_leaves_nothing_open(chunks):
    upstream, told = Upstream(*chunks), Told()
    with pytest.raises(WrongContent):
        stream(upstream, told)
    assert told.outcomes == []
    assert upstream.closed == 1


def test_an_upstream_that_fails_on_its_first_bytes_raises_its_own_error_and_leaves_nothing_open():
    upstream = Upstream(TimeoutError())
    with pytest.raises(TimeoutError):
        stream(upstream, Told())
    assert upstream.closed == 1


@pytest.mark.parametrize(
    "chunks", [[PDF], [b"%", b"PDF", b"-1.7"], [b"\n" * 1019, b"%PDF-"], [b"junk %PDF-1.4"]]
)
def test_a_pdf_header_anywhere_in_the_first_1024_bytes_is_a_pdf(chunks):
    assert b"".join(check_start(iter(chunks), "PDF")) == b"".join(chunks)


def test_html_is_told_from_other_things():
    for good in (b"<!DOCTYPE html><p>", b"\xef\xbb\xbf \n<html lang='en'>", b"<!-- x --><html>"):
        assert b"".join(check_start(iter([good]), "HTML")) == good
    for bad in (b"%PDF-1.7", b"<?xml version='1.0'?>", b"plain", b""):
        with pytest.raises(WrongContent):
            check_start(iter([bad]), "HTML")


def test_each_kind_of_picture_is_told_by_its_very_first_bytes():
    kinds: tuple[Kind, ...] = ("JPEG", "PNG", "HEIC", "PDF")
    starts: dict[Kind, bytes] = {
        "JPEG": b"\xff\xd8\xff\xe0 %PDF-1.7",
        "PNG": b"\x89PNG\r\n\x1a\n",
        "HEIC": b"\0\0\0\x18ftypheic",
        "PDF": b"%PDF-1.7",
    }
    for kind, start in starts.items():
        told, chunks = recognise(iter([start[:2], start[2:], b"more"]), kinds)
        assert (told, b"".join(chunks)) == (kind, start + b"more")
    for bad in (b"PK\x03\x04", b"<svg/>", b"GIF89a", b" \xff\xd8\xff", b"\0\0\0\x18ftypmp42", b""):
        with pytest.raises(WrongContent):
            recognise(iter([bad]), kinds)


def test_a_process_has_so_many_slots_and_no_more():
    first, second = streaming.take(), streaming.take()
    assert first
    assert second
    assert streaming.take() is None
    first.release()
    first.release()
    third = streaming.take()
    assert third
    assert streaming.take() is None
    second.release()
    third.release()


def test_a_slot_that_a_failing_view_dropped_comes_back():
    slot = streaming.take()
    assert slot
    del slot
    gc.collect()
    assert streaming.taken() == 0


def test_many_threads_never_hold_more_slots_than_there_are():
    def run() -> int:
        most = 0
        for _ in range(50):
            slot = streaming.take()
            most = max(most, streaming.taken())
            if slot:
                slot.release()
        return most

    assert max(in_threads(16, run)) <= 2


@pytest.mark.django_db(transaction=True)
def test_the_database_connection_is_let_go_before_the_first_byte():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert connection.connection is not None
    streaming.release_database()
    assert connection.connection is None


@pytest.mark.django_db
def test_in_a_transaction_the_connection_stays():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    streaming.release_database()
    assert connection.connection is not None


def test_a_server_without_a_socket_to_limit_is_left_alone():
    streaming.limit_stalls({})
