"""Where messages to the worker go, from whatever process they are sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import ROOT

SENT = "from celery import current_app; current_app.send_task('integrations.sync_due', retry=False)"


@pytest.mark.slow
@pytest.mark.promise("F7")
def test_a_command_reaches_the_worker_as_pages_do(tmp_path: Path):
    """Celery's own default, a RabbitMQ on this machine, is where messages went that nobody ever read."""
    without = {"REDIS_URL", "TEST_RUN_ID"}
    environment = {name: value for name, value in os.environ.items() if name not in without}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "BROKER_FOLDER": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", SENT],
        cwd=ROOT,
        env=environment | {"TEST_RUN_ID": f"{os.getpid()}-messages"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "messages").iterdir())) == 1
