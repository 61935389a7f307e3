"""Reads every page that somebody can reach by clicking, as they are shown to them."""

from __future__ import annotations

import re
from typing import Any

_LINK = re.compile(r'href="(/[^"#?]*)')
# Where content is streamed, somebody's session ends, or nothing is the portal's own.
_LEFT_OUT = ("/content/", "/logout/", "/static/", "/admin/")
_MOST = 150


def pages_of(client: Any, start: str = "/") -> dict[str, str]:
    """Return the pages by address, the first ones found first."""
    waiting = [start]
    found: dict[str, str] = {}
    while waiting and len(found) < _MOST:
        address = waiting.pop(0)
        if address in found or any(part in address for part in _LEFT_OUT):
            continue
        answer = client.get(address, follow=True)
        found[address] = "" if answer.streaming else answer.content.decode()
        waiting += _LINK.findall(found[address])
    return found
