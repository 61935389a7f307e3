"""The product's settings for a server under test: the same, but for where the collected static files lie.

`tests/live.py` names it to gunicorn, the worker and commands; `var/` of the work tree stays untouched.
"""

import os
from pathlib import Path

from portal.settings import *  # noqa: F403 - the settings are the product's own

STATIC_ROOT = Path(os.environ["LIVE_FOLDER"]) / "static"
