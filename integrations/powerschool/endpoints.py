"""PowerSchool Enrollment's calls as data: all 19 of its document.

Read by the client, which sends nothing that is not in here, and by `manage.py powerschool`, which sends what is a GET.
The document prints paths with and without the slash in front: it stands here always.
tests/integrations/powerschool/endpoints.json holds this to the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Shape(StrEnum):
    """What an answer is. The document wraps single objects and pages in a list of one."""

    OBJECT = "object"
    LIST = "list"
    PAGED = "paged"
    LINK = "link"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` stands behind `/api/v1`, or behind `/api` where `below_version` is False; parts in braces are filled in.

    `section` is the heading in seed 004, `optional` are parts and parameters that may be left out.
    """

    name: str
    section: str
    path: str
    shape: Shape
    method: str = "GET"
    parameters: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    with_key: bool = True
    below_version: bool = True

    @property
    def in_path(self) -> tuple[str, ...]:
        """Return the names that the path wants filled in."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))


_PAGING: Final = ("page", "pagesize")
_ACTION: Final = "/publishedactions/{action_id}"
_TARGET: Final = "/deliverytargets/{target_id}"

_ALL: Final = (
    Endpoint(
        "Health",
        "Get API Health Status (WITHOUT Authentication)",
        "/healthz",
        Shape.OBJECT,
        with_key=False,
        below_version=False,
    ),
    Endpoint("ConnectionTest", "Verify Credentials (WITH Authentication)", "/connection/test", Shape.OBJECT),
    Endpoint("PublishedActions", "Get Published Actions", "/publishedactions", Shape.LIST),
    Endpoint("ImportSchemas", "Get Import Schemas", f"{_ACTION}/importschemas", Shape.LIST),
    Endpoint(
        "ImportRosterRecord",
        "Import Roster Record",
        f"{_ACTION}/importschemas/{{schema_id}}",
        Shape.OBJECT,
        method="POST",
    ),
    Endpoint("DeliveryTargets", "Get Delivery Targets", "/deliverytargets", Shape.LIST),
    Endpoint("CreateBatch", "Create Batch", f"{_TARGET}/createbatch", Shape.OBJECT, method="POST"),
    Endpoint(
        "GetBatches",
        "Get Batches",
        f"{_TARGET}/getbatches/{{date}}/{{auto_open}}",
        Shape.LIST,
        optional=("date", "auto_open"),
    ),
    Endpoint("ResetBatch", "Reset Batch", f"{_TARGET}/resetbatch/{{batch_id}}", Shape.NOTHING, method="POST"),
    Endpoint("Checklists", "Get Checklists", "/checklists", Shape.LIST),
    Endpoint("ChecklistDetails", "Get Checklist Details", "/checklists/{checklist_id}", Shape.OBJECT),
    Endpoint(
        "ChecklistEntries", "Get Checklist Entries", "/checklists/{checklist_id}/checklistentries", Shape.LIST
    ),
    Endpoint(
        "RosterRecords",
        "Get Roster Records",
        f"{_ACTION}/rosterrecords",
        Shape.PAGED,
        parameters=_PAGING,
        optional=_PAGING,
    ),
    Endpoint("RosterRecord", "Get Roster Record", "/rosterrecords/{record_id}", Shape.OBJECT),
    Endpoint(
        "SubmissionRecords",
        "Get Submission Records",
        f"{_ACTION}/submissionrecords",
        Shape.PAGED,
        parameters=_PAGING,
        optional=_PAGING,
    ),
    Endpoint("SubmissionRecord", "Get Submission Record", "/submissionrecords/{record_id}", Shape.OBJECT),
    Endpoint("CreateSubmission", "Create Single Submission", "/submission", Shape.OBJECT, method="POST"),
    Endpoint("Document", "Get Document URL", "/documents/{document_id}", Shape.LINK),
    Endpoint(
        "NamedDocument",
        "Get Document URL with ContentDisposition & ContentType",
        "/documents/document/url",
        Shape.LINK,
        parameters=("file", "providerDocUID"),
    ),
)

CATALOGUE: Final[dict[str, Endpoint]] = {endpoint.name: endpoint for endpoint in _ALL}


def readable() -> Iterator[Endpoint]:
    """Yield what can be printed: neither what changes anything nor what answers with a link."""
    return (each for each in _ALL if each.method == "GET" and each.shape is not Shape.LINK)
