"""`manage.py powerschool Call key=value …`: what PowerSchool Enrollment says, one JSON object a line. It only reads.

Data goes to standard output, and words to standard error with exit code 1 when something is wrong; a list that did not
come whole is wrong even though its lines have been printed. No call that changes anything there can be made, and none
that answers with a link.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from integrations.management.json_lines import JsonLinesCommand
from integrations.models import Vendor
from integrations.services import asking


class Command(JsonLinesCommand):
    help = (
        "Print what PowerSchool Enrollment says as JSON lines. They hold people's data: mind where they go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "call", metavar="Call", help="such as DeliveryTargets, GetBatches, SubmissionRecords"
        )
        self.add_parameters(parser, example="action_id=41001 page=2")

    def rows(self, arguments: dict[str, str], options: dict[str, Any]) -> Iterator[Any]:
        asking.check_powerschool(options["call"], arguments)
        connection = asking.connection_named(options["connection"], Vendor.POWERSCHOOL)
        return asking.powerschool_rows(connection, options["call"], arguments)
