"""What fails at ETS, its links or here: which outcome it is, its status, its row in the record, what is not served.

How each outcome is worded for families and for staff is in test_outcomes.py.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import AccessRecord, School, Student
from integrations.sandbox.people import EtsStanding
from portal.base import streaming
from portal.base.models import BreakerRow
from scorereports.models import Configuration
from scorereports.outcomes import Outcome, text_for
from tests.cast import Cast, sign_in, world
from tests.integrations.http.hostile_urls import HOSTILE
from tests.scorereports.pages import asked, first_report, listed_reports, opened, read, words
from tests.scorereports.provoking import no_record

Arrange = Callable[[Cast, Any], object]


def fault(**options: Any) -> Arrange:
    return lambda _cast, sandbox: sandbox.faults.add(**options)


def ssid(standing: EtsStanding) -> Arrange:
    def change(cast: Cast, _sandbox: Any) -> None:
        Student.unscoped.filter(pk=cast.child.pk).update(ssid=world().first(standing).ssid)

    return change


def without_ssid(cast: Cast, _sandbox: Any) -> None:
    Student.unscoped.filter(pk=cast.child.pk).update(ssid="")


def without_configuration(_cast: Cast, _sandbox: Any) -> None:
    Configuration.objects.all().delete()


def on_list(**options: Any) -> Arrange:
    return fault(where="reports", **options)


def on_token(**options: Any) -> Arrange:
    def change(_cast: Cast, sandbox: Any) -> None:
        sandbox.ets.revoke_tokens()
        sandbox.faults.add(where="token", **options)

    return change


# What goes wrong, what it is called, the status of the content page.
Case = tuple[Arrange, Outcome, int]
OF_THE_LIST: list[Case] = [
    (without_ssid, Outcome.NO_SSID, 404),
    (ssid(EtsStanding.UNKNOWN), Outcome.UNKNOWN_TO_ETS, 404),
    (ssid(EtsStanding.ELSEWHERE), Outcome.ENROLLED_ELSEWHERE, 404),
    (without_configuration, Outcome.NOT_SET_UP, 404),
    (on_list(kind="status", status=400), Outcome.MALFORMED, 502),
    (on_list(kind="status", status=401), Outcome.NOT_RELEASED, 503),
    (on_list(kind="status", status=403, body="gateway"), Outcome.NOT_RELEASED, 503),
    (on_token(kind="status", status=401), Outcome.CREDENTIALS_CHANGED, 503),
    (on_list(kind="status", status=500), Outcome.ETS_DOWN, 503),
    (on_list(kind="status", status=503, body="html"), Outcome.ETS_DOWN, 503),
    (on_list(kind="garbage"), Outcome.ETS_DOWN, 503),
    (on_list(kind="garbage", text='{"a": "list"}'), Outcome.ETS_DOWN, 503),
    (on_list(kind="reset"), Outcome.ETS_DOWN, 503),
    (on_list(kind="truncate"), Outcome.ETS_DOWN, 503),
    (on_token(kind="garbage"), Outcome.ETS_DOWN, 503),
]
OF_THE_LINK: list[Case] = [
    # The link has expired: S3's own answer.
    (fault(where="link", kind="status", status=403, body="xml"), Outcome.BAD_REPORT, 502),
    (fault(where="link", kind="wrong_type", **{"as": "html-as-pdf"}), Outcome.BAD_REPORT, 502),
    (fault(where="link", kind="wrong_type", **{"as": "pdf-as-html"}), Outcome.BAD_REPORT, 502),
    (
        fault(where="link", kind="redirect", location="https://elsewhere.example.org/x"),
        Outcome.BAD_REPORT,
        502,
    ),
    (fault(where="link", kind="status", status=404, body="xml"), Outcome.BAD_REPORT, 502),
    (on_list(kind="hostile_links", url="javascript:alert(1)"), Outcome.BAD_REPORT, 502),
]


@pytest.fixture
def parent(cast: Cast) -> Client:
    return sign_in(cast.parent_of_two)


@pytest.fixture
def report(cast: Cast, connected, sandbox, parent: Client) -> str:
    return first_report(parent, cast.child)


def last_row() -> AccessRecord:
    row: AccessRecord = AccessRecord.objects.order_by("-pk")[0]
    return row


def is_page_of(answer: Any, outcome: Outcome, *, family: bool) -> bool:
    """Say whether a page is about this outcome, by the title that is its own."""
    return str(text_for(outcome, family=family).title) in words(answer)


def test_it_works(cast: Cast, sandbox, parent: Client, report: str):
    assert opened(parent, report).status_code == 200
    assert last_row().outcome == "complete"


@pytest.mark.slow
@pytest.mark.promise("L4")
@pytest.mark.parametrize("case", OF_THE_LIST)
def test_what_goes_wrong_with_the_list_is_one_outcome_on_every_page(
    cast: Cast, sandbox, parent: Client, report: str, case: Case
):
    arrange, outcome, status = case
    arrange(cast, sandbox)
    page = parent.get(f"/students/{cast.child.uuid}/")
    BreakerRow.objects.all().delete()  # these tries may open it, which is another outcome
    content = parent.get(f"{report}content/")
    BreakerRow.objects.all().delete()
    staff = sign_in(cast.school_admin).get(f"/students/{cast.child.uuid}/")

    assert (page.status_code, staff.status_code, content.status_code) == (200, 200, status)
    assert is_page_of(page, outcome, family=True)
    assert is_page_of(content, outcome, family=True)
    assert is_page_of(staff, outcome, family=False)
    assert (last_row().action, last_row().outcome) == ("refused", outcome.value)
    assert sandbox.calls["link"] == 0


@pytest.mark.promise("L4", "S4")
@pytest.mark.parametrize("case", OF_THE_LINK)
def test_what_goes_wrong_with_the_link_is_said_and_never_passed_on(
    cast: Cast, sandbox, parent: Client, report: str, case: Case
):
    arrange, outcome, status = case
    places = streaming.taken()
    arrange(cast, sandbox)
    answer = parent.get(f"{report}content/")

    assert answer.status_code == status
    assert not answer.streaming
    assert "Location" not in answer
    assert is_page_of(answer, outcome, family=True)
    assert (last_row().action, last_row().outcome) == ("refused", outcome.value)
    assert streaming.taken() == places


@pytest.mark.promise("L4")
def test_with_the_display_option_off_families_are_told_and_staff_read_on(
    cast: Cast, sandbox, parent: Client, report: str
):
    School.objects.filter(pk=cast.school_a.pk).update(shows_reports=False)
    before = asked(sandbox)
    assert is_page_of(parent.get(f"/students/{cast.child.uuid}/"), Outcome.DISPLAY_OFF, family=True)
    answer = parent.get(f"{report}content/")

    assert answer.status_code == 404
    assert is_page_of(answer, Outcome.DISPLAY_OFF, family=True)
    assert asked(sandbox) == before
    assert opened(sign_in(cast.teacher), report).status_code == 200
    assert listed_reports(sign_in(cast.office), cast.child)


def test_the_switch_of_one_school_says_nothing_about_another(cast: Cast, connected, sandbox, parent: Client):
    School.objects.filter(pk=cast.school_b.pk).update(shows_reports=False)

    assert listed_reports(parent, cast.child)
    assert listed_reports(parent, cast.sibling) == []


def test_a_503_says_when_to_come_back(sandbox, parent: Client, report: str):
    sandbox.faults.add(where="reports", kind="status", status=500)

    assert int(parent.get(f"{report}content/")["Retry-After"]) > 0


def test_one_refused_token_is_renewed_and_nobody_notices(sandbox, parent: Client, report: str):
    sandbox.faults.add(where="reports", kind="status", status=401, times=1)

    assert opened(parent, report).status_code == 200
    assert sandbox.calls["token"] == 2


@pytest.mark.slow
@pytest.mark.promise("F4")
def test_an_ets_that_hangs_costs_one_budget_and_a_calm_page(cast: Cast, connected, sandbox, parent: Client):
    sandbox.faults.add(where="reports", kind="hang")
    answer = parent.get(f"/students/{cast.child.uuid}/")

    assert answer.status_code == 200
    assert is_page_of(answer, Outcome.ETS_DOWN, family=True)
    assert sandbox.calls["reports"] <= 3


@pytest.mark.promise("S3")
@pytest.mark.slow
def test_hostile_links_are_neither_called_nor_passed_on(cast: Cast, sandbox, parent: Client, report: str):
    ours = {"127.0.0.1", "localhost"}  # the tests' own vendor hosts, on any port

    def is_ours(url: str) -> bool:
        with contextlib.suppress(ValueError):
            return urlsplit(url).hostname in ours
        return False

    for url in [url for url in HOSTILE if url.strip() == url != "" and not is_ours(url)][::8]:
        sandbox.faults.clear()
        sandbox.faults.add(where="reports", kind="hostile_links", url=url)
        answer = parent.get(f"{report}content/")
        assert answer.status_code == 502, url
        assert "Location" not in answer
        assert url not in answer.content.decode()
    assert sandbox.calls["link"] == 0


@pytest.mark.promise("S4")
@pytest.mark.parametrize("where", ["link", "reports"])
def test_what_is_far_too_large_is_refused(sandbox, parent: Client, report: str, where: str):
    sandbox.faults.add(where=where, kind="huge")
    answer = parent.get(f"{report}content/")

    assert answer.status_code in {502, 503}
    assert not answer.streaming
    assert last_row().action == "refused"


@pytest.mark.promise("S4", "R1")
@pytest.mark.parametrize("kind", ["truncate", "reset"])
def test_a_file_that_breaks_off_breaks_the_connection(
    sandbox, parent: Client, report: str, kind: str, caplog: pytest.LogCaptureFixture
):
    """A short answer that ends well would be taken for a whole report."""
    places = streaming.taken()
    sandbox.faults.add(where="link", kind=kind, **({"at": "body"} if kind == "reset" else {}))
    answer = parent.get(f"{report}content/")
    assert answer.status_code == 200
    with pytest.raises(streaming.StreamBroken):
        read(answer)

    assert (last_row().action, last_row().outcome) == ("finished", "upstream-failed")
    assert (last_row().bytes_sent or 0) < int(answer["Content-Length"])
    assert streaming.taken() == places
    line: Any
    (line,) = [entry.msg for entry in caplog.records if "stream-broken" in str(entry.msg)]
    assert line["request_id"] == AccessRecord.objects.get(action="opened").request_id
    assert (line["outcome"], line["bytes"]) == ("upstream-failed", last_row().bytes_sent)


@pytest.mark.promise("S4")
def test_when_all_places_are_taken_the_page_says_wait_and_ets_is_not_asked(
    cast: Cast, sandbox, settings, parent: Client, report: str
):
    settings.STREAM_SLOTS = 1
    reading = parent.get(f"{report}content/")
    before = asked(sandbox)
    waiting = sign_in(cast.other_parent).get(f"{report}content/")

    assert waiting.status_code == 503
    assert int(waiting["Retry-After"]) > 0
    assert is_page_of(waiting, Outcome.BUSY, family=True)
    assert asked(sandbox) == before
    assert last_row().outcome == "busy"
    read(reading)
    assert opened(sign_in(cast.other_parent), report).status_code == 200


@pytest.mark.promise("R1")
@pytest.mark.django_db(transaction=True)  # a row that fails must not spoil a transaction of the test's own
def test_what_cannot_be_recorded_is_not_served(sandbox, parent: Client, report: str):
    rows, places = AccessRecord.objects.count(), streaming.taken()
    with no_record():
        answer = parent.get(f"{report}content/")

    assert answer.status_code == 503
    assert not answer.streaming
    assert b"%PDF" not in answer.content
    assert is_page_of(answer, Outcome.NOT_RECORDED, family=True)
    assert AccessRecord.objects.count() == rows
    assert streaming.taken() == places
    assert opened(parent, report).status_code == 200


@pytest.mark.promise("R1")
@pytest.mark.django_db(transaction=True)
def test_a_refusal_that_cannot_be_recorded_still_serves_nothing(cast: Cast, parent: Client, report: str):
    Student.unscoped.filter(pk=cast.child.pk).update(ssid="")
    with no_record():
        answer = parent.get(f"{report}content/")

    assert answer.status_code == 404
    assert is_page_of(answer, Outcome.NO_SSID, family=True)
