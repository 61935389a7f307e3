import contextlib
import http.client
import io
import socket
import time

import pytest
import requests
from pypdf import PdfReader

from tests.integrations.sandbox.sockets import open_and_leave, raw, until


@pytest.mark.parametrize(
    ("body", "content_type", "content"),
    [
        ("json", "application/json", b'{"error": "Internal error occurred"}'),
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("gateway", "application/json", b'{"message": "Forbidden"}'),
        ("xml", "application/xml", b"<Error>"),
        ("empty", "application/json", b""),
    ],
)
def test_status_has_any_code_and_these_bodies(ets, child, body, content_type, content):
    status = 403 if body == "gateway" else 500
    ets.faults({"where": "reports", "kind": "status", "status": status, "body": body, "retry_after": 7})
    reply = ets.reports(child.ssid)
    assert reply.status_code == status
    assert reply.headers["Content-Type"] == content_type
    assert reply.headers["Retry-After"] == "7"
    assert reply.content.startswith(content)
    assert bool(reply.content) == bool(content)


def test_status_takes_a_text_and_headers_of_ones_own(ets, child):
    fault = {"where": "reports", "kind": "status", "status": 418, "text": "[]", "headers": {"X-Odd": "yes"}}
    ets.faults({**fault, "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"})
    reply = ets.reports(child.ssid)
    assert (reply.status_code, reply.text, reply.headers["X-Odd"]) == (418, "[]", "yes")
    assert reply.headers["Retry-After"].endswith("GMT")


def test_hang_never_answers_until_the_client_leaves(ets, link, sandbox):
    ets.faults({"where": "link", "kind": "hang"})
    with pytest.raises(requests.ReadTimeout):
        requests.get(link, timeout=0.2)
    until(lambda: sandbox.calls["link_aborted"] == 1)
    assert sandbox.calls["link_open"] == 0


def test_hang_ends_by_itself_after_its_seconds(ets, child):
    ets.faults({"where": "reports", "kind": "hang", "seconds": 0.1})
    token = ets.token()
    with pytest.raises(requests.ConnectionError):
        ets.reports(child.ssid, token=token)


def test_slow_headers_come_byte_by_byte(ets, child):
    token = ets.token()
    ets.faults({"where": "reports", "kind": "slow_headers", "ms_per_byte": 200})
    with pytest.raises(requests.ReadTimeout):
        requests.get(
            f"{ets.base}/v3/students/{child.ssid}/score-reports",
            headers={"Authorization": token},
            timeout=(1, 0.1),
        )
    ets.faults({"where": "verify", "kind": "slow_headers", "ms_per_byte": 1})
    assert ets.get("/v3/token/verify", headers={"Authorization": token}).json() == [{"LEA": "009990001"}]


def test_drip_sends_the_body_byte_by_byte_and_sees_the_client_leave(ets, link, sandbox):
    ets.faults({"where": "link", "kind": "drip", "ms_per_byte": 20})
    with requests.get(link, stream=True, timeout=5) as reply:
        assert int(reply.headers["Content-Length"]) > 1000
        assert reply.raw.read(1) == b"%"
        assert sandbox.calls["link_open"] == 1
    until(lambda: sandbox.calls["link_aborted"] == 1)


def test_a_drip_that_is_waited_for_is_whole(ets):
    token = ets.token()
    ets.faults({"where": "verify", "kind": "drip", "ms_per_byte": 1})
    assert ets.get("/v3/token/verify", headers={"Authorization": token}).json() == [{"LEA": "009990001"}]


def test_delay_answers_well_but_late(ets, child):
    ets.faults({"where": "reports", "kind": "delay", "ms": 60})
    assert ets.reports(child.ssid).elapsed.total_seconds() > 0.05


def test_reset_breaks_the_connection_at_once(ets, link):
    ets.faults({"where": "link", "kind": "reset"})
    with pytest.raises(ConnectionResetError), raw(link):
        pass


