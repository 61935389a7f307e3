import io
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

import pytest
import requests
from pypdf import PdfReader

from integrations.sandbox.links import Target


def fetch(url, **options):
    return requests.get(url, timeout=10, **options)


def error(reply):
    assert reply.headers["Content-Type"] == "application/xml"
    document = ET.fromstring(reply.content)  # noqa: S314 - the XML is our own sandbox's, from this process; nobody else wrote it
    return document.findtext("Code"), document.findtext("Message")


def test_it_works(ets, child):
    url = ets.link(child.ssid)
    parts = urlsplit(url)
    assert parts.path.startswith("/ets/s3/")
    assert "X-Amz-Signature=" in parts.query
    assert "X-Amz-Expires=1800" in parts.query
    assert child.ssid not in url
    reply = fetch(url)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/pdf"
    assert int(reply.headers["Content-Length"]) == len(reply.content)


def test_each_list_has_fresh_links(ets, child):
    first, second = (ets.link(child.ssid) for _ in range(2))
    assert first != second
    assert fetch(first).content == fetch(second).content


def test_a_link_works_for_anyone_many_times_for_30_minutes(ets, child):
    url = ets.link(child.ssid)
    assert {fetch(url).status_code for _ in range(3)} == {200}
    ets.control("clock", {"advance_seconds": 1795})
    assert fetch(url).status_code == 200
    ets.control("clock", {"advance_seconds": 5})
    reply = fetch(url)
    assert reply.status_code == 403
    assert error(reply) == ("AccessDenied", "Request has expired")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda url: url.partition("?")[0], "AccessDenied"),
        (lambda url: url.replace("X-Amz-Expires=1800", "X-Amz-Expires=9999"), "SignatureDoesNotMatch"),
        (lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"), "SignatureDoesNotMatch"),
        (lambda url: url.replace("/s3/", "/s3/A"), "SignatureDoesNotMatch"),
        (lambda url: url.replace(".pdf", ".html"), "SignatureDoesNotMatch"),
        (lambda url: url.replace("/s3/", "/s3/é"), "SignatureDoesNotMatch"),
    ],
)
def test_a_changed_link_opens_nothing(ets, child, change, code):
    reply = fetch(change(ets.link(child.ssid)))
    assert reply.status_code == 403
    assert error(reply)[0] == code


def test_only_get_was_signed_for(ets, child):
    url = ets.link(child.ssid)
    head = requests.head(url, timeout=10)
    assert (head.status_code, head.content) == (403, b"")
    assert requests.post(url, timeout=10).status_code == 403


def test_an_api_token_is_no_help_with_a_dead_link_and_not_needed_with_a_good_one(ets, child):
    token, url = ets.token(), ets.link(child.ssid)
    assert fetch(url).status_code == 200
    assert fetch(url.partition("?")[0], headers={"Authorization": token}).status_code == 403


@pytest.mark.parametrize(
    ("wanted", "cut"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-20", slice(-20, None)),
        ("bytes=5-99999999", slice(5, None)),
    ],
)
def test_a_range_gives_a_part(ets, child, wanted, cut):
    url = ets.link(child.ssid)
    whole = fetch(url).content
    reply = fetch(url, headers={"Range": wanted})
    assert reply.status_code == 206
    assert reply.content == whole[cut]
    first = range(len(whole))[cut][0]
    assert reply.headers["Content-Range"] == f"bytes {first}-{first + len(reply.content) - 1}/{len(whole)}"


def test_a_range_beyond_the_end_is_416(ets, child):
    reply = fetch(ets.link(child.ssid), headers={"Range": "bytes=99999999-"})
    assert reply.status_code == 416
    assert reply.headers["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "bytes=-", "lines=1-2", "bytes=x-y"])
def test_a_range_that_s3_would_not_understand_gives_the_whole(ets, child, wanted):
    assert fetch(ets.link(child.ssid), headers={"Range": wanted}).status_code == 200


def test_a_link_leads_back_by_the_name_that_the_client_used(ets, child):
    token = ets.token()
    for host, expected in (("localhost", "localhost"), ("evil.example.org", "127.0.0.1")):
        reply = ets.get(
            f"/v3/students/{child.ssid}/score-reports",
            headers={"Authorization": token, "Host": f"{host}:{ets.server.port}"},
        )
        assert urlsplit(reply.json()[0]["url"]).netloc == f"{expected}:{ets.server.port}"


def text_of(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content), strict=True).pages]


def test_a_pdf_names_student_home_school_test_year_and_language(ets, sandbox, child):
    year = sandbox.world.administration_year
    pages = text_of(fetch(ets.link(child.ssid, type="CAASPP", lang="EN", year=year)).content)
    assert len(pages) == 2
    for expected in (
        "SAMPLE - fictional student",
        child.name,
        child.address.street,
        child.school.name,
        "Smarter Balanced",
        f"Administration year {year}",
        "Report language: English",
        "Overall score",
        "Reading",
    ):
        assert expected in pages[0]
    assert "Mathematics" in pages[1]


def test_a_pdf_in_spanish_is_in_spanish(ets, child):
    [page, *_] = text_of(fetch(ets.link(child.ssid, lang="ES")).content)
    assert "Informe de resultados del estudiante" in page
    assert "SAMPLE - fictional student" in page


def test_every_kind_of_report_can_be_printed(sandbox):
    seen = set()
    for student in sandbox.world.students():
        for report in sandbox.world.reports_for(student):
            kind = (report.type, report.language, report.format)
            if kind in seen:
                continue
            seen.add(kind)
            file = {"HTML": "report.html", "VIDEO": "film.html"}.get(report.format, "")
            content_type, content = sandbox.ets.storage.file(Target(student.index, report.ordinal), file)
            assert len(content) < 20_000
            assert content_type.startswith("text/html" if file else "application/pdf")
            assert b"$" not in content or not file
    assert {language for _, language, _ in seen} == {"EN", "ES", "VI", "ZH", "FL", "KR", "AR"}


def test_a_language_that_cannot_be_written_is_named_in_the_heading(ets, sandbox):
    student = next(
        student
        for student in sandbox.world.students()
        if student.home_language == "KR" and sandbox.world.reports_for(student)
    )
    [page, *_] = text_of(fetch(ets.link(student.ssid, lang="KR")).content)
    assert "Korean (sample printed in English)" in page


def test_a_report_that_is_not_final_says_so(ets, sandbox):
    [page, *_] = text_of(fetch(ets.link(sandbox.world.student(11).ssid, final="false")).content)
    assert "PRELIMINARY" in page
