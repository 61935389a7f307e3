"""The Illuminate API: any endpoint of the catalogue, one answer at a time or page by page.

Owns the contract: which address, which parameters, what each status means. Called by the sync's source, by connection
checks and by `manage.py illuminate`. Cites "Illuminate API" (seed 003). If it breaks, no night's sync happens; if it
took a short answer for a whole one, links would end that should not.

No error, log line or repr here holds an address, parameter, body or token.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import quote

from integrations.http import Answer, VendorHttp, VendorUnavailable
from integrations.illuminate import reading
from integrations.illuminate.endpoints import CATALOGUE, Endpoint, Parameter, ParameterType, Shape
from integrations.illuminate.errors import EndpointRefused, RequestRefused
from integrations.illuminate.oauth import Authorizer
from integrations.illuminate.paging import Ahead, Page, Pages
from integrations.illuminate.records import Site

# Many pages in flight for a person's API: "be gentle".
IN_FLIGHT = 4
# Students2 gives 30,000 rows a page; four of those in flight would not fit into a small machine.
MOST_ROWS = 2000

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_ID = re.compile(r"[^\x00-\x20/?#\x7f]{1,60}")

Argument = str | int | bool | date


@dataclass(frozen=True, slots=True, repr=False)
class _PagedCall:
    endpoint: Endpoint
    params: Mapping[str, str]
    limit: int
    typed: bool


def _nothing() -> None:
    return None


class IlluminateClient:
    """Illuminate for one connection; light to make, safe for threads if its parts are.

    `base_url` ends in `rest_server.php`. `let_go` is called at the end of each piece of work in a thread of ours: what
    the breaker and the token store opened there must not stay open. `seconds_left` says how much time all calls
    together still have.

    Methods raise VendorUnavailable (try later), CredentialsRefused, EndpointRefused, RequestRefused.
    """

    def __init__(
        self,
        *,
        base_url: str,
        authorizer: Authorizer,
        http: VendorHttp,
        let_go: Callable[[], None] = _nothing,
        seconds_left: Callable[[], float] | None = None,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._authorizer = authorizer
        self._http = http
        self._let_go = let_go
        self._seconds_left = seconds_left
        self._in_flight = in_flight
        # Held by whoever waits for a page, not by whoever reads one: `Ahead` has a thread more.
        self._under_way = threading.BoundedSemaphore(in_flight)

    def get(self, name: str, **arguments: Argument) -> Any:
        """Return one answer as it came: a list, an object, or one page with its counts. In the caller's thread."""
        endpoint, params = _request(name, "GET", arguments)
        return self._get(endpoint, params, self._seconds_left)

    def ahead(self) -> Ahead:
        """Return places for pages of several lists, to be read in the order in which they are asked for."""
        return Ahead(self._in_flight)

    def pages(
        self, name: str, *, typed: bool = True, ahead: Ahead | None = None, **arguments: Argument
    ) -> Pages:
        """Return all pages of an endpoint, in order, a few asked for ahead; a bare list is one page.

        Lists with the same `ahead` share its places. Rows are records where there are some and `typed`, else as they
        came. Every call is made in a thread of its own, so that the caller's database connection is left alone.
        """
        endpoint, params = _request(name, "GET", arguments)
        params.pop("page", None)
        limit = min(int(params.pop("limit", MOST_ROWS)), endpoint.limit or MOST_ROWS)
        call = _PagedCall(endpoint, params, limit, typed)
        return Pages(
            partial(self._page, call),
            in_flight=self._in_flight,
            let_go=self._let_go,
            seconds_left=self._seconds_left,
            ahead=ahead,
            endpoint=name,
        )

    def check(self) -> list[Site]:
        """Return the sites that the credentials see, asked for just now. Seed 003, "Sites"."""
        answer = self.get("Sites")
        if not isinstance(answer, list):
            raise VendorUnavailable("unexpected-shape")
        rows: list[Site] = reading.read("Sites", answer).rows
        return rows

    # --- the three that write; sent once, never again --------------------------------------------------------------

    def submit_scores(
        self,
        scores: Sequence[Mapping[str, Any]],
        *,
        assessment_id: str | int | None = None,
        local_assessment_id: str | None = None,
    ) -> dict[str, Any]:
        """Submit students' answers to an assessment; return the counts. Seed 003, "Assessment Scores"."""
        return self._post(
            "Assessment/Scores",
            {"assessment_id": assessment_id, "local_assessment_id": local_assessment_id},
            scores,
        )

    def submit_repository_data(
        self,
        rows: Sequence[Mapping[str, Any]],
        *,
        repository_id: str | int | None = None,
        local_repository_id: str | None = None,
    ) -> dict[str, Any]:
        """Submit rows to a summary assessment. Seed 003, "Repository Data"."""
        return self._post(
            "Repository/Data",
            {"repository_id": repository_id, "local_repository_id": local_repository_id},
            rows,
        )

    def create_user_api_keys(self, *, username: str, password: str) -> dict[str, Any]:
        """Make or fetch another user's keys. Seed 003, "Create User API Keys".

        The answer holds a secret. RequestRefused("invalid-credentials") for a wrong name or password.
        """
        endpoint = CATALOGUE["CreateUserApiKeys"]
        form = {"username": username, "password": password}
        url = self._url(endpoint.paths[0])
        answer = self._authorizer.call(lambda sign: self._http.post_json(url, form=form, sign=sign))
        return _object(endpoint, answer)

    def _post(
        self, name: str, ids: Mapping[str, str | int | None], body: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        endpoint = CATALOGUE[name]
        given = {key: value for key, value in ids.items() if value is not None}
        if len(given) != 1:
            raise RequestRefused("bad-parameters")
        (key,) = given
        path = next(path for path in endpoint.paths if f"{{{key}}}" in path)
        url = self._url(path.replace(f"{{{key}}}", _in_path(given[key])))
        sent = [dict(row) for row in body]
        answer = self._authorizer.call(lambda sign: self._http.post_json(url, json_body=sent, sign=sign))
        return _object(endpoint, answer)

    def _page(self, call: _PagedCall, number: int, seconds_left: Callable[[], float]) -> Page:
        endpoint = call.endpoint
        asked = dict(call.params)
        if endpoint.is_paged:
            asked["page"] = str(number)
        if endpoint.limit:
            asked["limit"] = str(call.limit)
        body = self._get(endpoint, asked, seconds_left, self._under_way)
        if endpoint.is_paged:
            if not isinstance(body, dict) or "results" not in body:
                raise VendorUnavailable("unexpected-shape")
            rows, counts = reading.listed(body["results"]), body
        else:
            # A bare list has no counts of its own: what came is all there is.
            rows = reading.listed(body)
            counts = {"page": 1, "num_pages": 1, "num_results": len(rows)}
        return _page_of(endpoint.name, number, rows, counts, typed=call.typed)

    def _get(
        self,
        endpoint: Endpoint,
        params: Mapping[str, str],
        seconds_left: Callable[[], float] | None,
        under_way: AbstractContextManager[Any] | None = None,
    ) -> Any:
        rest = dict(params)
        path = endpoint.paths[0]
        for name in endpoint.in_path:
            path = path.replace(f"{{{name}}}", _in_path(rest.pop(name)))
        url = self._url(path)
        answer = self._authorizer.call(
            lambda sign: self._http.get_json(
                url, params=rest, sign=sign, seconds_left=seconds_left, under_way=under_way
            )
        )
        if answer.status != HTTPStatus.OK:
            _refuse(endpoint, answer)
        if endpoint.shape is Shape.LIST and not isinstance(answer.body, list):
            # An empty list of PHP's may come as an object, and one row alone as itself.
            return list(reading.listed(answer.body))
        return answer.body

    def _url(self, path: str) -> str:
        # The stray spaces are the document's own; no address may hold them as they are.
        return self._base_url + quote(path, safe="/%")


def _request(name: str, method: str, arguments: Mapping[str, Argument]) -> tuple[Endpoint, dict[str, str]]:
    """Return the endpoint and what is sent. Raises RequestRefused for what the catalogue does not have."""
    endpoint = CATALOGUE.get(name)
    if endpoint is None or endpoint.method != method or endpoint.deprecated:
        raise RequestRefused(
            "deprecated-endpoint" if endpoint and endpoint.deprecated else "unknown-endpoint"
        )
    known = {parameter.name: parameter for parameter in endpoint.parameters}
    known |= {key: Parameter(key, ParameterType.ID, required=True) for key in endpoint.in_path}
    # Without being asked, the client says which page: gradebook endpoints page without documenting it.
    may_page = {"page"} if endpoint.is_paged else set()
    if set(arguments) - set(known) - may_page:
        raise RequestRefused("unknown-parameter")
    lacking = {key for key, each in known.items() if each.required} - set(arguments) - {"page"}
    if lacking:
        raise RequestRefused("missing-parameter")
    types = {key: each.type for key, each in known.items()} | {"page": ParameterType.NUMBER}
    params = {key: _sent(types[key], value) for key, value in arguments.items()}
    if endpoint.is_paged and any(each.name == "page" and each.required for each in endpoint.parameters):
        params.setdefault("page", "1")
    return endpoint, params


def _sent(kind: ParameterType, value: Argument) -> str:
    """Return a parameter as text. Raises RequestRefused("bad-parameters") for what cannot be one of its kind."""
    if isinstance(value, bool):
        return "1" if value else "0"
    sent = value.isoformat() if isinstance(value, date) else str(value).strip()
    fits = {
        ParameterType.DATE: _DATE.fullmatch(sent),
        ParameterType.NUMBER: _NUMBER.fullmatch(sent),
    }.get(kind, sent)
    if not fits:
        raise RequestRefused("bad-parameters")
    return sent


def _in_path(value: str | int) -> str:
    if not _ID.fullmatch(str(value)) or str(value) in {".", ".."}:
        raise RequestRefused("bad-parameters")
    return quote(str(value), safe="")


def _page_of(
    name: str, number: int, results: Sequence[Any], counts: Mapping[str, Any], *, typed: bool
) -> Page:
    has_records = typed and reading.is_typed(name)
    read = reading.read(name, results) if has_records else None
    return Page(
        number=number,
        rows=read.rows if read else results,
        problems=read.problems if read else (),
        received=len(results),
        echo=_count(counts.get("page")),
        num_pages=_count(counts.get("num_pages")),
        num_results=_count(counts.get("num_results")),
    )


def _count(value: Any) -> int | None:
    """Return a count, whether number or text; None for what is none."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _object(endpoint: Endpoint, answer: Answer) -> dict[str, Any]:
    if answer.status != HTTPStatus.OK:
        _refuse(endpoint, answer)
    if not isinstance(answer.body, dict):
        raise VendorUnavailable("unexpected-shape")
    return answer.body


def _refuse(endpoint: Endpoint, answer: Answer) -> NoReturn:
    """Raise for an answer that is no 200 (seed 003, "API Errors"); 401 is the authorizer's, 500 the HTTP layer's."""
    if answer.status == HTTPStatus.FORBIDDEN:
        raise EndpointRefused("no-permission")
    if answer.status == HTTPStatus.NOT_FOUND:
        raise RequestRefused("not-found") if endpoint.in_path else EndpointRefused("wrong-path")
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        raise EndpointRefused("method-refused")
    if answer.status == HTTPStatus.BAD_REQUEST:
        error = answer.body.get("error") if isinstance(answer.body, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        # Its words are the vendor's and may quote what was sent; this one code is documented.
        raise RequestRefused("invalid-credentials" if code == "invalid_credentials" else "bad-parameters")
    if answer.status < HTTPStatus.BAD_REQUEST:
        raise VendorUnavailable("unexpected-shape")
    raise RequestRefused(f"status-{answer.status}")
