"""Every way a request for reports can end without one, in words for families and for staff.

One table, so that no answer of ETS ends in a blank. A code is also the machine word in the record of access. The texts
say what happened and what to do next; pages add the school's own contact. `%(name)s` in a text is a fact of the case
(`FACTS`); `/staff/outcomes/` shows the whole table to staff.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from scorereports.catalog import Text


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
    staff: tuple[Text, Text]


_CALL_SCHOOL = _("Call the school office. They can look it up and fix it.")
_LATER = _("Try again in a few minutes. If it still does not work tomorrow, call the school office.")
_TELL_ADMIN = _("Tell the person who looks after score reports in your district.")
_BACK = _("Go back to the list to see what there is now.")
_OPEN = _("Press “Open” on this page: the report comes in a new tab.")
_WAIT_A_MINUTE = _("Wait a minute, then try again.")
_REFUSED = _("Score reports cannot be fetched right now")
_REFUSED_FAMILY = (
    _("The state refused our sign-in. The district has to renew it. Nothing is lost."),
    _("Try again tomorrow. If you need a report sooner, call the school office."),
)
_ONE_PAIR = _(
    "Enter the district's current key and secret from TOMS. Use the pair you already have: "
    "a new one ends the old one for every vendor."
)
_SLOW = _("The state's service is not answering")
_SLOW_FAMILY = _("Score reports come straight from the state, and it does not answer now. Nothing is lost.")
# What a text says where a case does not know better.
FACTS: dict[str, Text] = {
    "wait": _("a few minutes"),
    "language": _("the language you chose"),
    "languages": _("another language"),
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
        (_("This student has no SSID on record."), _("Add the SSID in the student information system.")),
    ),
    Outcome.SSID_SHARED: _Row(
        "warning",
        404,
        _("The school has to check the student number"),
        (_("Two student records have the same state number, so we ask for neither."), _CALL_SCHOOL),
        (
            _(
                "Another student record has the same SSID. ETS names nobody in its answers, so neither is asked for."
            ),
            _("Correct the SSIDs in the student information system."),
        ),
    ),
    Outcome.SSID_CHANGED: _Row(
        "warning",
        404,
        _("The school has to check the student number"),
        (
            _("The student's state number has changed, and the school confirms the new one first."),
            _CALL_SCHOOL,
        ),
        (
            _(
                "The sync brought another SSID for this student. ETS names nobody in its answers, so it is not asked."
            ),
            _("Compare the new SSID with the student information system and confirm it."),
        ),
    ),
    Outcome.UNKNOWN_TO_ETS: _Row(
        "info",
        404,
        _("The state does not know this student yet"),
        (_("New students appear about two school days after the school enrolls them."), _CALL_SCHOOL),
        (_("ETS has no student with this SSID."), _("Check the SSID and the enrollment in CALPADS.")),
    ),
    Outcome.ENROLLED_ELSEWHERE: _Row(
        "info",
        404,
        _("The state lists this student at another district"),
        (_("After a move it takes about two school days until reports follow."), _CALL_SCHOOL),
        (
            _("ETS says the enrollment record does not match this district."),
            _("Check the enrollment in CALPADS; changes reach ETS in about two working days."),
        ),
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
        (_("ETS knows this student and has no reports."), _("Nothing to do: reports come in waves.")),
    ),
    Outcome.OTHER_LANGUAGES: _Row(
        "info",
        404,
        _("No report in %(language)s"),
        (
            _(
                "The state prints reports in English and in the home language the school has on record. "
                "It has these in: %(languages)s."
            ),
            _("Open one of those. If the home language is wrong, call the school office."),
        ),
        (
            _(
                "ETS has these in: %(languages)s. It prints English and the home language on the state's record."
            ),
            _("If the home language is wrong, correct it in CALPADS."),
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
        (
            _(
                "ETS answers for the current and the two previous administration years. The oldest is %(oldest)s."
            ),
            _("Older reports come from the district's files, or from ETS on request."),
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
        (_("ETS answered 400 (malformed parameter)."), _TELL_ADMIN),
    ),
    Outcome.CREDENTIALS_EXPIRED: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
        (
            _("ETS refuses this connection, and its credentials have reached their last day."),
            _("Renew the credentials in TOMS and enter the new pair here, and at every other vendor."),
        ),
    ),
    Outcome.CREDENTIALS_CHANGED: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
        (
            _(
                "ETS refuses the key and secret of this connection. They were mistyped, or a new pair was made in TOMS."
            ),
            _ONE_PAIR,
        ),
    ),
    Outcome.NOT_RELEASED: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
        (
            _("ETS takes the key and secret but gives no reports to them."),
            _("Ask the LEA CAASPP coordinator to release electronic reports to vendors in TOMS."),
        ),
    ),
    Outcome.WRONG_ADDRESS: _Row(
        "problem",
        503,
        _("Score reports are not set up right"),
        (_("The address for the state's service is wrong. The district has to correct it."), _CALL_SCHOOL),
        (
            _("The host or an endpoint of this connection is wrong, or leads elsewhere."),
            _("Compare the connection with ETS's document, version 3, and test it."),
        ),
    ),
    Outcome.SECRET_UNREADABLE: _Row(
        "problem",
        503,
        _REFUSED,
        _REFUSED_FAMILY,
        (
            _("The stored secret of this connection is missing, or the server's keys cannot read it."),
            _("Check FIELD_KEYS on the server, or enter the secret again."),
        ),
    ),
    Outcome.NOT_SET_UP: _Row(
        "info",
        404,
        _("This school does not show score reports here yet"),
        (_("The district has not set up score reports for this school."), _CALL_SCHOOL),
        (_("No configuration covers this student's school."), _TELL_ADMIN),
    ),
    Outcome.ETS_DOWN: _Row(
        "warning",
        503,
        _SLOW,
        (_SLOW_FAMILY, _LATER),
        (_("ETS did not answer in time, or answered with an error."), _LATER),
    ),
    Outcome.BREAKER_OPEN: _Row(
        "warning",
        503,
        _SLOW,
        (_SLOW_FAMILY, _LATER),
        (
            _("ETS failed several times in a row, so for half a minute nobody asks it."),
            _WAIT_A_MINUTE,
        ),
    ),
    Outcome.THROTTLED: _Row(
        "warning",
        503,
        _("The state asks us to slow down"),
        (
            _("Many families are asking for reports now. Nothing is lost."),
            _("Try again in %(wait)s."),
        ),
        (_("ETS answered 429: too many requests for this district."), _("Try again in %(wait)s.")),
    ),
    Outcome.HELD: _Row(
        "info",
        404,
        _("Score reports of this student are on hold"),
        (_("The school has put the reports on hold. Only the records office can open them."), _CALL_SCHOOL),
        (
            _("A hold is on record for this student. Only records custodians open the reports."),
            _("Ask the records office of your district."),
        ),
    ),
    Outcome.DISPLAY_OFF: _Row(
        "info",
        404,
        _("This school does not show score reports here"),
        (_("The school gives out score reports in another way."), _CALL_SCHOOL),
        (
            _("The school's Assessment Display Option is off: families see this, staff see the reports."),
            _TELL_ADMIN,
        ),
    ),
    Outcome.GONE: _Row(
        "info",
        404,
        _("This report is not there any more"),
        (_("The state has taken it back or replaced it."), _BACK),
        (_("ETS no longer lists this report."), _BACK),
    ),
    Outcome.OWN_TAB: _Row(
        "info",
        404,
        _("This report opens in a tab of its own"),
        (_("The state keeps it where this page cannot show it inside itself. Nothing is wrong."), _OPEN),
        (
            _("Its link leads to a host of ETS that a page may show inside itself only once it is pinned."),
            _(
                "Press “Open” on this page. To show such reports inside it, let whoever looks after the connection "
                "pin its link host."
            ),
        ),
    ),
    Outcome.LINK_EXPIRED: _Row(
        "warning",
        503,
        _("The way to this report has run out"),
        (
            _("The state opens a report for 30 minutes at a time, and that time is over."),
            _("Open the report again from the list."),
        ),
        (
            _("The file's host says that ETS's link has expired, though it was fresh."),
            _("Open the report again. If it keeps happening, check the server's clock."),
        ),
    ),
    Outcome.BAD_REPORT: _Row(
        "problem",
        502,
        _("The report did not arrive whole"),
        (_("What the state sent is not a report we can show safely."), _LATER),
        (_("The file behind ETS's link was refused: wrong host, type, size or content."), _TELL_ADMIN),
    ),
    Outcome.BUSY: _Row(
        "info",
        503,
        _("Many families are reading reports right now"),
        (_("Your report is safe and will open in a moment."), _WAIT_A_MINUTE),
        (_("All places for reports on this server are taken."), _WAIT_A_MINUTE),
    ),
    Outcome.NOT_RECORDED: _Row(
        "problem",
        503,
        _("The report cannot be opened right now"),
        (_("Each opening is written down to protect students, and that did not work."), _LATER),
        (_("The record of access could not be written, so no report is served."), _TELL_ADMIN),
    ),
}


def text_for(outcome: Outcome, *, family: bool, facts: Mapping[str, Text] | None = None) -> OutcomeText:
    """Return the words for one audience, in the reader's language, with the facts of the case filled in."""
    row = _TABLE[outcome]
    explanation, next_step = row.family if family else row.staff
    known = FACTS | dict(facts or {})
    title, explanation, next_step = (str(text) % known for text in (row.title, explanation, next_step))
    return OutcomeText(outcome.value, row.kind, title, explanation, next_step, row.status)


def how_long(seconds: float) -> str:
    """Say a wait in whole minutes, upwards."""
    minutes = max(1, math.ceil(seconds / 60))
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}
