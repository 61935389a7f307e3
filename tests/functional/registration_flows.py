"""What families, PowerSchool and staff do with registrations, and staff with the search: watched by the canary test."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any

import requests

from integrations.sandbox.server import DEFAULT_POWERSCHOOL_KEY
from tests.functional.visitor import Visitor
from tests.live import Portal, wait_until

REGISTRATIONS = "/staff/registrations/"
# Of a mother whom the registration alone knows, of what her family still lacks, and of what staff say of it.
MOTHER = {
    "firstName": "Canarina",
    "lastName": "Serinus-4471",
    "relationship": "Mother",
    "homePhone": "555-447-1144",
    "email": "canarina.serinus-4471@example.org",
}
NEWCOMER = {"first_name": "Atlantica", "last_name": "Domestica-5512"}
ADMIN_NOTE, PUBLIC_NOTE = "canary-admin-note: the landlord 6623", "canary-public-note: bring it 7734"
WHY = "canary-reason 8845"
PERSONS = {MOTHER["lastName"], MOTHER["email"], MOTHER["homePhone"], NEWCOMER["last_name"]}
NOTES = {ADMIN_NOTE, PUBLIC_NOTE}
KEYS = {DEFAULT_POWERSCHOOL_KEY, base64.b64encode(f"{DEFAULT_POWERSCHOOL_KEY}:".encode()).decode()}


def searching(portal: Portal) -> list[str]:
    """Find a student by name and by SSID. The page gives back what was typed, so of it the address alone is kept."""
    child = _child(portal)
    seen = []
    for part in ("teacher", "district_admin"):
        visitor = Visitor(portal, part)
        for typed in (child["name"], child["ssid"]):
            answer = visitor.post("/staff/students/", {"text": typed})
            assert child["uuid"] in answer.text, "found"
            seen.append(f"{answer.url}\n{dict(answer.headers)}")
    return seen


def asking(portal: Portal) -> None:
    """Ask PowerSchool once, as an operator does after connecting it."""
    _connect(portal)
    _look(portal)


def registering(portal: Portal) -> list[str]:
    """From the approval at PowerSchool to parents, checklists and announced students, with a lost answer between."""
    staff = Visitor(portal, "district_admin")
    _connect(portal)
    newcomer = _approve(portal)
    _activate_target(portal, staff)
    portal.sandbox.faults({"where": "createbatch", "kind": "lost", "times": 1}, vendor="powerschool")
    _look(portal, fails=True)
    _look(portal)
    _release(portal, staff)
    _look(portal)
    assert portal.rows("SELECT count(*) FROM integrations_enrollmentrecord WHERE state = 'placed'")[0][0] >= 1
    _tie(portal, staff, newcomer)
    _announce(portal, staff)
    seen = _looked_at(portal, staff)
    assert any(MOTHER["email"] in page for page in seen), "the control: staff read it"
    assert any(PUBLIC_NOTE in page for page in seen)
    return seen


def _child(portal: Portal) -> dict[str, Any]:
    child = portal.staged["ids"]["child"]
    found: dict[str, Any] = next(one for one in portal.staged["students"] if one["uuid"] == child)
    return found


def _local_id(portal: Portal) -> str:
    query = f"SELECT local_id FROM accounts_student WHERE ssid = '{_child(portal)['ssid']}'"  # noqa: S608 - no input: values of this test
    return str(portal.rows(query)[0][0])


def _connect(portal: Portal) -> None:
    named = (
        "--district",
        portal.staged["district"],
        "--name",
        "Registration",
        "--secret-env",
        "REGISTRATION_KEY",
    )
    portal.run(
        "manage.py", "connect", "powerschool", *named,
        "--base-url", f"{portal.sandbox.url}/powerschool/api/v1",
        REGISTRATION_KEY=DEFAULT_POWERSCHOOL_KEY,
    )  # fmt: skip


def _approve(portal: Portal) -> int:
    """Approve a registration of the child and one of somebody new without an id; return the second one's."""
    first, _space, last = _child(portal)["name"].partition(" ")
    known = {
        "local_id": _local_id(portal),
        "first_name": first,
        "last_name": last,
        "data": {"parent1": MOTHER},
    }
    made, newcomer = _asked(portal, "submissions", [known, NEWCOMER | {"local_id": ""}])
    said = {"status": "Incomplete", "adminNote": ADMIN_NOTE, "publicNote": PUBLIC_NOTE}
    _asked(portal, "item", {"submission": made["id"], "item": "83838", **said})
    return int(newcomer["id"])


def _asked(portal: Portal, control: str, value: Any) -> Any:
    answer = requests.post(f"{portal.sandbox.url}/powerschool/_{control}", json=value, timeout=10)
    answer.raise_for_status()
    return answer.json()


