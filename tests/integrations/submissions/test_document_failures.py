"""What keeps a document from opening: PowerSchool, its link, what is behind it, or here; said, recorded, not served."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import AccessRecord
from integrations.models import Connection, Submission, Vendor
from integrations.sandbox.server import SandboxServer
from integrations.services import connections
from integrations.services.submission_failures import Failure, words
from portal.base import streaming
from tests.cast import Cast, sign_in
from tests.integrations.http.hostile_urls import HOSTILE
from tests.integrations.submissions import sent
from tests.integrations.submissions.opening import content, last_row
from tests.scorereports import pages
from tests.scorereports.pages import leave, read
from tests.scorereports.provoking import no_record

Arrange = Callable[[SandboxServer], Any]


def fault(**options: Any) -> Arrange:
    return lambda sandbox: sandbox.faults.add(vendor="powerschool", **options)


def expired(sandbox: SandboxServer) -> None:
    sandbox.powerschool.blobs.seconds = 0


CASES: list[tuple[Arrange, Failure]] = [
    (fault(where="submissionrecord", kind="status", status=404), Failure.GONE),
    (fault(where="submissionrecord", kind="status", status=500), Failure.DOWN),
    (fault(where="submissionrecord", kind="status", status=401), Failure.REFUSED),
    (fault(where="submissionrecord", kind="garbage"), Failure.DOWN),
    (fault(where="document", kind="status", status=404), Failure.GONE),
    (fault(where="document", kind="status", status=403), Failure.REFUSED),
    (fault(where="document", kind="reset"), Failure.DOWN),
    (fault(where="document", kind="redirect", location="https://elsewhere.example.org/x"), Failure.REFUSED),
    (fault(where="document", kind="hostile_links", url="javascript:alert(1)"), Failure.OTHER_HOST),
    (expired, Failure.LINK_EXPIRED),
    (fault(where="blob", kind="status", status=404, body="xml"), Failure.GONE),
    (fault(where="blob", kind="status", status=403, body="xml"), Failure.BAD_DOCUMENT),
    (fault(where="blob", kind="redirect", location="https://elsewhere.example.org/x"), Failure.BAD_DOCUMENT),
    (fault(where="blob", kind="wrong_type", **{"as": "html-as-pdf"}), Failure.OTHER_KIND),
    (fault(where="blob", kind="wrong_type", **{"as": "pdf-as-html"}), Failure.OTHER_KIND),
    (fault(where="blob", kind="gzip_bomb", size=1_000_000), Failure.BAD_DOCUMENT),
    (fault(where="blob", kind="huge"), Failure.BAD_DOCUMENT),
]


@pytest.mark.promise("S3", "S4", "R1")
@pytest.mark.parametrize("case", CASES)
def test_what_goes_wrong_is_said_recorded_and_not_passed_on(
    sandbox: SandboxServer, office: Client, submission: Submission, case: tuple[Arrange, Failure]
):
    arrange, failure = case
    places = streaming.taken()
    arrange(sandbox)
    answer = content(office, submission)
    text = words(failure)

    assert answer.status_code == text.status
    assert not answer.streaming
    assert "Location" not in answer
    assert str(text.title) in pages.words(answer)
    assert (last_row().action, last_row().outcome) == ("refused", failure.value)
    assert last_row().document == "Birth certificate"
    assert AccessRecord.objects.filter(action="opened").count() == 0
    assert streaming.taken() == places
    assert ("Retry-After" in answer) == (text.status == 503)


@pytest.mark.promise("S4")
def test_another_kind_of_file_is_refused(office: Client, submission: Submission):
    answer = content(office, submission, sent.CUSTODY)

    assert answer.status_code == 502
    assert "This kind of file does not open here" in pages.words(answer)


@pytest.mark.promise("S3")
@pytest.mark.slow
def test_hostile_links_are_neither_called_nor_passed_on(
    sandbox: SandboxServer, office: Client, submission: Submission
):
    def is_ours(url: str) -> bool:
        with contextlib.suppress(ValueError):
            return urlsplit(url).hostname in {"127.0.0.1", "localhost"}
        return False

    for url in [url for url in HOSTILE if url.strip() == url != "" and not is_ours(url)][::8]:
        sandbox.faults.clear()
        sandbox.faults.add(vendor="powerschool", where="document", kind="hostile_links", url=url)
        answer = content(office, submission)
        assert answer.status_code == 502, url
        assert "Location" not in answer
        assert url not in answer.content.decode()
    assert sandbox.calls["blob"] == 0


@pytest.mark.promise("S3")
def test_the_first_host_is_shown_to_be_pinned_and_then_no_other_counts(
    cast: Cast, sandbox: SandboxServer, office: Client, submission: Submission
):
    read(content(office, submission))
    connection = Connection.objects.get(vendor=Vendor.POWERSCHOOL)
    host = urlsplit(sandbox.url).netloc
    assert connection.seen_link_host == host
    admin = sign_in(cast.district_admin)
    page = f"/admin/integrations/connection/{connection.pk}/"
    assert f"Pin {host}" in pages.words(admin.get(f"{page}change/"))
    admin.post(f"{page}pin/")
    assert read(content(office, submission)).startswith(b"%PDF-")

    connection.refresh_from_db()
    connection.link_host = "other.blob.core.windows.net"
    connections.save(connection, by=sent.BY)
    before = sandbox.calls["blob"]
    assert content(office, submission).status_code == 502
    assert last_row().outcome == Failure.OTHER_HOST
    assert sandbox.calls["blob"] == before


@pytest.mark.promise("S4", "R1")
@pytest.mark.parametrize("kind", ["truncate", "reset"])
def test_a_file_that_breaks_off_breaks_the_connection(
    sandbox: SandboxServer, office: Client, submission: Submission, kind: str
):
    sandbox.faults.add(
        vendor="powerschool", where="blob", kind=kind, **({"at": "body"} if kind == "reset" else {})
    )
    answer = content(office, submission)
    with pytest.raises(streaming.StreamBroken):
        read(answer)

    assert (last_row().action, last_row().outcome) == ("finished", "upstream-failed")


@pytest.mark.promise("S4")
def test_a_slow_drip_is_passed_on_as_it_comes_and_a_reader_may_leave(
    sandbox: SandboxServer, office: Client, submission: Submission
):
    places = streaming.taken()
    sandbox.faults.add(vendor="powerschool", where="blob", kind="drip", ms_per_byte=1)
    leave(content(office, submission))

    assert (last_row().action, last_row().outcome) == ("finished", "client-left")
    assert streaming.taken() == places


@pytest.mark.promise("R1")
def test_without_a_record_there_is_no_document(office: Client, submission: Submission):
    with no_record():
        answer = content(office, submission)

    assert answer.status_code == 503
    assert not answer.streaming
    assert b"%PDF" not in answer.content


@pytest.mark.promise("S4")
def test_with_every_place_taken_it_says_busy(settings: Any, office: Client, submission: Submission):
    settings.STREAM_SLOTS = 0

    assert content(office, submission).status_code == 503
    assert last_row().outcome == "busy"


@pytest.mark.promise("S8")
def test_openings_are_counted_with_those_of_reports(settings: Any, office: Client, submission: Submission):
    settings.THROTTLES = settings.THROTTLES | {"opening": {"account": (1, 60), "address": (9, 60)}}
    read(content(office, submission))
    answer = content(office, submission)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert last_row().outcome == "too-often"


@pytest.mark.promise("A7")
def test_a_submission_that_names_somebody_else_by_now_opens_nothing(
    cast: Cast, sandbox: SandboxServer, office: Client, submission: Submission
):
    there = sandbox.powerschool.registry.submissions[int(submission.vendor_id)]
    for local_id, first, last in (
        (cast.sibling.local_id, cast.sibling.first_name, cast.sibling.last_name),
        (cast.child.local_id, "Entirely", "Different"),
    ):
        there.child = type(there.child)(
            **{name: getattr(there.child, name) for name in there.child.__slots__}
            | {"local_id": local_id, "first_name": first, "last_name": last}
        )
        assert content(office, submission).status_code == 404
        assert last_row().outcome == Failure.CHANGED
