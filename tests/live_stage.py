"""Fills the database of a live server, and tells its tests whom they can be. Run by `tests/live.py` in its environment.

`python -m tests.live_stage OUT cast|world|empty STUDENTS` migrates, collects static files, brings people in, connects
the district to the sandbox and writes to OUT what is there: sessions as cookies, students with their SSIDs.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - models can be imported only after django.setup()
from django.core.management import call_command  # noqa: E402 - what is imported needs the settings that the lines above prepare
from django.db.models import Count  # noqa: E402 - what is imported needs the settings that the lines above prepare

from accounts import access  # noqa: E402 - what is imported needs the settings that the lines above prepare
from accounts.models import District, Guardian, School, Student, User  # noqa: E402 - what is imported needs the settings that the lines above prepare
from integrations.models import Connection  # noqa: E402 - what is imported needs the settings that the lines above prepare
from integrations.sandbox.server import DEFAULT_ILLUMINATE  # noqa: E402 - what is imported needs the settings that the lines above prepare
from integrations.sandbox.world import World  # noqa: E402 - what is imported needs the settings that the lines above prepare
from portal.demo import people  # noqa: E402 - what is imported needs the settings that the lines above prepare
from scorereports.models import Configuration  # noqa: E402 - what is imported needs the settings that the lines above prepare
from scorereports.services import configurations  # noqa: E402 - what is imported needs the settings that the lines above prepare
from tests import cast, factories  # noqa: E402 - what is imported needs the settings that the lines above prepare

MOST_PARENTS = 60


def main(out: str, kind: str, students: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if kind != "empty":
        Path(out).write_text(json.dumps(_stage(kind, students)))


def _stage(kind: str, students: int) -> dict[str, Any]:
    if kind == "cast":
        made = cast.build()
        district, users = made.district, made.users()
        named = {
            name: str(getattr(made, name).uuid)
            for name in ("child", "sibling", "classmate", "stranger_child")
        }
    else:
        world = World(students=students)
        district = _brought_in(world)
        users, named = _users_of(world), {}
    connection = _connect(district)
    school = School.objects.filter(district=district).order_by("pk")[0]
    return {
        "district": district.cds_code,
        "password": factories.PASSWORD,
        "ids": named
        | {
            "school": school.pk,
            "connection": connection.pk,
            "configuration": Configuration.objects.get(district=district).pk,
        },
        "people": {part: _person(user) for part, user in users.items()},
        "students": [
            {"uuid": str(one.uuid), "ssid": one.ssid, "name": one.full_name, "last_name": one.last_name}
            for one in Student.unscoped.order_by("pk")
        ],
    }


def _brought_in(world: World) -> District:
    """Sync the world as the demo does; then every adult with an address of their own has an account."""
    os.environ |= {f"SANDBOX_ILLUMINATE_{name.upper()}": value for name, value in DEFAULT_ILLUMINATE.items()}
    vendors = os.environ["LIVE_ETS"].removesuffix("/ets")
    district = people.bring_in(world, f"{vendors}/illuminate/live/rest_server.php")
    alone = Guardian.objects.exclude(email="").values("email").annotate(adults=Count("pk")).filter(adults=1)
    for guardian in Guardian.objects.filter(user=None, email__in=alone.values("email")):
        people.join(guardian)
    return district


def _users_of(world: World) -> dict[str, User]:
    """Families by number, the cast's staff by their part, and somebody without children."""
    named = world.cast()
    staff = {part: getattr(named, part).email for part in ("teacher", "school_admin", "district_admin")}
    users = {part: User.objects.get(email=email.lower()) for part, email in staff.items()}
    for user in users.values():
        people.give_second_factor(user)
    # A guardian who is staff, too, would be asked for a second factor first.
    families = User.objects.filter(guardians__isnull=False, staff_roles__isnull=True)
    parents = families.distinct().order_by("pk")[:MOST_PARENTS]
    users |= {f"parent-{number}": user for number, user in enumerate(parents)}
    return users | {"nobody": factories.user()}


def _connect(district: District) -> Connection:
    connection = factories.connection(
        district, os.environ["LIVE_ETS"], secret=os.environ["LIVE_ETS_SECRET"], user_name="sandbox"
    )
    configurations.ensure_default(connection=connection, by=factories.BY)
    return connection


def _person(user: User) -> dict[str, Any]:
    client = cast.sign_in(user)
    return {
        "uuid": str(user.uuid),
        "email": user.email,
        "name": user.name,
        "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "students": [str(one.uuid) for one in access.students_visible_to(user)[:100]],
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
