"""Arranges a list of reports for the page: years, in each its tests, in each its languages, in each what to open."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access import ReportAccess
from portal.base import lists
from scorereports import catalog, keys
from scorereports.catalog import Text
from scorereports.keys import ReportKey
from scorereports.models import Configuration
from scorereports.services import delivery, filtering
from scorereports.services.listing import ListedReport, Listing

Page = dict[str, Any]

_ICONS = {"VIDEO": "video", "HTML": "screen"}


def years(
    access: ReportAccess, listing: Listing, reports: Iterable[ListedReport], first_language: str
) -> list[Page]:
    """Group by administration year and test: families take a test for one thing, whatever its languages and formats."""
    found = []
    for year, rows in itertools.groupby(reports, key=lambda report: report.named.year):
        tests = [
            _test(access, listing, list(of_test), first_language)
            for _key, of_test in itertools.groupby(
                sorted(rows, key=lambda row: (catalog.order(row.named.type), *_one_test(row))), key=_one_test
            )
        ]
        grades = {test["grade"] for test in tests}
        same_grade = grades.pop() if len(grades) == 1 else ""
        found.append({"label": catalog.year_label(year), "grade": same_grade, "tests": tests})
    return found


def described(key: ReportKey) -> Page:
    """Name a report by its key alone."""
    # Texts as they are now: a lazy one is translated again for each place where a page shows it.
    return {
        "title": str(catalog.type_title(key.type)),
        "year_label": catalog.year_label(key.year),
        "language": catalog.language_name(key.language),
        "language_code": catalog.language_tag(key.language),
        "format": key.format,
        "format_title": str(catalog.format_title(key.format)),
        "areas": _areas(key.content_area),
        "final": key.final,
    }


def siblings(access: ReportAccess, configuration: Configuration, key: ReportKey, sealed: str) -> list[Page]:
    """Describe the other formats of a report that its address brought along, web pages first."""
    try:
        others = keys.read_several(sealed, student=access.student_uuid) if sealed else []
    except keys.UnknownKey:
        return []
    group = [other for other in others if _one_language(other) == _one_language(key) and other != key]
    group.sort(key=lambda other: catalog.format_order(other.format))
    also = _also(access, [key, *group])
    return [
        described(other)
        | {
            "url": viewer_url(access, keys.seal(other, student=access.student_uuid), also),
            "content_url": content_url(access, other),
            "can_save": delivery.can_be_saved(configuration, other.format),
        }
        for other in group
    ]


def viewer_url(access: ReportAccess, key_text: str, also: str) -> str:
    """Return the address of a report's page; `also` are its siblings."""
    return f"{_reports_of(access.student_uuid)}{key_text}/{also}"


def _also(access: ReportAccess, group: list[ReportKey]) -> str:
    """Return what goes along with the address of each of a group, sealed once: their pages ask ETS for nothing."""
    return f"?also={keys.seal_several(group, student=access.student_uuid)}" if len(group) > 1 else ""


def content_url(access: ReportAccess, key: ReportKey) -> str:
    return _content_url(access, keys.seal(key, student=access.student_uuid))


def _content_url(access: ReportAccess, key_text: str) -> str:
    return f"{_reports_of(access.student_uuid)}{key_text}/content/"


@lru_cache(maxsize=256)
def _reports_of(student_uuid: UUID) -> str:
    """Return what the addresses of a student's reports begin with: a list has dozens, and keys need no quoting."""
    return reverse("report-detail", args=[student_uuid, "-"]).removesuffix("-/")


def _one_test(row: ListedReport) -> tuple[str, str, bool]:
    return row.named.type, row.grade, not row.named.final


def _one_language(key: ReportKey) -> tuple[str, str, str, bool]:
    return key.type, key.year, key.language, key.final


def _test(access: ReportAccess, listing: Listing, rows: list[ListedReport], first_language: str) -> Page:
    by_language = [
        _language(access, listing, [row for row in rows if row.named.language == language])
        for language in filtering.languages_of(rows, first=first_language)
    ]
    areas = dict.fromkeys(area for row in rows for area in row.named.content_area.split(",") if area)
    return described(rows[0].named) | {
        "areas": _areas(",".join(areas)),
        "grade": rows[0].grade,
        "says_final": listing.both_states,
        "first": by_language[0],
        "others": by_language[1:],
    }


def _areas(codes: str) -> list[str]:
    return [str(title) for title in catalog.area_titles(codes)]


def _language(access: ReportAccess, listing: Listing, rows: list[ListedReport]) -> Page:
    group = [row.named for row in rows]
    of_format = Counter(key.format for key in group)
    alike = Counter((key.format, key.content_area) for key in group)
    embedded = delivery.is_embedded(listing.configuration)
    also = _also(access, group) if embedded else ""
    first = group[0]
    year = catalog.year_label(first.year)
    # Escaped here, once for each language and not once for each of its buttons.
    name, tag = map(escape, (catalog.language_name(first.language), catalog.language_tag(first.language)))
    return {
        "name": name,
        "code": tag,
        "opens": _opens(catalog.type_title(first.type), year, name, tag),
        "reports": [
            {
                "css": _css(row.named.format),
                "icon": _ICONS.get(row.named.format, "report"),
                "label": _label(
                    row.named,
                    with_areas=of_format[row.named.format] > 1,
                    # Of twins that differ in nothing that ETS says.
                    is_twin=alike[row.named.format, row.named.content_area] > 1,
                ),
                "url": viewer_url(access, row.key, also) if embedded else _content_url(access, row.key),
                "new_tab": not embedded,
            }
            for row in rows
        ],
    }


def _opens(test: Text, year: str, language: str, tag: str) -> SafeString:
    """Return what a screen reader says before each label, the language's name in its own voice."""
    spoken = format_html('<bdi lang="{}">{}</bdi>', tag, language)
    facts = lists.side_by_side([*map(escape, filter(None, (test, year))), spoken, ""])
    return format_html("{}: {}", _("Open report"), mark_safe(facts.rstrip()))  # noqa: S308 - every part was escaped before it was joined


@lru_cache(maxsize=64)
def _css(report_format: str) -> str:
    return format_html("format-{}", slugify(report_format))


def _label(key: ReportKey, *, with_areas: bool, is_twin: bool) -> str:
    label = str(catalog.format_title(key.format))
    areas = _areas(key.content_area) if with_areas else []
    if areas:
        label += f": {lists.side_by_side(areas)}"
    return f"{label} ({key.ordinal + 1})" if is_twin else label
