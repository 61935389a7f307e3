"""What staff read of an overview: the name of each number, and of each list what to do about it.

Called by the pages of overviews. The numbers are in `overviews`; here is no query.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access_overview import Account, Ssid
from scorereports.services.overviews import AVAILABLE, EVERYBODY, Reports


@dataclass(frozen=True)
class Told:
    """A number's name, and what its list says to do; `tone` is good, warning or nothing."""

    label: str | Promise
    to_do: str | Promise = ""
    tone: str = ""


TOLD: dict[str, Told] = {
    EVERYBODY: Told(_("Students")),
    AVAILABLE: Told(
        _("Reports available"), _("A run found reports of this year, or the family has opened one.")
    ),
    Ssid.KNOWN: Told(_("With an SSID"), _("The state can be asked about these students."), "good"),
    Ssid.IN_DOUBT: Told(
        _("SSID to be checked"),
        _(
            "The SSID changed, or another student has the same. Nobody opens a report until it is put right: "
            "see what waits for a decision."
        ),
        "warning",
    ),
    Ssid.NONE: Told(
        _("Without an SSID"),
        _(
            "The state finds reports by the SSID alone. Get the number from CALPADS and enter it in your "
            "student information system; the next sync brings it here."
        ),
        "warning",
    ),
    Account.GUARDIAN: Told(
        _("A parent or guardian has an account"), _("This adult sees the reports online."), "good"
    ),
    Account.STUDENT: Told(
        _("The student alone has an account"),
        _("No parent or guardian who may see the reports has an account; the student does."),
    ),
    Account.NOBODY: Told(
        _("Nobody has an account"),
        _("Print letters with codes for these families, or give them their reports on paper."),
        "warning",
    ),
    Reports.OPENED: Told(
        _("Opened by the family"), _("A parent, guardian or the student has opened a report."), "good"
    ),
    Reports.NOT_REACHED: Told(
        _("Available, not reached"),
        _(
            "There are reports, and nobody of the family has opened one. Where nobody has an account, print "
            "letters or the reports themselves."
        ),
        "warning",
    ),
    Reports.NONE_YET: Told(
        _("None yet"),
        _("The state knows these students and had no reports of this year. Ask again in some weeks."),
    ),
    Reports.NOT_FOUND: Told(
        _("Unknown to the state, or enrolled elsewhere"),
        _("Compare SSID and enrollment with CALPADS. A change takes about two working days to arrive."),
        "warning",
    ),
    Reports.CANNOT_ASK: Told(
        _("Not to be asked about: no SSID, or one in doubt"),
        _("Without an SSID that is certain, the state is not asked."),
        "warning",
    ),
    Reports.HELD: Told(_("Held"), _("A hold is on these reports. Only a records custodian opens them.")),
    Reports.NOT_ASKED: Told(
        _("Not asked yet"),
        _("No run has asked for all tests of this year. Ask for the school, a grade or a class."),
    ),
}


@dataclass(frozen=True)
class Part:
    """One line of a chart: a class of students and how many they are, of how many."""

    word: str
    label: str | Promise
    number: int
    total: int
    tone: str

    @property
    def percent(self) -> int:
        """Whole percent; neither none nor all where it is not quite so."""
        if self.number in {0, self.total}:
            return 100 if self.number else 0
        return min(99, max(1, round(self.number * 100 / self.total)))


def ssids(counted: Counter[str]) -> list[Part]:
    return _parts(counted, (Ssid.KNOWN, Ssid.IN_DOUBT, Ssid.NONE))


def accounts(counted: Counter[str]) -> list[Part]:
    return _parts(counted, (Account.GUARDIAN, Account.STUDENT, Account.NOBODY))


def reports(counted: Counter[str]) -> list[Part]:
    """Return the classes of reports, without the rarer ones in which there is nobody."""
    always = {Reports.OPENED, Reports.NOT_REACHED, Reports.NONE_YET, Reports.NOT_ASKED}
    order = (
        Reports.OPENED,
        Reports.NOT_REACHED,
        Reports.NONE_YET,
        Reports.NOT_ASKED,
        Reports.NOT_FOUND,
        Reports.CANNOT_ASK,
        Reports.HELD,
    )
    return _parts(counted, tuple(word for word in order if word in always or counted[word]))


def columns(counted: Counter[str]) -> list[Part]:
    """Return what a school's line among many shows."""
    return _parts(
        counted, (EVERYBODY, Ssid.NONE, Account.NOBODY, AVAILABLE, Reports.OPENED, Reports.NOT_REACHED)
    )


def facts(student: Any, which: str) -> list[Told]:
    """Return what else is to be known of a student of a list: what sets them apart, and not what the list is about."""
    words = (student.ssid_is, student.account_is, student.reports_are)
    # That no report can be asked for follows from the SSID.
    quiet = {which, Ssid.KNOWN, Reports.CANNOT_ASK}
    return [TOLD[word] for word in words if word not in quiet]


def _parts(counted: Counter[str], words: tuple[str, ...]) -> list[Part]:
    total = counted[EVERYBODY]
    return [Part(str(word), TOLD[word].label, counted[word], total, TOLD[word].tone) for word in words]
