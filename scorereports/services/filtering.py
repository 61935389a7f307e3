"""Narrows a list of reports to what somebody chose: test, language, year, format; an empty choice is all of them.

The student's page posts the choice, so that no address names a test. Nothing here asks ETS: the list is there already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.base import lists
from portal.base.clock import local_today
from scorereports import catalog
from scorereports.keys import ReportKey
from scorereports.outcomes import Outcome
from scorereports.services.failures import Unavailable
from scorereports.services.listing import ListedReport

EARLIER = "earlier"  # the choice of a year that ETS no longer keeps


@dataclass(frozen=True)
class Choice:
    """What somebody wants to see, in the catalogue's codes; empty text is no wish."""

    type: str = ""
    language: str = ""
    year: str = ""
    format: str = ""


def narrowed(reports: tuple[ListedReport, ...], choice: Choice) -> tuple[ListedReport, ...]:
    """Return the reports that fit. Raises `Unavailable` with the reason why none does."""
    oldest = catalog.kept_years(local_today())[-1]
    found = [report for report in reports if fits(report.named, choice)]
    if found:
        return tuple(found)
    if choice.year == EARLIER or (choice.year.isdigit() and int(choice.year) < oldest):
        raise Unavailable(Outcome.TOO_OLD, facts={"oldest": catalog.year_label(str(oldest))})
    if choice.language:
        others = [report for report in reports if fits(report.named, choice, any_language=True)]
        if others:
            raise only_in_other_languages(others, choice.language)
    raise Unavailable(Outcome.NONE_MATCH)


def only_in_other_languages(reports: Iterable[ListedReport], wanted: str) -> Unavailable:
    """Name the languages there are, for somebody who wants another."""
    names = [lists.set_apart(catalog.language_name(code) or "?") for code in languages_of(reports)]
    return Unavailable(
        Outcome.OTHER_LANGUAGES,
        facts={"language": catalog.language_name(wanted), "languages": lists.in_a_sentence(names)},
    )


def languages_of(reports: Iterable[ListedReport], *, first: str = "") -> list[str]:
    """Return the languages that came back, the reader's `first` if it is among them."""
    found = {report.named.language for report in reports}
    return sorted(found, key=lambda code: (code != first, catalog.language_order(code), code))


def fits(named: ReportKey, choice: Choice, *, any_language: bool = False) -> bool:
    """Say whether a report, as its key names it, is among what somebody chose."""
    return (
        choice.type in {"", named.type}
        and choice.year in {"", named.year}
        and choice.format in {"", named.format}
        and (any_language or choice.language in {"", named.language})
    )
