"""What is done with a delivery target: saved here, with its change of access, and shown against a real record.

The admin calls it. A mapping decides which student an adult is brought to, and `approval_counts` whether that adult
sees the child's reports without a look of staff; were they changed unseen, nobody could say who had opened a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import District, User
from accounts.rights import Right
from accounts.services import changes, staff_roles
from accounts.services.changes import Actor
from integrations.models import DeliveryTarget, EnrollmentRecord, RecordState
from integrations.services import enrollment_mapping as mapping
from integrations.services import enrollment_records as records
from integrations.services import enrollment_sealing as sealing
from integrations.services import enrollments
from portal.base import clock
from portal.base.secrets import SecretUnreadable

# So many of the newest records a mapping is checked against: what one family left out another filled in.
LOOKED_THROUGH = 25


@dataclass(frozen=True)
class Shown:
    """One field of a record, or one part of the mapping and what it finds. `value` is what this person may see."""

    label: str
    path: str
    value: str = field(repr=False)


def _state(target: DeliveryTarget) -> dict[str, Any]:
    return {
        "district": str(target.district.uuid) if target.district else None,
        "is_active": target.is_active,
        "every_minutes": target.every_minutes,
        "approval_counts": target.approval_counts,
        "mapping": {name: path for name, path in target.mapping.items() if path},
    }


@transaction.atomic
def save(target: DeliveryTarget, *, by: Actor) -> None:
    """Save what is done with a target. With another mapping, what is not placed yet is read anew."""
    found = DeliveryTarget.objects.select_related("district").get(pk=target.pk)
    before, after = _state(found), _state(target)
    if target.is_active and target.watched_from is None:
        target.watched_from = clock.now()
    target.save(update_fields=[*before, "watched_from"])
    if before == after:
        return
    changes.record(
        "delivery_target.changed",
        subject="delivery_target",
        subject_id=target.uuid,
        by=by,
        before=before,
        after=after,
    )
    if before["mapping"] != after["mapping"] or before["district"] != after["district"]:
        records.of_target(target).filter(state__in=records.UNPLACED).update(state=RecordState.NEW)
    if target.is_active:
        enrollments.ask(target)


def newest_records(target: DeliveryTarget) -> list[EnrollmentRecord]:
    """Return the newest records whose words are still there."""
    rows = records.of_target(target).exclude(data="").order_by("-pk")
    return list(rows[:LOOKED_THROUGH])


def mistakes(target: DeliveryTarget, given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with a mapping, by field, in words, held against the newest records."""
    return mapping.mistakes(given, [_fields(record) for record in newest_records(target)])


def preview(target: DeliveryTarget, given: Mapping[str, str], user: User, record: str = "") -> dict[str, Any]:
    """Return what a mapping finds in a record, the newest or the one named, and all the fields of that record."""
    newest = newest_records(target)
    shown = next((one for one in newest if str(one.uuid) == record), newest[0] if newest else None)
    if shown is None:
        return {"records": [], "shown": None}
    may_read = may_read_submissions(user, target)
    fields = _fields(shown)
    found = [
        Shown(label, given[name], _value(fields.get(given[name]), may_read))
        for name, label in labels().items()
        if given.get(name)
    ]
    there = [Shown("", path, _value(value, may_read)) for path, value in fields.items()]
    return {"records": newest, "shown": shown, "found": found, "fields": there, "may_read": may_read}


def labels() -> dict[str, str]:
    """Return the words for each part of a mapping, by its name."""
    found = {name: str(label) for name, label in mapping.STUDENT_FIELDS.items()}
    for number in mapping.ADULTS:
        for name, label in mapping.ADULT_FIELDS.items():
            found[f"adult{number}_{name}"] = f"{number}. {label}"
    return found


def may_read_submissions(user: User, target: DeliveryTarget) -> bool:
    """Say whether this person reads what families wrote, in the district that the target brings registrations to."""
    return _holds(user, Right.SEE_SUBMISSIONS, district_of(target))


def may_let_approval_count(user: User | None, district: District | None) -> bool:
    """Say whether this person decides about adults themselves, so that they may let the school's approval decide."""
    if user is None or district is None:
        return False
    return _holds(user, Right.REVIEW_LINKS, district.pk)


def district_of(target: DeliveryTarget) -> int | None:
    """Return the id of the district that a target brings to, or of the one whose connection it came by."""
    found: int | None = target.district_id or target.connection.district_id
    return found


def _holds(user: User, right: Right, district: int | None) -> bool:
    return district is not None and staff_roles.districts_with(user, right).filter(pk=district).exists()


def _fields(record: EnrollmentRecord) -> dict[str, str]:
    try:
        return sealing.fields_of(record)
    except SecretUnreadable:
        return {}


def _value(value: str | None, may_read: bool) -> str:
    """Return the value, or for whoever may not read it how long it is; empty if the record has none."""
    if not value:
        return ""
    return value if may_read else "•" * min(len(value), 12)
