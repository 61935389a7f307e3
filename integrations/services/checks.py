"""Asks a vendor whether a connection works, and says in words what came of it.

Called by the test on the connection's page and by `manage.py check_connections`. Nothing here holds a key, secret,
token or SSID: a reason is a machine word of ours, and `check_words` has the words to it. A token of ETS's is minted
afresh: an older one may still work after the pair was changed elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from integrations import clients
from integrations.http import VendorError, VendorUnavailable
from integrations.models import Connection, Vendor
from integrations.services.check_words import WORDS, Text
from portal.base import clock, limits, secrets
from portal.base.clock import local_today

TESTED_TOO_OFTEN = "tested-too-often"
# Somebody who corrects a pair by trial needs a few; a script that tries pairs gets no further.
_TESTS = 5
_A_WHILE = 60


@dataclass(frozen=True)
class CheckResult:
    """What a check found: `reason` is empty when all is well.

    `leas` are the codes the credentials stand for; None when this version of the API cannot say. `sites` are the names
    of the sites that Illuminate shows.
    """

    leas: tuple[str, ...] | None
    reason: str
    vendor: str = Vendor.ETS
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The same for people: what happened and what to do next. `works` decides the colour."""

    works: bool
    title: Text
    explanation: Text
    next_step: Text


_OLD_VERSION = _(
    "Version 1 cannot say which LEAs the pair stands for: take the version 3 values, then test again."
)
_GOOD: dict[str, tuple[Text, Text]] = {
    Vendor.ETS: (_("ETS knows this pair and gave a token."), _("Compare the LEAs below with yours.")),
    Vendor.ILLUMINATE: (
        _("Illuminate knows these credentials and shows the sites below."),
        _("Compare the sites with your district's schools. One that is missing is not brought in."),
    ),
    Vendor.POWERSCHOOL: (
        _("PowerSchool Enrollment knows this API key."),
        _("Nothing was fetched and nothing was changed there."),
    ),
}


def seconds_to_wait(connection: Connection, *, by: User) -> int:
    """Count one test by this person; return 0 when it may go ahead, else how long to wait."""
    name = f"connection-test:{by.uuid}:{connection.uuid}"
    return limits.hit(name, limit=_TESTS, seconds=_A_WHILE).retry_after


def check(connection: Connection) -> CheckResult:
    """Ask the vendor what the credentials stand for; remember when that worked."""
    vendor = connection.vendor
    try:
        found = _ask(connection)
    except VendorUnavailable as problem:
        known = problem.reason in WORDS[vendor]
        return CheckResult((), problem.reason if known else "down", vendor)
    except VendorError as problem:
        return CheckResult((), _told_apart(connection, problem.reason), vendor)
    except secrets.SecretUnreadable:
        return CheckResult((), "secret-unreadable", vendor)
    connection.worked_at = clock.now()
    Connection.objects.filter(pk=connection.pk).update(worked_at=connection.worked_at)
    return found


def verdict_on(result: CheckResult) -> Verdict:
    """Return the words for a result."""
    if result.reason:
        words = WORDS[result.vendor]
        title, explanation, next_step = words.get(result.reason, words["other"])
        return Verdict(works=False, title=title, explanation=explanation, next_step=next_step)
    explanation, next_step = _GOOD[result.vendor]
    if result.leas is None and result.vendor == Vendor.ETS:
        next_step = _OLD_VERSION
    return Verdict(works=True, title=_("It works"), explanation=explanation, next_step=next_step)


def _ask(connection: Connection) -> CheckResult:
    if connection.vendor == Vendor.ILLUMINATE:
        sites = clients.illuminate_client(connection).check()
        return CheckResult(None, "", connection.vendor, tuple(site.name or site.site_id for site in sites))
    if connection.vendor == Vendor.POWERSCHOOL:
        clients.powerschool_client(connection).check()
        return CheckResult(None, "", connection.vendor)
    leas = clients.ets_client(connection).check().leas
    return CheckResult(None if leas is None else tuple(leas), "")


def _told_apart(connection: Connection, reason: str) -> str:
    """Split ETS's one 401 into what only we know: a day that has passed, a pair that worked before."""
    if reason not in {"credentials-refused", "token-refused"}:
        return reason
    if connection.expires and connection.expires < local_today():
        return "expired"
    return "changed-elsewhere" if connection.worked_at and reason == "credentials-refused" else reason
