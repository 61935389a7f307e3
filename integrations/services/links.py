"""Remembers where the state keeps its files: the first host a report's link had, for the admin to pin (trust S3).

Called by the opening of reports once a link has passed its list. Nothing else of a link is kept.
"""

from __future__ import annotations

from integrations.http import place_of
from integrations.models import Connection

_LONGEST = 255  # of the column


def note_first_host(connection: Connection, link: str) -> None:
    """Write the link's `host[:port]` to the connection unless one is there: one conditional UPDATE, once."""
    if connection.seen_link_host:
        return
    seen = place_of(link)[:_LONGEST]
    Connection.objects.filter(pk=connection.pk, seen_link_host="").update(seen_link_host=seen)
