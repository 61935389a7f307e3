"""Lists a student's score reports, fresh from ETS each time, without their links.

Called by the student's page. Takes a `ReportAccess`, so nobody can list without having been checked. One call to ETS a
page, two where staff also see what is not final; nothing of the answer is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.access import ReportAccess
from integrations import clients
from integrations.ets.records import ScoreReport
from portal.base.meanwhile import Meanwhile
from scorereports import catalog, keys
from scorereports.models import Configuration
from scorereports.outcomes import Outcome
from scorereports.services import configurations, courtesy, failures
from scorereports.services.failures import LooksAsFamily, Unavailable


@dataclass(frozen=True)
class ListedReport:
    """One report as the page shows it: ETS's words and our key, never the link."""

    key: str
    named: keys.ReportKey
    grade: str


@dataclass(frozen=True)
class Listing:
    """What ETS has now. `both_states`: rows that are not final are among them, so each row says which it is."""

    reports: tuple[ListedReport, ...]
    configuration: Configuration
    both_states: bool


def reports(access: ReportAccess, *, while_waiting: Meanwhile[Any] | None = None) -> Listing:
    """Ask ETS for the reports of the last three administration years, in every format, newest year first.

    `while_waiting` is done in the meantime. Raises `Unavailable`, also when there is none yet.
    """
    configuration = configuration_for(access)
    both = sees_not_final(access, configuration)
    courtesy.note(access.district_id)
    with failures.as_outcomes(configuration.connection):
        client = clients.ets_client(configuration.connection, while_waiting=while_waiting)
        rows = [
            (key, row)
            for final in ((True, False) if both else (True,))
            for key, row in with_keys(client.score_reports(access.ssid, final=final), final=final)
        ]
    if not rows:
        raise Unavailable(Outcome.NONE_YET)
    listed = [ListedReport(keys.seal(key, student=access.student_uuid), key, row.grade) for key, row in rows]
    listed.sort(key=lambda report: _place(report.named))
    listed.sort(key=lambda report: report.named.year, reverse=True)
    return Listing(tuple(listed), configuration, both)


def configuration_for(access: ReportAccess) -> Configuration:
    """Return the configuration that serves this student. Raises `Unavailable` where asking ETS would be wrong.

    And `LooksAsFamily`: whoever looks as a family for support has ETS asked for nothing.
    """
    if access.is_support_view:
        raise LooksAsFamily
    if access.held:
        raise Unavailable(Outcome.HELD)
    if access.is_family and access.school is not None and not access.school.shows_reports:
        raise Unavailable(Outcome.DISPLAY_OFF)
    if access.ssid_shared:
        raise Unavailable(Outcome.SSID_SHARED)
    if access.ssid_changed:
        raise Unavailable(Outcome.SSID_CHANGED)
    if not access.ssid:
        raise Unavailable(Outcome.NO_SSID)
    configuration = configurations.for_student(access)
    if configuration is None:
        raise Unavailable(Outcome.NOT_SET_UP)
    return configuration


def sees_not_final(access: ReportAccess, configuration: Configuration) -> bool:
    """Say whether this person also sees what is not final: staff, where the district wants it; families never."""
    return configuration.staff_see_not_final and not access.is_family


def with_keys(rows: Iterable[ScoreReport], *, final: bool) -> list[tuple[keys.ReportKey, ScoreReport]]:
    """Name each row in one spelling; twins alike get ordinals in the order in which ETS sent them."""
    seen: Counter[tuple[str, ...]] = Counter()
    named = []
    for row in rows:
        words = (
            catalog.same_type(row.type),
            "" if row.year is None else str(row.year),
            catalog.same_language(row.lang),
            catalog.same_format(row.format),
            catalog.same_areas(row.content_area),
        )
        named.append((keys.ReportKey(*words, ordinal=seen[words], final=final), row))
        seen[words] += 1
    return named


def _place(key: keys.ReportKey) -> tuple[int, bool, int, int]:
    return (
        catalog.order(key.type),
        not key.final,
        catalog.language_order(key.language),
        catalog.format_order(key.format),
    )
