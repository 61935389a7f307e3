"""Finds the configuration that serves a student's school, and makes the district's default one."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet

from accounts.access import ReportAccess
from accounts.models import School, User
from accounts.rights import Right
from accounts.services import changes, staff_roles
from accounts.services.changes import Actor
from integrations.models import Connection
from portal.base.questions import Given, Question
from scorereports.models import Configuration, SchoolOverride


def for_student(access: ReportAccess) -> Configuration | None:
    """Return the configuration of the school that speaks for the student, else the district's default."""
    # Without a school, no configuration names it.
    return _serving().first(district=access.district_id, school=access.school and access.school.pk)


@cache
def _serving() -> Question[Configuration]:
    default = Q(district=Given("district", BigIntegerField()), is_default=True)
    serves = default | Q(schools=Given("school", BigIntegerField()))
    rows = Configuration.objects.select_related("connection").filter(serves)
    return Question(rows.order_by("is_default", "pk")[:1])


@transaction.atomic
def ensure_default(*, connection: Connection, by: Actor) -> Configuration:
    """Make the district's default configuration unless it has one; leave an existing one as people set it."""
    existing = Configuration.objects.filter(district=connection.district, is_default=True).first()
    if existing is not None:
        return existing
    made = Configuration.objects.create(
        district=connection.district, name=connection.name, connection=connection, is_default=True
    )
    changes.record(
        "configuration.added",
        subject="configuration",
        subject_id=made.uuid,
        by=by,
        after={"connection": str(connection.uuid), "is_default": True},
    )
    return made


def recorded_state(configuration: Configuration) -> dict[str, Any]:
    """Return what the record of changes holds of a configuration."""
    return {
        "name": configuration.name,
        "connection": str(configuration.connection.uuid),
        "is_default": configuration.is_default,
        "schools": sorted(str(uuid) for uuid in configuration.schools.values_list("uuid", flat=True)),
        "pdf_delivery": configuration.pdf_delivery,
        "html_delivery": configuration.html_delivery,
        "display": configuration.display,
        "staff_see_not_final": configuration.staff_see_not_final,
    }


@transaction.atomic
def save(
    configuration: Configuration,
    *,
    schools: Collection[School],
    by: Actor,
    before: dict[str, Any] | None = None,
) -> None:
    """Save a configuration and the schools that override the default with it; `before` is None for a new one.

    Raises IntegrityError when a school has another override by now, or the district another default.
    """
    configuration.save()
    configuration.schools.set(schools)
    after = recorded_state(configuration)
    if after != before:
        changes.record(
            "configuration.changed" if before else "configuration.added",
            subject="configuration",
            subject_id=configuration.uuid,
            by=by,
            before=before,
            after=after,
        )


@transaction.atomic
def remove(configuration: Configuration, *, by: Actor) -> None:
    """Delete a configuration; its schools fall back to the district's default."""
    before, uuid = recorded_state(configuration), configuration.uuid
    configuration.delete()
    changes.record("configuration.removed", subject="configuration", subject_id=uuid, by=by, before=before)


def looked_after_by(user: User, right: Right = Right.VIEW_SET_UP) -> QuerySet[Configuration]:
    """Return the configurations all of whose schools this person reaches with the right.

    The default serves every school that no other names, also one that comes tomorrow: it is the district's.
    """
    schools = staff_roles.schools_set_up_by(user, right)
    elsewhere = SchoolOverride.objects.filter(configuration=OuterRef("pk")).exclude(school__in=schools)
    own = Q(is_default=False, schools__in=schools) & ~Exists(elsewhere)
    districts = staff_roles.districts_set_up_by(user, right)
    return Configuration.objects.filter(
        Q(pk__in=Configuration.objects.filter(own).values("pk")) | Q(district__in=districts)
    )


def schools_served_by(configuration: Configuration) -> QuerySet[School]:
    """Return the schools whose reports come through this configuration today."""
    overriding = Q(configurations=configuration)
    if not configuration.is_default:
        return School.objects.filter(overriding).distinct()
    left = Q(district=configuration.district_id, configurations__isnull=True)
    return School.objects.filter(overriding | left).distinct()


def fallback_of(configuration: Configuration) -> Configuration | None:
    """Return the default that takes over the schools when this override is gone, if there is one."""
    defaults = Configuration.objects.filter(district=configuration.district_id, is_default=True)
    return None if configuration.is_default else defaults.first()
