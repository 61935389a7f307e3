"""The product's settings on its most talkative day: every logger at DEBUG, and all that goes over the wire logged.

With GUARDS=off redaction is taken out as well: the control that shows what the canary test would find without it.
"""

import http.client
import logging
import os

from tests.live_settings import *  # noqa: F403 - the same settings, with more to say
from tests.live_settings import LOGGING

_wire = logging.getLogger("http.client")


def _log_instead(*parts: object, **_options: object) -> None:
    # The body of a POST is what somebody announces to a vendor, and no log of ours would hold it.
    is_body = parts[0] == "send:" and " HTTP/1.1" not in str(parts[1])
    _wire.debug("send: a body" if is_body else " ".join(map(str, parts)))


# The standard library prints each request and the answer's headers where somebody asks it to; here they go to the log.
http.client.HTTPConnection.debuglevel = 1
http.client.print = _log_instead  # type: ignore[attr-defined] # a global that its code finds before the built-in
LOGGING["loggers"]["urllib3"] = {"level": "DEBUG"}
LOGGING["root"]["level"] = "DEBUG"
if os.environ.get("GUARDS") == "off":
    LOGGING["handlers"]["out"] |= {"filters": [], "formatter": "plain"}
    LOGGING["formatters"]["plain"] = {"format": "%(name)s %(message)s"}
