"""Staff pages about syncs: the history with its buttons, one run, its problems, and the preview that is approved."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import School
from accounts.requests import SignedInRequest
from integrations.forms.syncs import SyncDecisionForm
from integrations.models import SyncRun, SyncState
from integrations.services import previews, sync_history, sync_words, syncs
from integrations.sync.runs import Busy

RUNS, CHANGES, PROBLEMS = 20, 50, 100


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def sync_list(request: SignedInRequest) -> HttpResponse:
    districts = list(sync_history.districts_of(request.user))
    if not districts:
        raise Http404("No such page.")
    ways = [way for district in districts for way in sync_history.ways_of(district)]
    if request.method == "POST":
        way = next((one for one in ways if one.key == request.POST.get("way")), None)
        if way is not None:
            return _start(request, way)
        messages.warning(request, _("Choose one of the sources below. Nothing was started."))
    runs = Paginator(sync_history.runs_of(request.user), RUNS).get_page(request.GET.get("page"))
    page = {
        "runs": runs,
        "told": [sync_history.told(run) for run in runs],
        "ways": ways,
        "without": [one for one in districts if one not in {way.district for way in ways}],
        "several": len(districts) > 1,
    }
    return render(request, "integrations/sync_list.html", page)


@require_GET
@login_required
@never_cache
def sync_detail(request: SignedInRequest, run_uuid: uuid.UUID) -> HttpResponse:
    run = _run(request, run_uuid)
    page = sync_history.told(run) | {
        "received": sync_history.received(run),
        "reasons": sync_history.why_held(run),
        "failure": sync_words.failure(run.failure),
        "quiet": sync_history.is_quiet(run),
        "parts": set(previews.TITLES),
    }
    return render(request, "integrations/sync_detail.html", page)


@require_GET
@login_required
@never_cache
def sync_problems(request: SignedInRequest, run_uuid: uuid.UUID, reason: str) -> HttpResponse:
    run = _run(request, run_uuid)
    found = Paginator(run.problems.filter(reason=reason), PROBLEMS)
    if not found.count:
        raise Http404("No such page.")
    label, what_to_do = sync_words.problem(reason)
    problems = found.get_page(request.GET.get("page"))
    page = {
        "run": run,
        "label": label,
        "what_to_do": what_to_do,
        "problems": problems,
        "listed": [(row, sync_words.kind(row.kind)) for row in problems],
        "total": sum(one.count for one in sync_history.problems(run) if one.reason == reason),
    }
    return render(request, "integrations/sync_problems.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def sync_preview(request: SignedInRequest, run_uuid: uuid.UUID) -> HttpResponse:
    run = _run(request, run_uuid)
    form = SyncDecisionForm(request.POST or None)
    if form.is_valid():
        _decide(request, run, **form.cleaned_data)
        return redirect("sync-detail", run.uuid)
    page = sync_history.told(run) | {
        "form": form,
        "is_held": run.state == SyncState.HELD,
        "reasons": sync_history.why_held(run),
        "totals": previews.totals(run),
        "schools": previews.by_school(run),
        "parts": set(previews.TITLES),
    }
    return render(request, "integrations/sync_preview.html", page)


@require_GET
@login_required
@never_cache
def sync_changes(
    request: SignedInRequest, run_uuid: uuid.UUID, part: str, school_uuid: uuid.UUID | None = None
) -> HttpResponse:
    run = _run(request, run_uuid)
    if part not in previews.TITLES:
        raise Http404("No such page.")
    school = None
    if school_uuid is not None:
        school = get_object_or_404(School, uuid=school_uuid, district=run.district_id)
    changes = Paginator(previews.rows(run, part, school), CHANGES).get_page(request.GET.get("page"))
    page = {
        "run": run,
        "title": previews.TITLES[part],
        "school": school,
        "changes": changes,
        "lines": previews.lines(run, part, changes, request.user),
    }
    return render(request, "integrations/sync_changes.html", page)


def _run(request: SignedInRequest, run_uuid: uuid.UUID) -> SyncRun:
    return get_object_or_404(sync_history.runs_of(request.user), uuid=run_uuid)


def _start(request: SignedInRequest, way: sync_history.Way) -> HttpResponse:
    try:
        run = syncs.start(
            district=way.district,
            source=way.source,
            connection=way.connection,
            folder=way.folder,
            dry_run=request.POST.get("what") == "preview",
            by=request.user,
        )
    except Busy:
        messages.warning(
            request, _("Another sync is still working. Only one works at a time: wait for it to finish.")
        )
        return redirect("sync-list")
    return redirect("sync-detail", run.uuid)


def _decide(request: SignedInRequest, run: SyncRun, *, approve: bool, reason: str) -> None:
    verb, said = (
        (syncs.approve, _("Approved. Exactly what you saw is being written now."))
        if approve
        else (syncs.discard, _("Discarded. Nothing of it was written."))
    )
    try:
        verb(run=run, by=request.user, reason=reason)
    except syncs.NotHeld:
        messages.warning(request, _("This sync waits for a decision no longer: see below what became of it."))
    except Busy:
        messages.warning(
            request, _("Another sync is working. Wait for it to finish, then look at this one again.")
        )
    else:
        messages.success(request, said)
