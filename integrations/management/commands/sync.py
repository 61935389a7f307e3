"""`manage.py sync illuminate|csv|powerschool`: one run in this process. Exit 0 done, 3 held by the brake, 1 failed.

The last line of its output is a JSON object: run, state, dry_run, counts, problems, reasons, failure. For PowerSchool,
whose registrations come by delivery target: state, dry_run, targets, failure. Its dry run asks by GET alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser

from accounts.models import District
from integrations.http import VendorError
from integrations.models import Connection, SyncRun, SyncState
from integrations.services import checklists, enrollments, submissions, syncs
from integrations.sync.runs import Busy
from portal.base.secrets import SecretUnreadable

BY = "command:sync"
HELD, FAILED = 3, 1


class Command(BaseCommand):
    help = "Bring in schools, people and links from a student information system."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", choices=["illuminate", "csv", "powerschool"])
        parser.add_argument(
            "--district", metavar="CDS", help="CDS code; needed where there are several districts"
        )
        parser.add_argument("--connection", metavar="NAME", help="its name; needed where there are several")
        parser.add_argument("--folder", default="", metavar="DIR", help="folder of the CSV files")
        parser.add_argument("--dry-run", action="store_true", help="make and keep the preview, apply nothing")
        parser.add_argument("--approve", metavar="RUN", help="apply what a held run shows")
        parser.add_argument("--reason", default="approved at the command line", help="why it is approved")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["source"] == "powerschool":
            self._registrations(options)
            return
        try:
            run = self._approved(options) if options["approve"] else self._started(options)
            syncs.work_on(run=run)
        except Busy:
            raise CommandError(
                "Another run works for this district. Try again when it has finished."
            ) from None
        except VendorError as problem:
            raise CommandError(f"The source cannot be reached: {type(problem).__name__}") from None
        self.stdout.write(json.dumps(_summary(run)))
        if run.reasons and not run.applied and run.state != SyncState.FAILED:
            sys.exit(HELD)
        if run.state != SyncState.DONE:
            sys.exit(FAILED)

    def _registrations(self, options: dict[str, Any]) -> None:
        if options["approve"]:
            raise CommandError("Registrations wait for no approval as a whole: there is nothing to approve.")
        connection = _connection(options)
        told: dict[str, Any] = {"dry_run": options["dry_run"], "failure": ""}
        try:
            if options["dry_run"]:
                told["targets"] = enrollments.preview(connection)
            else:
                enrollments.list_targets(connection)
                told["targets"] = enrollments.drain_all(connection, by=BY)
                told["checklist_marks"] = checklists.sync(connection)
                told["submissions"] = submissions.bring_all(connection)
                told["failure"] = next((one["failure"] for one in told["targets"] if one["failure"]), "")
        except Busy:
            raise CommandError("Another process looks at this connection. Try again later.") from None
        except (VendorError, SecretUnreadable) as problem:
            told["failure"] = problem.reason
        self.stdout.write(json.dumps(told | {"state": "failed" if told["failure"] else "done"}))
        if told["failure"]:
            sys.exit(FAILED)

    def _started(self, options: dict[str, Any]) -> SyncRun:
        connection = _connection(options) if options["source"] == "illuminate" else None
        return syncs.start(
            district=connection.district if connection else _district(options),
            source=options["source"],
            connection=connection,
            # Another process may go on with the run, from another folder.
            folder=str(Path(options["folder"]).absolute()) if options["folder"] else "",
            dry_run=options["dry_run"],
            by=BY,
            publish=False,
        )

    def _approved(self, options: dict[str, Any]) -> SyncRun:
        try:
            run = SyncRun.objects.get(uuid=options["approve"], source=options["source"])
            if run.state == SyncState.HELD:
                syncs.approve(run=run, by=BY, reason=options["reason"], publish=False)
        except (ValidationError, SyncRun.DoesNotExist):
            raise CommandError("There is no such run of this source.") from None
        if run.state not in {SyncState.APPLYING, SyncState.DONE}:
            raise CommandError("This run does not wait for approval.")
        return run


def _connection(options: dict[str, Any]) -> Connection:
    found = Connection.objects.filter(vendor=options["source"]).select_related("district")
    if options["connection"]:
        found = found.filter(name=options["connection"])
    if options["district"]:
        found = found.filter(district__cds_code=options["district"])
    if found.count() != 1:
        names = ", ".join(f"{one.district.cds_code} {one.name}" for one in found) or "none"
        raise CommandError(f"Say which with --district and --connection. There are: {names}")
    return found.get()


def _district(options: dict[str, Any]) -> District:
    found = District.objects.all()
    if options["district"]:
        found = found.filter(cds_code=options["district"])
    if found.count() != 1:
        codes = ", ".join(found.values_list("cds_code", flat=True)) or "none"
        raise CommandError(f"Say which district with --district. There are: {codes}")
    return found.get()


def _summary(run: SyncRun) -> dict[str, Any]:
    return {
        "run": str(run.uuid),
        "state": run.state,
        "dry_run": run.dry_run,
        "counts": run.counts,
        "problems": run.problem_counts,
        "reasons": run.reasons,
        "failure": run.failure,
    }
