"""Lays the results of a run out as a matrix: a line a student, a column a test and year, the languages in the cells.

Called by the page of results with the rows of one page, which are cut to whom its reader may see already. A column is
there because of somebody on this page, so that none tells of a student who is not (trust A4, A7). No query is made.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scorereports import catalog
from scorereports.models import PlaceState, ReportRunReport
from scorereports.services.runs_results import Narrowed

_ICONS = {
    PlaceState.AVAILABLE: "good",
    PlaceState.NONE_YET: "info",
    PlaceState.PENDING: "fresh",
    PlaceState.HELD: "key",
    PlaceState.REFUSED: "key",
    PlaceState.FAILED: "problem",
}
_MEANINGS: dict[PlaceState, str | Promise] = {
    PlaceState.PENDING: _("their turn has not come"),
    PlaceState.AVAILABLE: _("the state has reports; the cells name their languages"),
    PlaceState.NONE_YET: _("the state knows them and has no such report"),
    PlaceState.NO_SSID: _("the state cannot be asked without one"),
    PlaceState.SSID_IN_DOUBT: _("it changed, or somebody else has it; the state was not asked"),
    PlaceState.UNKNOWN: _("the state does not know this SSID"),
    PlaceState.ELSEWHERE: _("the state has them at another district"),
    PlaceState.HELD: _("a hold is on their reports; the state was not asked"),
    PlaceState.REFUSED: _("they were not yours any more when their turn came"),
    PlaceState.FAILED: _("the state gave no answer that could be used"),
}


@dataclass(frozen=True)
class Column:
    """A test of one administration year."""

    type: str
    year: str

    @property
    def title(self) -> str | Promise:
        return catalog.type_title(self.type)

    @property
    def year_label(self) -> str:
        return catalog.year_label(self.year)


@dataclass(frozen=True)
class Cell:
    """What one student has in one column: (own name, BCP 47 code) of each language; none is none."""

    column: Column
    languages: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Matrix:
    """A page of results: each line is a row of `runs_results` with its cells.

    `years` are (label, how many columns), `firsts` the columns with which a year begins, `legend` what the states on
    this page mean, each with its sign.
    """

    columns: list[Column]
    firsts: list[Column]
    years: list[tuple[str, int]]
    lines: list[dict[str, Any]]
    legend: list[tuple[PlaceState, str, str | Promise]]


def of(rows: Sequence[dict[str, Any]], narrowed: Narrowed) -> Matrix:
    """Lay out the rows of a page. Where a test or a year was chosen, the columns are those alone."""
    columns = _columns((one for row in rows for one in row["reports"]), narrowed)
    lines = [
        row | {"icon": icon(row["state"]), "cells": _cells(row["reports"], columns) if row["reports"] else []}
        for row in rows
    ]
    grouped = [
        list(group) for _year, group in itertools.groupby(columns, key=lambda column: column.year_label)
    ]
    there = {row["state"] for row in rows}
    legend = [(state, icon(state), _MEANINGS[state]) for state in PlaceState if state in there]
    years = [(group[0].year_label, len(group)) for group in grouped]
    return Matrix(columns, [group[0] for group in grouped], years, lines, legend)


def icon(state: PlaceState) -> str:
    return _ICONS.get(state, "warning")


def _columns(reports: Iterable[ReportRunReport], narrowed: Narrowed) -> list[Column]:
    found = {
        Column(one.type, one.year)
        for one in reports
        # Whoever looks for students without a report sees what they have instead.
        if narrowed.lacking or (narrowed.type in {"", one.type} and narrowed.year in {"", one.year})
    }
    by_test = sorted(found, key=lambda column: (catalog.order(column.type), column.type))
    return sorted(by_test, key=lambda column: column.year, reverse=True)


def _cells(reports: Iterable[ReportRunReport], columns: list[Column]) -> list[Cell]:
    codes: dict[Column, set[str]] = {}
    for one in reports:
        codes.setdefault(Column(one.type, one.year), set()).add(one.language)
    return [Cell(column, _named(codes.get(column, set()))) for column in columns]


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    ordered = sorted(codes, key=lambda code: (catalog.language_order(code), code))
    return [(catalog.language_name(code), catalog.language_tag(code)) for code in ordered]
