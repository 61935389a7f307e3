"""The staff pages of what a run would change, and the decision about one that is held."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import AccessChange, Guardianship
from integrations.models import GuardianshipChange, SyncRun, SyncState
from integrations.services import syncs
from tests import factories
from tests.accounts.doors import without_tokens
from tests.cast import Cast, sign_in
from tests.integrations import runs


def page_of(run: SyncRun, rest: str = "") -> str:
    return f"/staff/syncs/{run.uuid}/preview/{rest}"


def text_of(cast: Cast, run: SyncRun, rest: str = "") -> str:
    return " ".join(sign_in(cast.district_admin).get(page_of(run, rest)).content.decode().split())


def decide(client: Any, run: SyncRun, answer: str, reason: str = "Called the vendor.") -> str:
    text: str = client.post(page_of(run), {"answer": answer, "reason": reason}, follow=True).content.decode()
    return text


def test_it_works(cast: Cast):
    text = text_of(cast, runs.held(cast))

    assert "1,234 of 10,000 links" in text
    assert escape(cast.school_a.name) in text
    assert "1 link between an adult and a child" in text
    assert "1 student leaves" in text
    assert "1 staff role ends" in text


def test_who_loses_is_named_with_the_child_and_the_reason(cast: Cast):
    run = runs.held(cast)
    adult = runs.link_of(cast.parent_of_two, cast.child).guardian.name
    text = text_of(cast, run, "losing/")

    for words in (adult, cast.child.full_name, "Loses access", "in two complete answers"):
        assert escape(words) in text, words
    assert "Nadia Newly" not in text


def test_who_gains_is_named_though_nobody_here_knows_them_yet(cast: Cast):
    text = text_of(cast, runs.held(cast), "gaining/")

    assert "Nadia Newly (Aunt)" in text
    assert escape(cast.sibling.full_name) in text


def test_a_student_who_changes_is_shown_before_and_after_with_no_whole_ssid(cast: Cast):
    text = text_of(cast, runs.held(cast), "students/")

    assert f"<del>{escape(cast.classmate.full_name)}</del>" in text
    assert f"Renamed {cast.classmate.last_name}" in text
    assert "ends in 7890" in text
    assert "1234567890" not in text
    assert cast.classmate.ssid not in text


@pytest.mark.parametrize(
    "part", ["enrollments", "guardians", "links", "accounts", "roles", "schools", "sections"]
)
def test_every_kind_has_a_list(cast: Cast, part: str):
    assert "Nothing of this kind" in text_of(cast, runs.run(cast), f"{part}/")
    text_of(cast, runs.held(cast), f"{part}/")
    assert sign_in(cast.district_admin).get(page_of(runs.run(cast), "secrets/")).status_code == 404


def test_the_list_of_one_school_holds_its_students_alone(cast: Cast):
    run = runs.held(cast)
    runs.lose(run, runs.link_of(cast.parent_of_two, cast.sibling))
    text = text_of(cast, run, f"losing/{cast.school_b.uuid}/")

    assert escape(cast.sibling.full_name) in text
    assert escape(cast.child.full_name) not in text
    elsewhere = cast.stranger_child.enrollments.get().school
    assert sign_in(cast.district_admin).get(page_of(run, f"losing/{elsewhere.uuid}/")).status_code == 404


@pytest.mark.promise("F1")
def test_what_is_shown_is_the_change_set_that_is_kept(cast: Cast):
    """A link that changes here after the comparison stays on the page: it is what was compared."""
    run = runs.held(cast)
    client = sign_in(cast.district_admin)
    before = without_tokens(client.get(page_of(run, "losing/")).content)
    Guardianship.objects.filter(guardian__user=cast.parent_of_two).update(until=factories.years_ago(1))

    assert without_tokens(client.get(page_of(run, "losing/")).content) == before


@pytest.mark.promise("F1", "R5")
def test_approving_is_recorded_with_actor_and_reason(cast: Cast):
    run = runs.held(cast)
    said = decide(sign_in(cast.district_admin), run, "approve")
    run.refresh_from_db()
    row = AccessChange.objects.get(verb="sync.approved")

    assert "Exactly what you saw" in said
    assert run.state == SyncState.APPLYING
    assert (row.actor, row.reason) == (str(cast.district_admin.uuid), "Called the vendor.")


@pytest.mark.promise("F1", "R5")
def test_discarding_is_recorded_and_writes_nothing(cast: Cast):
    run = runs.held(cast)
    links = list(Guardianship.objects.order_by("pk").values())
    said = decide(sign_in(cast.integrations_admin), run, "discard")

    assert "Nothing of it was written" in said
    assert escape(cast.integrations_admin.get_full_name()) in said
    assert list(Guardianship.objects.order_by("pk").values()) == links
    assert AccessChange.objects.get(verb="sync.discarded").actor == str(cast.integrations_admin.uuid)


@pytest.mark.parametrize(("answer", "reason"), [("approve", " "), ("perhaps", "x")])
def test_nothing_is_decided_without_a_reason_and_an_answer(cast: Cast, answer: str, reason: str):
    run = runs.held(cast)
    decide(sign_in(cast.district_admin), run, answer, reason)
    run.refresh_from_db()

    assert run.state == SyncState.HELD


def test_who_decides_second_is_told_so(cast: Cast):
    run = runs.held(cast)
    decide(sign_in(cast.district_admin), run, "discard")

    assert "waits for a decision no longer" in decide(sign_in(cast.integrations_admin), run, "approve")
    run.refresh_from_db()
    assert run.state == SyncState.DISCARDED
    assert not AccessChange.objects.filter(verb="sync.approved").exists()


def test_while_another_run_works_nothing_is_approved(cast: Cast):
    run = runs.held(cast)
    runs.run(cast, state=SyncState.FETCHING, finished_at=None)

    assert "Another sync is working" in decide(sign_in(cast.district_admin), run, "approve")
    run.refresh_from_db()
    assert run.state == SyncState.HELD


def test_a_preview_cannot_be_approved(cast: Cast):
    run = runs.run(cast, dry_run=True)
    runs.change_set(run, cast)

    assert "Preview only" in text_of(cast, run)
    assert "Approve" not in text_of(cast, run)
    assert "waits for a decision no longer" in decide(sign_in(cast.district_admin), run, "approve")


@pytest.mark.promise("A7")
def test_nobody_of_another_district_decides(cast: Cast):
    run = runs.held(cast)
    answer = sign_in(cast.staff_elsewhere).post(page_of(run), {"answer": "approve", "reason": "x"})
    run.refresh_from_db()

    assert answer.status_code == 404
    assert run.state == SyncState.HELD


def test_a_page_of_many_changes_asks_as_often_as_one_of_few(cast: Cast):
    run = runs.held(cast)
    client = sign_in(cast.district_admin)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(page_of(run, "losing/"))
        return len(asked)

    few = queries()
    like = GuardianshipChange.objects.get(run=run, loses=True)
    GuardianshipChange.objects.bulk_create(
        GuardianshipChange(
            run=run,
            op="end",
            target_id=like.target_id,
            contact_id=f"c-{number}",
            local_id=like.local_id,
            reason="absent",
            standing="counts",
            loses=True,
        )
        for number in range(120)
    )

    assert "Page 1 of 3" in text_of(cast, run, "losing/")
    assert queries() == few
    assert syncs.change_set(run, "links").filter(loses=True).count() == 121
