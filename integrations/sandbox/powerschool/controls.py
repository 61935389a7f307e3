"""What a rehearsal may ask of the sandbox's PowerSchool Enrollment beside faults: submissions, checklists, settings.

`control.py` of the sandbox calls these with the JSON that came in. ControlError goes back as 400.
"""

from collections.abc import Callable
from typing import Any

from integrations.sandbox.exchange import ControlError
from integrations.sandbox.powerschool.printing import ITEMS
from integrations.sandbox.powerschool.registry import APPROVED, STATUSES, Submission
from integrations.sandbox.powerschool.vendor import PowerSchoolVendor

SETTINGS: dict[str, tuple[type, ...]] = {
    "api_key": (str,),
    "unauthorized_status": (int,),
    "document_seconds": (int, float),
    "batch_size": (int,),
    "auto_open": (bool,),
    "dates": (str,),
    "pages": (str,),
    "links": (str,),
}
CHOICES = {"dates": ("day", "since"), "pages": ("wrapped", "bare"), "links": ("text", "json")}
# Parts of a child that are text.
_CHILD = ("local_id", "family_id", "first_name", "last_name", "grade")
_SUBMISSION = ("count", "student", "status", "data", *_CHILD)
_SAID = ("status", "dateCompleted", "adminNote", "publicNote")
_MOST = 100_000


def submissions(vendor: PowerSchoolVendor, _: Any) -> Any:
    """List all: who, in which state, and which batch took it."""
    with vendor.registry.lock:
        return [_told(each) for each in vendor.registry.submissions.values()]


def add_submissions(vendor: PowerSchoolVendor, value: Any) -> Any:
    """Add what `[{"student": 3}, {"count": 5000}, {"local_id": "4711", "data": {"parent1": {"email": "…"}}}]` says."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ControlError("Submissions are a JSON list of objects.")
    for each in value:
        _check(each, vendor.world.size)
    return [_told(made) for each in value for made in _added(vendor, each)]


def _added(vendor: PowerSchoolVendor, given: dict[str, Any]) -> list[Submission]:
    child = {name: given[name] for name in _CHILD if name in given}
    return vendor.registry.add(
        **{name: part for name, part in given.items() if name not in _CHILD}, child=child
    )


def set_status(vendor: PowerSchoolVendor, value: Any) -> Any:
    """Give submissions another status: `{"status": "Approved", "ids": […]}`; without ids, all of them."""
    status = value.get("status", APPROVED) if isinstance(value, dict) else None
    if status not in STATUSES:
        raise ControlError(f'A status is {{"status": one of {", ".join(STATUSES)}, "ids": […]}}.')
    ids = value.get("ids", list(vendor.registry.submissions))
    return {"changed": vendor.registry.set_status(ids, status)}


def batches(vendor: PowerSchoolVendor, _: Any) -> Any:
    """List all batches with the records that they took, oldest first."""
    with vendor.registry.lock:
        return [
            {
                "id": each.batch_id,
                "target": each.target,
                "records": list(each.records),
                "open": each.is_open,
                "reset": each.is_reset,
            }
            for each in vendor.registry.batches.values()
        ]


def roster(vendor: PowerSchoolVendor, _: Any) -> Any:
    """List what imports have sent."""
    with vendor.registry.lock:
        return [
            {"external_id": row.external_id, "values": row.values}
            for row in vendor.registry.roster.values()
            if row.values
        ]


def say_of_item(vendor: PowerSchoolVendor, value: Any) -> Any:
    """Set an item of a checklist entry: `{"submission": id, "item": "83838", "publicNote": "…"}`."""
    if not isinstance(value, dict) or value.get("submission") not in vendor.registry.submissions:
        raise ControlError('An item is {"submission": id, "item": id, …}.')
    item = value.get("item")
    said = {name: part for name, part in value.items() if name in _SAID and isinstance(part, str)}
    if item not in [known for known, *_ in ITEMS] or len(said) != len(value) - 2:
        raise ControlError(f"Of an item are said: {', '.join(_SAID)}.")
    vendor.registry.say(value["submission"], item, said)
    return said


def change_settings(vendor: PowerSchoolVendor, value: dict[str, Any]) -> None:
    """Take the settings that are PowerSchool's own, by the names in SETTINGS."""
    for name, choices in CHOICES.items():
        if value.get(name, choices[0]) not in choices:
            raise ControlError(f"The setting {name} is one of: {', '.join(choices)}.")
    registry = vendor.registry
    vendor.api_key = value.get("api_key", vendor.api_key)
    vendor.unauthorized_status = value.get("unauthorized_status", vendor.unauthorized_status)
    vendor.blobs.seconds = value.get("document_seconds", vendor.blobs.seconds)
    registry.most_records = value.get("batch_size", registry.most_records) or None
    registry.auto_open = value.get("auto_open", registry.auto_open)
    vendor.dates_are_days = value.get("dates", "day" if vendor.dates_are_days else "since") == "day"
    vendor.is_wrapped = value.get("pages", "wrapped" if vendor.is_wrapped else "bare") == "wrapped"
    vendor.links_are_json = value.get("links", "json" if vendor.links_are_json else "text") == "json"


def _told(made: Submission) -> dict[str, Any]:
    return {
        "id": made.record_id,
        "action": made.action,
        "student": made.child.index,
        "local_id": made.child.local_id,
        "status": made.status,
        "delivered": {str(target): batch for target, batch in made.delivered.items()},
        "documents": list(made.documents),
    }


def _check(given: dict[str, Any], size: int) -> None:
    if set(given) - set(_SUBMISSION):
        raise ControlError(f"A submission has these parts: {', '.join(_SUBMISSION)}.")
    count, student = given.get("count", 1), given.get("student")
    if type(count) is not int or not 1 <= count <= _MOST:
        raise ControlError(f"count is a number from 1 to {_MOST}.")
    if not (student is None or (type(student) is int and 0 <= student < size)):
        raise ControlError("student is the number of a student of the district, or null.")
    if given.get("status", APPROVED) not in STATUSES:
        raise ControlError(f"status is one of: {', '.join(STATUSES)}.")
    if not isinstance(given.get("data", {}), dict):
        raise ControlError("data is an object.")
    if any(not isinstance(given.get(name, ""), str) for name in _CHILD):
        raise ControlError(f"These are text: {', '.join(_CHILD)}.")


ACTIONS: dict[tuple[str, str], Callable[[PowerSchoolVendor, Any], Any]] = {
    ("GET", "submissions"): submissions,
    ("POST", "submissions"): add_submissions,
    ("POST", "status"): set_status,
    ("GET", "batches"): batches,
    ("GET", "roster"): roster,
    ("POST", "item"): say_of_item,
}
