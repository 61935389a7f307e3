"""How a district syncs, and what the source's roles mean here: saved here, each with its change of access (trust R5).

The admin calls it. The brake, the review list and the roles of all staff follow these rows from the next run on; were
they changed unseen, nobody could say who had opened a door.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from accounts.models import District, User
from accounts.rights import ROLES, Right, Role
from accounts.services import changes, staff_roles
from accounts.services.changes import Actor
from integrations.models import RoleMapping, SyncProblem, SyncRun, SyncSettings

# So many of the last runs are looked through for role names without a meaning.
LOOKED_THROUGH = 5


def _state(row: SyncSettings | RoleMapping) -> dict[str, Any]:
    values = model_to_dict(row, exclude=["id", "district"])
    if (at := values.get("nightly_at")) is not None:
        values["nightly_at"] = at.isoformat("minutes")
    return values


@transaction.atomic
def save(settings: SyncSettings, *, by: Actor) -> None:
    """Save the settings of a district. Nothing is recorded where nothing changed."""
    found = SyncSettings.objects.filter(pk=settings.pk).first()
    settings.save()
    _record(
        "sync_settings.changed",
        settings,
        before=_state(found) if found else {},
        after=_state(settings),
        by=by,
    )


@transaction.atomic
def save_mapping(mapping: RoleMapping, *, by: Actor) -> None:
    """Say what a role of the source means. Raises IntegrityError if another row says something about it."""
    found = RoleMapping.objects.filter(pk=mapping.pk).first()
    mapping.save()
    _record(
        "role_mapping.changed", mapping, before=_state(found) if found else {}, after=_state(mapping), by=by
    )


@transaction.atomic
def remove_mapping(mapping: RoleMapping, *, by: Actor) -> None:
    """Take a meaning away: from the next run on the role grants nothing and is a problem."""
    before = _state(mapping)
    _record("role_mapping.removed", mapping, before=before, after={}, by=by)
    mapping.delete()


def roles_to_give(user: User, district: District) -> list[Role]:
    """Return the roles this person may let the source give: reaching all students is for those who reach them."""
    if (
        user.is_superuser
        or staff_roles.districts_with(user, Right.SEE_DISTRICT_REPORTS).filter(pk=district.pk).exists()
    ):
        return list(Role)
    return [role for role in Role if Right.SEE_DISTRICT_REPORTS not in ROLES[role]]


def unmapped_roles(district: District) -> list[str]:
    """Return the names of roles that the last runs met and that mean nothing here yet."""
    recent = (
        SyncRun.objects.filter(district=district)
        .order_by("-pk")
        .values_list("pk", flat=True)[:LOOKED_THROUGH]
    )
    met = SyncProblem.objects.filter(run__in=list(recent), kind="roles", reason="role-unmapped")
    names = {name.lower() for name in met.values_list("source_id", flat=True).distinct() if name}
    mapped = RoleMapping.objects.filter(district=district).values_list("role_name", flat=True)
    return sorted(names - {name.lower() for name in mapped})


def _record(
    verb: str, row: SyncSettings | RoleMapping, *, before: dict[str, Any], after: dict[str, Any], by: Actor
) -> None:
    if before != after:
        subject, _, _ = verb.partition(".")
        changes.record(verb, subject=subject, subject_id=row.district.uuid, before=before, after=after, by=by)
