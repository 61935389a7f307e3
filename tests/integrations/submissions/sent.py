"""What a family sent in for a student of the cast, in the pretend PowerSchool and in our list."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from accounts.models import District, Student
from integrations.models import Connection, PublishedAction, Submission, Vendor
from integrations.sandbox.powerschool.registry import NEW_ACTION
from integrations.sandbox.server import DEFAULT_POWERSCHOOL_KEY
from integrations.services import connections, submission_documents, submissions
from tests.cast import Cast

BY = "command:tests"
BIRTH, ADDRESS, SHOTS, PHOTO, CUSTODY = (
    "doc_BirthCertificate",
    "doc_ProofOfAddress",
    "doc_Immunizations",
    "doc_Photo",
    "doc_CustodyLetter",
)
DOCUMENTS = [
    {"item": BIRTH, "label": "Birth certificate", "file": ""},
    {"item": ADDRESS, "label": "Proof of address", "file": f"{ADDRESS}_FileName"},
    {"item": SHOTS, "label": "Immunizations", "file": ""},
    {"item": PHOTO, "label": "Photo", "file": f"{PHOTO}_FileName"},
    {"item": CUSTODY, "label": "Custody letter", "file": ""},
]


def form(district: District, url: str, **fields: Any) -> PublishedAction:
    """Return the district's form for new students at the pretend PowerSchool, listed, its documents settled."""
    there = {"vendor": Vendor.POWERSCHOOL, "district": district, "base_url": f"{url}/powerschool/api/v1"}
    # By its address too: what a test made for batches leads to no sandbox.
    connection = Connection.objects.filter(**there).first()
    if connection is None:
        made = Connection(name="Registration forms", **there)
        connection = connections.save(made, secret=DEFAULT_POWERSCHOOL_KEY, by=BY)
    values = {"title": "New Student Registration", "is_active": True, "documents": DOCUMENTS} | fields
    found, _new = PublishedAction.objects.get_or_create(
        connection=connection, vendor_id=str(NEW_ACTION), defaults=values
    )
    return found


def send(url: str, child: Student | None, **fields: Any) -> int:
    """Have a family send in a form for a student, or for somebody nobody knows; return its id at PowerSchool."""
    known = (
        {"local_id": child.local_id, "first_name": child.first_name, "last_name": child.last_name}
        if child
        else {}
    )
    request = Request(  # noqa: S310 - always http, to the sandbox that the test started
        f"{url}/powerschool/_submissions", data=json.dumps([known | fields]).encode(), method="POST"
    )
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - always http, to the sandbox that the test started
        return int(json.load(answer)[0]["id"])


def line(action: PublishedAction, record_id: int) -> Submission:
    """List the form anew and return the line of a submission."""
    submissions.bring(PublishedAction.objects.select_related("connection__district").get(pk=action.pk))
    return action.submissions.select_related("action", "student").get(vendor_id=str(record_id))


def of(cast: Cast, child: Student, url: str) -> Submission:
    action = form(cast.district, url)
    return action.submissions.filter(student=child).first() or line(action, send(url, child))


def of_the_child(cast: Cast) -> Submission:
    """Return the child's line, at the sandbox that the district's ETS is."""
    ets = Connection.objects.get(vendor=Vendor.ETS, district=cast.district)
    return of(cast, cast.child, ets.base_url.removesuffix("/ets"))


def key(submission: Submission, item: str = BIRTH) -> str:
    assert submission.student
    return submission_documents.seal_key(submission.uuid, item, student=submission.student.uuid)


def address(submission: Submission, item: str = BIRTH) -> str:
    assert submission.student
    return f"/students/{submission.student.uuid}/documents/{key(submission, item)}/"
