"""PowerSchool Enrollment: all 19 calls of its document.

Owns the contract: which address, which key, what each status means. Called by the intake of batches, the sync of
checklists, staff's pages through their services, connection checks and `manage.py powerschool`. Cites "PowerSchool
Enrollment API v1 Documentation" (seed 004) over each call. If it breaks, no new family comes in; if it sent a POST
twice, a batch could be handed over to nobody.

No error, log line or repr here holds an address, id, key, link or anything of a body.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date as Date  # noqa: N812 - `date` is the parameter's name in the document
from http import HTTPStatus
from typing import Any, Final, TypeVar

from integrations.http import RawAnswer, UpstreamStream, VendorHttp, VendorUnavailable, parse
from integrations.powerschool import reading
from integrations.powerschool.calling import Calls, is_answer, refuse_unless_ok, says_status
from integrations.powerschool.endpoints import CATALOGUE, Shape
from integrations.powerschool.errors import RequestRefused
from integrations.powerschool.paging import Page, Pages
from integrations.powerschool.reading import Reader
from integrations.powerschool.records import (
    BatchInfo,
    Checklist,
    ChecklistDetails,
    ChecklistEntry,
    DeliveryTarget,
    DocumentLink,
    Health,
    ImportResult,
    ImportSchema,
    PublishedAction,
    RosterRecord,
    Rows,
    SubmissionRecord,
    SubmissionResult,
)

__all__ = ["PAGE_SIZE", "PowerSchoolClient", "is_answer"]

Made = TypeVar("Made")

# The document's default, which every server takes.
PAGE_SIZE: Final = 50
# What is wrong then is the record, and the message says what.
_ABOUT_THE_RECORD: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
# The flag stands behind the date, so a date is needed to ask for it: one before any batch.
_BEFORE_ALL: Final = Date(2000, 1, 1)


class PowerSchoolClient:
    """PowerSchool Enrollment for one connection; light to make, safe for threads if its parts are.

    `base_url` ends in `/v1`. `api_key()` is fetched for each call but `health`. `http` has to be made with `is_answer`,
    and so has `batch_http`, which a batch is asked for with if there is more time for one. `seconds_left` says how much
    time all reads together still have.

    Methods raise VendorUnavailable (try later), CredentialsRefused, EndpointRefused, RequestRefused, and
    VendorMisconfigured (`host-not-allowed`, `redirected`). Whether a POST that raised was done: `errors.was_not_done`.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: Callable[[], str],
        http: VendorHttp,
        batch_http: VendorHttp | None = None,
        seconds_left: Callable[[], float] | None = None,
    ) -> None:
        self._calls = Calls(base_url=base_url, api_key=api_key, http=http, seconds_left=seconds_left)
        self._batches = Calls(
            base_url=base_url, api_key=api_key, http=batch_http or http, seconds_left=seconds_left
        )
        self._http = http

    # --- the server and the key -------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Return how the server says it is, asked without the key. Seed 004, "Get API Health Status": GET /healthz."""
        return self._object("Health", reading.health)

    def check(self) -> Health:
        """Try the key. Seed 004, "Verify Credentials": GET /connection/test; a bad key is CredentialsRefused."""
        return self._object("ConnectionTest", reading.health)

    # --- forms and their import schemas -----------------------------------------------------------------------------

    def published_actions(self) -> Rows[PublishedAction]:
        """Return the forms. Seed 004, "Get Published Actions": GET /publishedactions."""
        return self._rows("PublishedActions", reading.published_action)

    def import_schemas(self, action_id: str) -> Rows[ImportSchema]:
        """Return a form's schemas. Seed 004, "Get Import Schemas": GET /publishedactions/{id}/importschemas."""
        return self._rows("ImportSchemas", reading.import_schema, action_id=action_id)

    def import_roster_record(self, action_id: str, schema_id: str, values: Mapping[str, str]) -> ImportResult:
        """Announce one student, or change an announced one; sent once.

        Seed 004, "Import Roster Record": POST /publishedactions/{id}/importschemas/{schemaid}. Keys are the schema's
        fields. What it answers with "Error" is an error, whatever the status.
        """
        _body, result = self._told(
            "ImportRosterRecord", dict(values), action_id=action_id, schema_id=schema_id
        )
        if result is None:
            raise VendorUnavailable("unexpected-shape")
        return result

    # --- batches of approved submissions ----------------------------------------------------------------------------

    def delivery_targets(self) -> Rows[DeliveryTarget]:
        """Return the targets. Seed 004, "Get Delivery Targets": GET /deliverytargets."""
        return self._rows("DeliveryTargets", reading.delivery_target)

    def create_batch(self, target_id: str) -> RawAnswer:
        """Have the next batch handed over, once; return its bytes, to be kept before `reading.read_batch` reads them.

        Seed 004, "Create Batch": POST /deliverytargets/{targetid}/createbatch. Every record in it counts as delivered
        from now on, even if this raises; see `errors.was_not_done`. Half an answer is returned too (`broke_off`).
        """
        answer = self._batches.post("CreateBatch", None, target_id=target_id)
        refuse_unless_ok("CreateBatch", answer)
        return answer

    def batches(
        self, target_id: str, *, date: Date | None = None, open_only: bool = False
    ) -> Rows[BatchInfo]:
        """Return the batches handed over earlier, without records; `open_only` those that are still running.

        Seed 004, "Get Batches": GET /deliverytargets/{targetid}/getbatches/{date}{getAutoOpen}. It does not say whether
        a date means that day or since then: whoever looks for a lost batch leaves it out and compares `date` itself.
        """
        parts: dict[str, Any] = {} if date is None else {"date": date.isoformat()}
        if open_only:
            parts = {"date": (date or _BEFORE_ALL).isoformat(), "auto_open": "true"}
        return self._rows("GetBatches", reading.batch_info, target_id=target_id, **parts)

    def reset_batch(self, target_id: str, batch_id: str) -> None:
        """Release a batch's records, to be handed over again, and close it; sent once.

        Seed 004, "Reset Batch": POST /deliverytargets/{targetid}/resetbatch/{batchid}, 204.
        RequestRefused("not-found") for a batch that PowerSchool does not know.
        """
        answer = self._calls.post("ResetBatch", None, target_id=target_id, batch_id=batch_id)
        refuse_unless_ok("ResetBatch", answer)

    # --- checklists -------------------------------------------------------------------------------------------------

    def checklists(self) -> Rows[Checklist]:
        """Return the checklists. Seed 004, "Get Checklists": GET /checklists."""
        return self._rows("Checklists", reading.checklist)

    def checklist(self, checklist_id: str) -> ChecklistDetails:
        """Return a checklist with its items. Seed 004, "Get Checklist Details": GET /checklists/{id}."""
        return self._object("ChecklistDetails", reading.checklist_details, checklist_id=checklist_id)

    def checklist_entries(self, checklist_id: str) -> Rows[ChecklistEntry]:
        """Return where each student stands, all at once: there are no pages and no filter.

        Seed 004, "Get Checklist Entries": GET /checklists/{id}/checklistentries.
        """
        return self._rows("ChecklistEntries", reading.checklist_entry, checklist_id=checklist_id)

    # --- roster and submissions -------------------------------------------------------------------------------------

    def roster_records(self, action_id: str, *, page_size: int = PAGE_SIZE) -> Pages[RosterRecord]:
        """Return the announced students, page by page. Seed 004, "Get Roster Records"."""
        return self._pages("RosterRecords", reading.roster_record, page_size, action_id=action_id)

    def roster_record(self, record_id: str) -> RosterRecord:
        """Return one of them. Seed 004, "Get Roster Record": GET /rosterrecords/{id}."""
        return self._object("RosterRecord", reading.roster_record, record_id=record_id)

    def submission_records(self, action_id: str, *, page_size: int = PAGE_SIZE) -> Pages[SubmissionRecord]:
        """Return what families sent in, whatever its status, page by page. Seed 004, "Get Submission Records"."""
        return self._pages("SubmissionRecords", reading.submission_record, page_size, action_id=action_id)

    def submission_record(self, record_id: str) -> SubmissionRecord:
        """Return one of them. Seed 004, "Get Submission Record": GET /submissionrecords/{id}."""
        return self._object("SubmissionRecord", reading.submission_record, record_id=record_id)

    def create_submission(self, action_id: str, values: Mapping[str, str]) -> SubmissionResult:
        """Send in a form in a family's place; sent once.

        Seed 004, "Create Single Submission": POST /submission, whose answers the document has lost: any 2xx is taken
        for success unless its body speaks of an error.
        """
        sent = {
            "publishedActionId": int(action_id) if action_id.isdecimal() else action_id,
            "submission": {
                "dataItems": [{"fieldName": name, "value": value} for name, value in values.items()]
            },
        }
        body, result = self._told("CreateSubmission", sent)
        if result is None:
            return SubmissionResult(succeeded=True, errors=(), body=body)
        return SubmissionResult(result.succeeded, result.errors, body)

    # --- documents --------------------------------------------------------------------------------------------------

    def document(self, document_id: str) -> DocumentLink:
        """Return a fresh link to a document; it lives some two minutes. Seed 004, "Get Document URL"."""
        return self._link("Document", document_id=document_id)

    def named_document(self, *, file_name: str, provider_uid: str) -> DocumentLink:
        """Return a fresh link that names file and type. Seed 004, "Get Document URL with ContentDisposition …".

        Both parameters are sent in base64, as its sample shows.
        """
        return self._link("NamedDocument", file=_base64(file_name), providerDocUID=_base64(provider_uid))

    def open_document(self, link: DocumentLink) -> UpstreamStream:
        """Open what a link leads to, without any header of ours; VendorMisconfigured for a link elsewhere.

        After its two minutes Azure answers 403 (`status` of what is returned).
        """
        return self._http.open_stream(link.url)

    # --- for the command ---------------------------------------------------------------------------------------------

    def get(self, name: str, **arguments: str) -> Any:
        """Return one answer as it came. RequestRefused for what is no readable call of the catalogue."""
        endpoint = CATALOGUE.get(name)
        if endpoint is None or endpoint.method != "GET" or endpoint.shape is Shape.LINK:
            raise RequestRefused("unknown-endpoint")
        return self._calls.get(name, **arguments)

    def rows_as_sent(self, name: str, **arguments: str) -> Pages[Any]:
        """Return all pages of a paged call, their rows as they came."""
        return self._pages(name, None, PAGE_SIZE, **arguments)

    # --- how it is sent ----------------------------------------------------------------------------------------------

    def _rows(self, name: str, reader: Reader[Made], **parts: str) -> Rows[Made]:
        return reading.rows_of(reader, reading.listed(self._calls.get(name, **parts)))

    def _object(self, name: str, reader: Reader[Made], **parts: str) -> Made:
        body = self._calls.get(name, **parts)
        rows = reading.rows_of(reader, [reading.single(body)])
        if len(rows) != 1:
            # An empty list where one record was asked for: it is not there.
            raise RequestRefused("not-found") if body == [] else VendorUnavailable("unexpected-shape")
        return rows[0]

    def _pages(self, name: str, reader: Reader[Made] | None, size: int, **parts: str) -> Pages[Made]:
        def page(number: int) -> Page[Made]:
            body = self._calls.get(name, **({"pagesize": str(size)} | parts | {"page": str(number)}))
            read = reading.page_of(reader, body, number=number)
            if read is None:
                raise VendorUnavailable("unexpected-shape")
            return read

        return Pages(page)

    def _link(self, name: str, **parts: str) -> DocumentLink:
        link = reading.link_in(self._calls.get_raw(name, **parts).body)
        if not link:
            raise VendorUnavailable("unexpected-shape")
        return DocumentLink(link)

    def _told(self, name: str, sent: Any, **parts: str) -> tuple[Any, ImportResult | None]:
        """Send a record once; return the body and what it says. Raise for an answer that is not about the record."""
        answer = self._calls.post(name, sent, **parts)
        body, _is_json = parse(answer.body)
        refused = answer.status >= HTTPStatus.BAD_REQUEST
        if not says_status(body) and answer.status not in _ABOUT_THE_RECORD:
            refuse_unless_ok(name, answer)
            if answer.broke_off:
                raise VendorUnavailable(answer.broke_off)
            return body, None
        return body, reading.import_result(body, refused=refused)


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
