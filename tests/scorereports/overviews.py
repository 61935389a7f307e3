"""What the tests of overviews share: numbers and names off the pages, and rows as runs and families leave them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import AccessRecord, School, Student, User
from accounts.models.access_record import AccessAction
from portal.base import clock
from scorereports.models import PlaceState, ReportRunReport
from tests.scorereports import running
from tests.scorereports.reading import YEAR, page


def overview(client: Client, school: School, query: str = "") -> dict[str, int]:
    """Return each number of a school's page by the word of its list; a number without a list is not there."""
    answer = client.get(f"/staff/schools/{school.uuid}/overview/{query}")
    assert answer.status_code == 200
    return numbers(answer)


def numbers(answer: Any) -> dict[str, int]:
    links = page(answer).select("main td a[href*='/students/']")
    return {
        str(link["href"]).split("/students/")[1].partition("/")[0]: int(link.get_text().split()[0])
        for link in links
    }


def listed(client: Client, school: School, word: str, query: str = "") -> set[str]:
    """Return the uuids of the students whom a list shows."""
    answer = client.get(f"/staff/schools/{school.uuid}/students/{word}/{query}")
    assert answer.status_code == 200
    return {str(link["href"]).split("/")[2] for link in page(answer).select("main tbody th a")}


def opened(student: Student, by: User, *, rule: str = "guardian", year: str = YEAR) -> None:
    """Put on record that somebody opened a report."""
    AccessRecord(
        action=AccessAction.OPENED,
        recorded_at=clock.now(),
        actor=by.uuid,
        actor_role=rule,
        student=student.uuid,
        report_type="ESA",
        report_year=year,
    ).save()


def asked(by: User, student: Student, state: PlaceState) -> None:
    """Make a run that is done and found no report of this student, but this answer."""
    run = running.found(by, student)
    ReportRunReport.objects.filter(place__run=run).delete()
    run.places.update(state=state)
