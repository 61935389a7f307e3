"""The access matrix of runs: staff who have whole classes, and each run its maker's alone."""

from __future__ import annotations

from tests.access_rows import EVERYBODY, NOBODY, SEES_STUDENTS, Row, page, posted_page

STARTS_RUNS = SEES_STUDENTS
MAKER = frozenset({"teacher"})


def _file(url: str) -> list[Row]:
    """A file that is only had by a post: getting it is on record."""
    return [
        Row(url, MAKER, method="post"),
        Row(url, EVERYBODY, status=405, anonymous=405),
        Row(url, EVERYBODY, status=405, anonymous=405, method="put"),
    ]


RUNS: dict[str, list[Row]] = {
    "run-list": page("/staff/runs/", STARTS_RUNS),
    "run-start": posted_page("/staff/runs/new/", STARTS_RUNS),
    "run-detail": [
        Row("/staff/runs/{report_run}/", MAKER),
        Row("/staff/runs/{report_run}/", MAKER, status=302, method="post"),
        Row("/staff/runs/{nobody}/", NOBODY),
    ],
    "run-results": posted_page("/staff/runs/{report_run}/results/", MAKER),
    "run-export": _file("/staff/runs/{report_run}/export/"),
    "class-set": _file("/staff/runs/{report_run}/class-set/"),
    "print-volume": [
        *_file("/staff/runs/{report_run}/print/1/"),
        Row("/staff/runs/{report_run}/print/2/", NOBODY, method="post"),
    ],
}
