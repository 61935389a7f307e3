"""The pages of runs: the list, the form with its four ways, one with its progress, the table and its file."""

from __future__ import annotations

import csv
import io
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client

from accounts.models import AccessChange, Section
from portal.base import clock
from scorereports.models import ReportRun, ReportRunReport, RunState
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports import running
from tests.scorereports.reading import page, words

pytestmark = pytest.mark.django_db
CLASSES = "/staff/runs/new/?by=section"


def posted(client: Client, by: str, **fields: Any) -> Any:
    values = {"form_token": str(uuid.uuid4()), "purpose": "teaching", "format": "PDF"} | fields
    return client.post(f"/staff/runs/new/?by={by}", values)


def detail(client: Client, run: ReportRun) -> str:
    return words(client.get(f"/staff/runs/{run.uuid}/"))


def test_it_works(cast: Cast):
    client = sign_in(cast.teacher)
    section = Section.objects.get(teachers__user=cast.teacher)
    answer = posted(client, "section", section=section.uuid, test="CAASPP")
    run = ReportRun.objects.get()

    assert answer["Location"] == f"/staff/runs/{run.uuid}/"
    said = detail(client, run)
    assert section.name in said
    assert "0 of 2 students" in said
    assert "Purpose: Planning lessons" in said
    assert section.name in words(client.get("/staff/runs/"))
    assert "Whole classes" in client.get("/").content.decode()


def test_each_way_of_choosing_has_its_own_fields(cast: Cast):
    client = sign_in(cast.school_admin)
    fields = {
        "section": {"section"},
        "grade": {"school", "grade"},
        "school": {"school"},
        "ids": {"ids", "file"},
    }

    for by, wanted in fields.items():
        form = page(client.get(f"/staff/runs/new/?by={by}")).select_one("main form")
        assert form
        names = {str(one["name"]) for one in form.select("select, textarea, input[type=file]")}
        assert names == wanted | {"test", "language", "year", "format", "purpose"}


def test_nobody_is_offered_a_place_that_is_not_theirs(cast: Cast):
    foreign = factories.section(cast.school_b, factories.user(), cast.sibling)
    for who in (cast.teacher, cast.office, cast.school_admin):
        assert str(foreign.uuid) not in sign_in(who).get(CLASSES).content.decode()
        answer = posted(sign_in(who), "section", section=foreign.uuid)
        assert "valid choice" in words(answer)
    assert str(foreign.uuid) in sign_in(cast.district_admin).get(CLASSES).content.decode()
    assert ReportRun.objects.count() == 0


def test_a_pasted_list_a_csv_file_and_lines_that_name_nobody(cast: Cast):
    client = sign_in(cast.school_admin)
    table = f"Name;Student ID\nSomebody;{cast.child.local_id}\nOther;{cast.sibling.local_id}\n;\nNo;none\n"
    file = SimpleUploadedFile("mine.csv", table.encode("utf-8-sig"))
    posted(client, "ids", ids="", file=file)
    run = ReportRun.objects.get()

    assert list(run.places.values_list("student", flat=True)) == [cast.child.pk]
    assert run.lines_not_found == [3, 5]
    said = detail(client, run)
    assert "2 lines name nobody whom you may see" in said
    assert "3, 5" in said
    pasted = f"{cast.child.local_id}\r\n\r\n {cast.child.local_id} \r\n{cast.classmate.local_id}\tAnn"
    posted(client, "ids", ids=pasted)
    assert ReportRun.objects.order_by("-pk")[0].places.count() == 2


