"""Short answers of the endpoints that the portal does not build on: enough for each to be printed and read.

`feed.py` calls it. Fields and types are those of the document's samples.
"""

from typing import Any

from integrations.sandbox.illuminate.drift import Row

_TITLES = ("District Benchmark 1", "District Benchmark 2", "Unit Test")
_BANDS = (("0", "Far Below Basic"), ("70", "Basic"), ("90", "Advanced"))


def assessments() -> list[Row]:
    return [
        {
            # One id as text among numbers, as in the document's sample.
            "assessment_id": 1014 + number if number else "999",
            "local_assessment_id": str(1234 + number),
            "title": title,
            "description": "",
            "author_id": 400_001,
            "district_author_id": "D1",
            "author_first": "User",
            "author_last": "Illuminate",
            "scope_id": 1,
            "scope": "District Benchmark",
            "subject_id": 1,
            "subject": "Mathematics",
            "grade_levels": "3, 4, 5",
            "created_at": "2025-09-19 15:27:37",
            "updated_at": "2025-09-19 15:27:38",
        }
        for number, title in enumerate(_TITLES)
    ]


def assessment_view(assessment: str, year: int) -> dict[str, Any]:
    bands = [
        {
            "minimum_value": least,
            "label": label,
            "label_number": str(number + 1),
            "color": "00CA3F",
            "is_mastery": number == len(_BANDS) - 1,
        }
        for number, (least, label) in enumerate(_BANDS)
    ]
    return {
        "exported_at": "2025-09-19 20:27:06",
        "version": 4,
        "performance_band_sets": [
            {"performance_band_set_id": "1", "description": "District Default", "performance_bands": bands}
        ],
        "assessment": {
            "title": f"Assessment {assessment}",
            "description": "",
            "academic_year": str(year),
            "scope": None,
            "grade_levels": [],
            "standards": [],
            "groups": [],
            "versions": [{"number": "1", "label": "Version 1"}],
            "fields": [],
        },
    }


def attendance_flags() -> list[Row]:
    return [
        _attendance_flag("+", "Present", 1, present=True),
        _attendance_flag("Abs", "Absent", 2, present=False),
    ]


def _attendance_flag(code: str, title: str, precedence: int, *, present: bool) -> Row:
    no = dict.fromkeys(
        ("is_excused", "is_tardy", "is_extreme", "is_truancy", "is_suspension", "is_verified"), False
    )
    return {
        "flag_code": code,
        "flag_title": title,
        "char_code": code[0],
        "precedence": precedence,
        "is_present": present,
        "is_reconciled": True,
        **no,
    }


def permissions() -> dict[str, bool]:
    granted = ("module", "view", "search")
    withheld = ("create", "update", "delete", "erase", "no_photo", "no_video", "review", "download")
    return dict.fromkeys(granted, True) | dict.fromkeys(withheld, False)


def programs() -> Row:
    return {
        "gifted_slash_talented": "N",
        "mobility": "N",
        "lunch_status": "FL",
        "plan": "N",
        "service_code": "GE",
    }


def gradebook(local_id: str) -> Row:
    return {
        "local_student_id": local_id,
        "gradebook_name": "Homeroom",
        "percentage": "100",
        "mark": "A",
        "color": "null",
        "calculated_at": "2025-11-06 02:38:06",
    }


def saved(scores: Any) -> dict[str, Any]:
    """What a district's posted scores come to; nothing is kept."""
    rows = scores if isinstance(scores, list) else []
    students = {str(row.get("local_student_id")) for row in rows if isinstance(row, dict)}
    return {
        "students_count": len(students),
        "responses_count": len(rows),
        "rejected_responses_count": 0,
        "rejected_responses_details": [],
    }
