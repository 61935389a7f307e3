"""A family from the approved registration to the report in a browser, and through the night that brings the contact."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import Enrollment, Guardian, Guardianship, Student
from accounts.models.guardianship import REGISTRATION
from accounts.rights import Role
from integrations.models import DeliveryTarget
from integrations.sandbox.illuminate import catalogue
from integrations.sandbox.illuminate.night import parse_edits
from integrations.sandbox.people import EtsStanding
from integrations.sandbox.people import Guardianship as Tie
from integrations.sandbox.powerschool.registry import PENDING, PORTAL_TARGET
from integrations.sandbox.server import DEFAULT_API_TOKEN, DEFAULT_ILLUMINATE, SandboxServer
from integrations.services.enrollment_mapping import AS_DOCUMENTED
from portal.base import clock
from scorereports.services import configurations
from tests import factories
from tests.cast import give_second_factor
from tests.functional.browser.claim_states import prove_address
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import PDF_LINK, Place, wait_for_viewer
from tests.integrations.enrollment import world
from tests.integrations.sync import nights

pytestmark = [pytest.mark.browser, pytest.mark.promise("F3", "A8")]


def a_family(sandbox: SandboxServer) -> Tie:
    """Return a legal guardian with a mailbox of their own, of a student who has reports and is in no other test."""
    for index in range(20, sandbox.world.size):
        student = sandbox.world.student(index)
        ties = [tie for tie in sandbox.world.guardians_of(student) if tie.until is None]
        emails = [tie.guardian.email for tie in ties]
        if student.standing is not EtsStanding.KNOWN or student.grade > 8 or student.ssid is None:
            continue
        for tie in ties:
            if tie.legal_guardian and tie.guardian.email and emails.count(tie.guardian.email) == 1:
                return tie
    raise AssertionError("The pretend district has no such family.")


@pytest.fixture
def target(place: Place, monkeypatch: pytest.MonkeyPatch) -> DeliveryTarget:
    """The pretend district after a night without contacts, connected to all three vendors."""
    monkeypatch.setenv("ILLUMINATE_SECRET", DEFAULT_ILLUMINATE["secret"])
    monkeypatch.setenv("ILLUMINATE_TOKEN_SECRET", DEFAULT_ILLUMINATE["token_secret"])
    sandbox = place.sandbox
    sandbox.illuminate.change(
        edits=parse_edits([{"endpoints": ["StudentContacts"], "drop": True}], catalogue.WITH_ROWS)
    )
    district = nights.connect(sandbox)
    assert nights.sync()[0] == 0
    ets = factories.connection(district, f"{sandbox.url}/ets", secret=DEFAULT_API_TOKEN)
    configurations.ensure_default(connection=ets, by=factories.BY)
    registry = sandbox.powerschool.registry
    registry.set_status(list(registry.submissions), PENDING)
    return DeliveryTarget.objects.create(
        connection=world.connected(district, sandbox),
        vendor_id=str(PORTAL_TARGET),
        district=district,
        is_active=True,
        mapping=AS_DOCUMENTED,
        watched_from=clock.now(),
    )


@pytest.mark.timeout(180)
def test_from_the_approved_registration_to_one_guardian(
    place: Place, open_page: OpenPage, target: DeliveryTarget
):
    tie = a_family(place.sandbox)
    place.sandbox.powerschool.registry.add(student=tie.student_index)
    world.look(target)
    student = Student.unscoped.get(local_id=place.sandbox.world.student(tie.student_index).local_id)
    parent = open_page()
    parent.goto("/")
    prove_address(parent, tie.guardian.email)
    expect(parent.get_by_role("link", name=student.full_name)).to_have_count(0)

    school = Enrollment.objects.get(student=student).school
    clerk = factories.staff(Role.SCHOOL_ADMIN, target.connection.district, school)
    give_second_factor(clerk)
    office = open_page(clerk)
    office.goto("/staff/reviews/registrations/")
    office.get_by_label(tie.guardian.name).check()
    office.get_by_label("Why").fill("Compared with the paper registration.")
    office.get_by_role("button", name="Accept those marked").click()
    expect(office.get_by_text("1 adult accepted.")).to_be_visible()

    parent.goto("/")
    parent.get_by_role("link", name=student.full_name, exact=True).click()
    parent.locator(PDF_LINK).first.click()
    wait_for_viewer(parent)

    place.sandbox.illuminate.change(edits=())
    assert nights.sync()[0] == 0
    same = Guardian.objects.filter(name=tie.guardian.name, guardianships__student=student)
    assert [(one.source, bool(one.user)) for one in same] == [("illuminate", True)]
    link = Guardianship.objects.get(student=student, guardian__name=tie.guardian.name)
    assert (link.standing, link.source) == ("counts", "illuminate")
    assert not Guardianship.objects.filter(source=REGISTRATION, guardian__name=tie.guardian.name).exists()
    parent.reload()
    expect(parent.get_by_role("heading", level=1)).to_be_visible()
    parent.goto("/")
    expect(parent.get_by_role("link", name=student.full_name, exact=True)).to_have_count(1)
