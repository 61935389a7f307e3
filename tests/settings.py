"""Settings for the tests: the product's own, fed from a fixed environment.

SQLite in a file (threads and an in-memory database do not mix) unless DATABASE_URL says otherwise; one file a run,
so that two runs on one machine do not meet. All of it is under `var/tests/`; `tests/conftest.py` removes
it at the end.
"""

import base64
import os
import re
from pathlib import Path

RUN_ID = os.environ.setdefault("TEST_RUN_ID", str(os.getpid()))
SCRATCH = Path(__file__).resolve().parent.parent / "var" / "tests" / RUN_ID
SCRATCH.mkdir(parents=True, exist_ok=True)

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("FIELD_KEYS", "test:" + base64.b64encode(bytes(range(32))).decode())
os.environ.setdefault("SITE_URL", "http://testserver")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{SCRATCH / 'portal.sqlite3'}")
os.environ.setdefault("EMAIL_URL", "memory://")
os.environ.setdefault("PORTAL_VENDOR_HOSTS", "127.0.0.1,localhost")
os.environ.setdefault("BROKER_FOLDER", str(SCRATCH / "broker"))
# Parallel workers would read and clear each other's cache: each gets the next Redis database.
_worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
if _worker and os.environ.get("REDIS_URL"):
    _server, _, _database = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{_server}/{int(_database) + int(_worker[1]) + 1}"

from portal.settings import *  # noqa: E402, F403 - the settings module is the product's own, after the environment is set
from portal.settings import DATABASES, STORAGES  # noqa: E402 - named again for the type checker

DATABASES["default"].setdefault("TEST", {})
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"]["NAME"] = str(SCRATCH / "test.sqlite3")
else:
    DATABASES["default"]["TEST"]["NAME"] = f"portal_test_{RUN_ID}"
    # Transactional tests empty every table after them; the record of access refuses that otherwise.
    DATABASES["default"]["OPTIONS"]["options"] = "-c portal.tests_empty_tables=on"

# The real one takes half a second a password by design.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Hashed names need a collectstatic first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Empty, but there: whitenoise warns about a missing folder, and a fresh clone has collected nothing.
STATIC_ROOT = SCRATCH / "static"
STATIC_ROOT.mkdir(exist_ok=True)
