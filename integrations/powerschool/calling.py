"""One call to PowerSchool Enrollment: its address, the key with it, and what its status means.

Used by the client alone. What stands in an address or a body goes into no error.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, NoReturn
from urllib.parse import quote

from integrations.http import RawAnswer, VendorHttp, VendorMisconfigured, VendorUnavailable, parse
from integrations.powerschool.endpoints import CATALOGUE, Endpoint
from integrations.powerschool.errors import CredentialsRefused, EndpointRefused, RequestRefused

_VERSION: Final = re.compile(r"/v[0-9]+\Z")
_ID: Final = re.compile(r"[^\x00-\x20/?#\x7f]{1,100}")
_NOT_AUTHORIZED: Final = re.compile(r"not authori[sz]ed|unauthori[sz]ed", re.IGNORECASE)


def is_answer(status: int, body: Any) -> bool:
    """Say whether a status of 500 or above is an answer all the same: for `VendorHttp(is_answer=…)`.

    Seed 004, "Verify Credentials": bad ones get "Unauthorized(500)" and a message. "Import Roster Record":
    an "Error" is one, whatever the status.
    """
    return _is_unauthorized(status, body) or says_status(body)


class Calls:
    """Sends what the catalogue has; keyword arguments are parts of the path and parameters, by their names there."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: Callable[[], str],
        http: VendorHttp,
        seconds_left: Callable[[], float] | None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._http = http
        self._seconds_left = seconds_left

    def get(self, name: str, **given: str) -> Any:
        """Return the JSON of a 200."""
        endpoint = CATALOGUE[name]
        url, params = self._address(endpoint, given)
        answer = self._http.get_json(
            url, headers=self._headers(endpoint), params=params, seconds_left=self._seconds_left
        )
        if answer.status != HTTPStatus.OK:
            _refuse(endpoint, answer.status, answer.body)
        return answer.body

    def get_raw(self, name: str, **given: str) -> RawAnswer:
        """Return the bytes of a 2xx."""
        endpoint = CATALOGUE[name]
        url, params = self._address(endpoint, given)
        answer = self._http.get_raw(url, headers=self._headers(endpoint), params=params)
        refuse_unless_ok(name, answer)
        return answer

    def post(self, name: str, body: Any, **given: str) -> RawAnswer:
        """Send once and return what came, whatever its status and however much of it."""
        endpoint = CATALOGUE[name]
        url, _no_parameters = self._address(endpoint, given)
        return self._http.post_raw(url, headers=self._headers(endpoint), json_body=body)

    def _headers(self, endpoint: Endpoint) -> dict[str, str]:
        if not endpoint.with_key:
            return {}
        # Seed 004, "Authentication": the key is the user name, and the password is empty.
        pair = base64.b64encode(f"{self._api_key()}:".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def _address(self, endpoint: Endpoint, given: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return the address and its parameters. RequestRefused for what the call does not know, or lacks."""
        known = {*endpoint.in_path, *endpoint.parameters}
        if set(given) - known or known - set(given) - set(endpoint.optional):
            raise RequestRefused("bad-parameters")
        base = self._base_url if endpoint.below_version else _above_version(self._base_url)
        params = {name: str(value) for name, value in given.items() if name in endpoint.parameters}
        return base + _path(endpoint, given), params


def refuse_unless_ok(name: str, answer: RawAnswer) -> None:
    """Raise for any status but 2xx."""
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        _refuse(CATALOGUE[name], answer.status, parse(answer.body)[0])


def says_status(body: Any) -> bool:
    """Say whether this is the answer of an import: a status in words, and a list of errors."""
    found = body[0] if isinstance(body, list) and len(body) == 1 else body
    if not isinstance(found, dict):
        return False
    keys = {str(key).lower(): value for key, value in found.items()}
    return isinstance(keys.get("status"), str) and "errors" in keys


def _path(endpoint: Endpoint, given: Mapping[str, str]) -> str:
    """Return the path with its parts filled in; it ends where an optional part is left out.

    So `…/getbatches/{date}/{auto_open}` is `…/getbatches`, `…/getbatches/2012-10-03` or `…/getbatches/2012-10-03/true`.
    The document prints `{date}{getAutoOpen}` without saying what stands between: this is the one place that decides.
    """
    pieces: list[str] = []
    for piece in endpoint.path.split("/"):
        name = piece.strip("{}") if piece.startswith("{") else ""
        if name and name not in given:
            # Never a path that means something else than was asked for: a flag alone would stand where the date does.
            if any(later in given for later in endpoint.in_path[endpoint.in_path.index(name) :]):
                raise RequestRefused("bad-parameters")
            break
        pieces.append(_in_path(given[name]) if name else piece)
    return "/".join(pieces)


def _in_path(value: str) -> str:
    if not _ID.fullmatch(str(value)) or str(value) in {".", ".."}:
        raise RequestRefused("bad-parameters")
    return quote(str(value), safe="")


def _above_version(base_url: str) -> str:
    """Return the address without its version: the health call stands beside it."""
    if not _VERSION.search(base_url):
        raise VendorMisconfigured("wrong-path")
    return _VERSION.sub("", base_url)


def _is_unauthorized(status: int, body: Any) -> bool:
    if status == HTTPStatus.UNAUTHORIZED:
        return True
    message = body.get("message") if isinstance(body, dict) else None
    said = isinstance(message, str) and _NOT_AUTHORIZED.search(message) is not None
    return status == HTTPStatus.INTERNAL_SERVER_ERROR and said


def _refuse(endpoint: Endpoint, status: int, body: Any) -> NoReturn:
    """Raise for a status that is no success (seed 004, "Response Status Codes", whose table is lost)."""
    if _is_unauthorized(status, body):
        raise CredentialsRefused("credentials-refused")
    if status == HTTPStatus.FORBIDDEN:
        raise EndpointRefused("no-permission")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        raise EndpointRefused("method-refused")
    if status == HTTPStatus.NOT_FOUND:
        raise RequestRefused("not-found") if endpoint.in_path else EndpointRefused("wrong-path")
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        raise RequestRefused("bad-parameters")
    if status < HTTPStatus.BAD_REQUEST:
        raise VendorUnavailable("unexpected-shape")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise VendorUnavailable(f"status-{status}")
    raise RequestRefused(f"status-{status}")
