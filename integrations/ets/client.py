"""The ETS Score Report API, v3 (and v1 by its paths): token, verify, score reports, links.

Owns the contract: what is sent, what each status means. Called by the listing and opening services and by
connection checks. Cites "ETS Score Report API Services, version 3" (seed 001; version 1 is seed 000) over each
call. If it breaks, no report lists.

No error, log line or repr here holds an SSID, token or link.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from integrations.ets.errors import (
    CredentialsRefused,
    EnrolledElsewhere,
    EtsDown,
    MalformedParameter,
    StudentUnknown,
)
from integrations.ets.paths import Version, version_named_in
from integrations.ets.records import ScoreReports, read_lea_codes, read_score_reports
from integrations.ets.tokens import lifetime_of
from integrations.http import (
    Answer,
    MintedToken,
    TokenStore,
    UpstreamStream,
    VendorHttp,
    VendorMisconfigured,
    VendorUnavailable,
    is_token,
)
from portal.base.clock import Clock, SystemClock

_SSID = re.compile(r"[0-9]{10}")
_CODE = re.compile(r"[A-Za-z0-9]{1,100}")
_PATH = re.compile(r"[A-Za-z0-9_~./-]*")
_YEARS = range(1900, 3000)
_FORMATS_OF_V1 = ("PDF", "ALL")

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class EtsEndpoint:
    """Where a connection speaks: `base_url` (scheme, host, optional prefix) and three path parts.

    The SSID stands between `students_path` and `reports_path`. Slashes at their ends may be missing or
    doubled.
    """

    base_url: str
    students_path: str = "/v3/students/"
    reports_path: str = "/score-reports"
    token_path: str = "/v3/token"  # noqa: S105 - the path of ETS's token endpoint, no token

    @property
    def version(self) -> Version:
        """Return the API's version as the students' path names it, else the token's; `v3` when none does."""
        return version_named_in(self.students_path, self.token_path, urlsplit(self.base_url).path) or "v3"

    @property
    def can_verify(self) -> bool:
        """Say whether the token's place has a "verify" beside it: only version 3 documents one."""
        return (version_named_in(self.token_path) or self.version) == "v3"

    def token_url(self) -> str:
        """Return where tokens are minted."""
        return self._url(self.token_path)

    def verify_url(self) -> str:
        """Return where a token is verified."""
        return self._url(self.token_path, "verify")

    def reports_url(self, ssid: str) -> str:
        """Return where one student's reports are listed."""
        return self._url(self.students_path, ssid, self.reports_path)

    def _url(self, *parts: str) -> str:
        pieces = [piece for part in parts for piece in part.split("/") if piece]
        if any(not _PATH.fullmatch(piece) or piece in {".", ".."} for piece in pieces):
            raise VendorMisconfigured("wrong-path")
        return "/".join([self.base_url.rstrip("/"), *pieces])


@dataclass(frozen=True, slots=True)
class CheckedToken:
    """A token was minted just now; `leas` are the LEA codes it stands for, None where the version cannot tell."""

    leas: list[str] | None


