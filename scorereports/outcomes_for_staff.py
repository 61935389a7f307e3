"""What staff read where a request for reports ended without one: (what happened, what to do next) for each code.

Apart from what families read (`outcomes`), since only that is translated (tests/phrases/families.py).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from scorereports.catalog import Text

_LATER = _("Try again in a few minutes. If it still does not work tomorrow, call the school office.")
_TELL_ADMIN = _("Tell the person who looks after score reports in your district.")
_WAIT_A_MINUTE = _("Wait a minute, then try again.")
_BACK = _("Go back to the list to see what there is now.")
_ONE_PAIR = _(
    "Enter the district's current key and secret from TOMS. Use the pair you already have: "
    "a new one ends the old one for every vendor."
)

STAFF: dict[str, tuple[Text, Text]] = {
    "no-ssid": (
        _("This student has no SSID on record."),
        _("Add the SSID in the student information system."),
    ),
    "ssid-shared": (
        _(
            "Another student record has the same SSID. ETS names nobody in its answers, so neither is asked for."
        ),
        _("Correct the SSIDs in the student information system."),
    ),
    "ssid-changed": (
        _(
            "The sync brought another SSID for this student. ETS names nobody in its answers, so it is not asked."
        ),
        _("Compare the new SSID with the student information system and confirm it."),
    ),
    "unknown-to-ets": (
        _("ETS has no student with this SSID."),
        _("Check the SSID and the enrollment in CALPADS."),
    ),
    "enrolled-elsewhere": (
        _("ETS says the enrollment record does not match this district."),
        _("Check the enrollment in CALPADS; changes reach ETS in about two working days."),
    ),
    "none-yet": (_("ETS knows this student and has no reports."), _("Nothing to do: reports come in waves.")),
    "other-languages": (
        _("ETS has these in: %(languages)s. It prints English and the home language on the state's record."),
        _("If the home language is wrong, correct it in CALPADS."),
    ),
    "too-old": (
        _("ETS answers for the current and the two previous administration years. The oldest is %(oldest)s."),
        _("Older reports come from the district's files, or from ETS on request."),
    ),
    "none-match": (
        _("There are reports, but none with this test, language, year and format together."),
        _("Choose fewer things, or show all reports."),
    ),
    "malformed": (_("ETS answered 400 (malformed parameter)."), _TELL_ADMIN),
    "credentials-expired": (
        _("ETS refuses this connection, and its credentials have reached their last day."),
        _("Renew the credentials in TOMS and enter the new pair here, and at every other vendor."),
    ),
    "credentials-changed": (
        _(
            "ETS refuses the key and secret of this connection. They were mistyped, or a new pair was made in TOMS."
        ),
        _ONE_PAIR,
    ),
    "not-released": (
        _("ETS takes the key and secret but gives no reports to them."),
        _("Ask the LEA CAASPP coordinator to release electronic reports to vendors in TOMS."),
    ),
    "wrong-address": (
        _("The host or an endpoint of this connection is wrong, or leads elsewhere."),
        _("Compare the connection with ETS's document, version 3, and test it."),
    ),
    "secret-unreadable": (
        _("The stored secret of this connection is missing, or the server's keys cannot read it."),
        _("Check FIELD_KEYS on the server, or enter the secret again."),
    ),
    "not-set-up": (_("No configuration covers this student's school."), _TELL_ADMIN),
    "ets-down": (_("ETS did not answer in time, or answered with an error."), _LATER),
    "breaker-open": (
        _("ETS failed several times in a row, so for half a minute nobody asks it."),
        _WAIT_A_MINUTE,
    ),
    "throttled": (_("ETS answered 429: too many requests for this district."), _("Try again in %(wait)s.")),
    "held": (
        _("A hold is on record for this student. Only records custodians open the reports."),
        _("Ask the records office of your district."),
    ),
    "display-off": (
        _("The school's Assessment Display Option is off: families see this, staff see the reports."),
        _TELL_ADMIN,
    ),
    "gone": (_("ETS no longer lists this report."), _BACK),
    "own-tab": (
        _("Its link leads to a host of ETS that a page may show inside itself only once it is pinned."),
        _(
            "Press “Open” on this page. To show such reports inside it, let whoever looks after the connection "
            "pin its link host."
        ),
    ),
    "link-expired": (
        _("The file's host says that ETS's link has expired, though it was fresh."),
        _("Open the report again. If it keeps happening, check the server's clock."),
    ),
    "bad-report": (
        _("The file behind ETS's link was refused: wrong host, type, size or content."),
        _TELL_ADMIN,
    ),
    "busy": (_("All places for reports on this server are taken."), _WAIT_A_MINUTE),
    "not-recorded": (_("The record of access could not be written, so no report is served."), _TELL_ADMIN),
}
