"""`manage.py illuminate Endpoint key=value …`: what Illuminate says, one JSON object a line.

Data goes to standard output, and words to standard error with exit code 1 when something is wrong; a list that did not
come whole is wrong even though its lines have been printed.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from integrations.management.json_lines import JsonLinesCommand
from integrations.services import asking


class Command(JsonLinesCommand):
    help = "Print the rows of one of Illuminate's endpoints as JSON lines. They hold people's data: mind where they go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "endpoint", metavar="Endpoint", help="such as Sites, StudentContacts, Attendance/Flags"
        )
        self.add_parameters(parser, example="site_id=3 date=2026-10-01")

    def rows(self, arguments: dict[str, str], options: dict[str, Any]) -> Iterator[Any]:
        asking.checked(options["endpoint"], arguments)
        connection = asking.connection_named(options["connection"])
        return asking.rows(connection, options["endpoint"], arguments)
