"""Checklists of registrations: brought over hour by hour, told to families without admin notes, to staff with them."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Student
from integrations.models import ChecklistMark
from integrations.sandbox.server import SandboxServer
from integrations.services import checklists, enrollments
from tests import factories
from tests.accounts.claiming import ROSA, by_mail
from tests.accounts.registering import registered
from tests.cast import Cast, sign_in
from tests.integrations.enrollment import rows, world
from tests.portal.crawling import pages_of
from tests.scorereports import reading

NEW = 41001
SECRET, PUBLIC = "Landlord says they moved", "Bring the original on Monday"


def family_page(child: Student) -> str:
    return f"/students/{child.uuid}/registration/"


@pytest.fixture
def synced(cast: Cast, sandbox: SandboxServer) -> Cast:
    connection = world.connected(cast.district, sandbox)
    registry = sandbox.powerschool.registry
    made = world.approve(sandbox, cast.child.local_id)
    registry.say(made.record_id, "83838", {"status": "Incomplete", "adminNote": SECRET, "publicNote": PUBLIC})
    registry.say(made.record_id, "83839", {"status": "Completed", "dateCompleted": "02/03/2015"})
    checklists.sync(connection)
    return cast


def text(user: Any, path: str) -> str:
    return sign_in(user).get(path).content.decode()


def test_it_works(synced: Cast):
    student_page = text(synced.parent_of_two, f"/students/{synced.child.uuid}/")
    assert family_page(synced.child) in student_page

    page = text(synced.parent_of_two, family_page(synced.child))

    for words in ("Proof of address", "Incomplete", PUBLIC, "Birth certificate", "Feb. 3, 2015"):
        assert words in page


@pytest.mark.promise("L1")
@pytest.mark.parametrize("tag", ["en", "es", ""])
def test_the_districts_own_words_are_marked_as_theirs_on_an_arabic_page(
    synced: Cast, settings: Any, tag: str
):
    """A screen reader would else read English by the rules of Arabic, and a full stop would stand on the wrong side."""
    settings.ENROLLMENT_WORDS_LANGUAGE = tag
    client = sign_in(synced.parent_of_two)
    client.post("/language/", {"language": "ar"})
    shown = reading.page(client.get(family_page(synced.child)))
    assert shown.select("html")[0]["lang"] == "ar"

    for words in ("Proof of address", "Incomplete", PUBLIC, "Completed"):
        [where] = [one for one in shown.select("main bdi") if one.get_text(strip=True) == words]
        assert (where["lang"], where["dir"]) == (tag, "auto"), words
    title = shown.select("main h2 bdi")[0]
    assert (title["lang"], title["dir"]) == (tag, "auto")


@pytest.mark.slow
@pytest.mark.promise("S2")
def test_no_family_reads_an_admin_note_on_any_page(synced: Cast):
    staff = sign_in(synced.records_custodian)
    item = ChecklistMark.objects.get(public_note=PUBLIC).item
    assert SECRET in staff.get(f"/staff/checklists/{item.uuid}/").content.decode(), "the control"
    assert SECRET not in "".join(ChecklistMark.objects.values_list("admin_note", flat=True)), "sealed"

    read = 0
    for name in ("parent_of_two", "other_parent", "student", "guardian_in_review", "parent_elsewhere"):
        for address, page in pages_of(sign_in(getattr(synced, name))).items():
            assert SECRET not in page, (name, address)
            read += PUBLIC in page
    assert read == 2, "each parent of the child read the note that is theirs"


def test_a_slip_in_the_id_tells_no_other_family(synced: Cast, sandbox: SandboxServer):
    """The pretend registration of this id is of a child with other names."""
    sandbox.powerschool.registry.add(child={"local_id": synced.classmate.local_id})
    checklists.sync(enrollments.connections_to_powerschool().get())

    assert not ChecklistMark.objects.filter(student=synced.classmate).exists()
    assert ChecklistMark.objects.filter(local_id=synced.classmate.local_id).exists()


@pytest.mark.promise("A8")
@pytest.mark.parametrize(
    ("first", "last", "theirs"),
    [
        ("Juan", "de Leon", False),
        ("Maria", "de Leon", False),
        ("", "", False),
        ("MARÍA", "De la Cruz", True),
        ("", "de la Cruz", True),
    ],
)
def test_an_entry_is_of_the_student_whose_whole_name_it_has(
    synced: Cast, sandbox: SandboxServer, first: str, last: str, *, theirs: bool
):
    Student.unscoped.filter(pk=synced.classmate.pk).update(first_name="Maria", last_name="de la Cruz")
    named = {"local_id": synced.classmate.local_id, "first_name": first, "last_name": last}
    sandbox.powerschool.registry.add(child=named)
    checklists.sync(enrollments.connections_to_powerschool().get())

    assert ChecklistMark.objects.filter(student=synced.classmate).exists() == theirs


def test_a_checklist_brought_over_again_is_the_same(synced: Cast, sandbox: SandboxServer):
    before = ChecklistMark.objects.count()

    assert checklists.sync(enrollments.connections_to_powerschool().get()) == before
    assert ChecklistMark.objects.count() == before


def test_half_an_answer_changes_nothing(synced: Cast, sandbox: SandboxServer):
    before = ChecklistMark.objects.count()
    sandbox.faults.add(vendor="powerschool", where="checklistentries", kind="status", status=403)

    checklists.sync_all()

    assert ChecklistMark.objects.count() == before
    assert "may be old" in text(synced.records_custodian, "/staff/checklists/")


@pytest.mark.promise("A7")
def test_staff_see_who_of_theirs_is_stuck(cast: Cast):
    rows.mark(cast, cast.child)
    at_b = rows.mark(cast, cast.sibling)
    item = f"/staff/checklists/{at_b.item.uuid}/"

    assert cast.sibling.full_name not in text(cast.school_admin, item)
    assert cast.sibling.full_name in text(cast.school_admin_b, item)
    assert "2 open" in text(cast.district_admin, "/staff/checklists/")
    assert "1 open" in text(cast.office, "/staff/checklists/")


@pytest.mark.promise("A4")
def test_nothing_of_a_student_under_a_hold(cast: Cast):
    rows.mark(cast, cast.child)
    factories.hold(cast.child)

    assert "Please bring" not in text(cast.parent_of_two, family_page(cast.child))


def test_a_parent_of_a_registration_sees_nothing_before_staff_accept_them(cast: Cast):
    rows.mark(cast, cast.child)
    registered(cast.child)
    assert by_mail(ROSA).get(family_page(cast.child)).status_code == 404
