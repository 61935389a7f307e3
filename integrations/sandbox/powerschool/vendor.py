"""PowerSchool Enrollment's API as its document describes it, for the sandbox's district.

It owns the answers under `/powerschool/api/` and of the document links under `/powerschool/blob/`: who may ask,
statuses, pages. `server.py` hands it requests; the portal meets it only over HTTP. If it is kinder than PowerSchool, a
district's first batch finds that out.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qs, unquote

from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.exchange import Call, Reply, Request, json_reply
from integrations.sandbox.powerschool import blobs, catalogue, printing
from integrations.sandbox.powerschool.registry import CHECKLISTS, SCHEMAS, TARGETS, Registry
from integrations.sandbox.world import World

UNAUTHORIZED = "You are not authorized to access this resource."
NOT_FOUND = "The requested resource was not found."
DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE_SIZE = 1000
UNAUTHORIZED_STATUS = 500
_FLAGS = {"true": True, "false": False}
# What has to be there for a student to be found again.
_NEEDED = (("ExternalID", "stu_ExternalID"), ("FirstName", "stu_FirstName"), ("LastName", "stu_LastName"))

Parts = dict[str, str]


class _Refused(Exception):
    def __init__(self, status: int, message: str = NOT_FOUND) -> None:
        super().__init__(message)
        self.reply = json_reply(status, {"message": message})


class PowerSchoolVendor:
    """The API of one solution; `api_key` is what a solution specialist would have given out."""

    prefix = "/powerschool"
    base_path = "/powerschool/api/v1"
    endpoints: tuple[str, ...] = ("unknown", *catalogue.NAMES)

    def __init__(self, world: World, clock: SandboxClock, *, api_key: str) -> None:
        self.world, self.clock = world, clock
        self._first_key = self.api_key = api_key
        self.registry = Registry(world, clock)
        self.blobs = blobs.Blobs(clock)
        self.unauthorized_status = UNAUTHORIZED_STATUS
        self.is_wrapped = True
        self.links_are_json = False
        self.dates_are_days = True
        self._answers: dict[str, Callable[[Request, Parts], Reply]] = {
            "healthz": lambda _request, _parts: json_reply(200, printing.health(self.clock.now())),
            "connection_test": lambda _request, _parts: json_reply(200, printing.health(self.clock.now())),
            "blob": self._blob,
            "publishedactions": lambda _request, _parts: json_reply(200, printing.actions(self.world)),
            "importschemas": self._import_schemas,
            "import_roster": self._import_roster,
            "deliverytargets": lambda _request, _parts: json_reply(200, printing.targets()),
            "createbatch": self._create_batch,
            "getbatches": self._get_batches,
            "resetbatch": self._reset_batch,
            "checklists": lambda _request, _parts: json_reply(200, printing.checklists(self.world)),
            "checklist": self._checklist,
            "checklistentries": self._entries,
            "rosterrecords": self._roster,
            "rosterrecord": self._roster_record,
            "submissionrecords": self._submissions,
            "submissionrecord": self._submission,
            "submission": self._send_in,
            "document": self._document,
            "named_document": self._named_document,
        }

    def reset(self) -> None:
        """Back to how it was started."""
        self.api_key = self._first_key
        self.unauthorized_status = UNAUTHORIZED_STATUS
        self.is_wrapped, self.links_are_json, self.dates_are_days = True, False, True
        self.blobs.seconds = 120
        self.registry.reset()

    # Requests

    def route(self, request: Request) -> Call:
        path = unquote(request.path.removeprefix(self.prefix))
        endpoint, parts, other_method = catalogue.find(path, request.method)
        if endpoint is None:
            return Call("unknown", None, lambda: Reply(405) if other_method else self.nowhere())
        page = _query(request).get("page", "1")
        return Call(
            endpoint.name,
            None,
            partial(self._answer, request, endpoint, parts),
            request.base_url,
            page=int(page) if page.isdigit() else None,
        )

    def nowhere(self) -> Reply:
        return json_reply(404, {"message": NOT_FOUND})

    def sample_pdf(self) -> bytes:
        return blobs.content_of(printing.FILES[0][1])

    def _answer(self, request: Request, endpoint: catalogue.Endpoint, parts: Parts) -> Reply:
        if endpoint.with_key and not self._admits(request):
            return json_reply(self.unauthorized_status, {"message": UNAUTHORIZED})
        try:
            return self._answers[endpoint.name](request, parts)
        except _Refused as refused:
            return refused.reply

    def _admits(self, request: Request) -> bool:
        """Basic authentication: the key as user name, and an empty password."""
        kind, _, coded = request.headers.get("Authorization", "").partition(" ")
        try:
            pair = base64.b64decode(coded, validate=True)
        except binascii.Error:
            return False
        return kind == "Basic" and compare_digest(pair, f"{self.api_key}:".encode())

    # Roster

    def _import_schemas(self, _request: Request, parts: Parts) -> Reply:
        _known(parts["action"], printing.TITLES)
        return json_reply(200, printing.schemas())

    def _import_roster(self, request: Request, parts: Parts) -> Reply:
        action, schema = _known(parts["action"], printing.TITLES), _known(parts["schema"], SCHEMAS)
        values = _json(request)
        if not isinstance(values, dict):
            raise _Refused(400, "The request body is not valid.")
        fields = SCHEMAS[schema][1]
        errors = [f"Unknown field: {name}." for name in values if name not in fields]
        errors += [f"{name} is not text." for name, value in values.items() if not isinstance(value, str)]
        for names in _NEEDED:
            name = next(each for each in names if each in fields)
            errors += [] if values.get(name) else [f"{name} is required."]
        errors += _bad_date(values.get("DateOfBirth"))
        if errors:
            return json_reply(200, {"status": "Error", "errors": errors})
        external = values.get("ExternalID") or values["stu_ExternalID"]
        self.registry.take_in(action, external, values)
        return json_reply(200, {"status": "Success", "errors": []})

    def _roster(self, request: Request, parts: Parts) -> Reply:
        rows = self.registry.roster_of(_known(parts["action"], printing.TITLES))
        return self._page(request, rows, printing.roster_row)

    def _roster_record(self, _request: Request, parts: Parts) -> Reply:
        row = self.registry.roster[_known(parts["record"], self.registry.roster)]
        return json_reply(200, [printing.roster_row(row)])

    # Batches

    def _create_batch(self, _request: Request, parts: Parts) -> Reply:
        made = self.registry.create_batch(_known(parts["target"], TARGETS))
        return json_reply(200, printing.batch(made, [self.registry.submissions[one] for one in made.records]))

    def _get_batches(self, _request: Request, parts: Parts) -> Reply:
        """The forms that `{date}{getAutoOpen}` may mean: nothing, a date, a flag, or both with a slash between."""
        target = _known(parts["target"], TARGETS)
        pieces = parts["parts"].split("/") if "parts" in parts else []
        only_open = _FLAGS.get(pieces[-1].lower(), False) if pieces else False
        if pieces and pieces[-1].lower() in _FLAGS:
            pieces.pop()
        days = [_day(piece) for piece in pieces]
        found = [
            batch
            for batch in self.registry.batches.values()
            if batch.target == target
            and (batch.is_open or not only_open)
            and all(self._falls_on(batch.made.date(), day) for day in days)
        ]
        return json_reply(200, [printing.batch(batch, []) for batch in found])

    def _falls_on(self, made: date, asked: date) -> bool:
        return made == asked if self.dates_are_days else made >= asked

    def _reset_batch(self, _request: Request, parts: Parts) -> Reply:
        if not self.registry.reset_batch(_known(parts["target"], TARGETS), parts["batch"]):
            raise _Refused(404, "The delivery batch does not exist.")
        return Reply(204)

    # Checklists

    def _checklist(self, _request: Request, parts: Parts) -> Reply:
        return json_reply(200, [printing.checklist(self.world, _known(parts["checklist"], CHECKLISTS))])

    def _entries(self, _request: Request, parts: Parts) -> Reply:
        found = self.registry.entries(_known(parts["checklist"], CHECKLISTS))
        return json_reply(200, [printing.entry(self.world, each) for each in found])

    # Submissions

    def _submissions(self, request: Request, parts: Parts) -> Reply:
        rows = self.registry.submissions_of(_known(parts["action"], printing.TITLES))
        return self._page(request, rows, printing.submission)

    def _submission(self, _request: Request, parts: Parts) -> Reply:
        made = self.registry.submissions[_known(parts["record"], self.registry.submissions)]
        return json_reply(200, [printing.submission(made)])

    def _send_in(self, request: Request, _parts: Parts) -> Reply:
        body = _json(request)
        sent = body.get("submission") if isinstance(body, dict) else None
        items = sent.get("dataItems") if isinstance(sent, dict) else None
        if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
            raise _Refused(400, "The request body is not valid.")
        action = _known(str(body.get("publishedActionId")), printing.TITLES)
        values = {str(each.get("fieldName")): str(each.get("value")) for each in items}
        if not values:
            raise _Refused(400, "The submission has no data items.")
        made = self.registry.send_in(action, values)
        return json_reply(200, {"id": made.record_id})

    # Documents

    def _document(self, request: Request, parts: Parts) -> Reply:
        return self._link(request, parts["document"])

    def _named_document(self, request: Request, _parts: Parts) -> Reply:
        query = _query(request)
        return self._link(
            request, _decoded(query.get("providerDocUID", "")), file=_decoded(query.get("file", "")) or "file"
        )

    def _link(self, request: Request, document: str, *, file: str = "") -> Reply:
        if self._number_of(document) is None:
            raise _Refused(404, "The document does not exist.")
        link = self.blobs.link(f"{request.base_url}{self.prefix}", document, file=file)
        return json_reply(200, link) if self.links_are_json else Reply(200, link.encode())

    def _blob(self, request: Request, parts: Parts) -> Reply:
        return self.blobs.open(request, parts["document"], self._number_of(parts["document"]) or 0)

    def _number_of(self, document: str) -> int | None:
        """Which of a submission's files this is; None for a document of nobody here."""
        for made in list(self.registry.submissions.values()):
            if document in made.documents:
                return made.documents.index(document)
        return None

    # Pages

    def _page(self, request: Request, rows: Sequence[Any], shown: Callable[[Any], Any]) -> Reply:
        query = {name.lower(): value for name, value in _query(request).items()}
        page, size = _whole(query.get("page", "1")), _whole(query.get("pagesize", str(DEFAULT_PAGE_SIZE)))
        size = min(size, LARGEST_PAGE_SIZE)
        records = [shown(row) for row in rows[(page - 1) * size : page * size]]
        counts = {
            "page": page,
            "pageSize": size,
            "pageCount": -(-len(rows) // size),
            "recordCount": len(rows),
        }
        if self.is_wrapped:
            return json_reply(200, [{"metadata": counts, "records": records}])
        return json_reply(200, {"metaData": counts, "records": records})


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.query, keep_blank_values=True).items()}


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise _Refused(400, "The request body is not valid.") from None


def _known(written: str, there: Any) -> int:
    """The number of something that there is; 404 for another, and for what is no number."""
    number = int(written) if written.isascii() and written.isdigit() else -1
    if number not in there:
        raise _Refused(404)
    return number


def _whole(written: str) -> int:
    if not (written.isascii() and written.isdigit()) or int(written) < 1:
        raise _Refused(400, "The paging parameters are numbers from 1 on.")
    return int(written)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _Refused(400, "The date is written yyyy-mm-dd.") from None


def _bad_date(written: Any) -> list[str]:
    if not isinstance(written, str) or not written:
        return []
    month, _, rest = written.partition("/")
    day, _, year = rest.partition("/")
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return ["DateOfBirth is written mm/dd/yyyy."]
    return []


def _decoded(coded: str) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _Refused(400, "The parameters are written in base64.") from None
