"""Every way to end without a report, in words for families and for staff.

What a failure does besides (status, record, nothing served) is in test_report_failures.py.
"""

from __future__ import annotations

import re

import pytest

from integrations.models import Connection
from scorereports.outcomes import FACTS, Outcome, how_long, text_for
from tests.cast import Cast, sign_in
from tests.scorereports import reading
from tests.scorereports.pages import say_why
from tests.scorereports.provoking import PROVOKED, Stage

CONTACT = "School office, 555-0100, from 8 to 4"


@pytest.fixture
def stage(cast: Cast, connected: Connection, sandbox, settings) -> Stage:
    cast.school_a.contact = CONTACT
    cast.school_a.save()
    return Stage(cast, connected, sandbox, settings)


def said(text: str) -> str:
    """Return the fixed beginning of a text, before the first fact of a case."""
    return re.split(r"%\(", text)[0].strip()


def test_every_outcome_can_be_brought_about():
    assert set(PROVOKED) == set(Outcome)


@pytest.mark.promise("L4")
@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_family_reads_what_happened_what_to_do_and_whom_to_call(outcome: Outcome, stage: Stage):
    answer = PROVOKED[outcome](stage)(sign_in(stage.cast.parent_of_two))
    text = text_for(outcome, family=True, facts={name: f"%({name})s" for name in FACTS})
    words = reading.words(answer)

    assert said(str(text.title)) in words
    assert said(str(text.explanation)) in words
    assert said(str(text.next_step)) in words
    assert CONTACT in words
    assert "%(" not in words
    assert f"For support: {outcome.value}" not in words
    assert stage.connected.name not in words


@pytest.mark.promise("L4")
@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.DISPLAY_OFF])
def test_staff_read_the_same_case_in_their_words_with_its_code(outcome: Outcome, stage: Stage):
    office = sign_in(stage.cast.office)
    say_why(office, stage.address)
    answer = PROVOKED[outcome](stage)(office)
    text = text_for(outcome, family=False, facts={name: f"%({name})s" for name in FACTS})
    words = reading.words(answer)

    assert said(str(text.explanation)) in words
    assert said(str(text.next_step)) in words
    assert f"For support: {outcome.value}" in words


def test_other_languages_are_named(stage: Stage):
    words = reading.words(stage.chosen(language="VI")(sign_in(stage.cast.parent_of_two)))

    assert "No report in Tiếng Việt" in words
    assert "It has these in: English and Español." in words


def test_a_wait_is_named(stage: Stage):
    answer = PROVOKED[Outcome.THROTTLED](stage)
    assert "Try again in 2 minutes." in reading.words(answer(sign_in(stage.cast.parent_of_two)))

    content = stage.opened()(sign_in(stage.cast.parent_of_two))
    assert (content.status_code, content["Retry-After"]) == (503, "120")


@pytest.mark.parametrize(("seconds", "words"), [(1, "1 minute"), (60, "1 minute"), (61, "2 minutes")])
def test_a_wait_is_said_in_whole_minutes_upwards(seconds: int, words: str):
    assert how_long(seconds) == words


def test_a_bookmark_of_a_year_no_longer_kept_says_so(stage: Stage):
    words = reading.words(stage.opened(year="2019")(sign_in(stage.cast.parent_of_two)))

    assert "too old" in words


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_failed_content_page_is_no_success(outcome: Outcome):
    assert text_for(outcome, family=True).status in {404, 502, 503}


def test_staff_find_all_of_them_on_one_page(cast: Cast):
    words = reading.words(sign_in(cast.office).get("/staff/outcomes/"))

    for outcome in Outcome:
        for family in (True, False):
            text = text_for(outcome, family=family, facts={name: f"%({name})s" for name in FACTS})
            assert said(str(text.explanation)) in words
        assert f"For support: {outcome.value}" in words
    assert "%(" not in words