def test_reset_breaks_the_connection_in_the_body(ets, link):
    ets.faults({"where": "link", "kind": "reset", "at": "body"})
    with raw(link) as reply:
        assert reply.status == 200
        with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
            reply.read()


def test_truncate_sends_fewer_bytes_than_promised(ets, link):
    ets.faults({"where": "link", "kind": "truncate", "keep": 100})
    with raw(link) as reply, pytest.raises(http.client.IncompleteRead) as cut:
        reply.read()
    assert len(cut.value.partial) == 100


def test_garbage_is_not_json(ets, child):
    ets.faults({"where": "token", "kind": "garbage"})
    reply = ets.get("/v3/token", auth=("sandbox", "sandbox:secret^00"))
    assert reply.status_code == 200
    with pytest.raises(ValueError, match="line 1"):
        reply.json()
    ets.faults({"where": "reports", "kind": "garbage", "text": '{"rows": []}'})
    assert ets.reports(child.ssid).json() == {"rows": []}


def test_shape_is_a_valid_pdf_of_that_size(ets, link):
    ets.faults({"where": "link", "kind": "shape", "size": 3_000_000})
    content = requests.get(link, timeout=10).content
    assert len(content) == 3_000_000
    assert len(PdfReader(io.BytesIO(content), strict=True).pages) == 2


def test_shape_keeps_its_speed(ets, link):
    ets.faults({"where": "link", "kind": "shape", "size": 400_000, "bytes_per_second": 1_000_000})
    begun = time.monotonic()
    assert len(requests.get(link, timeout=10).content) == 400_000
    assert time.monotonic() - begun >= 0.37


def test_a_shaped_link_sees_the_client_leave(ets, link, sandbox):
    ets.faults({"where": "link", "kind": "shape", "size": 50_000_000, "bytes_per_second": 20_000_000})
    open_and_leave(link)
    until(lambda: sandbox.calls["link_aborted"] == 1)
    assert sandbox.calls["link_open"] == 0


@pytest.mark.parametrize(("size", "length"), [(10_000_000_000, "10000000000"), (None, None)])
def test_huge_goes_on_and_on(ets, link, sandbox, size, length):
    ets.faults({"where": "link", "kind": "huge", "size": size})
    with raw(link) as reply:
        assert reply.getheader("Content-Length") == length
        assert reply.read(5_000_000).startswith(b"%PDF-")
    until(lambda: sandbox.calls["link_aborted"] == 1)


def test_a_huge_list_is_json_that_never_ends(ets, child):
    token = ets.token()
    ets.faults({"where": "reports", "kind": "huge"})
    with raw(f"{ets.base}/v3/students/{child.ssid}/score-reports", Authorization=token) as reply:
        assert reply.read(1_000_000).strip() == b"["


@pytest.mark.parametrize(
    ("form", "content_type", "start"),
    [("PDF", "application/pdf", b"<!doctype html>"), ("HTML", "text/html; charset=utf-8", b"%PDF-")],
)
def test_wrong_type_says_one_thing_and_sends_another(ets, child, form, content_type, start):
    url = ets.link(child.ssid, format=form)
    ets.faults({"where": "link", "kind": "wrong_type"})
    reply = requests.get(url, timeout=5)
    assert reply.headers["Content-Type"] == content_type
    assert reply.content.startswith(start)


def test_wrong_type_can_be_chosen(ets, link):
    ets.faults({"where": "link", "kind": "wrong_type", "as": "pdf-as-html"})
    assert requests.get(link, timeout=5).headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("where", ["token", "link"])
def test_redirect_leads_elsewhere(ets, link, where):
    ets.faults({"where": where, "kind": "redirect", "location": "http://127.0.0.1:9/elsewhere"})
    with raw(link if where == "link" else f"{ets.base}/v3/token") as reply:
        assert (reply.status, reply.getheader("Location")) == (302, "http://127.0.0.1:9/elsewhere")


