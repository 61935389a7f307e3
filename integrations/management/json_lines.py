"""What the commands have in common that print a vendor's rows: parameters, lines, and words when something is wrong."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management import BaseCommand

from integrations.services import asking


class JsonLinesCommand(BaseCommand):
    """A command whose `rows` are printed as they come."""

    def add_parameters(self, parser: ArgumentParser, *, example: str) -> None:
        parser.add_argument("parameters", nargs="*", metavar="key=value", help=f"such as {example}")
        parser.add_argument("--connection", metavar="NAME", help="its name, where there are several")

    def rows(self, arguments: dict[str, str], options: dict[str, Any]) -> Iterator[Any]:
        """Return what is printed, one a line. Raises CannotAsk, before the first or on the way."""
        raise NotImplementedError

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            for row in self.rows(_arguments(options["parameters"]), options):
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
