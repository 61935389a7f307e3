"""Faults of answers that come in pages: a page too short, one sent twice, totals that lie or change.

`misbehaviour.py` calls it. The status stays 200 and the body valid, so only a client that counts notices.
"""

import json
from collections.abc import Callable
from typing import Any

from integrations.sandbox.exchange import Call, Reply, Vendor
from integrations.sandbox.wire import Wire

_Change = Callable[[dict[str, Any]], dict[str, Any]]


def short_page(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    """Leave out the last rows of a page, and say nothing of it."""
    rows = options.get("rows", 1)
    _send(
        lambda page: {**page, "results": page["results"][: max(0, len(page["results"]) - rows)]}, call, wire
    )


def repeated_page(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    """Send the rows of another page (the one before) under the number asked for."""
    reply = call.answer()
    if reply.body and call.turn is not None and call.page is not None:
        page = json.loads(reply.body)
        if isinstance(page, dict) and "results" in page:
            other = json.loads(call.turn(max(1, options.get("of", call.page - 1))).body)
            reply = _replied({**page, "results": other["results"]})
    wire.send(reply)


def miscount(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    """Tell another total of rows, and of pages, than there are."""

    def change(page: dict[str, Any]) -> dict[str, Any]:
        told = {}
        for name, by in (("num_results", options.get("results", 1)), ("num_pages", options.get("pages", 0))):
            number = max(0, int(page[name]) + by)
            told[name] = str(number) if isinstance(page[name], str) else number
        return {**page, **told}

    _send(change, call, wire)


def changed_rows(options: dict[str, Any], call: Call, _vendor: Vendor, wire: Wire) -> None:
    """Lay fields over every row of a page, or put rows of one's own in their place."""

    def change(page: dict[str, Any]) -> dict[str, Any]:
        rows = options.get("rows", page["results"])
        laid = options.get("set", {})
        return {**page, "results": [{**row, **laid} if isinstance(row, dict) else row for row in rows]}

    _send(change, call, wire)


def _send(change: _Change, call: Call, wire: Wire) -> None:
    reply = call.answer()
    page = json.loads(reply.body) if reply.body else None
    # Refusals and answers without pages stay what they are.
    wire.send(_replied(change(page)) if isinstance(page, dict) and "results" in page else reply)


def _replied(page: dict[str, Any]) -> Reply:
    return Reply(200, json.dumps(page, ensure_ascii=False).encode())
