"""`manage.py sandbox`: the sandbox's vendors on this machine, for rehearsals and the demo.

The demo's start-up runs it beside the portal. It binds loopback only; there is no option to widen that.
"""

import os
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.sandbox.server import (
    DEFAULT_API_TOKEN,
    DEFAULT_ILLUMINATE,
    DEFAULT_POWERSCHOOL_KEY,
    DEFAULT_USERNAME,
    SandboxServer,
)
from integrations.sandbox.world import World


class Command(BaseCommand):
    help = "Run the sandbox vendors: a made-up district's ETS, Illuminate and PowerSchool, on loopback."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8001, help="Port on 127.0.0.1 (8001); 0 takes a free one."
        )
        parser.add_argument("--students", type=int, default=200, help="Size of the made-up district (200).")
        parser.add_argument(
            "--latency-ms", type=float, default=0, help="Milliseconds added to every API call."
        )

        parser.add_argument(
            "--keep-pages",
            metavar="FOLDER",
            help="Keep Illuminate's pages there and serve them again as they are.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            world = World(students=options["students"])
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        try:
            server = SandboxServer(
                world,
                port=options["port"],
                latency_ms=options["latency_ms"],
                username=os.environ.get("SANDBOX_ETS_USERNAME") or DEFAULT_USERNAME,
                api_token=os.environ.get("SANDBOX_ETS_SECRET") or DEFAULT_API_TOKEN,
                illuminate=_illuminate_credentials(),
                powerschool_key=os.environ.get("SANDBOX_POWERSCHOOL_KEY") or DEFAULT_POWERSCHOOL_KEY,
            )
        except OSError as problem:
            raise CommandError(f"Port {options['port']} cannot be used: {problem.strerror}.") from problem
        if options["keep_pages"]:
            server.illuminate.kept.keep_in(Path(options["keep_pages"]))
        asked_to_stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked_to_stop.set())
        with server:
            for vendor in server.vendors:
                self.stdout.write(f"{server.url}{vendor.base_path}")
            self.stdout.flush()
            asked_to_stop.wait()


def _illuminate_credentials() -> dict[str, str]:
    given = {
        "key": os.environ.get("SANDBOX_ILLUMINATE_KEY"),
        "secret": os.environ.get("SANDBOX_ILLUMINATE_SECRET"),
        "token": os.environ.get("SANDBOX_ILLUMINATE_TOKEN"),
        "token_secret": os.environ.get("SANDBOX_ILLUMINATE_TOKEN_SECRET"),
    }
    return {name: given[name] or default for name, default in DEFAULT_ILLUMINATE.items()}
