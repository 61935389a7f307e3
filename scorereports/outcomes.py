"""Every way a request for reports can end without one, in words for families and for staff.

One table, so that no answer of ETS ends in a blank. A code is also the machine word in the record of access. The texts
say what happened and what to do next; pages add the school's own contact. What staff read in place of it is in
`outcomes_for_staff`. `%(name)s` in a text is a fact of the case (`FACTS`); `/staff/outcomes/` shows the whole table to
staff.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from scorereports.catalog import Text
from scorereports.outcomes_for_staff import STAFF


class Outcome(StrEnum):
    NO_SSID = "no-ssid"
    SSID_SHARED = "ssid-shared"
    SSID_CHANGED = "ssid-changed"
    UNKNOWN_TO_ETS = "unknown-to-ets"
    ENROLLED_ELSEWHERE = "enrolled-elsewhere"
    NONE_YET = "none-yet"
    OTHER_LANGUAGES = "other-languages"
    TOO_OLD = "too-old"
    NONE_MATCH = "none-match"
    MALFORMED = "malformed"
    CREDENTIALS_EXPIRED = "credentials-expired"
    CREDENTIALS_CHANGED = "credentials-changed"
    NOT_RELEASED = "not-released"
    WRONG_ADDRESS = "wrong-address"
    SECRET_UNREADABLE = "secret-unreadable"  # noqa: S105 - a machine word; not a secret
    NOT_SET_UP = "not-set-up"
    ETS_DOWN = "ets-down"
    BREAKER_OPEN = "breaker-open"
    THROTTLED = "throttled"
    HELD = "held"
    DISPLAY_OFF = "display-off"
    GONE = "gone"
    OWN_TAB = "own-tab"
    LINK_EXPIRED = "link-expired"
    BAD_REPORT = "bad-report"
    BUSY = "busy"
    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True)
class OutcomeText:
    """What one audience reads. `kind` is info, warning or problem; `status` is the HTTP status of the content page."""

    code: str
    kind: str
    title: Text
    explanation: Text
    next_step: Text
    status: int


@dataclass(frozen=True)
class _Row:
    kind: str
    status: int
    title: Text
    family: tuple[Text, Text]


_CALL_SCHOOL = _("Call the school office. They can look it up and fix it.")
_LATER = _("Try again in a few minutes. If it still does not work tomorrow, call the school office.")
_BACK = _("Go back to the list to see what there is now.")
_OPEN = _("Press “Open” on this page: the report comes in a new tab.")
_WAIT_A_MINUTE = _("Wait a minute, then try again.")
_REFUSED = _("Score reports cannot be fetched right now")
_REFUSED_FAMILY = (
    _("The state refused our sign-in. The district has to renew it. Nothing is lost."),
    _("Try again tomorrow. If you need a report sooner, call the school office."),
)
_SLOW = _("The state's service is not answering")
_SLOW_FAMILY = _("Score reports come straight from the state, and it does not answer now. Nothing is lost.")
# What a text says where a case does not know better.
FACTS: dict[str, Text] = {
    # Translators: Stands in “Try again in %(wait)s.”
    "wait": _("a few minutes"),
    # Translators: Stands in “No report in %(language)s”.
    "language": _("the language you chose"),
    # Translators: Stands in “It has these in: %(languages)s.”
    "languages": _("another language"),
    # Translators: Stands in “The oldest is %(oldest)s.”
    "oldest": _("the school year two years before the last one"),
}

_TABLE: dict[Outcome, _Row] = {
    Outcome.NO_SSID: _Row(
        "info",
        404,
        _("No state student number yet"),
        (
            _(
                "The state finds reports by a ten-digit student number (SSID). The school has not sent us one yet."
            ),
            _CALL_SCHOOL,
        ),
    ),
    Outcome.SSID_SHARED: _Row(
        "warning",
        404,
        _("The school has to check the student number"),
        (_("Two student records have the same state number, so we ask for neither."), _CALL_SCHOOL),
    ),
    Outcome.SSID_CHANGED: _Row(
        "warning",
        404,
        _("The school has to check the student number"),
        (
            _("The student's state number has changed, and the school confirms the new one first."),
            _CALL_SCHOOL,
        ),
    ),
    Outcome.UNKNOWN_TO_ETS: _Row(
        "info",
        404,
        _("The state does not know this student yet"),
        (_("New students appear about two school days after the school enrolls them."), _CALL_SCHOOL),
    ),
    Outcome.ENROLLED_ELSEWHERE: _Row(
        "info",
        404,
        _("The state lists this student at another district"),
        (_("After a move it takes about two school days until reports follow."), _CALL_SCHOOL),
    ),
    Outcome.NONE_YET: _Row(
        "info",
        404,
        _("No score reports yet"),
        (
            _("The state has no report for this student so far. Most arrive in summer, science by December."),
            _(
                "Look again later. Reports of the last three school years appear here. For older ones call the school."
            ),
        ),
    ),
    Outcome.OTHER_LANGUAGES: _Row(
        "info",
        404,
        # Translators: A language's own name, such as Español, or “the language you chose”.
        _("No report in %(language)s"),
        (
            _(
                "The state prints reports in English and in the home language the school has on record. "
                "It has these in: %(languages)s."
            ),
            _("Open one of those. If the home language is wrong, call the school office."),
        ),
    ),
    Outcome.TOO_OLD: _Row(
        "info",
        404,
        _("This report is too old to show here"),
        (
            _("The state keeps reports of three school years online. The oldest is %(oldest)s."),
            _("Ask the school office for a copy of an older report."),
        ),
    ),
    Outcome.NONE_MATCH: _Row(
        "info",
        404,
        _("No report fits what you chose"),
        (
            _("There are reports, but none with this test, language, year and format together."),
            _("Choose fewer things, or show all reports."),
        ),
    ),
    Outcome.MALFORMED: _Row(
        "problem",
        502,
        _("The state did not understand the request"),
        (_("Something is set up wrong. It is not your fault."), _CALL_SCHOOL),
    ),
    Outcome.CREDENTIALS_EXPIRED: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
    ),
    Outcome.CREDENTIALS_CHANGED: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
    ),
    Outcome.NOT_RELEASED: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
    ),
    Outcome.WRONG_ADDRESS: _Row(
        "problem",
        503,
        _("Score reports are not set up right"),
        (_("The address for the state's service is wrong. The district has to correct it."), _CALL_SCHOOL),
    ),
    Outcome.SECRET_UNREADABLE: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
    ),
    Outcome.NOT_SET_UP: _Row(
        "info",
        404,
        _("This school does not show score reports here yet"),
        (_("The district has not set up score reports for this school."), _CALL_SCHOOL),
    ),
    Outcome.ETS_DOWN: _Row(
        "warning",
        503,
        _SLOW,
        (_SLOW_FAMILY, _LATER),
    ),
    Outcome.BREAKER_OPEN: _Row(
        "warning",
        503,
        _SLOW,
        (_SLOW_FAMILY, _LATER),
    ),
    Outcome.THROTTLED: _Row(
        "warning",
        503,
        _("The state asks us to slow down"),
        (
            _("Many families are asking for reports now. Nothing is lost."),
            _("Try again in %(wait)s."),
        ),
    ),
    Outcome.HELD: _Row(
        "info",
        404,
        _("Score reports of this student are on hold"),
        (_("The school has put the reports on hold. Only the records office can open them."), _CALL_SCHOOL),
    ),
    Outcome.DISPLAY_OFF: _Row(
        "info",
        404,
        _("This school does not show score reports here"),
        (_("The school gives out score reports in another way."), _CALL_SCHOOL),
    ),
    Outcome.GONE: _Row(
        "info",
        404,
        _("This report is not there any more"),
        (_("The state has taken it back or replaced it."), _BACK),
    ),
    Outcome.OWN_TAB: _Row(
        "info",
        404,
        _("This report opens in a tab of its own"),
        (_("The state keeps it where this page cannot show it inside itself. Nothing is wrong."), _OPEN),
    ),
    Outcome.LINK_EXPIRED: _Row(
        "warning",
        503,
        _("The way to this report has run out"),
        (
            _("The state opens a report for 30 minutes at a time, and that time is over."),
            _("Open the report again from the list."),
        ),
    ),
    Outcome.BAD_REPORT: _Row(
        "problem",
        502,
        _("The report did not arrive whole"),
        (_("What the state sent is not a report we can show safely."), _LATER),
    ),
    Outcome.BUSY: _Row(
        "info",
        503,
        _("Many families are reading reports right now"),
        (_("Your report is safe and will open in a moment."), _WAIT_A_MINUTE),
    ),
    Outcome.NOT_RECORDED: _Row(
        "problem",
        503,
        _("The report cannot be opened right now"),
        (_("Each opening is written down to protect students, and that did not work."), _LATER),
    ),
}


def text_for(outcome: Outcome, *, family: bool, facts: Mapping[str, Text] | None = None) -> OutcomeText:
    """Return the words for one audience, in the reader's language, with the facts of the case filled in."""
    row = _TABLE[outcome]
    explanation, next_step = row.family if family else STAFF[outcome]
    known = FACTS | dict(facts or {})
    title, explanation, next_step = (str(text) % known for text in (row.title, explanation, next_step))
    return OutcomeText(outcome.value, row.kind, title, explanation, next_step, row.status)


def how_long(seconds: float) -> str:
    """Say a wait in whole minutes, upwards."""
    minutes = max(1, math.ceil(seconds / 60))
    # Translators: Stands in “Try again in %(wait)s.”
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}
