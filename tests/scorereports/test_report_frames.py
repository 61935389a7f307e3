"""The viewer: what it frames, under which policy, and what else it offers."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Connection
from tests.cast import Cast, sign_in
from tests.scorereports import reading

S3 = [
    f"https://{bucket}{service}.{region}.amazonaws.com"
    for region in ("us-east-1", "us-east-2", "us-west-1", "us-west-2")
    for service in ("s3", "s3.dualstack")
    for bucket in ("", "*.")
]


def frame_sources(answer) -> list[str]:
    (found,) = [
        part for part in answer["Content-Security-Policy"].split(";") if part.strip().startswith("frame-src")
    ]
    sources: list[str] = found.split()[1:]
    return sources


def frame(answer) -> dict[str, Any]:
    (found,) = reading.page(answer).select("iframe")
    return dict(found.attrs)


def test_it_works(cast: Cast, connected, sandbox):
    viewer = reading.report(cast.child)
    answer = sign_in(cast.parent_of_two).get(viewer)

    assert answer.status_code == 200
    assert frame(answer)["src"].startswith(f"{viewer}content/")
    assert sandbox.calls["reports"] == 0


@pytest.mark.promise("S6")
def test_a_streamed_report_frames_ourselves_alone(cast: Cast, connected, sandbox):
    reading.configure(html_delivery="stream")
    client = sign_in(cast.parent_of_two)

    assert frame_sources(client.get(reading.report(cast.child))) == ["'self'"]
    assert frame_sources(client.get(reading.report(cast.child, form="HTML", areas="ELA"))) == ["'self'"]


@pytest.mark.promise("S6")
def test_a_redirected_report_frames_the_four_regions_or_the_pinned_host(
    cast: Cast, connected, sandbox, settings
):
    client = sign_in(cast.parent_of_two)
    viewer = reading.report(cast.child, form="HTML", areas="ELA")
    settings.PORTAL_VENDOR_HOSTS = []
    assert sorted(frame_sources(client.get(viewer))) == sorted(["'self'", *S3])

    settings.PORTAL_VENDOR_HOSTS = ["127.0.0.1:8001", "localhost", "files.example.org"]
    extra = ["http://127.0.0.1:8001", "http://localhost:*", "https://files.example.org"]
    assert sorted(frame_sources(client.get(viewer))) == sorted(["'self'", *S3, *extra])

    Connection.objects.update(link_host="reports.s3.us-west-2.amazonaws.com")
    assert frame_sources(client.get(viewer)) == ["'self'", "https://reports.s3.us-west-2.amazonaws.com"]


@pytest.mark.promise("S6")
def test_the_list_frames_nothing_but_ourselves(cast: Cast, connected, sandbox):
    answer = sign_in(cast.parent_of_two).get(f"/students/{cast.child.uuid}/")

    assert frame_sources(answer) == ["'self'"]


@pytest.mark.promise("S5")
def test_frames_of_pages_and_films_are_sandboxed_and_a_pdfs_is_not(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    page = reading.report(cast.child, form="HTML", areas="ELA")
    pdf = frame(client.get(reading.report(cast.child)))
    assert "sandbox" not in pdf
    assert pdf["referrerpolicy"] == "no-referrer"

    for viewer in (page, reading.report(cast.child, form="VIDEO")):
        found = frame(client.get(viewer))
        assert found["sandbox"] == ["allow-scripts", "allow-same-origin"]  # of the link's host
        assert found["referrerpolicy"] == "no-referrer"

    reading.configure(html_delivery="stream")
    assert frame(client.get(page))["sandbox"] == ["allow-scripts"]


def test_the_other_formats_come_along_from_the_list_without_asking_ets(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    listed = reading.page(client.get(f"/students/{cast.child.uuid}/"))
    href = str(listed.select("main a.format-pdf")[0]["href"])
    calls = sandbox.calls["reports"]
    answer = client.get(href)

    assert sandbox.calls["reports"] == calls
    said = reading.words(answer)
    assert "Read it as a web page: Math" in said
    assert "Video" in said
    page = str(reading.page(answer).select(".page-first a")[0]["href"])
    assert "Open PDF (in a new tab)" in reading.words(client.get(page))


def test_nobody_can_bring_along_what_the_list_did_not(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    viewer = reading.report(cast.child)

    assert "More of this test" not in reading.words(client.get(viewer))
    assert client.get(f"{viewer}?also=nonsense").status_code == 200


def test_in_a_new_tab_the_list_leads_to_the_content_and_the_viewer_has_no_frame(
    cast: Cast, connected, sandbox
):
    reading.configure(display="new_tab")
    client = sign_in(cast.parent_of_two)
    links = reading.page(client.get(f"/students/{cast.child.uuid}/")).select("main a[href*='/reports/']")

    assert links
    for link in links:
        assert str(link["href"]).endswith("/content/")
        assert (link["target"], link["rel"]) == ("_blank", ["noopener", "noreferrer"])
    assert reading.page(client.get(reading.report(cast.child))).select("iframe") == []


def test_a_pdf_is_saved_under_a_name_of_ours(cast: Cast, connected, sandbox):
    answer = sign_in(cast.parent_of_two).get(f"{reading.content(cast.child)}?save=1")
    reading.body(answer)

    assert answer["Content-Disposition"] == f'attachment; filename="score-report-{reading.YEAR}.pdf"'
