"""The staff page of one run: how far it is, what it found, why it is held or failed, in words."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import escape

from integrations.models import SyncProblem, SyncRun, SyncState
from integrations.services import sync_words
from integrations.sync import statements
from portal.base import clock
from tests.cast import Cast, sign_in
from tests.integrations import runs


def page_of(run: SyncRun, rest: str = "") -> str:
    return f"/staff/syncs/{run.uuid}/{rest}"


def text_of(cast: Cast, run: SyncRun, rest: str = "") -> str:
    return " ".join(sign_in(cast.district_admin).get(page_of(run, rest)).content.decode().split())


def test_it_works(cast: Cast):
    run = runs.run(cast)
    runs.change_set(run, cast)
    text = text_of(cast, run)

    for words in (
        "Done",
        "Links between adults and students",
        "3 of 5",
        "not complete: a page came short",
        "has no meaning here yet",
    ):
        assert words in text, words


def test_a_working_run_shows_how_far_it_is_without_a_script(cast: Cast):
    received = {"students": {"received": 12000, "complete": False, "reason": "no-end"}}
    text = text_of(cast, runs.run(cast, state=SyncState.FETCHING, finished_at=None, received=received))

    assert "Fetches rows from the source" in text
    assert "12,000" in text
    assert "Show the latest figures" in text


def test_a_run_without_a_sign_of_life_says_whom_to_ask(cast: Cast):
    long_ago = clock.now() - datetime.timedelta(hours=1)
    quiet = runs.run(cast, state=SyncState.FETCHING, finished_at=None, heartbeat_at=long_ago)

    assert "whether the worker is running" in text_of(cast, quiet)
    quiet.heartbeat_at = clock.now()
    quiet.save()
    assert "whether the worker is running" not in text_of(cast, quiet)


@pytest.mark.parametrize(
    "failure",
    [
        *sync_words.FAILURES,
        "KeyError",
        "timed-out",
        "credentials-refused",
        "no-files",
        "no-column-contacts-legal-guardian",
    ],
)
def test_a_failure_is_told_with_what_to_do(cast: Cast, failure: str):
    text = text_of(cast, runs.run(cast, state=SyncState.FAILED, failure=failure))

    for words in sync_words.failure(failure):
        assert escape(words) in text
    assert failure in text


REASONS: list[tuple[dict[str, Any], str, str]] = [
    (runs.TOO_MANY, "1,234 of 10,000 links", "Ended links, per cent of the district"),
    ({"rule": "ended", "what": "roles"}, "9 of 50 staff roles would end. Up to 7 ", "Ended links"),
    ({"rule": "ended", "what": "caseloads"}, "9 of 50 students would leave a caseload", ""),
    ({"rule": "ended", "what": "enrollments"}, "9 of 50 enrollments would end", ""),
    ({"rule": "ended-at-school", "what": "links"}, "At {school}, 9 of 50 links", "per cent of a school"),
    (
        {"rule": "people", "what": "students"},
        "9 of 50 students would get another name",
        "Changed people, per cent",
    ),
    ({"rule": "people", "what": "guardians"}, "9 of 50 adults would get another name or e-mail", ""),
    (
        {"rule": "rows", "what": "contacts"},
        "sent 9 adults of students. The last good sync had 50",
        "Rows received",
    ),
    ({"rule": "a-new-one", "what": "moons"}, "moons: 9 of 50", ""),
]


@pytest.mark.promise("F1")
@pytest.mark.parametrize(("reason", "sentence", "setting"), REASONS)
def test_each_reason_of_the_brake_is_a_sentence_with_its_numbers(
    cast: Cast, reason: dict[str, Any], sentence: str, setting: str
):
    numbers = {"count": 9, "limit": 7, "of": 50, "school": str(cast.school_a.uuid)}
    text = text_of(cast, runs.run(cast, state=SyncState.HELD, reasons=[numbers | reason]))

    assert escape(sentence).format(school=f"<bdi>{cast.school_a.name}</bdi>") in text
    assert setting in text
    assert "{" not in text.partition("<main")[2].partition("</main")[0], "no JSON on screen"


def test_every_problem_that_the_statements_name_has_words(cast: Cast):
    del cast
    folder = statements.__path__[0]
    named = set(named_problems(folder))

    assert len(named) > 10
    assert named <= set(sync_words.PROBLEMS)


def named_problems(folder: str) -> list[str]:
    text = "".join(file.read_text() for file in Path(folder).glob("*.sql"))
    inserts = re.findall(r"INSERT INTO (?:found_problems|integrations_syncproblem)[^;]*;", text)
    return [word for insert in inserts for word in re.findall(r"'([a-z]+(?:-[a-z]+)+)'", insert)]


def test_problems_are_listed_by_id_alone_and_in_pages(cast: Cast):
    run = runs.run(cast, problem_counts={"students": {"ssid-shared": 5000}})
    SyncProblem.objects.bulk_create(
        SyncProblem(run=run, kind="students", source_id=f"id-{number}", reason="ssid-shared", field="ssid")
        for number in range(101)
    )
    text = text_of(cast, run, "problems/ssid-shared/")

    assert "Two students with one SSID" in text
    assert "The first 101 of 5,000" in text
    assert "Page 1 of 2" in text
    assert "id-99" in text
    assert "id-100" not in text
    assert sign_in(cast.district_admin).get(page_of(run, "problems/no-such-thing/")).status_code == 404


def test_a_run_between_school_years_says_that_it_ends_nothing(cast: Cast):
    assert "between two school years" in text_of(cast, runs.run(cast, roll_over=True))


@pytest.mark.promise("A7")
def test_another_districts_run_is_not_there(cast: Cast):
    run = runs.held(cast)
    client = sign_in(cast.staff_elsewhere)

    for rest in ("", "preview/", "preview/losing/", "problems/role-unmapped/"):
        assert client.get(page_of(run, rest)).status_code == 404, rest
