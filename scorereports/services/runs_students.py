"""Asks ETS about one student of a run, in a thread among others, and says what came of it.

Called by `runs_asking`. The run's maker is checked right before the call, and again if the call had to wait: a block, a
hold or a role that ended a moment ago counts (trust A4, A7, A10). Nothing is written here.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType

import structlog

from accounts import access
from accounts.access import NoGrant, ReportAccess
from accounts.access_rules import STAFF_RULES
from integrations import clients
from portal.base.streaming import release_database
from scorereports import catalog
from scorereports.keys import ReportKey
from scorereports.models import Configuration, PlaceState, ReportRun, ReportRunPlace
from scorereports.outcomes import Outcome
from scorereports.services import failures, filtering, listing
from scorereports.services.failures import Unavailable
from scorereports.services.filtering import Choice

log = structlog.get_logger(__name__)

# A check that is older is made again.
_FRESH_SECONDS = 1.0
_STATES = {
    Outcome.NONE_YET: PlaceState.NONE_YET,
    Outcome.NO_SSID: PlaceState.NO_SSID,
    Outcome.SSID_SHARED: PlaceState.SSID_IN_DOUBT,
    Outcome.SSID_CHANGED: PlaceState.SSID_IN_DOUBT,
    Outcome.UNKNOWN_TO_ETS: PlaceState.UNKNOWN,
    Outcome.ENROLLED_ELSEWHERE: PlaceState.ELSEWHERE,
    Outcome.HELD: PlaceState.HELD,
}
# What is so for every student of the connection: going on would only be refused some thousand times.
_FOR_ALL = {
    Outcome.CREDENTIALS_EXPIRED,
    Outcome.CREDENTIALS_CHANGED,
    Outcome.NOT_RELEASED,
    Outcome.WRONG_ADDRESS,
    Outcome.SECRET_UNREADABLE,
}
_LATER = {Outcome.BREAKER_OPEN, Outcome.THROTTLED}


@dataclass(frozen=True)
class Answer:
    """What came of one student. Still `pending`: nothing yet, for this one alone (`about_one`) or for all of them.

    `final_for_run` says why nobody of this run can be asked; `retry_after` is in seconds, as the state wishes.
    """

    place: ReportRunPlace
    state: PlaceState
    outcome: str = ""
    reports: tuple[ReportKey, ...] = ()
    asked_ets: bool = False
    about_one: bool = False
    final_for_run: Outcome | None = None
    retry_after: float | None = None


class Gate:
    """So many at once; the number may change meanwhile."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside = 0
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        with self._changed:
            self._limit = max(1, limit)
            self._changed.notify_all()

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._inside < self._limit)
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify()


@dataclass(frozen=True)
class Checked:
    """A student whose turn comes now, with what the one rule says of the run's maker; None: no access."""

    place: ReportRunPlace
    may_see: ReportAccess | None
    checked_at: float


def check(places: Sequence[ReportRunPlace]) -> list[Checked]:
    """Ask the one rule about the next few students of a run in one go."""
    uuids = [_uuid_of(place) for place in places]
    opened = access.open_students(places[0].run.made_by, uuids, rules=STAFF_RULES)
    now = time.monotonic()
    return [Checked(place, opened.get(_uuid_of(place)), now) for place in places]


def ask(checked: Checked, gate: Gate) -> Answer:
    """Ask about one student who is checked; one whose check grew old is checked again. Never raises."""
    place = checked.place
    answer = Answer(place, PlaceState.PENDING)
    try:
        return _ask(answer, checked, gate)
    except NoGrant:
        return replace(answer, state=PlaceState.REFUSED, outcome="no-grant")
    except Unavailable as unavailable:
        return _why(answer, unavailable)
    except Exception as problem:  # noqa: BLE001 - one student's trouble must not end the turn of all others
        # The kind alone: a message may quote what it could not handle.
        log.error("run_student_failed", run=str(place.run.uuid), error=type(problem).__name__)  # noqa: TRY400 - the traceback could quote a link or an SSID
        return replace(answer, outcome="error", about_one=True)
    finally:
        release_database()


def _ask(answer: Answer, checked: Checked, gate: Gate) -> Answer:
    if checked.may_see is None:
        raise NoGrant(None)
    may_see, configuration = checked.may_see, listing.configuration_for(checked.may_see)
    release_database()
    with gate:
        if time.monotonic() - checked.checked_at > _FRESH_SECONDS:
            may_see, configuration = _checked_anew(answer.place)
        found = _reports(may_see, configuration, choice_of(answer.place.run))
    state = PlaceState.AVAILABLE if found else PlaceState.NONE_YET
    outcome = "" if found else Outcome.NONE_YET.value
    return replace(answer, state=state, outcome=outcome, reports=found, asked_ets=True)


def _checked_anew(place: ReportRunPlace) -> tuple[ReportAccess, Configuration]:
    may_see = access.open_student(place.run.made_by, _uuid_of(place), rules=STAFF_RULES)
    return may_see, listing.configuration_for(may_see)


def _uuid_of(place: ReportRunPlace) -> uuid.UUID:
    found: uuid.UUID = place.student_uuid  # type: ignore[attr-defined] # annotated by whoever fetched the place
    return found


def choice_of(run: ReportRun) -> Choice:
    return Choice(run.report_type, run.report_language, run.report_year, run.report_format)


def _reports(may_see: ReportAccess, configuration: Configuration, choice: Choice) -> tuple[ReportKey, ...]:
    """Return the final reports that fit the choice. Their links are forgotten here: a class set asks for its own."""
    with failures.as_outcomes(configuration.connection):
        client = clients.ets_client(configuration.connection, budget=clients.ONE_OF_MANY)
        rows = client.score_reports(
            may_see.ssid,
            type=catalog.to_ask_type(choice.type),
            lang=catalog.to_ask_language(choice.language),
            year=int(choice.year) if choice.year.isdigit() else None,
            format=catalog.to_ask_format(choice.format),
            final=True,
        )
    named = (key for key, _row in listing.with_keys(rows, final=True))
    return tuple(key for key in named if filtering.fits(key, choice))


def _why(answer: Answer, unavailable: Unavailable) -> Answer:
    outcome = unavailable.outcome
    if outcome in _FOR_ALL:
        return replace(answer, outcome=outcome.value, final_for_run=outcome)
    if outcome in _LATER:
        return replace(answer, outcome=outcome.value, retry_after=unavailable.retry_after)
    if outcome is Outcome.ETS_DOWN:
        about_one = _answers_others(answer.place)
        wait = unavailable.retry_after
        return replace(answer, outcome=outcome.value, about_one=about_one, retry_after=wait)
    asked = outcome in {
        Outcome.NONE_YET,
        Outcome.UNKNOWN_TO_ETS,
        Outcome.ENROLLED_ELSEWHERE,
        Outcome.MALFORMED,
    }
    state = _STATES.get(outcome, PlaceState.FAILED)
    return replace(answer, state=state, outcome=outcome.value, asked_ets=asked)


def _answers_others(place: ReportRunPlace) -> bool:
    """Say whether the breaker still takes the state for alive: then its failure is about this student."""
    try:
        _may_see, configuration = _checked_anew(place)
    except (NoGrant, Unavailable):
        return True
    return clients.ets_breaker_is_closed(configuration.connection)
