"""Staff pages of runs: those one has made, the form for another, one with its progress, and the table of results."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import throttles
from accounts.models import School
from accounts.requests import SignedInRequest
from accounts.services import places
from accounts.throttles import Act
from scorereports.forms.runs import ResultsForm, RunStartForm
from scorereports.models import Chosen, ReportRun
from scorereports.services import class_sets, runs, runs_matrix, runs_results, runs_words

PAGE_SIZE = 20
# Few enough classes for one list; beyond, the school is asked first.
_MOST_CLASSES = 150


@require_GET
@login_required
@never_cache
def run_list(request: SignedInRequest) -> HttpResponse:
    _only_for_who_may(request)
    found = Paginator(runs.runs_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    page = {"runs": found, "told": [runs_words.told(run) for run in found]}
    return render(request, "scorereports/run_list.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def run_start(request: SignedInRequest) -> HttpResponse:
    _only_for_who_may(request)
    by = _chosen(request)
    schools = places.schools_for(request.user)
    school = _school(request, by)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RunStartForm(request.user, by, school, *posted)
    if form.is_valid():
        throttles.count(request, Act.RUN, account=request.user)
        made = _start(form, request)
        if made is not None:
            return redirect("run-detail", made.uuid)
    needs_school = by == Chosen.SECTION and school is None and _has_many_classes(request)
    page = {
        "form": form,
        "by": by,
        "ways": Chosen,
        "schools": schools,
        "school": school,
        "needs_school": needs_school,
    }
    return render(request, "scorereports/run_start.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def run_detail(request: SignedInRequest, run_uuid: uuid.UUID) -> HttpResponse:
    run = find(request, run_uuid)
    if request.method == "POST":
        _act(request, run)
        return redirect("run-detail", run.uuid)
    page: dict[str, Any] = runs_words.told(run) | {
        "counts": runs_results.counts(run, request.user),
        "totals": runs_results.totals(run, request.user),
        "volumes": class_sets.volumes(run, request.user),
        "quiet": runs_results.is_quiet(run),
    }
    return render(request, "scorereports/run_detail.html", page)


@require_http_methods(["GET", "POST"])  # posted, so that no address names a test
@login_required
@never_cache
def run_results(request: SignedInRequest, run_uuid: uuid.UUID) -> HttpResponse:
    run = find(request, run_uuid)
    given = request.POST if request.method == "POST" else request.GET
    form = ResultsForm(run, request.user, given)
    narrowed = form.narrowed()
    found, rows = runs_results.table(run, request.user, narrowed, given.get("page"))
    page = {"run": run, "title": runs_words.title(run), "form": form, "page": found}
    page["matrix"] = runs_matrix.of(rows, narrowed)
    return render(request, "scorereports/run_results.html", page)


def find(request: SignedInRequest, run_uuid: uuid.UUID) -> ReportRun:
    """Return a run of whoever asks; 404 for anybody else's, as for one that never was."""
    return get_object_or_404(runs.runs_of(request.user), uuid=run_uuid)


def _only_for_who_may(request: SignedInRequest) -> None:
    if not runs.can_run(request.user):
        raise Http404("No such page.")


def _chosen(request: SignedInRequest) -> Chosen:
    by = request.GET.get("by", "")
    return Chosen(by) if by in Chosen else Chosen.SECTION


def _school(request: SignedInRequest, by: Chosen) -> School | None:
    """Return the school named in the address, if it is among theirs; nothing where it does not matter."""
    if by == Chosen.IDS:
        return None
    schools = places.schools_for(request.user)
    try:
        named = uuid.UUID(request.GET.get("school", ""))
    except ValueError:
        first = list(schools[:2])
        return first[0] if len(first) == 1 else None
    return schools.filter(uuid=named).first()


def _has_many_classes(request: SignedInRequest) -> bool:
    return places.sections_for(request.user)[: _MOST_CLASSES + 1].count() > _MOST_CLASSES


def _start(form: RunStartForm, request: SignedInRequest) -> ReportRun | None:
    try:
        return runs.start(order=form.order(), by=request.user)
    except runs.NobodyFound:
        form.add_error(None, _("Nobody whom you may see is among these. Nothing was started."))
    except runs.TooMany as many:
        told = ngettext(
            "A run takes %(most)s student at most.", "A run takes %(most)s students at most.", many.most
        )
        form.add_error(None, f"{told % {'most': many.most}} {_('Choose a grade or a class.')}")
    return None


def _act(request: SignedInRequest, run: ReportRun) -> None:
    acts = {"pause": runs.pause, "resume": runs.resume, "cancel": runs.cancel}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return
    try:
        act(run=run, by=request.user)
    except runs.NotNow:
        messages.warning(request, _("That is not possible any more: see below how the run stands."))
