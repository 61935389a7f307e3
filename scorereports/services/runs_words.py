"""A run in words: what it is called, how it stands, why it waits or stopped. Pages call it; nothing is written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import grades
from accounts.purposes import Purpose
from scorereports import catalog
from scorereports.models import RESTING, WORKING, Chosen, ReportRun, RunState
from scorereports.outcomes import Outcome, text_for
from scorereports.services import runs_results

_KINDS = {RunState.DONE: "good", RunState.FAILED: "problem", RunState.PAUSED: "warning"}
_MINUTE = 60


def title(run: ReportRun) -> str:
    """Name a run by its students. Names of schools and classes come from the school's own record."""
    school = run.school.name if run.school else ""
    if run.chosen == Chosen.SECTION and run.section:
        return f"{run.section.name}, {school}"
    if run.chosen == Chosen.GRADE:
        return f"{grades.name_of(run.grade)}, {school}"
    return school if run.chosen == Chosen.SCHOOL and school else str(Chosen(run.chosen).label).capitalize()


def told(run: ReportRun) -> dict[str, Any]:
    """Return what pages show of a run beside its results."""
    progress = runs_results.progress(run)
    return {
        "run": run,
        "title": title(run),
        "state_title": str(RunState(run.state).label).capitalize(),
        "kind": _KINDS.get(RunState(run.state), "info"),
        "purpose": Purpose(run.purpose).label if run.purpose in Purpose else run.purpose,
        "choice": choice(run),
        "progress": progress,
        "left": _left(progress.seconds_left) if run.state == RunState.ASKING else "",
        "is_working": run.state in WORKING,
        "may_resume": run.state in RESTING,
        "may_cancel": run.state in (*WORKING, *RESTING),
        "why_stopped": _why_stopped(run),
    }


def choice(run: ReportRun) -> list[str]:
    """Return the choice of reports in words, what is not chosen left out."""
    words = (
        run.report_type and str(catalog.type_title(run.report_type)),
        catalog.year_label(run.report_year),
        run.report_language and catalog.language_name(run.report_language),
        run.report_format and str(catalog.format_title(run.report_format)),
    )
    return [word for word in words if word] or [_("all reports")]


def _left(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return _("less than a minute left")
    minutes = -(-seconds // _MINUTE)
    return ngettext("about one minute left", "about %(minutes)s minutes left", minutes) % {"minutes": minutes}


def _why_stopped(run: ReportRun) -> tuple[str, str]:
    """Return what happened and what to do, for a run that stopped."""
    if run.state != RunState.FAILED:
        return "", ""
    if run.failure in set(Outcome):
        text = text_for(Outcome(run.failure), family=False)
        return str(text.explanation), str(text.next_step)
    if run.failure == "no-right":
        return _("Your role no longer lets you ask for many students at once."), ""
    return _("Something went wrong on this server."), _("Tell the person who looks after score reports.")
