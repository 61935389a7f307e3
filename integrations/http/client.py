"""One call to a vendor, with every guard on: `VendorHttp`.

Owns the order of things: policy, breaker, try, verdict, pause. Called by the vendor clients. What it raises
and what it logs carries no URL, header or body, and neither does anything chained to it.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, NoReturn, Protocol, TypeVar

from requests import PreparedRequest, Request, Response
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from integrations.http.answers import Answer, RawAnswer, parse
from integrations.http.errors import VendorMisconfigured, VendorUnavailable
from integrations.http.hosts import HostPolicy
from integrations.http.retries import INTERACTIVE, Budget, Failure, pause_before_next, read_retry_after
from integrations.http.sockets import Allowance, ChargedAdapter, charged_to, shared_adapter
from integrations.http.streams import CHUNK, UpstreamStream, printable, why_it_broke, why_no_answer
from portal.base.clock import Clock

LARGEST_JSON = 4 * 1024 * 1024
LARGEST_STREAM = 128 * 1024 * 1024

# A try that cannot succeed in time would only be held against the vendor.
_SHORTEST_TRY = 0.5
_KEPT_HEADERS = ("Content-Type", "Retry-After", "X-Amzn-ErrorType", "X-Amzn-RequestId")
_PLAIN = ("", "identity")
_WANTS_JSON = {"Accept": "application/json"}


# urllib3 logs whole URLs: every request at DEBUG, odd headers and retries at WARNING. Ours hold SSIDs and
# links.
def _say_nothing(_record: logging.LogRecord) -> bool:
    return False


# Filters and not levels: a later logging configuration resets the levels of loggers that exist.
for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_say_nothing)

Result = TypeVar("Result")
# Says of a status of 500 or above, and of its JSON, that it is an answer all the same.
IsAnswer = Callable[[int, Any], bool]
# Adds to each try what holds for that try alone, such as a signature with a fresh nonce.
Sign = Callable[[PreparedRequest], PreparedRequest]


class Breaker(Protocol):
    """Asked before every try, told its result; one per vendor and connection, shared by processes."""

    def allow(self) -> bool: ...
    def success(self) -> None: ...
    def failure(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Came:
    response: Response
    body: bytes
    broke_off: Failure | None


class VendorHttp:
    """GET and POST for vendor clients; light to make, safe for threads. A POST is sent once, whatever comes of it.

    Raises VendorMisconfigured: `host-not-allowed`, `bad-request`, `redirected`; VendorUnavailable:
    `breaker-open`, `out-of-time`, `cannot-connect`, `hung-up` (after it was sent), `connect-timeout`, `tls-failed`,
    `too-slow`, `truncated`, `too-large`, `rate-limited`, `status-5xx`, `not-json`, `encoded-body`, `unexpected-status`.
    """

    def __init__(
        self,
        *,
        policy: HostPolicy,
        breaker: Breaker,
        clock: Clock,
        budget: Budget = INTERACTIVE,
        link_policy: HostPolicy | None = None,
        link_breaker: Breaker | None = None,
        adapter: ChargedAdapter | None = None,
        largest_json: int = LARGEST_JSON,
        largest_stream: int = LARGEST_STREAM,
        is_answer: IsAnswer | None = None,
        while_waiting: Callable[[], None] | None = None,
    ) -> None:
        """`link_breaker` guards where links lead; without one, links count on `breaker`.

        `is_answer` is asked about each 5xx: one that it takes for an answer is returned, neither tried again nor held
        against the vendor. `while_waiting` is called in each try when the request is on its way; it asks no vendor,
        and raises nothing.
        """
        self._policy = policy
        self._breaker = breaker
        self._clock = clock
        self._budget = budget
        self._link_policy = link_policy or HostPolicy()
        self._link_breaker = link_breaker or breaker
        self._adapter = adapter
        self._largest_json = largest_json
        self._largest_stream = largest_stream
        self._is_answer = is_answer
        self._while_waiting = while_waiting

    def get_json(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        sign: Sign | None = None,
        seconds_left: Callable[[], float] | None = None,
        under_way: AbstractContextManager[Any] | None = None,
    ) -> Answer:
        """Return the answer, whatever its status below 500 but 3xx and 429, which are refused or retried.

        `sign` is called for each try anew. `seconds_left` says what is left for all calls of a longer work; once that
        is nothing, no further try is made, whatever the budget of one call. `under_way` is held from a try's first byte
        to its last, and not while JSON is read; waiting for it is not charged to the vendor.
        """
        request = self._prepare(
            self._policy, url, {**_WANTS_JSON, **(headers or {})}, params=dict(params or {})
        )
        return self._with_retries(
            lambda allowance: self._try_json(request, sign, allowance, under_way),
            self._breaker,
            self._largest_json,
            seconds_left=seconds_left,
        )

    def post_json(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json_body: Any = None,
        sign: Sign | None = None,
    ) -> Answer:
        """Send a form, or else a JSON body, once; return the answer as `get_json` does.

        Never tried again (trust F4): a lost answer does not say that nothing was done.
        """
        body = {"data": dict(form)} if form is not None else {"json": json_body}
        request = self._prepare(self._policy, url, {**_WANTS_JSON, **(headers or {})}, method="POST", **body)
        return self._with_retries(
            lambda allowance: self._try_json(request, sign, allowance),
            self._breaker,
            self._largest_json,
            budget=replace(self._budget, tries=1),
        )

    def get_raw(
        self, url: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> RawAnswer:
        """Return the body as it came, for the few calls whose answer need not be JSON; never half of it."""
        headers = {**_WANTS_JSON, **(headers or {})}
        request = self._prepare(self._policy, url, headers, params=dict(params or {}))
        return self._with_retries(
            lambda allowance: self._try_raw(request, allowance), self._breaker, self._largest_json
        )

    def post_raw(
        self, url: str, *, headers: Mapping[str, str] | None = None, json_body: Any = None
    ) -> RawAnswer:
        """Send once, as `post_json` does, and return what came, be it half of an answer.

        For calls that cannot be asked again: what came must be kept before anybody tries to read it.
        """
        headers = {**_WANTS_JSON, **(headers or {})}
        # requests sends no body for None, and the length 0 along with it.
        request = self._prepare(self._policy, url, headers, method="POST", json=json_body)
        return self._with_retries(
            lambda allowance: self._try_raw(request, allowance, keep_half=True),
            self._breaker,
            self._largest_json,
            budget=replace(self._budget, tries=1),
        )

    def open_stream(self, url: str) -> UpstreamStream:
        """Return the opened answer to a report link: any 2xx or 4xx, its bytes unread.

        The link is the credential, so no header names us. Tries again only until the headers have come.
        """
        request = self._prepare(self._link_policy, url, {"Accept": "*/*"})
        return self._with_retries(
            lambda allowance: self._try_stream(request, allowance), self._link_breaker, self._largest_stream
        )

    def _prepare(
        self, policy: HostPolicy, url: str, headers: Mapping[str, str], *, method: str = "GET", **parts: Any
    ) -> PreparedRequest:
        """Return the request before its signature; `parts` as in requests: params, data, json."""
        policy.check(url)
        everything = {"User-Agent": "score-report-portal", "Accept-Encoding": "identity", **headers}
        prepared = None
        try:
            prepared = Request(method, url, headers=everything, **parts).prepare()
        except (RequestException, HTTPError, ValueError):
            prepared = None  # their messages quote the URL or the header's value
        return _checked(prepared, policy)

    def _signed(self, request: PreparedRequest, sign: Sign | None) -> PreparedRequest | Failure:
        """Return what one try sends: a copy, so that no try carries the signature of the last."""
        if sign is None:
            return request
        try:
            return _checked(sign(request.copy()), self._policy)
        except (ValueError, VendorMisconfigured):
            # Our own fault, so neither raised through the breaker's count nor with oauthlib's text: it quotes.
            return Failure("bad-request", retry=False, vendor_is_down=False)

    def _with_retries(
        self,
        attempt: Callable[[Allowance], Result | Failure],
        breaker: Breaker,
        max_bytes: int,
        *,
        budget: Budget | None = None,
        seconds_left: Callable[[], float] | None = None,
    ) -> Result:
        budget = budget or self._budget
        ends = self._clock.monotonic() + budget.seconds

        def left() -> float:
            own = ends - self._clock.monotonic()
            return own if seconds_left is None else min(own, seconds_left())

        tries = 0
        while True:
            if left() < _SHORTEST_TRY:
                raise VendorUnavailable("out-of-time")
            tries += 1
            result = self._try(attempt, self._allowance(left(), max_bytes), breaker)
            if not isinstance(result, Failure):
                return result
            pause = pause_before_next(budget, tries_made=tries, retry_after=result.retry_after)
            if not result.retry or tries >= budget.tries or pause + _SHORTEST_TRY >= left():
                _give_up(result)
            self._clock.sleep(pause)

    def _try(
        self, attempt: Callable[[Allowance], Result | Failure], allowance: Allowance, breaker: Breaker
    ) -> Result | Failure:
        if not breaker.allow():
            # Where somebody waits, the answer is "not now"; a nightly job rests until the vendor is back.
            return Failure("breaker-open", retry=self._budget.outlasts_breaker, vendor_is_down=False)
        return self._counted(attempt, allowance, breaker)

    def _allowance(self, left: float, max_bytes: int) -> Allowance:
        return Allowance(
            seconds=min(self._budget.call, left),
            each_wait=self._budget.each_wait,
            connect=self._budget.connect,
            max_bytes=max_bytes,
            while_waiting=self._while_waiting,
        )

    def _counted(
        self, attempt: Callable[[Allowance], Result | Failure], allowance: Allowance, breaker: Breaker
    ) -> Result | Failure:
        try:
            result = attempt(allowance)
        except BaseException:
            # A task's time limit, a fault of ours: a half-open breaker must still learn that its probe is
            # over.
            breaker.failure()
            raise
        broke_off = isinstance(result, RawAnswer) and result.broke_off
        if broke_off or (isinstance(result, Failure) and result.vendor_is_down):
            breaker.failure()
        else:
            breaker.success()
        return result

    def _send(self, request: PreparedRequest, allowance: Allowance) -> Response | Failure:
        """Return the answer, its body unread, if its status is one to read on."""
        response = self._exchange(request, allowance)
        if isinstance(response, Failure):
            return response
        failure = self._judge(response)
        if failure:
            response.raw.close()
        return failure or response

    def _fetch(self, request: PreparedRequest, allowance: Allowance) -> _Came | Failure:
        """Return the answer with as much of its body as came; a 5xx only if it is an answer all the same."""
        response = self._exchange(request, allowance)
        if isinstance(response, Failure):
            return response
        status, failure = response.status_code, self._judge(response)
        if failure and (self._is_answer is None or status < HTTPStatus.INTERNAL_SERVER_ERROR):
            response.raw.close()
            return failure
        body, broke_off = self._read(response, allowance)
        if failure and self._is_answer and (broke_off or not self._is_answer(status, parse(body)[0])):
            return failure
        return _Came(response, body, broke_off)

    def _exchange(self, request: PreparedRequest, allowance: Allowance) -> Response | Failure:
        adapter = self._adapter or shared_adapter()
        waits = (self._budget.connect, self._budget.each_wait)
        try:
            with charged_to(allowance):
                return adapter.send(request, stream=True, timeout=waits, verify=True)
        except (RequestException, HTTPError, OSError, ValueError) as error:
            return Failure(why_no_answer(error, allowance))

    def _judge(self, response: Response) -> Failure | None:
        status = response.status_code
        if status < HTTPStatus.OK:
            return Failure("unexpected-status", retry=False, vendor_is_down=False)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return Failure("redirected", retry=False, vendor_is_down=False)
        retry_after = read_retry_after(response.headers.get("Retry-After"), self._clock)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return Failure("rate-limited", vendor_is_down=False, retry_after=retry_after)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Failure(f"status-{status}", retry_after=retry_after)
        return None

    def _try_stream(self, request: PreparedRequest, allowance: Allowance) -> UpstreamStream | Failure:
        response = self._send(request, allowance)
        if isinstance(response, Failure):
            return response
        stream = UpstreamStream(response, allowance, max_bytes=self._largest_stream)
        refused = ""
        if response.headers.get("Content-Encoding", "").strip().lower() not in _PLAIN:
            refused = "encoded-body"
        elif stream.content_length is not None and stream.content_length > self._largest_stream:
            refused = "too-large"
        if refused:
            stream.close()
            return Failure(refused, retry=False, vendor_is_down=False)
        allowance.renew(seconds=self._budget.stream, each_wait=self._budget.stream_each_wait)
        return stream

    def _try_json(
        self,
        request: PreparedRequest,
        sign: Sign | None,
        allowance: Allowance,
        under_way: AbstractContextManager[Any] | None = None,
    ) -> Answer | Failure:
        with under_way or nullcontext():
            signed = self._signed(request, sign)
            came = signed if isinstance(signed, Failure) else self._fetch(signed, allowance)
        if isinstance(came, Failure):
            return came
        if came.broke_off:
            return came.broke_off
        found, is_json = parse(came.body)
        response = came.response
        if not is_json and response.status_code < HTTPStatus.BAD_REQUEST:
            return Failure("not-json", retry=False, vendor_is_down=False)
        kept = {name: printable(response.headers[name]) for name in _KEPT_HEADERS if name in response.headers}
        return Answer(status=response.status_code, body=found, headers=kept, is_json=is_json)

    def _try_raw(
        self, request: PreparedRequest, allowance: Allowance, *, keep_half: bool = False
    ) -> RawAnswer | Failure:
        came = self._fetch(request, allowance)
        if isinstance(came, Failure):
            return came
        if came.broke_off and not keep_half:
            return came.broke_off
        broke_off = came.broke_off.reason if came.broke_off else ""
        return RawAnswer(came.response.status_code, came.body, broke_off)

    def _read(self, response: Response, allowance: Allowance) -> tuple[bytes, Failure | None]:
        """Read the body, and say if it is not all; the limit holds for what a compressed one unfolds to, too."""
        body, reason = bytearray(), ""
        try:
            while not reason and (chunk := response.raw.read1(CHUNK, decode_content=True)):
                body += chunk
                reason = "too-large" if len(body) > self._largest_json else ""
        except (RequestException, HTTPError, OSError, ValueError) as error:
            reason = why_it_broke(error, allowance)
        finally:
            response.raw.close()
        grave = reason != "too-large"
        return bytes(body), Failure(reason, retry=grave, vendor_is_down=grave) if reason else None


def _checked(prepared: PreparedRequest | None, policy: HostPolicy) -> PreparedRequest:
    """Return the request if its address is still on the list: requests and signers tidy addresses."""
    if prepared is None or prepared.url is None:
        raise VendorMisconfigured("bad-request")
    policy.check(prepared.url)
    return prepared


def _give_up(failure: Failure) -> NoReturn:
    if failure.reason in {"redirected", "bad-request"}:
        raise VendorMisconfigured(failure.reason)
    raise VendorUnavailable(failure.reason, retry_after=failure.retry_after)
