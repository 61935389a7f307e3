"""A document's content: opened with a report's care, recorded before its first byte, refused where it is none."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AccessRecord
from integrations.models import Submission
from integrations.sandbox.server import SandboxServer
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.submissions import sent
from tests.integrations.submissions.opening import content, last_row, rows
from tests.scorereports import pages
from tests.scorereports.pages import read, say_why

PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
OUR_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.promise("R1", "R2")
def test_it_works(cast: Cast, sandbox: SandboxServer, office: Client, submission: Submission):
    answer = content(office, submission)
    [opened] = rows()
    assert (opened.action, opened.document) == ("opened", "Birth certificate")
    assert (opened.actor, opened.student) == (cast.office.uuid, cast.child.uuid)
    assert (opened.actor_role, opened.relation, opened.purpose) == ("school", "office", "teaching")
    assert opened.report_type == ""
    body = read(answer)
    [opened, finished] = rows()

    assert answer.status_code == 200
    assert body.startswith(b"%PDF-")
    assert int(answer["Content-Length"]) == len(body)
    assert (finished.action, finished.outcome, finished.bytes_sent) == ("finished", "complete", len(body))
    assert finished.event_id == opened.event_id


KINDS = {
    sent.BIRTH: ("application/pdf", PDF_POLICY, 'inline; filename="document.pdf"'),
    sent.ADDRESS: ("image/png", f"sandbox; {PDF_POLICY}", 'inline; filename="document.png"'),
    sent.SHOTS: ("image/jpeg", f"sandbox; {PDF_POLICY}", 'inline; filename="document.jpg"'),
    sent.PHOTO: ("image/heic", f"sandbox; {PDF_POLICY}", 'attachment; filename="document.heic"'),
}


@pytest.mark.promise("S4", "S5")
@pytest.mark.parametrize("item", KINDS)
def test_each_kind_goes_out_under_our_type_name_and_policy(
    sandbox: SandboxServer, office: Client, submission: Submission, item: str
):
    sandbox.faults.add(vendor="powerschool", where="blob", kind="set_cookie", value="upstream=1; Path=/")
    answer = content(office, submission, item)
    read(answer)

    told = (answer["Content-Type"], answer["Content-Security-Policy"], answer["Content-Disposition"])
    assert told == KINDS[item]
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert {header: answer[header] for header in OUR_HEADERS} == OUR_HEADERS


def test_each_opening_asks_for_a_fresh_link(sandbox: SandboxServer, office: Client, submission: Submission):
    for item in (sent.BIRTH, sent.ADDRESS, sent.BIRTH):
        read(content(office, submission, item, "?save=1"))

    assert [sandbox.calls[name] for name in ("document", "named_document", "blob")] == [2, 1, 3]


# --- Who -------------------------------------------------------------------------------------------------------------


@pytest.mark.promise("A1", "A7")
@pytest.mark.parametrize(
    "part",
    [
        "parent_of_two",
        "other_parent",
        "student",
        "teacher",
        "counselor",
        "school_admin_b",
        "integrations_admin",
    ],
)
def test_nobody_else_opens_one_and_the_attempt_is_on_record(
    cast: Cast, sandbox: SandboxServer, submission: Submission, part: str
):
    client = sign_in(getattr(cast, part))
    say_why(client, sent.address(submission))
    before = sandbox.calls["submissionrecord"]

    assert content(client, submission).status_code == 404
    assert client.get(sent.address(submission)).status_code == 404
    assert [(row.action, row.outcome) for row in rows()] == [("refused", "no-grant")]
    assert sandbox.calls["submissionrecord"] == before


@pytest.mark.promise("A7")
def test_staff_say_why_first(cast: Cast, sandbox: SandboxServer, submission: Submission):
    client = sign_in(cast.office)
    address = sent.address(submission)
    before = sandbox.calls["submissionrecord"]
    viewer = client.get(address)
    answer = content(client, submission)

    assert viewer.status_code == 302
    assert viewer["Location"].startswith(f"/students/{cast.child.uuid}/purpose/?next=")
    assert answer.status_code == 403
    assert (last_row().action, last_row().outcome) == ("refused", "no-purpose")
    assert sandbox.calls["submissionrecord"] == before
    assert (
        client.post(viewer["Location"], {"purpose": "record_check", "next": address})["Location"] == address
    )
    read(content(client, submission))
    assert AccessRecord.objects.get(action="opened").purpose == "record_check"


@pytest.mark.promise("A4")
def test_a_hold_keeps_documents_from_all_but_the_custodian(
    cast: Cast, sandbox: SandboxServer, office: Client, submission: Submission
):
    factories.hold(cast.child)
    before = sandbox.calls["submissionrecord"]

    assert content(office, submission).status_code == 404
    assert (last_row().action, last_row().outcome) == ("refused", "held")
    assert sandbox.calls["submissionrecord"] == before
    custodian = sign_in(cast.records_custodian)
    say_why(custodian, sent.address(submission))
    assert read(content(custodian, submission)).startswith(b"%PDF-")


@pytest.mark.promise("A7")
def test_a_key_opens_one_document_of_one_student(
    cast: Cast, sandbox: SandboxServer, office: Client, submission: Submission
):
    own = sent.key(submission)
    for address in (
        f"/students/{cast.classmate.uuid}/documents/{own}/",
        f"/students/{cast.child.uuid}/documents/{own[:-4]}AAAA/",
        f"/students/{cast.child.uuid}/documents/nonsense/",
        sent.address(submission, "stu_FirstName"),
    ):
        say_why(office, address)
        assert office.get(address).status_code == 404, address
        assert office.get(f"{address}content/").status_code == 404, address
        assert (last_row().action, last_row().outcome) == ("refused", "gone")
    assert sandbox.calls["document"] == 0


@pytest.mark.promise("R1")
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Purpose": "prefetch"}],
)
def test_what_a_person_did_not_ask_for_here_is_refused(
    sandbox: SandboxServer, office: Client, submission: Submission, headers: dict[str, str]
):
    before = sandbox.calls["submissionrecord"]

    assert content(office, submission, headers=headers).status_code == 403
    assert (last_row().action, last_row().outcome) == ("refused", "cross-site")
    assert sandbox.calls["submissionrecord"] == before


# --- Where it is read ------------------------------------------------------------------------------------------------


@pytest.mark.promise("R3")
def test_the_family_reads_that_it_was_a_document_and_custodians_find_it_in_the_log(
    cast: Cast, office: Client, submission: Submission
):
    read(content(office, submission))
    page = pages.words(sign_in(cast.parent_of_two).get(f"/students/{cast.child.uuid}/openings/"))
    log = sign_in(cast.records_custodian).post(f"/staff/students/{cast.child.uuid}/log/").content.decode()

    assert "Document from the registration Birth certificate" in page
    assert cast.office.name in page
    header, opened, _finished = log.strip().splitlines()
    column = header.split(",").index('"document"' if '"document"' in header else "document")
    assert opened.split(",")[column].strip('"') == "Birth certificate"


@pytest.mark.promise("S2")
def test_no_address_record_or_log_line_names_the_child_the_file_or_the_link(
    cast: Cast, office: Client, submission: Submission, caplog: pytest.LogCaptureFixture
):
    read(content(office, submission))
    read(content(office, submission, sent.ADDRESS))
    said = [str(value) for row in AccessRecord.objects.values_list() for value in row]
    said += [str(line.msg) for line in caplog.records] + [sent.address(submission, sent.ADDRESS)]

    for word in (
        cast.child.last_name,
        cast.child.local_id,
        "proof-of-address",
        "sig=",
        "blob/",
        submission.vendor_id,
    ):
        assert not [line for line in said if word in line], word
