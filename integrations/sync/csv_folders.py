"""Which folder a run may read its CSV files from. `sources` calls it for each run from CSV.

The command line may name any folder: whoever has it reads the disk anyway. Nightly runs and "Sync now" take theirs from
settings that a district's staff edit, and stay within their own district's folder under CSV_FOLDERS. If this is wrong,
one district brings in another's children.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from integrations.models import SyncRun
from integrations.sync.from_csv import BadDelivery, CsvSource
from portal.base.clock import local_today

_COMMAND = "command:"


def source(run: SyncRun) -> CsvSource:
    """Return the run's folder as a source. Raises BadDelivery: `folder-refused`, `no-folder`."""
    if not run.folder:
        raise BadDelivery("no-folder")
    folder = Path(run.folder)
    if not run.started_by.startswith(_COMMAND):
        folder = _within(folder, run.district.cds_code)
    return CsvSource(folder, today=local_today())


def _within(folder: Path, cds_code: str) -> Path:
    """Take a relative folder from the district's own. What leads out of that, by dots or by a link, is refused."""
    if not settings.CSV_FOLDERS:
        raise BadDelivery("folder-refused")
    try:
        own = (Path(settings.CSV_FOLDERS) / cds_code).resolve()
        asked = (own / folder).resolve()
    except (OSError, RuntimeError, ValueError) as problem:
        raise BadDelivery("no-folder") from problem
    if not asked.is_relative_to(own):
        raise BadDelivery("folder-refused")
    return asked
