"""Lines of CSV files that people open in a spreadsheet. Every file that the portal hands out is written here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def csv_line(cells: Iterable[object]) -> str:
    """Return one line with its end, each cell defused."""
    text = io.StringIO()
    csv.writer(text).writerow([_defused(str(cell)) for cell in cells])
    return text.getvalue()


def _defused(cell: str) -> str:
    """Keep a spreadsheet from running a cell that somebody's name or a vendor's word made look like a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
