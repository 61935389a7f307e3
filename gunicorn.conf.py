"""The web server: threads, since a slow phone or a slow vendor must hold a thread and not a process.

Found by gunicorn by its name. Its own lines go through the same redaction as ours; the access log is ours
(`portal.middleware.RequestRecord`), since gunicorn's would print addresses.
"""

import os

from portal.environment import is_loopback
from portal.logs import logging_config

workers = int(os.environ.get("SERVER_PROCESSES", "2"))
threads = int(os.environ.get("SERVER_THREADS", "32"))
worker_class = "gthread"
control_socket_disable = True
preload_app = False
graceful_timeout = 30
timeout = 60
keepalive = 5
accesslog = None
logconfig_dict = logging_config(level=os.environ.get("LOG_LEVEL", "INFO"))


def on_starting(server: object) -> None:
    """The demo's people are printed on a page: it listens to this machine alone."""
    addresses = [address for address, *_ in server.cfg.address if isinstance(address, str)]  # type: ignore[attr-defined] # gunicorn ships no types for its settings
    if os.environ.get("DEMO") == "1" and not all(is_loopback(address) for address in addresses):
        raise SystemExit("DEMO runs on this machine alone: bind 127.0.0.1, or unset DEMO for a real set-up.")
