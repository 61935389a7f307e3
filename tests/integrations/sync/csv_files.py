"""Writes a night's rows as the CSV files that a district would deliver: by our columns, not by the reader's code."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from integrations.sync.rows import Kind
from tests.integrations.sync.feeds import Feed

HEADERS = {
    "schools": "site_id site_name state_school_id",
    "students": "district_student_id student_id state_student_id first_name last_name birth_date grade_level",
    "enrollments": "district_student_id site_id entry_date leave_date grade_level is_primary_ada",
    "contacts": "district_student_id contact_id contact_first_name contact_last_name email_address "
    "correspondence_language_code relationship legal_guardian resides_with",
    "staff": "staff_id name email site_id role active",
    "sections": "section_id site_id section_name staff_id user_start_date user_end_date",
    "roster": "section_id district_student_id entry_date leave_date",
    "caseloads": "district_student_id staff_id counselor_email start_date end_date",
}


def written(value: Any) -> str:
    words: dict[bool | None, str] = {True: "t", False: "f", None: ""}
    return words[value] if isinstance(value, bool | None) else str(value)


def text(name: str, rows: Iterable[Iterable[Any]], *, separator: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(HEADERS[name].split())
    writer.writerows([written(value) for value in row] for row in rows)
    return out.getvalue()


def lines_of(feed: Feed) -> dict[str, list[list[Any]]]:
    rows = feed.rows
    roles = {role.staff_id: role for role in rows[Kind.ROLES]}
    teachers = {teacher.section_id: teacher for teacher in rows[Kind.TEACHERS]}
    return {
        "schools": [[row.site_id, row.name, row.cds_code] for row in rows[Kind.SCHOOLS]],
        "students": [
            [row.local_id, row.source_id, row.ssid, row.first_name, row.last_name, row.birth_date, row.grade]
            for row in rows[Kind.STUDENTS]
        ],
        "enrollments": [
            [row.local_id, row.site_id, row.starts, row.until, row.grade, row.primary]
            for row in rows[Kind.ENROLLMENTS]
        ],
        "contacts": [
            [
                *(row.local_id, row.contact_id, *row.name.split(" ", 1), row.email, row.language),
                *(row.relationship, row.legal_guardian, row.resides_with),
            ]
            for row in rows[Kind.CONTACTS]
        ],
        "staff": [
            [row.staff_id, row.name, row.email, role.site_id, role.role_name, row.active]
            for row in rows[Kind.STAFF]
            for role in (roles[row.staff_id],)
        ],
        "sections": [
            [row.section_id, row.site_id, row.name, teacher.staff_id, teacher.starts, teacher.until]
            for row in rows[Kind.SECTIONS]
            for teacher in (teachers[row.section_id],)
        ],
        "roster": [[row.section_id, row.local_id, row.starts, row.until] for row in rows[Kind.PLACES]],
        "caseloads": [
            [row.local_id, row.staff_id, row.email, row.starts, row.until] for row in rows[Kind.CASELOADS]
        ],
    }


def deliver(folder: Path, feed: Feed, **how: str) -> Path:
    for name, lines in lines_of(feed).items():
        (folder / f"{name}.csv").write_text(text(name, lines, **how), encoding="utf-8", newline="")
    return folder