def test_a_file_that_is_too_large_is_refused_by_its_size(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def read(*_args: Any) -> bytes:
        raise AssertionError("its size was enough to know")

    monkeypatch.setattr(TemporaryUploadedFile, "read", read)
    file = SimpleUploadedFile("mine.csv", b"1" * 3_000_000)
    answer = posted(sign_in(cast.school_admin), "ids", ids="", file=file)

    assert "The file is too large" in words(answer)


def test_mistakes_are_told_and_start_nothing(cast: Cast, settings: Any):
    client = sign_in(cast.school_admin)

    assert "Paste the students’ ids" in words(posted(client, "ids", ids=" "))
    assert "Nobody whom you may see" in words(posted(client, "ids", ids="nobody"))
    assert "This field is required" in words(posted(client, "school", school=cast.school_a.uuid, purpose=""))
    settings.RUN_STUDENTS = 2
    assert "A run takes 2 students at most" in words(posted(client, "school", school=cast.school_a.uuid))
    assert ReportRun.objects.count() == 0


def test_a_form_sent_twice_leads_to_the_same_run(cast: Cast):
    client, token = sign_in(cast.school_admin), str(uuid.uuid4())
    first, second = (posted(client, "school", school=cast.school_a.uuid, form_token=token) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert ReportRun.objects.count() == 1


@pytest.mark.promise("A7")
def test_a_run_is_its_makers_alone(cast: Cast):
    run = running.found(cast.teacher, cast.child)
    for who in (cast.other_teacher, cast.school_admin, cast.district_admin, cast.superuser):
        client = sign_in(who)
        for rest in ("", "results/"):
            assert client.get(f"/staff/runs/{run.uuid}/{rest}").status_code == 404
        for rest in ("export/", "class-set/", "print/1/"):
            assert client.post(f"/staff/runs/{run.uuid}/{rest}").status_code == 404


@pytest.mark.promise("S8")
def test_whoever_starts_too_many_is_told_to_wait(cast: Cast, settings: Any):
    settings.THROTTLES = settings.THROTTLES | {"run": {"account": (2, 600)}}
    client = sign_in(cast.school_admin)
    answers = [posted(client, "school", school=cast.school_a.uuid) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert ReportRun.objects.count() == 2


@pytest.mark.slow
def test_pausing_going_on_and_cancelling_by_button(cast: Cast):
    client, run = sign_in(cast.teacher), running.started(cast.teacher, cast.child)
    url = f"/staff/runs/{run.uuid}/"

    assert "Go on" in words(client.post(url, {"act": "pause"}, follow=True))
    assert "Pause" in words(client.post(url, {"act": "resume"}, follow=True))
    assert "Cancelled" in words(client.post(url, {"act": "cancel"}, follow=True))
    assert "not possible any more" in words(
        client.post(url, {"act": "pause"}, follow=True)
    ) or "not possible" in (client.get(url).content.decode())
    verbs = set(AccessChange.objects.filter(subject_id=run.uuid).values_list("verb", flat=True))
    assert verbs == {"run.started", "run.paused", "run.resumed", "run.cancelled"}


def test_progress_waiting_and_stopping_are_told(cast: Cast):
    client, run = sign_in(cast.teacher), running.started(cast.teacher, cast.child, cast.classmate)
    now = clock.now()
    rows = ReportRun.objects.filter(pk=run.pk)
    rows.update(state=RunState.ASKING, started_at=now, heartbeat_at=now)
    run.places.filter(student=cast.child).update(state="available", asked_at=now)
    said = detail(client, run)
    assert "1 of 2 students" in said
    assert "left" in said
    rows.update(waits_until=now)
    assert "The state does not answer right now" in detail(client, run)
    rows.update(state=RunState.FAILED, failure="credentials-expired")
    assert "Renew the credentials in TOMS" in detail(client, run)


def test_the_table_shows_who_has_what_and_narrows(cast: Cast):
    run, client = running.found(cast.teacher, cast.child, cast.classmate), sign_in(cast.teacher)
    ReportRunReport.objects.filter(place__student=cast.classmate).delete()
    run.places.filter(student=cast.classmate).update(state="none_yet", outcome="none-yet")
    url = f"/staff/runs/{run.uuid}/results/"

    whole = words(client.get(url))
    assert cast.child.full_name in whole
    assert "ETS knows this student and has no reports." in whole
    assert "1 of 2" in detail(client, run)
    assert cast.child.full_name not in words(client.get(f"{url}?state=none_yet"))
    assert cast.classmate.full_name not in words(client.post(url, {"test": "ESA"}))
    assert cast.child.full_name not in words(client.post(url, {"test": "ESA", "lacking": "on"}))
    assert "Nobody fits" in words(client.post(url, {"test": "ESA", "state": "none_yet"}))


def test_a_long_table_has_pages_that_keep_the_choice(cast: Cast):
    many = [factories.student(cast.school_a) for _ in range(60)]
    run = running.found(cast.school_admin, *many)
    answer = sign_in(cast.school_admin).post(f"/staff/runs/{run.uuid}/results/", {"test": "ESA", "page": "2"})

    assert "Page 2 of 2" in words(answer)
    assert len(page(answer).select("tbody tr")) == 10
    form = page(answer).select_one("main form")
    assert form
    assert form.select_one("select[name=test] option[selected]")


def test_the_file_has_a_line_for_each_report_and_defuses_formulas(cast: Cast):
    evil = factories.student(cast.school_a, last_name='=HYPERLINK("x")')
    run = running.found(cast.school_admin, cast.child, evil)
    ReportRunReport.objects.filter(place__student=evil).update(type="+SUM(1)")
    answer = sign_in(cast.school_admin).post(f"/staff/runs/{run.uuid}/export/")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer["Content-Type"].startswith("text/csv")
    assert {row["local id"] for row in rows} == {cast.child.local_id, evil.local_id}
    [line] = [row for row in rows if row["local id"] == evil.local_id]
    assert (line["last name"], line["test"]) == ('\'=HYPERLINK("x")', "'+SUM(1)")
    assert AccessChange.objects.filter(verb="run.exported", subject_id=run.uuid).count() == 1
    assert not re.search(rb"\b\d{10}\b", answer.content), "no SSID"
