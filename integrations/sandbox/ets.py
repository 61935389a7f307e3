"""ETS's Score Report API, versions 3 and 1, as its documents describe them, for the sandbox's district.

It owns the answers of `/ets/v3/…`, `/ets/api/v1/…` and of the links under `/ets/s3/…`. `server.py` hands it requests;
the portal meets it only over HTTP. Section names in the comments are those of ETS's document of version 3.
"""

import base64
import binascii
import os
import re
import threading
import uuid
from functools import lru_cache, partial
from hmac import compare_digest

import jwt

from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.exchange import Call, Reply, Request, json_reply
from integrations.sandbox.links import LinkSigner, Target, file_of
from integrations.sandbox.people import EtsStanding, Student
from integrations.sandbox.reports import ScoreReport
from integrations.sandbox.storage import ASSETS, PAGE, Storage, place_of
from integrations.sandbox.versions import V1, V3, ApiVersion, MalformedParameterError, matches
from integrations.sandbox.world import World

NOT_AUTHORIZED = "You are not authorized to make this request"
UNAUTHORIZED = "You are unauthorized to make this request."
MALFORMED = "Malformed parameter"
UNKNOWN_STUDENT = "Student doesn\u2019t exist"
ELSEWHERE = "Student enrollment record does not match calling district"

_SSID = re.compile(r"[0-9]{10}")
_LINK_PREFIX = "/s3/"
_REMEMBERED_TOKENS = 1000
_REMEMBERED_STUDENTS = 1000
DEFAULT_TOKEN_SECONDS = 3600


