"""A block of one adult from one child: who places it, what it stops at once, and what it leaves alone (trust A3)."""

from __future__ import annotations

import datetime
import re

import pytest

from accounts import access
from accounts.models import AccessChange, Block, Guardianship
from accounts.models.block import BlockKind
from accounts.models.guardianship import Standing
from accounts.services import guardianships
from integrations.sandbox.server import SandboxServer
from portal.base.clock import local_today
from tests import factories
from tests.accounts.claiming import ROSA, by_mail
from tests.accounts.doors import page_of, students_in
from tests.accounts.registering import BY, contact, registered
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked, first_report, opened

pytestmark = pytest.mark.promise("A3")

FORM = {"kind": BlockKind.COURT_ORDER, "document": "Case 21-1", "reason": "Order of 3 May."}


def link_of(cast: Cast, part: str = "parent_of_two") -> Guardianship:
    return Guardianship.objects.get(guardian__user=getattr(cast, part), student=cast.child)


def place(cast: Cast, by: str = "school_admin", **fields: str):
    url = f"/staff/guardianships/{link_of(cast).uuid}/block/"
    return sign_in(getattr(cast, by)).post(url, FORM | fields)


def sees(cast: Cast, part: str) -> bool:
    return access.students_visible_to(getattr(cast, part)).filter(pk=cast.child.pk).exists()


def test_it_works(cast: Cast):
    answer = place(cast)

    assert answer.status_code == 302
    block = Block.objects.get()
    assert (block.guardianship, block.document) == (link_of(cast), "Case 21-1")
    assert block.placed_by == str(cast.school_admin.uuid)
    assert not sees(cast, "parent_of_two")


