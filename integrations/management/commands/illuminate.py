"""`manage.py illuminate Endpoint key=value …`: what Illuminate says, one JSON object a line.

Data goes to standard output, and words to standard error with exit code 1 when something is wrong; a list that did not
come whole is wrong even though its lines have been printed.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from integrations.services import asking


class Command(BaseCommand):
    help = "Print the rows of one of Illuminate's endpoints as JSON lines. They hold people's data: mind where they go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "endpoint", metavar="Endpoint", help="such as Sites, StudentContacts, Attendance/Flags"
        )
        parser.add_argument(
            "parameters", nargs="*", metavar="key=value", help="such as site_id=3 date=2026-10-01"
        )
        parser.add_argument("--connection", metavar="NAME", help="its name, where there are several")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            arguments = _arguments(options["parameters"])
            asking.checked(options["endpoint"], arguments)
            connection = asking.connection_named(options["connection"])
            for row in asking.rows(connection, options["endpoint"], arguments):
                self.stdout.write(json.dumps(row, ensure_ascii=False))
        except asking.CannotAsk as problem:
            self.stderr.write(str(problem))
            sys.exit(1)
        except BrokenPipeError:
            sys.exit(1)  # `| head` has had enough


def _arguments(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if not all(name and sign for name, sign, _ in pairs):
        raise asking.CannotAsk("Parameters are written key=value, such as site_id=3.")
    return {name: value for name, _, value in pairs}
