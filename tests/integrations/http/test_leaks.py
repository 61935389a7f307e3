"""S2: what is raised and what is logged names no URL, token, link or SSID, down the whole chain."""

import base64
import logging
import traceback

import pytest
import requests

from integrations.ets.client import EtsClient, EtsEndpoint
from integrations.http import VendorError, VendorMisconfigured, VendorRejected, VendorUnavailable
from integrations.http.tokens import OneProcessTokenStore
from tests.integrations.http.servers import QUICK, FakeClock, Talk, client, free_port, http, serving

SSID, SECRET, TOKEN, LINK = "9876543210", "canary:secret^00", "canary.token.canary", "canarysignature"
CANARIES = (SSID, SECRET, TOKEN, LINK, base64.b64encode(f"user:{SECRET}".encode()).decode())

pytestmark = pytest.mark.promise("S2")

# urllib3 warns of it and prints the whole address.
BAD_HEADER = b"HTTP/1.1 200 OK\r\nNo colon here\r\nContent-Length: 2\r\n\r\n{}"
ANSWERS: dict[str, bytes | Talk | None] = {
    "nobody there": None,
    "hangs up": b"",
    "no http": b"NOT HTTP\r\n\r\n",
    "bad header": BAD_HEADER,
    "redirect to itself": http(302, b"", f"Location: https://evil.example.com/{LINK}"),
    "silence": lambda connection, _request: connection.recv(1),
    "cut off": http(200, b"[", length=9),
    "chunks of rubbish": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "rubbish": http(200, b"<html>"),
    "broken gzip": http(200, b"nope", "Content-Encoding: gzip"),
    "500": http(500),
    "429": http(429, b"", "Retry-After: 99"),
    "400": http(400, b"{}"),
    "401": http(401, b"{}"),
    "403": http(403, b"{}"),
    "404": http(404, b"{}"),
}


def listen(caplog) -> None:
    """Let every logger say everything, urllib3's above all."""
    for name in (None, "urllib3", "urllib3.connectionpool", "urllib3.connection", "urllib3.response"):
        caplog.set_level(logging.DEBUG, logger=name)


def everything_in(error: BaseException | None) -> str:
    """The texts of an exception and of all it is chained to, suppressed or not."""
    found = []
    while error is not None:
        found += [str(error), repr(error), repr(error.args), *traceback.format_exception(error)]
        error = error.__cause__ or error.__context__
    return "\n".join(found)


def ets(url: str) -> EtsClient:
    clock = FakeClock()
    store = OneProcessTokenStore(clock)
    return EtsClient(
        endpoint=EtsEndpoint(url),
        username=lambda: "user",
        api_token=lambda: SECRET,
        http=client(QUICK),
        tokens=store,
        clock=clock,
    )


def with_token(answer):
    def talk(connection, request):
        if b"/v3/token " in request:
            connection.sendall(http(200, b'{"token": "%s"}' % TOKEN.encode()))
        elif isinstance(answer, bytes):
            connection.sendall(answer)
        else:
            answer(connection, request)

    return talk


def calls(url: str):
    speaking = ets(url)
    return [
        lambda: speaking.score_reports(SSID),
        speaking.verify,
        lambda: list(speaking.open_link(f"{url}/{SSID}.pdf?X-Amz-Signature={LINK}").chunks()),
        lambda: speaking.open_link(f"https://evil.example.com/{SSID}.pdf?X-Amz-Signature={LINK}"),
        lambda: speaking.score_reports(f"{SSID}1"),
        lambda: speaking.score_reports(SSID, type=f"{LINK}&"),
    ]


def raised_by(call) -> VendorError | None:
    try:
        call()
    except VendorError as error:
        return error
    return None


@pytest.mark.parametrize("name", ANSWERS)
def test_no_canary_in_anything_raised_or_logged(name, caplog):
    listen(caplog)
    answer = ANSWERS[name]
    raised = 0
    with serving(b"" if answer is None else with_token(answer)) as server:
        url = f"http://127.0.0.1:{free_port()}" if answer is None else server.url
        for call in calls(url):
            error = raised_by(call)
            if error:
                raised += 1
                text = everything_in(error)
                assert [canary for canary in CANARIES if canary in text] == []
                assert (error.__cause__, error.__context__) == (None, None)
    assert raised >= 3
    assert [canary for canary in CANARIES if canary in caplog.text] == []
    # The house's redaction would mask them too: here they are not even said.
    assert [record.name for record in caplog.records if record.name.startswith("urllib3")] == []


def test_the_token_call_itself_leaks_nothing(caplog):
    listen(caplog)
    for answer in (http(401, b"{}"), http(500), b"", http(200, b'{"token": "canary token"}'), http(403, b"")):
        with serving(answer) as server, pytest.raises(VendorError) as caught:
            ets(server.url).verify()
        text = everything_in(caught.value) + caplog.text
        assert [canary for canary in CANARIES if canary in text] == []


def test_a_header_value_that_cannot_be_sent_is_not_quoted():
    with pytest.raises(VendorMisconfigured, match="bad-request") as caught:
        client().get_json("http://127.0.0.1/", headers={"Authorization": f"{TOKEN}\r\nX: y"})
    assert TOKEN not in everything_in(caught.value)


def test_without_our_layer_the_canaries_are_found(caplog):
    """Control: the search above would find what it looks for."""
    listen(caplog)
    with pytest.raises(requests.RequestException) as caught:
        requests.get(f"http://127.0.0.1:{free_port()}/{SSID}?{LINK}", timeout=1)
    assert SSID in everything_in(caught.value)
    for name in ("urllib3.connectionpool", "urllib3.connection"):
        loud = logging.getLogger(name)
        filters, loud.filters = loud.filters, []
        try:
            with serving(BAD_HEADER) as server:
                requests.get(f"{server.url}/{SSID}?{LINK}", timeout=1)
        finally:
            loud.filters = filters
    assert {"urllib3.connectionpool", "urllib3.connection"} <= {record.name for record in caplog.records}


def test_reprs_hold_nothing():
    answer = http(200, b'{"url": "%s"}' % LINK.encode())
    with serving(answer) as server:
        calling = client()
        seen = [
            calling.get_json(server.url),
            calling.open_stream(f"{server.url}/?{LINK}"),
            calling,
            ets(server.url),
        ]
    assert LINK not in repr(seen)
    assert SECRET not in repr(seen)


@pytest.mark.parametrize("kind", [VendorUnavailable, VendorRejected, VendorMisconfigured])
def test_a_reason_is_a_machine_word_or_nothing(kind):
    assert str(kind("too-slow")) == "too-slow"
    for text in ("", "A sentence.", "https://x.ets.org/", SSID + " ", "a_b", "token=abc"):
        with pytest.raises(ValueError, match="lower-case"):
            kind(text)
