"""The staff pages about what families sent in: who sees which line, the search here, one submission, the forms."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from accounts.models import AccessChange, Student
from accounts.rights import Role
from integrations.models import PublishedAction, Submission
from integrations.sandbox.powerschool.registry import DISCARDED, PENDING
from integrations.sandbox.server import SandboxServer
from integrations.services import enrollment_sealing, submissions
from portal.base import clock
from tests import factories
from tests.cast import Cast, give_second_factor, sign_in
from tests.integrations.submissions import sent
from tests.scorereports.pages import words

LIST = "/staff/submissions/"


@pytest.fixture
def action(cast: Cast, sandbox: SandboxServer) -> PublishedAction:
    """A form with one submission for a student of each school, and one of somebody who is not here."""
    made = sent.form(cast.district, sandbox.url)
    sandbox.powerschool.registry.submissions.clear()
    sent.send(sandbox.url, cast.child, grade="5")
    sent.send(sandbox.url, cast.sibling, status=PENDING)
    sent.send(sandbox.url, None, first_name="Zoë", last_name="Newcomer", local_id="77001")
    submissions.bring(made)
    return made


def seen_by(cast: Cast, part: str, **wanted: str) -> str:
    client = sign_in(getattr(cast, part))
    return words(client.post(LIST, wanted) if wanted else client.get(LIST))


def line_of(child: Student) -> Submission:
    return Submission.objects.get(student=child)


def test_it_works(cast: Cast, action: PublishedAction):
    page = seen_by(cast, "records_custodian")

    for name in (cast.child.full_name, cast.sibling.full_name, "Zoë Newcomer"):
        assert name in page
    assert "3 submissions" in page
    assert "waits for approval" in page
    assert "Not here yet" in page


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.promise("A7")
@pytest.mark.parametrize(
    ("part", "sees"),
    [
        ("office", {"child"}),
        ("school_admin", {"child"}),
        ("school_admin_b", {"sibling"}),
        ("district_admin", {"child", "sibling", "newcomer"}),
        ("records_custodian", {"child", "sibling", "newcomer"}),
        ("staff_elsewhere", set()),
    ],
)
def test_a_school_sees_its_own_and_the_district_also_who_is_not_here(
    cast: Cast, action: PublishedAction, part: str, sees: set[str]
):
    lines = {"child": line_of(cast.child), "sibling": line_of(cast.sibling)}
    lines["newcomer"] = Submission.objects.get(student=None)
    names = {"child": cast.child.full_name, "sibling": cast.sibling.full_name, "newcomer": "Zoë Newcomer"}
    client = sign_in(getattr(cast, part))
    page, found = words(client.get(LIST)), words(client.post(LIST, {"text": "n"}))

    for who, line in lines.items():
        assert (names[who] in page) == (who in sees), who
        assert (client.get(f"{LIST}{line.uuid}/").status_code == 200) == (who in sees), who
    assert ("Newcomer" in found) == ("newcomer" in sees)


@pytest.mark.promise("A7")
def test_a_role_at_one_school_never_shows_who_is_not_here(cast: Cast, action: PublishedAction):
    clerk = factories.staff(Role.RECORDS_CUSTODIAN, cast.district, cast.school_a)
    give_second_factor(clerk)

    assert "Newcomer" not in words(sign_in(clerk).get(LIST))


@pytest.mark.promise("A4")
@pytest.mark.parametrize("matched", [True, False])
def test_a_child_under_a_hold_is_on_nobody_s_list_but_the_custodian_s(
    cast: Cast, action: PublishedAction, matched: bool
):
    factories.hold(cast.child)
    line = line_of(cast.child)
    if not matched:  # listed before the student was here, or under another name
        Submission.objects.filter(pk=line.pk).update(student=None, doubt="other-name")

    for part in ("office", "district_admin"):
        assert cast.child.full_name not in seen_by(cast, part)
        assert sign_in(getattr(cast, part)).get(f"{LIST}{line.uuid}/").status_code == 404
    assert cast.child.full_name in seen_by(cast, "records_custodian")


@pytest.mark.promise("A7")
@pytest.mark.parametrize("last_name", ["Different", "de la Cruz"])
def test_a_slip_in_the_id_puts_no_family_s_papers_beside_another_child(
    cast: Cast, sandbox: SandboxServer, action: PublishedAction, last_name: str
):
    """A word such as "de" in both names makes them no one's."""
    Student.unscoped.filter(pk=cast.classmate.pk).update(last_name="de Leon")
    sent.send(sandbox.url, cast.classmate, first_name="Entirely", last_name=last_name)
    submissions.bring(action)

    assert not Submission.objects.filter(student=cast.classmate).exists()
    assert "Entirely" not in seen_by(cast, "office")
    assert "under another name" in seen_by(cast, "district_admin")