def _activate_target(portal: Portal, staff: Visitor) -> None:
    connection = _one(portal, "SELECT uuid FROM integrations_connection WHERE vendor = 'powerschool'")
    assert "delivery targets" in staff.post(REGISTRATIONS, {"connection": connection}).text
    key = _one(portal, "SELECT id FROM integrations_deliverytarget WHERE vendor_id = '501'")
    page = f"/admin/integrations/deliverytarget/{key}/change/"
    district = _one(portal, "SELECT district_id FROM integrations_connection WHERE vendor = 'powerschool'")
    saved = staff.post(page, staff.fields(page) | {"district": district, "is_active": "on"})
    assert saved.url.endswith("/admin/integrations/deliverytarget/"), "saved, and back at the list"


def _one(portal: Portal, query: str) -> str:
    """Return the first value of the first row; a UUID as an address has it, whichever database keeps it."""
    found = portal.rows(query)[0][0]
    return str(uuid.UUID(found)) if re.fullmatch(r"[0-9a-f]{32}", str(found)) else str(found)


def _look(portal: Portal, *, fails: bool = False) -> None:
    """Look as the command does; a worker may be at it this very moment."""

    def ended() -> bool:
        done = portal.run("manage.py", "sync", "powerschool", check=False)
        return "Another process looks" not in done.stdout + done.stderr and (fails or done.returncode == 0)

    wait_until(ended, seconds=60, what="for a look at PowerSchool")


def _release(portal: Portal, staff: Visitor) -> None:
    batch = _one(
        portal, "SELECT uuid FROM integrations_enrollmentbatch WHERE state = 'intent' AND vendor_id <> ''"
    )
    page = staff.post(f"{REGISTRATIONS}{batch}/lost/", {"reason": WHY})
    assert "asked to release" in page.text


def _tie(portal: Portal, staff: Visitor, newcomer: int) -> None:
    record = _one(portal, f"SELECT uuid FROM integrations_enrollmentrecord WHERE vendor_id = '{newcomer}'")  # noqa: S608 - no input: values of this test
    page, child = f"{REGISTRATIONS}records/{record}/", _child(portal)
    found = staff.post(page, {"text": child["name"]})
    assert f"{page}tie/{child['uuid']}/" in found.text
    assert "Take the tie back" in staff.post(f"{page}tie/{child['uuid']}/", {"reason": WHY}).text


def _announce(portal: Portal, staff: Visitor) -> None:
    """Announce the district's students, as the worker does when it is asked to."""
    staff.post("/staff/rosters/", {})
    key = _one(portal, "SELECT id FROM integrations_rosterschema WHERE schema_id = '71' ORDER BY id")
    page = f"/admin/integrations/rosterschema/{key}/change/"
    ours = ("first_name", "", "last_name", "birth_date", "local_id", "grade", "school", "email")
    chosen = {f"field_{number}": name for number, name in enumerate(ours)}
    saved = staff.post(page, staff.fields(page) | chosen | {"is_active": "on"})
    assert saved.url.endswith("/admin/integrations/rosterschema/"), "saved, and back at the list"
    schema = _one(portal, f"SELECT uuid FROM integrations_rosterschema WHERE id = {key}")  # noqa: S608 - no input: values of this test
    staff.post(f"/staff/rosters/{schema}/", {})
    local_id = _local_id(portal)

    def is_there() -> bool:
        told = requests.get(f"{portal.sandbox.url}/powerschool/_roster", timeout=10).json()
        return any(row["external_id"] == local_id for row in told)

    wait_until(is_there, seconds=90, what="for the child to be announced")


def _looked_at(portal: Portal, staff: Visitor) -> list[str]:
    """Open what staff and the family see of it, and accept the mother."""
    for page in ("", "waiting/"):
        assert staff.get(f"{REGISTRATIONS}{page}").ok
    item = _one(portal, "SELECT uuid FROM integrations_checklistitem WHERE vendor_id = '83838' ORDER BY id")
    for page in ("/staff/checklists/", f"/staff/checklists/{item}/", "/staff/rosters/"):
        assert staff.get(page).ok
    waiting = "/staff/reviews/registrations/"
    mother = f"SELECT id FROM accounts_guardian WHERE email = '{MOTHER['email']}'"  # noqa: S608 - no input: values of this test
    link = _one(portal, f"SELECT uuid FROM accounts_guardianship WHERE guardian_id = ({mother})")  # noqa: S608 - no input: values of this test
    assert MOTHER["email"] in staff.get(waiting).text
    staff.post(waiting, {"links": link, "answer": "accept", "reason": WHY})
    parent = Visitor(portal, "parent_of_two")
    assert PUBLIC_NOTE in parent.get(f"/students/{portal.staged['ids']['child']}/registration/").text
    return staff.seen + parent.seen
