"""A night's sync as an operator runs it: `manage.py connect`, `manage.py sync`, against the sandbox over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.apps import apps
from django.core.management import call_command

from accounts.models import District, Guardianship
from accounts.models.guardianship import Standing
from accounts.rights import Role
from integrations.models import RoleMapping
from integrations.sandbox.server import DEFAULT_ILLUMINATE, SandboxServer
from portal.base.clock import local_today

ROLES = {
    "Teacher": Role.TEACHER,
    "Counselor": Role.COUNSELOR,
    "Office Staff": Role.OFFICE,
    "Site Administrator": Role.SCHOOL_ADMIN,
    "District Administrator": Role.DISTRICT_ADMIN,
}
# What no night writes: passwords and sessions, the record of what was opened.
_OTHERS = {"accounts_accessrecord", "accounts_accesschange"}


def connect(sandbox: SandboxServer) -> District:
    """Connect the sandbox's district to its Illuminate and say what its roles mean here."""
    cds_code = sandbox.world.district.cds_code
    call_command(
        "connect",
        "illuminate",
        district=cds_code,
        district_name=sandbox.world.district.name,
        name="Nightly",
        base_url=sandbox.url + sandbox.illuminate.base_path,
        consumer_key=DEFAULT_ILLUMINATE["key"],
        token=DEFAULT_ILLUMINATE["token"],
        secret_env="ILLUMINATE_SECRET",
        token_secret_env="ILLUMINATE_TOKEN_SECRET",
        stdout=StringIO(),
    )
    district = District.objects.get(cds_code=cds_code)
    for name, role in ROLES.items():
        RoleMapping.objects.create(district=district, role_name=name, role=role)
    return district


def sync(*options: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the summary, which is the last line."""
    out, status = StringIO(), 0
    try:
        call_command("sync", "illuminate", *options, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return status, summary


def rows_of_accounts() -> dict[str, list[dict[str, Any]]]:
    """Return every row of the tables that a night may write, by table."""
    return {
        model._meta.db_table: list(model._base_manager.order_by("pk").values())
        for model in apps.get_app_config("accounts").get_models()
        if model._meta.db_table not in _OTHERS
    }


def families() -> Iterator[tuple[str, str, str]]:
    """Yield (contact, student, standing) of the links in force."""
    links = Guardianship.objects.on(local_today()).values_list(
        "guardian__source_id", "student__local_id", "standing"
    )
    yield from sorted(links)


def who_counts() -> set[tuple[str, str]]:
    return {(contact, student) for contact, student, standing in families() if standing == Standing.COUNTS}