# --- The search ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["zoe new", "NEWC", "77001", "newcomer zo"])
def test_names_are_found_by_their_beginnings_whatever_the_accents(
    cast: Cast, action: PublishedAction, text: str
):
    page = seen_by(cast, "district_admin", text=text)

    assert "Zoë Newcomer" in page
    assert "1 submission" in page
    assert cast.sibling.full_name not in page


def test_choices_narrow_and_nothing_found_is_said(cast: Cast, action: PublishedAction):
    assert "1 submission" in seen_by(cast, "district_admin", status=PENDING)
    assert "1 submission" in seen_by(cast, "district_admin", standing="not-here")
    assert "2 submissions" in seen_by(cast, "district_admin", standing="here")
    assert "No submission fits" in seen_by(cast, "district_admin", text="nobody like this")
    assert "3 submissions" in seen_by(cast, "district_admin", status="Invented")


@pytest.mark.promise("S2")
def test_no_address_of_the_pages_holds_a_name_or_an_id(cast: Cast, action: PublishedAction):
    client = sign_in(cast.district_admin)
    page = client.post(LIST, {"text": "newcomer"}).content.decode()
    page += client.get(f"{LIST}{line_of(cast.child).uuid}/").content.decode()

    addresses = [part.partition('"')[0] for part in page.split('href="')[1:]]
    for word in ("newcomer", cast.child.last_name.lower(), cast.child.local_id, sent.BIRTH.lower()):
        assert not [one for one in addresses if word in one.lower()], word
    assert 'method="get"' not in page.lower()


# --- One submission --------------------------------------------------------------------------------------------------


def test_a_submission_shows_what_the_family_wrote_as_text(
    cast: Cast, sandbox: SandboxServer, action: PublishedAction
):
    there = sandbox.powerschool.registry.submissions[int(line_of(cast.child).vendor_id)]
    there.items = {
        "note": "<script>alert(1)</script>",
        "link": "https://evil.example/x",
        "long": "word " * 90,
    }
    answer = sign_in(cast.office).get(f"{LIST}{line_of(cast.child).uuid}/")
    page, html = words(answer), answer.content.decode()

    assert "<script>alert(1)" not in html
    assert 'href="https://evil' not in html
    assert "https://evil.example/x" in page
    assert "<details>" in html
    assert there.documents[0] not in html, "an id of a document is of no use to a reader"
    for label in ("Birth certificate", "Proof of address", "Custody letter"):
        assert label in page


def test_a_date_that_cannot_be_read_is_not_guessed(
    cast: Cast, sandbox: SandboxServer, action: PublishedAction
):
    record = '[{"id": %s, "externalStudentID": "%s", "firstName": "%s", "lastName": "%s", "dateOfBirth": "02/03/2015"}]'
    line = line_of(cast.child)
    text = record % (line.vendor_id, cast.child.local_id, cast.child.first_name, cast.child.last_name)
    sandbox.faults.add(vendor="powerschool", where="submissionrecord", kind="garbage", text=text)
    page = words(sign_in(cast.office).get(f"{LIST}{line.uuid}/"))

    assert "in a form that nobody can be sure of" in page
    assert "2015" not in page


@pytest.mark.promise("F6", "L4")
@pytest.mark.parametrize("kind", ["reset", "garbage"])
def test_with_powerschool_down_the_lists_stay_and_a_submission_says_so(
    cast: Cast, sandbox: SandboxServer, action: PublishedAction, kind: str
):
    sandbox.faults.add(vendor="powerschool", kind=kind)
    client = sign_in(cast.office)
    answer = client.get(f"{LIST}{line_of(cast.child).uuid}/")

    assert cast.child.full_name in words(client.get(LIST))
    assert answer.status_code == 200
    assert "PowerSchool is not answering" in words(answer)
    assert cast.child.full_name in words(answer)
    assert "What the family wrote" not in words(answer)


def test_documents_of_somebody_who_is_not_here_do_not_open(cast: Cast, action: PublishedAction):
    line = Submission.objects.get(student=None)
    answer = sign_in(cast.district_admin).get(f"{LIST}{line.uuid}/")

    assert "Documents open once the student is here" in words(answer)
    assert "/documents/" not in answer.content.decode()


# --- The list itself -------------------------------------------------------------------------------------------------


@pytest.mark.promise("S1", "S2")
def test_the_table_holds_no_answer_and_no_name_in_the_clear(cast: Cast, action: PublishedAction):
    values = [str(value) for row in Submission.objects.values_list() for value in row]
    values += [str(value) for row in PublishedAction.objects.values_list() for value in row]

    for word in ("Zoë", "Zo\\u00eb", "Newcomer", cast.child.last_name, "example.org", "birth-certificate"):
        assert not [value for value in values if word in value], word
    assert enrollment_sealing.head_of(Submission.objects.get(student=None))["name"] == "Zoë Newcomer"


