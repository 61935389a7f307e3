"""What the sandbox saw browsers do: how they asked for links, and what hostile pages got away with.

`server.py` fills it, `control.py` shows it to programs on this machine. It keeps no SSID, no link and no cookie's
value: names, hosts and yes or no.
"""

import re
import threading
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.exchange import Call, Request
from integrations.sandbox.links import file_of

KEPT = 500
_ATTEMPT = re.compile(r"[a-z-]{1,40}")
# Headers told as they came.
_TOLD = (
    "Origin",
    "Range",
    "Sec-Fetch-Site",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Dest",
    "Sec-Fetch-User",
    "Sec-Purpose",
)


class Observations:
    """Two lists, each of the last 500. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._link_requests: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._attempts: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def forget(self) -> None:
        with self._lock:
            self._link_requests.clear()
            self._attempts.clear()

    def saw_link_request(self, request: Request, call: Call) -> None:
        """Note how a link or a page's part was asked for; what is no header of the request is left out."""
        headers = {name: value for name in _TOLD if (value := request.headers.get(name)) is not None}
        if (referer := request.headers.get("Referer")) is not None:
            headers["Referer"] = _place_only(referer)
        if (cookies := request.headers.get("Cookie")) is not None:
            headers["Cookie"] = "; ".join(part.partition("=")[0].strip() for part in cookies.split(";"))
        if "Authorization" in request.headers:
            headers["Authorization"] = "(sent)"
        seen = {
            "endpoint": call.endpoint,
            "method": request.method,
            "file": file_of(request.path.rpartition("/s3/")[2]) or "report.pdf",
            "headers": headers,
        }
        with self._lock:
            self._link_requests.append(seen)

    def saw_attempt(self, attempt: str, worked: str) -> bool:
        """Note what a hostile page says of one attempt; False for what no such page says."""
        if not _ATTEMPT.fullmatch(attempt) or worked not in ("yes", "no"):
            return False
        with self._lock:
            self._attempts.append({"attempt": attempt, "worked": worked == "yes"})
        return True

    def link_requests(self) -> list[dict[str, Any]]:
        """The requests for links and parts, oldest first."""
        with self._lock:
            return list(self._link_requests)

    def attempts(self) -> list[dict[str, Any]]:
        """What hostile pages reported, oldest first."""
        with self._lock:
            return list(self._attempts)


def _place_only(address: str) -> str:
    """Scheme and host of an address, and an ellipsis where there was more: a path may be a link."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "(unreadable)"
    more = "\u2026" if parts.path.strip("/") or parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{more}"
