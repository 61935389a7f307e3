"""How the sandbox's PowerSchool Enrollment writes things down: the samples of the document, field by field.

`vendor.py` calls it. Each field has the date form that its sample has: `…Z` in batches, no zone in records, a midnight
in dates of birth, month/day/year in checklists and forms.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.dice import roll
from integrations.sandbox.powerschool.families import Child, Parent
from integrations.sandbox.powerschool.registry import (
    CHECKLISTS,
    NEW_ACTION,
    PENDING,
    RETURNING_ACTION,
    SCHEMAS,
    TARGETS,
    Batch,
    Entry,
    RosterRow,
    Submission,
)
from integrations.sandbox.world import World

Row = dict[str, Any]

TITLES = {NEW_ACTION: "New Student Registration", RETURNING_ACTION: "Returning Student Update"}
# id, type, name, description
ITEMS = (
    ("83838", "Document", "Proof of address", "A bill or a lease with your name on it."),
    ("83839", "Document", "Birth certificate", "Or a passport."),
    ("83840", "Immunization", "Immunizations", "The yellow card."),
    ("83841", "Photo", "Photo", "School photo."),
)
_STATES = ("Completed", "Incomplete", "Waived", "In review")
_ADMIN_NOTE = "Admin: called twice, no answer. Landlord says they moved."
_PUBLIC_NOTE = "Please bring the original to the school office."
# What a family uploaded, in the order of a submission's documents: the field of the form, the file, its type.
FILES = (
    ("doc_BirthCertificate", "birth-certificate.pdf", "application/pdf"),
    ("doc_ProofOfAddress", "proof-of-address.png", "image/png"),
    ("doc_Immunizations", "immunizations.jpg", "image/jpeg"),
    ("doc_Photo", "photo.heic", "image/heic"),
    (
        "doc_CustodyLetter",
        "custody-letter.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
)


# --- the solution -----------------------------------------------------------------------------------------------------


def span(world: World) -> str:
    return f"{world.school_year - 1}-{world.school_year}"


def actions(world: World) -> list[Row]:
    return [{"id": each, "title": title, "academicYear": span(world)} for each, title in TITLES.items()]


def schemas() -> list[Row]:
    return [{"id": each, "title": title, "fields": list(fields)} for each, (title, fields) in SCHEMAS.items()]


def targets() -> list[Row]:
    return [{"id": each, "title": title} for each, title in TARGETS.items()]


def health(moment: datetime) -> Row:
    moment = moment.astimezone(ZoneInfo("America/Los_Angeles"))
    half = "AM" if moment.hour < 12 else "PM"  # noqa: PLR2004 - a clock face has twelve hours
    clock = f"{moment.hour % 12 or 12}:{moment:%M:%S} {half}"
    return {
        "Status": "Healthy",
        "SoftwareVersion": "19.5.1.0",
        "DateTimeNow": f"{moment.month}/{moment.day}/{moment.year} {clock} (Pacific Standard Time)",
    }


# --- batches ----------------------------------------------------------------------------------------------------------


def batch(made: Batch, records: list[Submission]) -> Row:
    """A batch as it is handed over; without `records`, as it is listed later."""
    return {"id": made.batch_id, "date": zulu(made.made), "records": [delivered(each) for each in records]}


def delivered(submission: Submission) -> Row:
    child = submission.child
    data: Row = {
        "student": {
            "studentID": child.local_id,
            "firstName": child.first_name,
            "lastName": child.last_name,
            "dateOfBirth": us(child.birth_date),
            "grade": child.grade,
            "gender": child.gender,
            "school": child.school.name,
        }
    }
    for number, parent in enumerate(child.parents, 1):
        data[f"parent{number}"] = _parent(child, parent)
    if len(child.parents) == 1:
        _say_nothing_of_a_second(data, submission.record_id)
    for part, values in submission.data.items():
        data[part] = {**data.get(part, {}), **values} if isinstance(values, dict) else values
    return {"id": submission.record_id, "submitted": zulu(submission.submitted), "data": data}


def _parent(child: Child, parent: Parent) -> Row:
    return {
        "studentID": child.local_id,
        "relationship": parent.relationship,
        "firstName": parent.first_name,
        "lastName": parent.last_name,
        "homePhone": parent.phone,
        "email": parent.email,
        "language": parent.language,
    }


def _say_nothing_of_a_second(data: Row, number: int) -> None:
    """Families with one parent: the part is missing, or null, or has nothing in it."""
    if number % 3 == 1:
        data["parent2"] = None
    elif number % 3:
        data["parent2"] = dict.fromkeys(data["parent1"], "")


# --- checklists -------------------------------------------------------------------------------------------------------


def checklists(world: World) -> list[Row]:
    return [
        {"id": each, "title": TITLES[action], "academicYear": span(world)}
        for each, action in CHECKLISTS.items()
    ]


def checklist(world: World, number: int) -> Row:
    items = [
        {"id": item, "itemType": kind, "externalID": f"EXT{item}", "name": name, "description": description}
        for item, kind, name, description in ITEMS
    ]
    return {
        "id": number,
        "title": TITLES[CHECKLISTS[number]],
        "academicYear": span(world),
        "items": items,
    }


def entry(world: World, made: Entry) -> Row:
    child = made.submission.child
    states = []
    for place, (item, *_) in enumerate(ITEMS):
        state = _STATES[roll(world.seed, "item", made.entry_id * len(ITEMS) + place, len(_STATES))]
        done = (
            us((made.submission.submitted + timedelta(days=1 + place)).date()) if state == "Completed" else ""
        )
        states.append(
            {
                "checklistItemID": item,
                "status": state,
                "dateCompleted": done,
                "adminNote": _ADMIN_NOTE if state == "In review" else "",
                "publicNote": "" if state in ("Completed", "Waived") else _PUBLIC_NOTE,
                **made.changed.get(item, {}),
            }
        )
    parent = child.parents[0] if child.parents else None
    return {
        "id": made.entry_id,
        "externalStudentID": child.local_id,
        "familyMemberFirstName": child.first_name,
        "familyMemberLastName": child.last_name,
        "grade": child.grade,
        "familyEmailAddress": parent.email if parent else "",
        "checklistItems": states,
    }


# --- records ----------------------------------------------------------------------------------------------------------


def submission(made: Submission) -> Row:
    items = {
        "stu_FirstName": made.child.first_name,
        "stu_LastName": made.child.last_name,
        "stu_DateOfBirth": us(made.child.birth_date),
    }
    for document, (name, file, _type) in zip(made.documents, FILES, strict=True):
        items |= {name: document, f"{name}_FileName": file}
    for number, parent in enumerate(made.child.parents, 1):
        items |= {
            f"par{number}_FirstName": parent.first_name,
            f"par{number}_LastName": parent.last_name,
            f"par{number}_Relationship": parent.relationship,
            f"par{number}_Email": parent.email,
        }
    begun = made.submitted - timedelta(minutes=40)
    times = {"imported": begun - timedelta(days=3), "started": begun, "submitted": made.submitted}
    tags = ["2nd Grader"] if made.child.grade == "2" else ["Polished"] if made.status != PENDING else []
    row = _record(made.record_id, made.status, made.child, times)
    return row | {"tags": tags, "dataItems": items | made.items}


def roster_row(row: RosterRow) -> Row:
    if row.child is None:
        return _imported(row)
    times: dict[str, datetime | None] = {"imported": row.imported, "started": None, "submitted": None}
    items = {"stu_FirstName": row.child.first_name, "stu_LastName": row.child.last_name, **row.values}
    return _record(row.record_id, "Imported", row.child, times) | {"tags": [], "dataItems": items}


def _record(
    number: int,
    status: str,
    child: Child,
    times: Mapping[str, datetime | None],
) -> Row:
    return {
        "id": number,
        "status": status,
        "firstName": child.first_name,
        "lastName": child.last_name,
        "dateOfBirth": f"{child.birth_date.isoformat()}T00:00:00",
        "externalStudentID": child.local_id,
        "externalFamilyID": child.family_id,
        "household": "Primary",
        "school": child.school.name,
        "grade": child.grade,
        "enrollStatus": "Enrolled" if child.index is not None else "Pre-registered",
        **{name: f"{moment:%Y-%m-%dT%H:%M:%S}" if moment else None for name, moment in times.items()},
    }


def _imported(row: RosterRow) -> Row:
    """A student of whom nothing is known but what an import said."""
    said = {name.removeprefix("stu_"): value for name, value in row.values.items()}
    return {
        "id": row.record_id,
        "status": "Imported",
        "firstName": said.get("FirstName", ""),
        "lastName": said.get("LastName", ""),
        "dateOfBirth": None,
        "externalStudentID": row.external_id,
        "externalFamilyID": "",
        "household": "Primary",
        "school": said.get("School", ""),
        "grade": said.get("Grade", ""),
        "enrollStatus": "",
        "imported": f"{row.imported:%Y-%m-%dT%H:%M:%S}",
        "started": None,
        "submitted": None,
        "tags": [],
        "dataItems": dict(row.values),
    }


def zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def us(day: date) -> str:
    return f"{day:%m/%d/%Y}"