class EtsClient:
    """ETS for one connection; light to make, safe for threads if its parts are.

    What `username()` and `api_token()` return is the pair from TOMS; it is fetched only when a token is
    minted. Every method raises EtsDown (try later), CredentialsRefused, or VendorMisconfigured
    (`host-not-allowed`, `wrong-path`, `redirected`, `no-verify`, `status-4xx`).
    """

    def __init__(
        self,
        *,
        endpoint: EtsEndpoint,
        username: Callable[[], str],
        api_token: Callable[[], str],
        http: VendorHttp,
        tokens: TokenStore,
        clock: Clock | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._username = username
        self._api_token = api_token
        self._http = http
        self._tokens = tokens
        self._clock = clock or SystemClock()

    def score_reports(
        self,
        ssid: str,
        *,
        type: str | None = None,  # noqa: A002 - the parameter's name in ETS's own documents
        lang: str | None = None,
        year: int | None = None,
        format: str | None = None,  # noqa: A002 - the parameter's name in ETS's own documents
        final: bool | None = True,
    ) -> ScoreReports:
        """Return a student's score reports; empty for one whom ETS knows and has none for.

        Seed 001, "Return JSON data …": GET /v3/students/{ssid}/score-reports. `final=None` asks for final and
        not-final alike, which the answer does not tell apart. Version 1 has PDFs alone and no format parameter
        (seed 000, "Get Score Report"): asked for another format, it is not called. StudentUnknown,
        EnrolledElsewhere and MalformedParameter are about this student.
        """
        if not isinstance(ssid, str) or not _SSID.fullmatch(ssid):
            raise MalformedParameter("ssid-not-ten-digits")
        params = _parameters(type=type, lang=lang, year=year, format=format, final=final)
        if self.endpoint.version == "v1" and params.pop("format", "PDF").upper() not in _FORMATS_OF_V1:
            return ScoreReports()
        url = self.endpoint.reports_url(ssid)
        answer = _or_down(lambda: self._with_token(url, params, self._is_refused_token))
        if answer.status != HTTPStatus.OK:
            _refuse_student(answer)
        return read_score_reports(_list_in(answer))

    def verify(self) -> list[str]:
        """Return the LEA codes the credentials stand for, as text (the sample: nine digits).

        Seed 001, "Verify Authorizing Token (V3)": GET /v3/token/verify; 403 says that the token is bad. Earlier
        versions have no such call: VendorMisconfigured("no-verify").
        """
        url = self._verify_url()
        answer = _or_down(lambda: self._with_token(url, {}, self._is_unverified_token))
        return _lea_codes_in(answer)

    def check(self) -> CheckedToken:
        """Try the credentials themselves: mint a token, whatever is kept, and verify it where the version can.

        For "Test connection": a kept token would hide that the pair behind it has been regenerated. The fresh token
        is not kept either. Raises what `verify` raises, but never `no-verify`.
        """
        token = _or_down(self._mint).value
        if not self.endpoint.can_verify:
            return CheckedToken(leas=None)
        answer = _or_down(lambda: self._get(self._verify_url(), token, {}))
        if self._is_unverified_token(answer):
            raise CredentialsRefused("token-refused")
        return CheckedToken(leas=_lea_codes_in(answer))

    def open_link(self, url: str) -> UpstreamStream:
        """Open a score report's link, without any header of ours.

        Seed 001, "API Overview": a temporary S3 link with an embedded access token, valid for 30 minutes.
        After that S3 answers 403 (`status` of what is returned). VendorMisconfigured("host-not-allowed")
        for a link elsewhere.
        """
        return _or_down(lambda: self._http.open_stream(url))

    def _verify_url(self) -> str:
        if not self.endpoint.can_verify:
            raise VendorMisconfigured("no-verify")
        return self.endpoint.verify_url()

    def _with_token(
        self, url: str, params: Mapping[str, str], is_refused: Callable[[Answer], bool]
    ) -> Answer:
        """Call with the token; if it is refused, once more with a fresh one, and that is the end."""
        token = self._tokens.get(self._mint)
        answer = self._get(url, token, params)
        if not is_refused(answer):
            return answer
        answer = self._get(url, self._tokens.get(self._mint, refused=token), params)
        if is_refused(answer):
            raise CredentialsRefused("token-refused")
        return answer

    def _get(self, url: str, token: str, params: Mapping[str, str]) -> Answer:
        # Seed 001: the token stands alone in the header, without "Bearer".
        return self._http.get_json(url, headers={"Authorization": token}, params=params)

    def _mint(self) -> MintedToken:
        """Fetch a fresh token.

        Seed 001, "Get Authorizing Token (V3)": GET /v3/token with Basic base64(username:api_token). The
        api_token may hold colons and any character.
        """
        pair = base64.b64encode(f"{self._username()}:{self._api_token()}".encode()).decode()
        answer = self._http.get_json(self.endpoint.token_url(), headers={"Authorization": f"Basic {pair}"})
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise CredentialsRefused("credentials-refused")
        if answer.status != HTTPStatus.OK:
            _refuse_call(answer)
        token = answer.body.get("token") if isinstance(answer.body, dict) else None
        if not isinstance(token, str) or not is_token(token):
            raise VendorUnavailable("unexpected-shape")
        return MintedToken(token, lifetime_of(token, now=self._clock.now().timestamp()))

    @staticmethod
    def _is_refused_token(answer: Answer) -> bool:
        return answer.status == HTTPStatus.UNAUTHORIZED

    @staticmethod
    def _is_unverified_token(answer: Answer) -> bool:
        # Verify answers a bad token with 403 in ETS's own words; the gateway's 403 has none.
        forbidden = answer.status == HTTPStatus.FORBIDDEN and bool(_error_in(answer))
        return answer.status == HTTPStatus.UNAUTHORIZED or forbidden


def _parameters(
    *,
    type: str | None,  # noqa: A002 - the parameter's name in ETS's own documents
    lang: str | None,
    year: int | None,
    format: str | None,  # noqa: A002 - the parameter's name in ETS's own documents
    final: bool | None,
) -> dict[str, str]:
    codes = {"type": type, "lang": lang, "format": format}
    sent = {name: code for name, code in codes.items() if code is not None}
    if any(not isinstance(code, str) or not _CODE.fullmatch(code) for code in sent.values()):
        raise MalformedParameter("code-not-alphanumeric")
    if year is not None:
        if year not in _YEARS:
            raise MalformedParameter("year-not-four-digits")
        sent["year"] = str(year)
    if final is not None:
        sent["final"] = "true" if final else "false"
    return sent


def _error_in(answer: Answer) -> str:
    """Return the text of ETS's own `{"error": …}`; the gateway's are `{"message": …}` or HTML."""
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    return error if isinstance(error, str) else ""


def _refuse_student(answer: Answer) -> NoReturn:
    """Raise for an answer about one student (seed 001, "Error Response" of score reports)."""
    error = _error_in(answer).lower()
    if answer.status == HTTPStatus.FORBIDDEN and "enrol" in error:
        raise EnrolledElsewhere("enrolled-elsewhere")
    if answer.status == HTTPStatus.NOT_FOUND and error not in {"", "not found"}:
        raise StudentUnknown("student-unknown")
    if answer.status == HTTPStatus.BAD_REQUEST:
        raise MalformedParameter("malformed-parameter")
    _refuse_call(answer)


def _refuse_call(answer: Answer) -> NoReturn:
    """Raise for an answer that is about the connection, whoever the student."""
    # What Amazon's gateway says of an address it does not have, whatever the credentials.
    no_such_path = (
        isinstance(answer.body, dict) and answer.body.get("message") == "Missing Authentication Token"
    )
    if answer.status == HTTPStatus.FORBIDDEN and not no_such_path:
        raise CredentialsRefused("gateway-forbidden")
    if answer.status == HTTPStatus.NOT_FOUND or no_such_path:
        raise VendorMisconfigured("wrong-path")
    if answer.status < HTTPStatus.BAD_REQUEST:
        raise EtsDown("unexpected-shape")
    raise VendorMisconfigured(f"status-{answer.status}")


def _lea_codes_in(answer: Answer) -> list[str]:
    if answer.status != HTTPStatus.OK:
        _refuse_call(answer)
    return read_lea_codes(_list_in(answer))


def _list_in(answer: Answer) -> list[Any]:
    if not isinstance(answer.body, list):
        raise EtsDown("unexpected-shape")
    return answer.body


def _or_down(call: Callable[[], Result]) -> Result:
    """Return what `call` returns; whatever makes ETS unavailable becomes EtsDown."""
    try:
        return call()
    except VendorUnavailable as error:
        down = EtsDown(error.reason, retry_after=error.retry_after)
    raise down
