"""Which version of ETS's API a connection's paths speak, and the paths that replace an older one's.

Districts bring their paths from Infinite Campus, whose pages still print those of version 1. Read by the connection's
page and by `connections.take_current_paths`.
"""

from __future__ import annotations

from integrations.ets.paths import PathsDescription, recognise
from integrations.models import Connection

Paths = tuple[str, str, str]


def version_of(connection: Connection) -> str:
    """Return "v1", "v2", "v3", or "unknown" for paths that are none of these."""
    return _recognised(connection).version


def replacement(connection: Connection) -> Paths | None:
    """Return the three present paths for a connection that speaks an older version, else None."""
    found = _recognised(connection)
    return (found.students_path, found.reports_path, found.token_path) if found.is_outdated else None


def _recognised(connection: Connection) -> PathsDescription:
    return recognise(connection.students_path, connection.reports_path, connection.token_path)
