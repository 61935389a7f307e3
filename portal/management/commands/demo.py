"""`make run`: the sandbox vendors, a worker, the sandbox's people, and the portal, in one terminal.

Starts real processes and ends all of them on Ctrl-C, or when one of them dies. Everything it makes is under `var/`.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from accounts.models import User
from portal import environment
from portal.demo import cast, people, registrations

HERE = "127.0.0.1"


class Command(BaseCommand):
    help = "Run the whole portal against the sandbox vendors, with people to sign in as."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is the demo: start it with `make run`, which sets DEMO=1.")
        port = settings.PORT
        keys = environment.demo_keys(settings.VAR)
        os.environ |= {name: key for name, key in keys.items() if name.startswith("SANDBOX_")} | {
            "SANDBOX_ETS_USERNAME": "sandbox",
            "SANDBOX_ILLUMINATE_KEY": "sandbox",
            "SANDBOX_ILLUMINATE_TOKEN": "sandbox",
        }
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        vendors = f"http://{HERE}:{port + 1}"
        sandbox, *others = _commands(port)
        processes = [_started(sandbox)]
        try:
            self._prepare()
            self._wait_for(f"{vendors}/ets/_calls", port, processes)
            self._bring_in(vendors)
            processes += map(_started, others)
            self._wait_for(f"http://{HERE}:{port}/readyz", port, processes)
            self._announce(port)
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
            raise CommandError("A part of the demo ended by itself; its last lines are above.")
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")
        finally:
            _end(processes)

    def _prepare(self) -> None:
        settings.VAR.mkdir(exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)

    def _bring_in(self, vendors: str) -> None:
        try:
            district = people.bring_in(cast.world(), f"{vendors}/illuminate/live/rest_server.php")
        except people.NotBroughtIn as problem:
            raise CommandError(str(problem)) from None
        for member in cast.members():
            if member.is_staff:
                people.give_second_factor(User.objects.get(email=member.email.lower()))
        call_command(
            "connect",
            "ets",
            district=district.cds_code,
            name="Sandbox",
            base_url=f"{vendors}/ets",
            username="sandbox",
            secret_env="SANDBOX_ETS_SECRET",  # noqa: S106 - the name of an environment variable, no secret
            verbosity=0,
            stdout=io.StringIO(),  # the people are what the terminal is for
        )
        call_command(
            "connect",
            "powerschool",
            district=district.cds_code,
            name="Sandbox registration",
            base_url=f"{vendors}/powerschool/api/v1",
            secret_env="SANDBOX_POWERSCHOOL_KEY",  # noqa: S106 - the name of an environment variable, no secret
            verbosity=0,
            stdout=io.StringIO(),
        )
        registrations.bring_in(cast.world(), district, vendors)

    def _wait_for(self, url: str, port: int, processes: list[subprocess.Popen[bytes]]) -> None:
        for _attempt in range(300):
            if any(process.poll() is not None for process in processes):
                raise CommandError(f"A part of the demo did not start. Is port {port} or {port + 1} in use?")
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - always http, to the server this command started
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise CommandError("A part of the demo did not answer within 30 seconds.")

    def _announce(self, port: int) -> None:
        lines = [
            f"\nReady:  http://localhost:{port}",
            f"People: http://localhost:{port}/demo/   (one click each)",
            "",
        ]
        lines += [f"  {member.title:24} {member.name:28} {member.description}" for member in cast.members()]
        self.stdout.write("\n".join([*lines, "", "Ctrl-C ends everything."]))
        self.stdout.flush()


def _commands(port: int) -> list[list[str]]:
    """Name the demo's processes: the sandbox vendors, a worker with the schedule, the portal."""
    manage, module = [sys.executable, "manage.py"], [sys.executable, "-m"]
    worker = ["worker", "--beat", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"]
    return [
        [*manage, "sandbox", "--port", str(port + 1), "--students", str(cast.STUDENTS)],
        [*module, "celery", "--app", "portal", "--quiet", *worker],
        [*module, "gunicorn", "portal.wsgi", "--bind", f"{HERE}:{port}"],
    ]


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603 - the command line is put together here, without a shell


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
