"""Students announced to PowerSchool: only what changed, errors beside their student, safe to repeat."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AccessChange, Student
from integrations.models import RosterSchema
from integrations.sandbox.server import SandboxServer
from integrations.services import roster_push
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.enrollment import rows, world

LIST = "/staff/rosters/"
MAPPING = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "DateOfBirth": "birth_date",
    "ExternalID": "local_id",
    "Grade": "grade",
    "School": "school",
}


@pytest.fixture
def schema(cast: Cast, sandbox: SandboxServer) -> RosterSchema:
    connection = world.connected(cast.district, sandbox)
    roster_push.list_schemas(connection)
    made = RosterSchema.objects.get(action_id="41002", schema_id="71")
    made.is_active, made.mapping = True, MAPPING
    made.save()
    return made


def sent(sandbox: SandboxServer) -> dict[str, dict[str, str]]:
    found = sandbox.powerschool.registry.roster.values()
    return {row.external_id: row.values for row in found if row.values}


def students_of(cast: Cast) -> set[str]:
    return set(Student.unscoped.filter(district=cast.district).values_list("local_id", flat=True))


def test_it_works(cast: Cast, sandbox: SandboxServer, schema: RosterSchema):
    done = roster_push.push(schema)

    assert done == roster_push.Pushed(sent=len(students_of(cast)), refused=0, failure="")
    assert set(sent(sandbox)) == students_of(cast)
    child = sent(sandbox)[cast.child.local_id]
    assert (child["FirstName"], child["Grade"]) == (cast.child.first_name, "5")
    assert cast.child.birth_date
    assert child["DateOfBirth"] == cast.child.birth_date.strftime("%m/%d/%Y")


def test_only_what_changed_is_sent_again(cast: Cast, sandbox: SandboxServer, schema: RosterSchema):
    roster_push.push(schema)
    Student.unscoped.filter(pk=cast.child.pk).update(first_name="Changed")

    assert roster_push.push(schema) == roster_push.Pushed(1, 0, "")
    assert sent(sandbox)[cast.child.local_id]["FirstName"] == "Changed"


def test_what_is_not_taken_stands_beside_its_student_and_is_not_sent_again(
    cast: Cast, sandbox: SandboxServer, schema: RosterSchema
):
    Student.unscoped.filter(pk=cast.child.pk).update(first_name="")

    assert roster_push.push(schema) == roster_push.Pushed(len(students_of(cast)), 1, "")
    assert roster_push.push(schema) == roster_push.Pushed(0, 0, "")

    page = sign_in(cast.records_custodian).get(f"{LIST}{schema.uuid}/").content.decode()
    assert cast.child.last_name in page
    assert "FirstName is required." in page
    assert cast.classmate.full_name not in page
    sign_in(cast.records_custodian).post(f"{LIST}{schema.uuid}/")
    assert roster_push.push(schema) == roster_push.Pushed(1, 1, ""), "asked for, it is tried once more"


def test_a_field_that_the_schema_does_not_know(cast: Cast, sandbox: SandboxServer, schema: RosterSchema):
    schema.mapping = MAPPING | {"Nickname": "first_name"}
    schema.save()

    done = roster_push.push(schema)
    assert done
    assert done.refused == done.sent
    page = sign_in(cast.records_custodian).get(f"{LIST}{schema.uuid}/").content.decode()
    assert "Unknown field: Nickname." in page


@pytest.mark.promise("F3")
def test_a_push_that_broke_off_goes_on_and_doubles_nobody(
    cast: Cast, sandbox: SandboxServer, schema: RosterSchema
):
    sandbox.faults.add(vendor="powerschool", where="import_roster", kind="lost", times=1)
    done = roster_push.push(schema)
    assert done
    assert done.failure == "hung-up"

    assert roster_push.push(schema) == roster_push.Pushed(len(students_of(cast)), 0, "")
    found = [row.external_id for row in sandbox.powerschool.registry.roster.values() if row.values]
    assert sorted(found) == sorted(students_of(cast))


@pytest.mark.promise("A4")
def test_a_student_under_a_hold_is_not_announced(cast: Cast, sandbox: SandboxServer, schema: RosterSchema):
    factories.hold(cast.child)
    roster_push.push(schema)

    assert set(sent(sandbox)) == students_of(cast) - {cast.child.local_id}


def test_the_schemas_come_with_a_guess_and_nothing_is_sent(cast: Cast, sandbox: SandboxServer):
    world.connected(cast.district, sandbox)
    client = sign_in(cast.integrations_admin)

    page = client.post(LIST, follow=True).content.decode()

    assert "Roster from the portal" in page
    made = RosterSchema.objects.get(action_id="41002", schema_id="71")
    assert (made.mapping["ExternalID"], made.is_active) == ("local_id", False)
    roster_push.push_id(made.uuid)
    assert sent(sandbox) == {}


@pytest.mark.promise("R5")
def test_the_mapping_is_set_in_the_admin(cast: Cast):
    schema = rows.schema(cast)
    client = sign_in(cast.integrations_admin)
    address = f"/admin/integrations/rosterschema/{schema.pk}/change/"

    def answer(**fields: Any) -> Any:
        return client.post(
            address, {"is_active": "on", "field_0": "last_name", "field_1": "local_id"} | fields
        )

    assert "Say which field takes the student id" in answer(field_1="").content.decode()
    assert answer().status_code == 302
    schema.refresh_from_db()
    assert (schema.mapping, schema.is_active) == ({"FirstName": "last_name", "ExternalID": "local_id"}, True)
    row = AccessChange.objects.get(verb="roster_schema.changed")
    assert row.before["mapping"]["FirstName"] == "first_name"