def test_what_is_gone_at_powerschool_goes_here_but_only_after_a_whole_list(
    cast: Cast, sandbox: SandboxServer, action: PublishedAction
):
    del sandbox.powerschool.registry.submissions[int(line_of(cast.sibling).vendor_id)]
    sandbox.faults.add(vendor="powerschool", where="submissionrecords", kind="status", status=401)
    assert submissions.bring(action) == submissions.Listed(3, "credentials-refused")
    sandbox.faults.clear()

    assert submissions.bring(action) == submissions.Listed(2, "")
    assert not Submission.objects.filter(student=cast.sibling).exists()


def test_a_list_that_is_the_same_keeps_its_lines_and_a_change_is_taken(
    cast: Cast, sandbox: SandboxServer, action: PublishedAction
):
    before = dict(Submission.objects.values_list("uuid", "head"))
    sandbox.powerschool.registry.set_status([int(line_of(cast.child).vendor_id)], DISCARDED)
    submissions.bring(action)

    assert dict(Submission.objects.values_list("uuid", "head")) == before | {
        line_of(cast.child).uuid: line_of(cast.child).head
    }
    assert line_of(cast.child).status == DISCARDED


def test_a_student_who_comes_later_is_matched_with_the_next_list(cast: Cast, action: PublishedAction):
    Student.unscoped.filter(pk=cast.classmate.pk).update(
        local_id="77001", first_name="Zoe", last_name="Newcomer"
    )
    submissions.bring(action)

    assert line_of(cast.classmate)
    assert "Zoë Newcomer" in seen_by(cast, "office")


def test_lines_that_powerschool_no_longer_names_are_forgotten_in_time(
    settings: Any, cast: Cast, action: PublishedAction
):
    old = clock.now() - datetime.timedelta(days=settings.ENROLLMENT_KEEP_DAYS + 1)
    Submission.objects.filter(student=cast.child).update(seen_at=old)

    assert enrollment_sealing.purge() == 1
    assert Submission.objects.count() == 2


# --- The forms -------------------------------------------------------------------------------------------------------


def test_forms_are_asked_for_and_switched_on_with_their_documents(cast: Cast, sandbox: SandboxServer):
    form = sent.form(cast.district, sandbox.url, is_active=False, documents=[])
    client = sign_in(cast.district_admin)
    assert "the forms that PowerSchool has now" in words(client.post(f"{LIST}forms/", follow=True))
    assert "Returning Student Update" in words(client.get(f"{LIST}forms/"))
    PublishedAction.objects.filter(pk=form.pk).update(
        items={sent.BIRTH: "id", sent.ADDRESS: "id", f"{sent.ADDRESS}_FileName": "file"}
    )
    page = f"/admin/integrations/publishedaction/{form.pk}/change/"
    values = {
        name: field.initial for name, field in client.get(page).context["adminform"].form.fields.items()
    }
    assert (values["label_0"], values["file_0"]) == ("Birth certificate", "")
    assert (values["label_1"], values["file_1"]) == ("Proof of address", f"{sent.ADDRESS}_FileName")

    posted = {
        "is_active": "on",
        "label_0": "Birth certificate",
        "file_0": "",
        "label_1": "",
        "file_1": "",
        "more": "upload_CourtOrder\n",
    }
    assert client.post(page, posted).status_code == 302
    form.refresh_from_db()
    assert form.documents == [
        {"item": sent.BIRTH, "label": "Birth certificate", "file": ""},
        {"item": "upload_CourtOrder", "label": "Court order", "file": ""},
    ]
    assert form.asked_at
    row = AccessChange.objects.get(verb="published_action.changed")
    assert (row.before["is_active"], row.after["is_active"]) == (False, True)

    twice = client.post(page, posted | {"label_1": "Birth certificate"})
    assert "could not tell them apart" in words(twice)


def test_what_looks_like_a_document_is_recognised_by_name_alone(action: PublishedAction):
    action.refresh_from_db()

    assert {name for name, kind in action.items.items() if kind == "id"} == {
        one["item"] for one in sent.DOCUMENTS
    }
    assert action.items[f"{sent.PHOTO}_FileName"] == "file"


def test_switching_a_form_off_forgets_its_list_at_once(cast: Cast, action: PublishedAction):
    action.is_active = False
    submissions.save(action, by=sent.BY)

    assert Submission.objects.count() == 0
    assert "Nothing is listed yet" in seen_by(cast, "district_admin")


def test_a_form_is_listed_now_from_the_page_and_not_another_district_s(cast: Cast, action: PublishedAction):
    PublishedAction.objects.update(asked_at=None)
    theirs = sign_in(cast.staff_elsewhere).post(f"{LIST}forms/", {"action": str(action.uuid)}, follow=True)
    assert "Nothing was started" in words(theirs)
    ours = sign_in(cast.integrations_admin).post(f"{LIST}forms/", {"action": str(action.uuid)}, follow=True)
    assert "brings the list over" in words(ours)
    action.refresh_from_db()
    assert action.asked_at