class EtsVendor:
    """The API for one LEA. `username` and `api_token` are what TOMS would have given out."""

    prefix = base_path = "/ets"
    endpoints: tuple[str, ...] = ("token", "verify", "reports", "link", "asset")

    def __init__(self, world: World, clock: SandboxClock, *, username: str, api_token: str) -> None:
        self.world = world
        self.clock = clock
        self.token_seconds = DEFAULT_TOKEN_SECONDS
        self.has_v1 = True
        self.video = PAGE
        self.links = LinkSigner()
        self.storage = Storage(world, clock, self.links)
        self._lock = threading.Lock()
        self._known = lru_cache(maxsize=_REMEMBERED_STUDENTS)(self._look_up)
        self._credentials = b""
        self.use_credentials(username, api_token)

    def use_credentials(self, username: str, api_token: str) -> None:
        """Take this pair. A new one, as after "regenerate" in TOMS, ends the old pair and its tokens at once."""
        credentials = f"{username}:{api_token}".encode()
        if credentials != self._credentials:
            self._credentials = credentials
            self.revoke_tokens()

    def revoke_tokens(self) -> None:
        """Refuse every token handed out so far."""
        with self._lock:
            self._key = os.urandom(32)
            self._expiries: dict[str, int] = {}

    def route(self, request: Request) -> Call | None:
        path = request.path.removeprefix(self.prefix)
        if path.startswith(_LINK_PREFIX):
            return self._link_call(request, path.removeprefix(_LINK_PREFIX))
        if request.method != "GET":
            return None
        # A version that is no longer there has no address, as behind any gateway. Version 2 never is.
        versions = (V3, V1) if self.has_v1 else (V3,)
        return next(filter(None, (self._api_call(request, path, version) for version in versions)), None)

    def _api_call(self, request: Request, path: str, version: ApiVersion) -> Call | None:
        if path in (f"{version.path}/token", f"{version.path}/token/"):
            return Call("token", None, partial(self._token, request))
        if path == f"{version.path}/token/verify" and version.has_verify:
            return Call("verify", None, partial(self._verify, request))
        ssid = version.student_of(path)
        if ssid is None:
            return None
        return Call("reports", ssid, partial(self._score_reports, request, ssid, version))

    def nowhere(self) -> Reply:
        """What the gateway in front of ETS says of addresses and methods that do not exist."""
        return json_reply(403, {"message": "Missing Authentication Token"})

    def sample_pdf(self) -> bytes:
        return self.storage.sample_pdf()

    # Get Authorizing Token

    def _token(self, request: Request) -> Reply:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            given = b""
        if scheme.lower() != "basic" or not compare_digest(given, self._credentials):
            return json_reply(401, {"error": NOT_AUTHORIZED})
        return json_reply(200, {"token": self._mint_token()})

    def _mint_token(self) -> str:
        issued = int(self.clock.timestamp())
        claims = {
            "sub": str(uuid.uuid4()),
            "aud": "sandbox",
            "email_verified": False,
            "event_id": str(uuid.uuid4()),
            "token_use": "id",
            "auth_time": issued,
            "iss": "https://issuer.example.org/sandbox",
            "cognito:username": self._credentials.decode().partition(":")[0],
            "iat": issued,
            "exp": issued + int(self.token_seconds),
            "email": "coordinator@example.org",
        }
        return jwt.encode(claims, self._key, algorithm="HS256", headers={"kid": "sandbox"})

    def _accepts_token(self, request: Request) -> bool:
        """Whether the header holds a token of ours, raw and alive. "Bearer …" is not one."""
        token = request.headers.get("Authorization", "")
        expiry = self._expiries.get(token)
        if expiry is None:
            try:
                claims = jwt.decode(
                    token,
                    self._key,
                    algorithms=["HS256"],
                    # The sandbox's clock decides about the time, below.
                    options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
                )
            except jwt.InvalidTokenError:
                return False
            expiry = int(claims["exp"])
            with self._lock:
                if len(self._expiries) >= _REMEMBERED_TOKENS:
                    self._expiries.clear()
                self._expiries[token] = expiry
        return self.clock.timestamp() < expiry

    # Verify Authorizing Token

    def _verify(self, request: Request) -> Reply:
        if not self._accepts_token(request):
            return json_reply(403, {"error": NOT_AUTHORIZED})
        return json_reply(200, [{"LEA": self.world.district.lea_code}])

    # Get Score Report

    def _score_reports(self, request: Request, ssid: str, version: ApiVersion) -> Reply:
        if not self._accepts_token(request):
            return json_reply(401, {"error": UNAUTHORIZED})
        try:
            wanted = version.parameters(request.query)
            if not (ssid.isascii() and ssid.isdigit()):
                raise MalformedParameterError
        except MalformedParameterError:
            return json_reply(400, {"error": MALFORMED})
        index = self.world.index_of(ssid) if _SSID.fullmatch(ssid) else None
        standing = EtsStanding.UNKNOWN if index is None else self._known(index)[0].standing
        if index is None or standing is EtsStanding.UNKNOWN:
            return json_reply(404, {"error": UNKNOWN_STUDENT})
        reports = self._known(index)[1]
        if standing is EtsStanding.ELSEWHERE:
            return json_reply(403, {"error": ELSEWHERE})
        listed = [report for report in reports if matches(report, wanted, version)]
        return json_reply(200, self._rows(index, listed, request, version))

    def _rows(
        self, index: int, reports: list[ScoreReport], request: Request, version: ApiVersion
    ) -> list[dict[str, str | int]]:
        mint = self.links.minter(self.clock.now())
        base_url = f"{request.base_url}{self.prefix}{_LINK_PREFIX}"
        return [
            version.row(
                report, base_url + mint(Target(index, report.ordinal), place_of(report, video=self.video))
            )
            for report in reports
        ]

    def _look_up(self, index: int) -> tuple[Student, list[ScoreReport]]:
        student = self.world.student(index)
        return student, self.world.reports_for(student)

    def _link_call(self, request: Request, name: str) -> Call:
        target = self.links.target_of(name)
        known = target is not None and target.student_index < self.world.size
        ssid = self.world.ssid_of(target.student_index) if target is not None and known else None
        # A page asks for its parts without the signature; the film is a part, or a link of its own.
        is_part = file_of(name) in ASSETS and not request.query
        endpoint = "asset" if is_part else "link"
        answer = partial(self.storage.open, request, name, is_part=is_part)
        return Call(endpoint, ssid, answer, request.base_url)
