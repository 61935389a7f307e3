"""How a report's content reaches the browser: streamed under our own headers, or by redirect to the state's link."""

from __future__ import annotations

import pytest

from integrations.models import Connection
from tests.cast import Cast, sign_in
from tests.scorereports import reading
from tests.scorereports.provoking import no_record


def directives(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: rest for name, _, rest in parts}


def test_a_web_page_is_sent_to_the_states_link(cast: Cast, connected, sandbox):
    answer = sign_in(cast.parent_of_two).get(reading.html(cast.child))

    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{sandbox.url}/ets/s3/")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert answer.content == b""
    assert sandbox.calls["link"] == 0


@pytest.mark.promise("R1")
def test_a_redirect_is_opened_and_finished_on_record(cast: Cast, connected, sandbox):
    sign_in(cast.parent_of_two).get(reading.html(cast.child))

    assert reading.recorded() == [("opened", ""), ("finished", "redirected")]


@pytest.mark.promise("R1")
def test_without_a_record_there_is_no_redirect(cast: Cast, connected, sandbox):
    with no_record():
        answer = sign_in(cast.parent_of_two).get(reading.html(cast.child))

    assert answer.status_code == 503
    assert not answer.has_header("Location")


def test_a_video_is_redirected_whatever_the_district_set(cast: Cast, connected, sandbox):
    reading.configure(pdf_delivery="stream", html_delivery="stream")

    assert sign_in(cast.parent_of_two).get(reading.video(cast.child)).status_code == 303


def test_a_pdf_streams_unless_the_district_says_otherwise(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    streamed = client.get(reading.content(cast.child))
    assert reading.body(streamed).startswith(b"%PDF-")

    reading.configure(pdf_delivery="redirect")
    assert client.get(reading.content(cast.child)).status_code == 303


@pytest.mark.promise("S4")
def test_a_streamed_pdf_carries_our_headers_alone(cast: Cast, connected, sandbox):
    sandbox.faults.add(where="link", kind="set_cookie", value="tracked=1")
    answer = sign_in(cast.parent_of_two).get(reading.content(cast.child))
    reading.body(answer)

    assert answer["Content-Type"] == "application/pdf"
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    assert answer["Content-Security-Policy"] == policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "tracked" not in answer.headers.get("Set-Cookie", "") + str(answer.cookies)


@pytest.mark.promise("S5")
def test_a_streamed_web_page_never_has_our_origin(cast: Cast, connected, sandbox):
    reading.configure(html_delivery="stream")
    answer = sign_in(cast.parent_of_two).get(reading.html(cast.child))

    assert b"<html" in reading.body(answer).lower()
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert directives(answer) == {
        "sandbox": "allow-scripts",
        "default-src": "'none'",
        "script-src": "'unsafe-inline'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "font-src": "data:",
        "media-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
    }
    assert reading.recorded() == [("opened", ""), ("finished", "complete")]


@pytest.mark.promise("S4")
def test_a_streamed_web_page_must_begin_like_one(cast: Cast, connected, sandbox):
    reading.configure(html_delivery="stream")
    sandbox.faults.add(where="link", kind="garbage", text="PK\x03\x04 no page at all")
    answer = sign_in(cast.parent_of_two).get(reading.html(cast.child))

    assert answer.status_code == 502
    assert reading.recorded() == [("refused", "bad-report")]


@pytest.mark.promise("S3")
@pytest.mark.parametrize("form", ["PDF", "HTML", "VIDEO"])
@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.net/report.pdf",
        "https://reports.s3.us-west-2.amazonaws.com.evil.example.net/x",
        "https://bucket.s3.amazonaws.com/x",
        "http://bucket.s3.us-west-2.amazonaws.com/x",
        "javascript:alert(1)",
        "//evil.example.net/x",
        "https://user@ok.ets.org/x",
        "https://ok.ets.org\\@evil.example.net/",
    ],
)
def test_a_hostile_link_is_a_page_of_ours_and_never_a_redirect(
    cast: Cast, connected, sandbox, form: str, link: str
):
    reading.configure(pdf_delivery="redirect")
    sandbox.faults.add(where="reports", kind="hostile_links", url=link)
    areas = "ELA" if form == "HTML" else "ELA,MA"
    answer = sign_in(cast.parent_of_two).get(reading.content(cast.child, form=form, areas=areas))

    assert answer.status_code == 502
    assert not answer.has_header("Location")
    assert link.encode() not in answer.content
    assert reading.recorded() == [("refused", "bad-report")]


def test_a_link_beside_the_pinned_host_is_refused(cast: Cast, connected: Connection, sandbox):
    client = sign_in(cast.parent_of_two)
    for form in ("redirect", "stream"):
        reading.configure(pdf_delivery=form)
        Connection.objects.update(link_host="reports.s3.us-west-2.amazonaws.com")
        assert client.get(reading.content(cast.child)).status_code == 502
        Connection.objects.update(link_host=sandbox.url.removeprefix("http://"))
        assert client.get(reading.content(cast.child)).status_code in {200, 303}


@pytest.mark.promise("S3")
def test_the_first_host_seen_is_kept_for_the_admin_to_pin(cast: Cast, connected: Connection, sandbox):
    client = sign_in(cast.parent_of_two)
    client.get(reading.html(cast.child))
    connected.refresh_from_db()
    assert connected.seen_link_host == sandbox.url.removeprefix("http://")

    Connection.objects.update(seen_link_host="first.ets.org")
    client.get(reading.html(cast.child))
    connected.refresh_from_db()
    assert connected.seen_link_host == "first.ets.org"


@pytest.mark.promise("S2")
def test_the_link_stands_in_one_header_and_nowhere_else(cast: Cast, connected, sandbox, caplog):
    client = sign_in(cast.parent_of_two)
    answer = client.get(reading.html(cast.child))
    signature = answer["Location"].partition("X-Amz-Signature=")[2]

    assert signature
    assert [name for name, value in answer.items() if signature in value] == ["Location"]
    assert signature not in caplog.text
    assert signature.encode() not in client.get(f"/students/{cast.child.uuid}/").content


def test_a_report_of_a_kind_that_nobody_knows_opens_by_redirect(cast: Cast, connected, sandbox):
    strange = {"type": "NEWTEST", "lang": "XX", "format": "BRAILLE", "content area": "ART"}
    sandbox.faults.add(where="reports", kind="extra_rows", rows=[strange])
    client = sign_in(cast.parent_of_two)
    listed = reading.words(client.get(f"/students/{cast.child.uuid}/"))
    assert all(code in listed for code in ("NEWTEST", "XX", "BRAILLE", "ART"))

    viewer = reading.report(cast.child, "NEWTEST", language="XX", form="BRAILLE", areas="ART")
    assert "NEWTEST" in reading.words(client.get(viewer))
    assert client.get(f"{viewer}content/").status_code == 303


def test_either_code_of_the_science_test_opens_the_same_report(cast: Cast, connected, sandbox):
    sandbox.faults.add(where="reports", kind="extra_rows", rows=[{"type": "CST", "content area": "SC"}])
    client = sign_in(cast.parent_of_two)

    assert "CAST" in reading.words(client.get(f"/students/{cast.child.uuid}/"))
    assert client.get(reading.content(cast.child, "CAST", areas="SC")).status_code == 200