def test_a_gzip_bomb_is_small_outside_and_large_inside(ets, link):
    ets.faults({"where": "link", "kind": "gzip_bomb", "size": 20_000_000})
    with raw(link) as reply:
        assert reply.getheader("Content-Encoding") == "gzip"
        assert int(reply.getheader("Content-Length")) < 100_000
    assert len(requests.get(link, timeout=5).content) >= 20_000_000


def test_set_cookie_comes_with_a_good_answer(ets, link):
    ets.faults({"where": "link", "kind": "set_cookie", "value": "a=b"})
    reply = requests.get(link, timeout=5)
    assert reply.headers["Set-Cookie"] == "a=b"
    assert reply.content.startswith(b"%PDF-")


def test_extra_rows_have_codes_that_nobody_knows_and_links_that_work(ets, child):
    before = ets.reports(child.ssid).json()
    ets.faults({"where": "reports", "kind": "extra_rows"})
    extra = ets.reports(child.ssid).json()[len(before) :]
    assert {"NEWTEST", "A/B test"} <= {row["type"] for row in extra}
    assert "HM" in {row["lang"] for row in extra}
    assert "EPUB" in {row["format"] for row in extra}
    assert "XX" in {row["content area"] for row in extra}
    assert {requests.get(row["url"], timeout=5).status_code for row in extra} == {200}


def test_extra_rows_can_be_given(ets, child):
    ets.faults({"where": "reports", "kind": "extra_rows", "rows": [{"type": "Z9"}]})
    assert ets.reports(child.ssid).json()[-1]["type"] == "Z9"


def test_bad_rows_stand_among_the_good_ones(ets, child):
    good = len(ets.reports(child.ssid).json())
    ets.faults({"where": "reports", "kind": "bad_rows"})
    rows = ets.reports(child.ssid).json()
    assert len(rows) > good
    assert any(not isinstance(row, dict) for row in rows)
    ets.faults({"where": "reports", "kind": "bad_rows", "rows": [42]})
    assert ets.reports(child.ssid).json()[-1] == 42


def test_hostile_links_are_in_every_row(ets, child):
    hostile = "javascript:alert(1)"
    ets.faults({"where": "reports", "kind": "hostile_links", "url": hostile})
    assert {row["url"] for row in ets.reports(child.ssid).json()} == {hostile}
    assert [row["url"] for row in ets.reports(child.ssid, year=2019).json()] == [hostile]


def test_rows_are_not_added_to_a_refusal(ets, child):
    ets.faults({"where": "reports", "kind": "extra_rows"})
    assert ets.reports(child.ssid, token="bad").status_code == 401


def test_refuse_closes_the_door_and_opens_it_again(ets, child, sandbox):
    ets.faults({"kind": "refuse", "seconds": 0.4})
    until(lambda: _refused(sandbox))
    until(lambda: not _refused(sandbox))
    assert ets.reports(child.ssid).status_code == 200


def test_a_program_can_close_and_open_the_door_itself(ets, child, sandbox):
    token = ets.token()
    idle = socket.create_connection(("127.0.0.1", sandbox.port), timeout=5)
    until(lambda: len(sandbox._connections) >= 2)
    sandbox.refuse()
    assert _refused(sandbox)
    with idle, contextlib.suppress(ConnectionResetError):
        assert idle.recv(1) == b""
    with pytest.raises(requests.ConnectionError):
        ets.reports(child.ssid, token=token)
    sandbox.accept()
    assert ets.reports(child.ssid, token=token).status_code == 200


def _refused(sandbox):
    try:
        socket.create_connection(("127.0.0.1", sandbox.port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        return False
    return False


def test_latency_is_added_to_calls_and_apart_to_links(ets, child, link):
    ets.control("settings", {"latency_ms": 60})
    assert ets.get("/v3/token/verify").elapsed.total_seconds() > 0.055
    ets.control("settings", {"latency_ms": 0, "link_latency_ms": 60})
    assert requests.get(link, timeout=5).elapsed.total_seconds() > 0.055
