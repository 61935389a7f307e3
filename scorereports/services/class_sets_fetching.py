"""Fetches the reports of a class set, a few students ahead of the reader, and keeps no more than these in memory.

Called by `class_sets`. Each student is checked for whoever asks when their turn comes, so that a hold of a minute ago
counts for those not yet fetched (trust A4, A7). ETS is asked once a student; a report that does not come whole is told
by its outcome and is never half in the file. `stop` ends what is under way upstream.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import uuid
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import structlog

from accounts import access
from accounts.access import NoGrant, ReportAccess
from accounts.access_rules import STAFF_RULES
from accounts.models import User
from integrations import clients
from integrations.http import UpstreamStream
from integrations.services import links
from portal.base.streaming import release_database
from scorereports.keys import ReportKey
from scorereports.models import Configuration
from scorereports.outcomes import Outcome
from scorereports.services import courtesy, failures, listing, opening
from scorereports.services.class_sets_members import Member
from scorereports.services.failures import Unavailable

log = structlog.get_logger(__name__)

# Students fetched at once, and how many reports of each may lie ready beside the one under way.
AHEAD, READY = 3, 1
_LOOK_SECONDS = 0.2
# A score report has some hundred kilobytes; beyond this it is none.
MOST_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Fetched:
    """One report of a class set: its bytes, or why there are none. `may_see` is missing where nobody may look."""

    member: Member
    key: ReportKey
    may_see: ReportAccess | None = None
    content: bytes | None = field(default=None, repr=False)
    outcome: str = ""


Ready = queue.Queue[Fetched | None]


class Fetcher:
    """The reports of these members in their order; `stop` may be called from any thread, and more than once."""

    def __init__(self, user: User, members: list[Member]) -> None:
        self._user = user
        self._members = members
        self._stopped = threading.Event()
        self._open: dict[uuid.UUID, UpstreamStream] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AHEAD, thread_name_prefix="class-set")

    def __iter__(self) -> Iterator[Fetched]:
        waiting = iter(self._members)
        under_way: deque[Ready] = deque()
        try:
            while not self._stopped.is_set():
                while len(under_way) < AHEAD and (member := next(waiting, None)):
                    under_way.append(queue.Queue(READY))
                    self._pool.submit(self._student, member, under_way[-1])
                if not under_way:
                    return
                yield from self._taken(under_way.popleft())
        finally:
            self.stop()

    def stop(self) -> None:
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            still = list(self._open.values())
        for upstream in still:
            upstream.close()

    def _taken(self, ready: Ready) -> Iterator[Fetched]:
        while not self._stopped.is_set():
            try:
                one = ready.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if one is None:
                return
            yield one

    def _student(self, member: Member, ready: Ready) -> None:
        """Check and fetch one student's reports, no further ahead of the reader than there is room."""
        for one in [*self._reports(member), None]:
            while not self._stopped.is_set():
                with contextlib.suppress(queue.Full):
                    ready.put(one, timeout=_LOOK_SECONDS)
                    break

    def _reports(self, member: Member) -> Iterator[Fetched]:
        found = [Fetched(member, key) for key in member.keys]
        try:
            may_see = access.open_student(self._user, member.student_uuid, rules=STAFF_RULES)
            found = [replace(one, may_see=may_see) for one in found]
            configuration = listing.configuration_for(may_see)
            courtesy.note(may_see.district_id)
            urls = _links(may_see, configuration)
            release_database()
            while found and not self._stopped.is_set():
                yield self._report(found.pop(0), configuration, urls)
        except NoGrant:
            yield from (replace(one, outcome="no-grant") for one in found)
        except Unavailable as unavailable:
            yield from (replace(one, outcome=unavailable.outcome.value) for one in found)
        except Exception as problem:  # noqa: BLE001 - one student's trouble must not cost a class its set
            log.error("class_set_student_failed", error=type(problem).__name__)  # noqa: TRY400 - a message may quote a link
            yield from (replace(one, outcome=Outcome.BAD_REPORT.value) for one in found)
        finally:
            release_database()

    def _report(self, one: Fetched, configuration: Configuration, urls: dict[ReportKey, str]) -> Fetched:
        try:
            if one.key not in urls:
                raise Unavailable(Outcome.GONE)
            return replace(one, content=self._read(configuration, urls[one.key]))
        except Unavailable as unavailable:
            return replace(one, outcome=unavailable.outcome.value)
        finally:
            release_database()

    def _read(self, configuration: Configuration, url: str) -> bytes:
        """Read a whole report. Nothing of the database is held meanwhile."""
        with failures.of_links_as_outcomes(), contextlib.ExitStack() as undo:
            clients.pinned_link_policy(configuration.connection).check(url)
            links.note_first_host(configuration.connection, url)
            if self._stopped.is_set():  # while ETS named the link
                raise Unavailable(Outcome.BAD_REPORT)
            upstream, chunks = opening.open_link(configuration, url, "PDF", undo)
            name = uuid.uuid4()
            with self._lock:
                self._open[name] = upstream
            undo.callback(self._open.pop, name, None)
            release_database()
            content = bytearray()
            for chunk in chunks:
                content += chunk
                if self._stopped.is_set() or len(content) > MOST_BYTES:
                    raise Unavailable(Outcome.BAD_REPORT)
            return bytes(content)


def _links(may_see: ReportAccess, configuration: Configuration) -> dict[ReportKey, str]:
    """Ask ETS for a student's PDFs once; the links open each for half an hour and go no further than this module."""
    connection = configuration.connection
    with failures.as_outcomes(connection):
        client = clients.ets_client(connection, budget=clients.ONE_OF_MANY)
        rows = client.score_reports(may_see.ssid, format="PDF", final=True)
    return {key: row.url for key, row in listing.with_keys(rows, final=True)}
