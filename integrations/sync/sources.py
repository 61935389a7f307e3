"""Where the rows of a run come from: the one place that knows which source needs what. `runs` calls `build`."""

from __future__ import annotations

from collections.abc import Callable

from integrations import clients
from integrations.http import VendorMisconfigured
from integrations.models import SyncRun
from integrations.sync import csv_folders
from integrations.sync.from_illuminate import IlluminateSource
from integrations.sync.rows import Source
from portal.base.clock import local_today


class UnknownSource(ValueError):
    """The run names a source that this portal does not have."""


def _illuminate(run: SyncRun) -> Source:
    if run.connection is None:  # removed since the run was asked for
        raise VendorMisconfigured("no-connection")
    return IlluminateSource(clients.illuminate_client_for_a_night(run.connection), today=local_today())


# By the word that a run and the rows it writes carry; a new source adds its line.
BUILDERS: dict[str, Callable[[SyncRun], Source]] = {"csv": csv_folders.source, "illuminate": _illuminate}


def build(run: SyncRun) -> Source:
    """Return the source of this run, ready to be fed from once. Raises UnknownSource, and what its client raises."""
    builder = BUILDERS.get(run.source)
    if builder is None:
        raise UnknownSource(run.source)
    return builder(run)
