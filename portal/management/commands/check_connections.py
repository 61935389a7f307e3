"""`manage.py check_connections`: ask every vendor whether our credentials work; exit 1 if one does not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import BaseCommand

from integrations.models import Connection, Vendor
from integrations.services import checks, expiry


class Command(BaseCommand):
    help = "Check every connection with its vendor, and say how long its credentials live."

    def handle(self, *_args: Any, **_options: Any) -> None:
        failed = False
        for connection in Connection.objects.select_related("district").order_by("district__name", "name"):
            result = checks.check(connection)
            failed = failed or bool(result.reason)
            # Only ETS's pairs end by themselves.
            ends = f"; {expiry.countdown(connection.expires)}" if connection.vendor == Vendor.ETS else ""
            self.stdout.write(f"{connection.district.cds_code} {connection.name}: {_verdict(result)}{ends}")
        if failed:
            sys.exit(1)


def _verdict(result: checks.CheckResult) -> str:
    if result.reason:
        return f"{result.reason} ({checks.verdict_on(result).title})"
    if result.vendor == Vendor.ILLUMINATE:
        return f"works, sees {len(result.sites)} sites"
    if result.vendor == Vendor.POWERSCHOOL:
        return "works"
    if result.leas is None:
        return "works (version 1 names no LEA)"
    return f"works for LEA {', '.join(result.leas) or '(none named)'}"
