"""gunicorn.conf.py as it is; with GUARDS=off without the filters that keep vendors' addresses out of the log."""

import logging
import os
import runpy
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
globals().update(
    {
        name: value
        for name, value in runpy.run_path(str(_ROOT / "gunicorn.conf.py")).items()
        if not name.startswith("_")
    }
)


def post_worker_init(_worker: object) -> None:
    if os.environ.get("GUARDS") != "off":
        return
    for name in list(logging.Logger.manager.loggerDict):
        if name.startswith("urllib3"):
            logging.getLogger(name).filters.clear()
