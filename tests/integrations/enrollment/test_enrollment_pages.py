"""The staff pages about registrations: what came, what waits, and a lost batch that somebody releases."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AccessChange
from integrations.models import BatchState, DeliveryTarget, RecordState
from integrations.sandbox.server import SandboxServer
from integrations.services import enrollment_records as records
from tests.cast import Cast, sign_in
from tests.integrations.enrollment import rows, world

LIST = "/staff/registrations/"


def text_of(cast: Cast, path: str = LIST, by: str = "records_custodian") -> str:
    return sign_in(getattr(cast, by)).get(path).content.decode()


def test_it_works(cast: Cast, sandbox: SandboxServer):
    """From the button to the parents, through PowerSchool, with an answer that got lost on the way."""
    where = world.target(cast, sandbox)
    made = world.approve(sandbox, cast.child.local_id)
    sandbox.faults.add(vendor="powerschool", where="createbatch", kind="lost", times=1)
    client = sign_in(cast.records_custodian)
    assert "looks now" in client.post(LIST, {"target": str(where.uuid)}, follow=True).content.decode()
    world.look(where)
    world.look(where)

    page = client.get(LIST).content.decode()
    assert "Release and fetch again" in page
    assert "1 lost batch" in client.get("/").content.decode()
    [orphan] = world.lost(where)
    client.post(f"{LIST}{orphan.uuid}/lost/", {"reason": "The connection broke."})
    world.look(where)

    assert world.families() == world.expected(made)
    assert "Release and fetch again" not in client.get(LIST).content.decode()
    row = AccessChange.objects.get(verb="enrollment_batch.release_asked")
    assert (row.actor, row.reason) == (str(cast.records_custodian.uuid), "The connection broke.")


def test_a_batch_shows_whom_it_brought(cast: Cast, sandbox: SandboxServer):
    where = world.target(cast, sandbox)
    made = world.approve(sandbox, cast.child.local_id)
    world.look(where)
    batch = world.record_of(made).batch

    page = text_of(cast, f"{LIST}{batch.uuid}/")

    assert cast.child.full_name in page
    assert "wait for staff" in page or "waits for staff" in page


def test_what_waits_is_listed_with_its_reason_and_what_to_do(cast: Cast):
    rows.record(cast)
    rows.record(cast, state=RecordState.UNREADABLE, problem="no-such-field")
    rows.record(cast, problem="no-student-id", local_id="")

    page = text_of(cast, f"{LIST}waiting/")

    assert "Alice Sample" in page
    for words in ("The student is not here yet", "no field where the student id", "names no student"):
        assert words in page
    assert "jane.canary" not in page


@pytest.mark.promise("A7")
def test_another_district_sees_none_of_it(cast: Cast):
    batch = rows.lost(cast)
    rows.record(cast, batch=batch)
    client = sign_in(cast.staff_elsewhere)

    assert "Parent portal" not in client.get(LIST).content.decode()
    assert "Alice" not in client.get(f"{LIST}waiting/").content.decode()
    assert client.get(f"{LIST}{batch.uuid}/").status_code == 404
    assert client.post(f"{LIST}{batch.uuid}/lost/", {"reason": "x"}).status_code == 404
    asked = client.post(LIST, {"target": str(batch.target.uuid)}, follow=True).content.decode()
    assert "Nothing was started" in asked
    assert DeliveryTarget.objects.get().asked_at is None


def test_a_request_that_powerschool_does_not_list_is_put_away(cast: Cast):
    batch = rows.lost(cast, vendor_id="")
    client = sign_in(cast.integrations_admin)
    assert "Put away" in client.get(f"{LIST}{batch.uuid}/lost/").content.decode()

    page = client.post(f"{LIST}{batch.uuid}/lost/", {"reason": "Asked."}, follow=True).content.decode()

    assert "Nothing had been handed over" in page
    batch.refresh_from_db()
    assert batch.state == BatchState.REFUSED
    again = client.post(f"{LIST}{batch.uuid}/lost/", {"reason": "x"}, follow=True).content.decode()
    assert "not lost any more" in again


def test_nothing_is_released_without_a_reason(cast: Cast):
    batch = rows.lost(cast)
    assert sign_in(cast.district_admin).post(f"{LIST}{batch.uuid}/lost/", {"reason": " "}).status_code == 200
    batch.refresh_from_db()
    assert batch.reset_at is None


def test_targets_are_asked_for_from_the_page(cast: Cast, sandbox: SandboxServer):
    connection = world.connected(cast.district, sandbox)
    client = sign_in(cast.integrations_admin)

    page = client.post(LIST, {"connection": str(connection.uuid)}, follow=True).content.decode()

    assert "Student information system" in page
    assert "Not brought in" in page


def test_a_target_that_cannot_be_asked_for_says_why(cast: Cast, sandbox: SandboxServer):
    connection = world.connected(cast.district, sandbox)
    sandbox.faults.add(vendor="powerschool", where="all", kind="status", status=401)

    client = sign_in(cast.integrations_admin)
    page = client.post(LIST, {"connection": str(connection.uuid)}, follow=True).content.decode()

    assert "refuses the API key" in page


# --- Fields and settings ---------------------------------------------------------------------------------------------


def admin_page(target: DeliveryTarget) -> str:
    return f"/admin/integrations/deliverytarget/{target.pk}/change/"


def form_of(client: Any, target: DeliveryTarget, **changed: Any) -> dict[str, Any]:
    form = client.get(admin_page(target)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)} | changed


@pytest.mark.promise("R5")
def test_a_mapping_is_shown_against_a_real_registration_and_saved_with_its_record(cast: Cast):
    record = rows.record(cast, state=RecordState.UNREADABLE, problem="no-such-field")
    target = record.batch.target
    client = sign_in(cast.district_admin)
    page = client.get(admin_page(target)).content.decode()
    assert "jane.canary@example.org" in page

    changed = form_of(client, target, adult1_phone="parent1.homePhone", adult1_email="parent1.firstName")
    preview = client.post(admin_page(target), changed | {"_preview": "1"}).content.decode()
    assert "Nothing is saved yet" in preview
    target.refresh_from_db()
    assert target.mapping["adult1_email"] == "parent1.email"

    assert client.post(admin_page(target), changed).status_code == 302
    target.refresh_from_db()
    assert target.mapping["adult1_email"] == "parent1.firstName"
    row = AccessChange.objects.get(verb="delivery_target.changed")
    assert row.before["mapping"]["adult1_email"] == "parent1.email"
    record.refresh_from_db()
    assert record.state == RecordState.NEW, "it is read anew"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("student.id", "No record has “student.id”. There are: student.firstName, student.lastName"),
        ("student", "is a group of fields"),
        ("student.studentid", "Capital letters count"),
        ("", "finds its student"),
    ],
)
def test_a_wrong_path_is_said_in_words(cast: Cast, path: str, words: str):
    target = rows.record(cast).batch.target
    client = sign_in(cast.district_admin)

    page = client.post(admin_page(target), form_of(client, target, student_id=path))

    assert page.status_code == 200
    assert words in page.content.decode()


@pytest.mark.promise("S2")
def test_who_may_not_read_registrations_sees_fields_and_no_values(cast: Cast):
    target = rows.record(cast).batch.target

    page = text_of(cast, admin_page(target), by="integrations_admin")

    assert "parent1.email" in page
    assert "jane.canary" not in page


@pytest.mark.promise("S2")
def test_nor_does_a_mapping_of_theirs_show_them_what_a_family_wrote(cast: Cast):
    """Whoever says which field is the name or the id could choose any field there is."""
    target = rows.record(cast).batch.target
    client = sign_in(cast.integrations_admin)
    paths = {"student_id": "parent1.email", "student_first_name": "parent1.homePhone"}
    assert client.post(admin_page(target), form_of(client, target, **paths)).status_code == 302
    target.refresh_from_db()
    records.place_again(target)

    page = client.get(f"{LIST}waiting/").content.decode()
    assert "Registration 901" in page
    for written in ("jane.canary", "444-444-4444", "Sample"):
        assert written not in page
    assert "jane.canary" in text_of(cast, f"{LIST}waiting/"), "the control: a custodian reads registrations"


@pytest.mark.promise("A8")
@pytest.mark.parametrize(("by", "may"), [("integrations_admin", False), ("district_admin", True)])
def test_only_who_decides_about_adults_lets_the_approval_decide(cast: Cast, by: str, *, may: bool):
    target = rows.target(cast)
    client = sign_in(getattr(cast, by))
    answer = client.post(admin_page(target), form_of(client, target, approval_counts="on"))
    target.refresh_from_db()

    assert target.approval_counts == may
    assert ("Only somebody who decides about adults" in answer.content.decode()) != may
    DeliveryTarget.objects.update(approval_counts=True)
    again = client.post(admin_page(target), form_of(client, target, every_minutes=30))
    assert again.status_code == 302, "what somebody else switched on does not keep them from their work"


def test_bringing_in_needs_a_district(cast: Cast):
    target = rows.target(cast, district=None, is_active=False)
    client = sign_in(cast.integrations_admin)

    page = client.post(admin_page(target), form_of(client, target, is_active="on"))
    assert "Choose the district" in page.content.decode()

    form = form_of(client, target, is_active="on", district=cast.district.pk)
    assert client.post(admin_page(target), form).status_code == 302
    target.refresh_from_db()
    assert target.watched_from
