"""Brings the sandbox's PowerSchool into the demo: registrations, the adults they name, and what a family still lacks.

Called by the demo after its people are there; it does what the schedule does hour by hour, once and at once. Safe to
repeat: the sandbox forgets with each start, and the portal knows each registration by its id.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from accounts.models import District
from integrations.models import Connection, Vendor
from integrations.sandbox.people import Student as Child
from integrations.sandbox.powerschool.registry import PORTAL_TARGET
from integrations.sandbox.world import World
from integrations.services import checklists, enrollment_targets, enrollments
from portal.demo.people import BY

# Beside the mother, whom the student information system knows, a grandmother whom only the registration names.
_GRANDMOTHER = {
    "firstName": "Amparo",
    "lastName": "Reyes",
    "relationship": "Grandmother",
    "homePhone": "(555) 555-0177",
    "email": "amparo.reyes@example.org",
}
_NOTE = "Please bring the original to the school office."


def bring_in(world: World, district: District, vendors: str) -> None:
    """Have families register at the sandbox (at this address) and bring in what it hands over."""
    mother = world.cast().parent_of_two
    child = min(world.children_of(mother), key=lambda one: one.index)
    registered, _newcomer = _asked(
        f"{vendors}/powerschool/_submissions", [_registration(world, child), {"local_id": ""}]
    )
    for said in (
        {"item": "83838", "status": "Incomplete", "publicNote": _NOTE},
        {"item": "83839", "status": "Completed", "dateCompleted": "08/05/2026"},
    ):
        _asked(f"{vendors}/powerschool/_item", {"submission": registered["id"], **said})
    connection = Connection.objects.get(vendor=Vendor.POWERSCHOOL, district=district)
    for target in enrollments.list_targets(connection):
        if target.vendor_id == str(PORTAL_TARGET):
            target.district, target.is_active = district, True
            enrollment_targets.save(target, by=BY)
    enrollments.drain_all(connection, by=BY)
    checklists.sync(connection)


def _registration(world: World, child: Child) -> dict[str, Any]:
    known = next(tie for tie in world.guardians_of(child) if tie.guardian.id == world.cast().parent_of_two.id)
    return {
        "local_id": child.local_id,
        "first_name": child.first_name,
        "last_name": child.last_name,
        "data": {
            "parent1": {
                "firstName": known.guardian.first_name,
                "lastName": known.guardian.last_name,
                "relationship": known.relationship,
                "email": known.guardian.email,
            },
            "parent2": _GRANDMOTHER,
        },
    }


def _asked(address: str, value: Any) -> Any:
    body = json.dumps(value).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310 - always http, to the sandbox that the demo started
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the request of the line above, always to the sandbox
        return json.load(answer)