@pytest.mark.usefixtures("connected")
def test_an_open_session_is_stopped_at_the_next_request_and_ets_is_not_asked(
    cast: Cast, sandbox: SandboxServer
):
    parent, other = sign_in(cast.parent_of_two), sign_in(cast.other_parent)
    report = first_report(parent, cast.child)
    place(cast)
    sandbox.reset()

    answers = [parent.get(page_of(cast.child)), parent.get(report), parent.get(f"{report}content/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not any(asked(sandbox).values())
    assert other.get(page_of(cast.child)).status_code == 200
    assert opened(other, report).status_code == 200


def test_the_other_child_of_the_adult_stays(cast: Cast):
    place(cast)

    assert set(access.children_of(cast.parent_of_two)) == {cast.sibling}


def test_it_reaches_the_person_through_another_record_of_the_same_account(cast: Cast):
    second = factories.link(factories.guardian(cast.district, cast.parent_of_two), cast.child)
    factories.block(second)

    assert not sees(cast, "parent_of_two")


def test_it_reaches_an_adult_who_is_staff_at_the_childs_school(cast: Cast):
    record = factories.guardian(cast.district, cast.teacher)
    factories.block(factories.link(record, cast.child, standing=Standing.DECLINED))

    assert not sees(cast, "teacher")
    assert access.students_visible_to(cast.teacher).filter(pk=cast.classmate.pk).exists()


def test_staff_who_are_blocked_cannot_lift_their_own_block(cast: Cast):
    record = factories.guardian(cast.district, cast.school_admin)
    block = factories.block(factories.link(record, cast.child, standing=Standing.DECLINED))

    assert sign_in(cast.school_admin).get(f"/staff/blocks/{block.uuid}/lift/").status_code == 404


@pytest.mark.parametrize(
    ("first", "last", "stands"), [(-1, 1, True), (0, 0, True), (1, None, False), (-9, -1, False)]
)
def test_it_stands_from_its_first_to_its_last_day(cast: Cast, first: int, last: int | None, stands: bool):
    days = [
        None if offset is None else local_today() + datetime.timedelta(offset) for offset in (first, last)
    ]
    factories.block(link_of(cast), starts=days[0], until=days[1])

    assert sees(cast, "parent_of_two") is not stands


def test_lifting_it_gives_the_link_back_and_is_on_record(cast: Cast):
    block = factories.block(link_of(cast))
    answer = sign_in(cast.district_admin).post(
        f"/staff/blocks/{block.uuid}/lift/", {"reason": "Order of June"}
    )

    assert answer.status_code == 302
    assert sees(cast, "parent_of_two")
    change = AccessChange.objects.get(verb="block.lifted")
    assert change.actor == str(cast.district_admin.uuid)
    assert (change.before["until"], change.reason) == (None, "Order of June")


def test_placing_it_is_on_record_with_its_document(cast: Cast):
    place(cast)

    change = AccessChange.objects.get(verb="block.placed")
    assert change.after["document"] == "Case 21-1"
    assert change.after["guardianship"] == str(link_of(cast).uuid)


@pytest.mark.parametrize("missing", ["kind", "document", "reason"])
def test_nothing_is_blocked_without_saying_what_says_so(cast: Cast, missing: str):
    answer = place(cast, **{missing: ""})

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Block.objects.exists()


def test_a_last_day_in_the_past_is_a_mistake_to_correct(cast: Cast):
    answer = place(cast, until=(local_today() - datetime.timedelta(days=1)).isoformat())

    assert "The last day lies before the first." in answer.content.decode()
    assert not Block.objects.exists()


@pytest.mark.parametrize("part", ["teacher", "office", "school_admin_b", "staff_elsewhere", "parent_of_two"])
def test_whoever_does_not_guard_the_child_places_nothing(cast: Cast, part: str):
    assert place(cast, by=part).status_code == 404
    assert not Block.objects.exists()


# --- One adult under two entries -------------------------------------------------------------------------------------


def twice(cast: Cast, name: str = "Rosa M. Example") -> tuple[Guardianship, Guardianship]:
    """Put one adult beside the child twice: by an accepted registration, with her account, and by a contact."""
    link = registered(cast.child, relationship="Mom")
    guardianships.accept(guardianship=link, by=BY, reason="Seen.")
    return link, contact(cast.child, name=name, email="", relationship="Mother")


def block_page(link: Guardianship) -> str:
    return f"/staff/guardianships/{link.uuid}/block/"


def test_who_blocks_a_contact_is_offered_the_other_entries_of_a_like_name(cast: Cast):
    link, there = twice(cast)
    luis = contact(cast.child, name="Luis Example", email="luis@example.org")
    bob = contact(cast.child, name="Bob Other", email="bob@example.org")

    html = sign_in(cast.school_admin).get(block_page(there)).content.decode()

    offered = dict(re.findall(r'name="also" value="([0-9a-f-]+)"[^>]*?( checked)?>', html))
    assert offered == {str(link.uuid): " checked", str(luis.uuid): ""}, "the father is not marked"
    assert str(bob.uuid) not in html
    assert "from a registration" in html


def test_a_block_is_placed_on_those_marked_too_each_recorded(cast: Cast):
    link, there = twice(cast)
    client = by_mail(ROSA)
    assert students_in(client) == {page_of(cast.child)}

    sign_in(cast.school_admin).post(block_page(there), FORM | {"also": [str(link.uuid)]})

    assert students_in(client) == set()
    placed = Block.objects.all()
    assert {block.guardianship for block in placed} == {link, there}
    rows = AccessChange.objects.filter(verb="block.placed")
    assert {row.subject_id for row in rows} == {block.uuid for block in placed}
    html = sign_in(cast.school_admin).get(block_page(there)).content.decode()
    assert 'name="also"' not in html, "there is none left"


def test_no_other_adult_and_no_other_child_can_be_blocked_along(cast: Cast):
    _link, there = twice(cast)
    bob = contact(cast.child, name="Bob Other", email="bob@example.org")
    elsewhere = contact(cast.classmate)

    for other in (bob, elsewhere):
        answer = sign_in(cast.school_admin).post(block_page(there), FORM | {"also": [str(other.uuid)]})
        assert answer.status_code == 200
    assert not Block.objects.exists()
