"""What `make run` shows of registrations: a provisional adult, a checklist of done and missing, and one that waits."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Guardian, Guardianship
from accounts.models.guardianship import REGISTRATION, Standing
from accounts.rights import Role
from integrations.models import EnrollmentRecord, RecordState
from integrations.sandbox.server import DEFAULT_ILLUMINATE, SandboxServer
from portal.demo import people, registrations
from tests.cast import give_second_factor, sign_in, world
from tests.factories import staff
from tests.integrations.enrollment.world import connected

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def told() -> tuple[Any, ...]:
    links = Guardianship.objects.filter(source=REGISTRATION)
    records = EnrollmentRecord.objects.values_list("vendor_id", "state").order_by("vendor_id")
    return list(links.values_list("guardian__email", "standing")), list(records)


def test_it_works_and_a_second_start_changes_nothing(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch):
    for name, value in DEFAULT_ILLUMINATE.items():
        monkeypatch.setenv(f"SANDBOX_ILLUMINATE_{name.upper()}", value)
    district = people.bring_in(world(), f"{sandbox.url}/illuminate/live/rest_server.php")
    connected(district, sandbox)

    registrations.bring_in(world(), district, sandbox.url)

    links, records = told()
    assert ("amparo.reyes@example.org", Standing.PROVISIONAL) in links
    assert RecordState.WAITING in {state for _id, state in records}
    assert EnrollmentRecord.objects.filter(problem="no-student-id").count() == 1
    mother = Guardian.objects.get(source="illuminate", source_id=world().cast().parent_of_two.id)
    parent = sign_in(mother.user)
    [child] = {
        link.student.uuid for link in Guardianship.objects.filter(guardian__email__startswith="amparo")
    }
    page = parent.get(f"/students/{child}/registration/").content.decode()
    for words in ("Proof of address", "Incomplete", "bring the original", "Completed"):
        assert words in page
    boss = staff(Role.DISTRICT_ADMIN, district)
    give_second_factor(boss)
    assert "Amparo Reyes" in sign_in(boss).get("/staff/reviews/registrations/").content.decode()

    sandbox.reset()
    registrations.bring_in(world(), district, sandbox.url)
    assert told() == (links, records)
