"""`manage.py connect ets|illuminate|powerschool …`: set up a vendor from a script.

Idempotent by name; secrets come from environment variables.
"""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction

from accounts.models import District
from accounts.services import changes
from integrations.models import Connection, Vendor
from integrations.services import connections
from scorereports.services import configurations

BY = "command:connect"
_NAMES = {Vendor.ETS: "ETS", Vendor.ILLUMINATE: "Illuminate", Vendor.POWERSCHOOL: "PowerSchool Enrollment"}


class Command(BaseCommand):
    help = "Set up a district's connection to a vendor; for ETS also the district's default configuration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        vendors = parser.add_subparsers(dest="vendor", required=True)
        ets = _vendor(vendors.add_parser(Vendor.ETS.value, help="ETS Score Report API"))
        ets.add_argument("--username", required=True, metavar="K", help="the client key from TOMS")
        illuminate = _vendor(
            vendors.add_parser(Vendor.ILLUMINATE.value, help="Illuminate: who belongs to whom")
        )
        illuminate.add_argument("--consumer-key", required=True, metavar="K", help="the access key")
        illuminate.add_argument("--token", metavar="T", help="the user token; without one, OAuth 2 is spoken")
        illuminate.add_argument(
            "--token-secret-env", metavar="VAR", help="the variable that holds the user token's secret"
        )
        _vendor(
            vendors.add_parser(
                Vendor.POWERSCHOOL.value, help="PowerSchool Enrollment: families who register"
            ),
            secret="the API key",  # noqa: S106 - says in words what the secret is
        )

    @transaction.atomic
    def handle(self, *_args: Any, **options: Any) -> None:
        vendor = Vendor(options["vendor"])
        credentials = _credentials(vendor, options)
        district = _district(options["district"], options.get("district_name"))
        connection = Connection.objects.filter(district=district, name=options["name"]).first() or Connection(
            district=district, name=options["name"], vendor=vendor
        )
        if connection.vendor != vendor:
            raise CommandError(
                "The district has a connection of this name to another vendor: choose another name."
            )
        before = connections.recorded_state(connection) if connection.pk else None
        connection.base_url = options["base_url"]
        try:
            connections.save(connection, by=BY, before=before, **credentials)
        except connections.BadConnection as problem:
            raise CommandError(str(problem)) from None
        if vendor == Vendor.ETS:
            configurations.ensure_default(connection=connection, by=BY)
        self.stdout.write(f"Connected {district.cds_code} to {_NAMES[vendor]} as {connection.name}.")


def _vendor(parser: ArgumentParser, *, secret: str = "the client secret") -> ArgumentParser:  # noqa: S107 - says in words what the secret is; not a secret
    parser.add_argument("--district", required=True, metavar="CDS", help="the district's CDS code, 14 digits")
    parser.add_argument("--district-name", help="its name, if the district is new here")
    parser.add_argument("--name", required=True, help="the connection's name")
    parser.add_argument("--base-url", required=True, metavar="U", help="scheme, host and prefix if any")
    parser.add_argument(
        "--secret-env", required=True, metavar="VAR", help=f"the variable that holds {secret}"
    )
    return parser


def _credentials(vendor: Vendor, options: dict[str, Any]) -> dict[str, Any]:
    secret = _secret(options["secret_env"])
    if vendor == Vendor.ETS:
        return {"key": options["username"], "secret": secret}
    if vendor == Vendor.POWERSCHOOL:
        return {"secret": secret}
    token, variable = options.get("token"), options.get("token_secret_env")
    if bool(token) != bool(variable):
        raise CommandError("--token and --token-secret-env go together; without both, OAuth 2 is spoken.")
    return {
        "key": options["consumer_key"],
        "secret": secret,
        "token": token or None,
        "token_secret": _secret(variable) if variable else "",
    }


def _secret(variable: str) -> str:
    secret = os.environ.get(variable, "")
    if not secret.strip():
        raise CommandError(f"The environment variable {variable} is empty: put the secret there.")
    return secret


def _district(cds_code: str, name: str | None) -> District:
    if not re.fullmatch(r"[0-9]{14}", cds_code):
        raise CommandError("--district wants a CDS code of 14 digits, such as 19647330000000.")
    district = District.objects.filter(cds_code=cds_code).first()
    if district is None:
        district = District.objects.create(cds_code=cds_code, name=name or f"District {cds_code}")
        changes.record(
            "district.added",
            subject="district",
            subject_id=district.uuid,
            by=BY,
            after={"cds_code": cds_code},
        )
    return district
