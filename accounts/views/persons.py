"""Staff pages about one person: what they see and by which rule, what is withheld, and looking as them."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms.support import SupportForm
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import person_access, support_views
from accounts.sessions import SUPPORT_VIEW, SessionStore

PAGE_SIZE = 50


@require_GET
@login_required
@never_cache
def person_sees(request: SignedInRequest, person_uuid: uuid.UUID) -> HttpResponse:
    account = person_access.find_account(request.user, person_uuid, Right.SEE_WHO_SEES)
    by_work = Paginator(person_access.by_work(request.user, account), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    page: dict[str, Any] = {
        "name": account.get_full_name(),
        "account": account,
        "family": person_access.as_family(request.user, account),
        "students": by_work,
        "work": person_access.explained(account, by_work),
        "may_view_as": support_views.can_view(request.user, account),
    }
    return render(request, "accounts/person_sees.html", page)


@require_GET
@login_required
@never_cache
def guardian_sees(request: SignedInRequest, guardian_uuid: uuid.UUID) -> HttpResponse:
    """Answer for an adult on the school's record; one with an account is answered for as that account."""
    guardian = person_access.find_guardian(request.user, guardian_uuid)
    if guardian.user is not None:
        return redirect("person-sees", guardian.user.uuid)
    page = {"name": guardian.name, "family": person_access.of_record(request.user, guardian)}
    return render(request, "accounts/person_sees.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def support_begin(request: SignedInRequest, person_uuid: uuid.UUID) -> HttpResponse:
    account = person_access.find_account(request.user, person_uuid, Right.VIEW_AS)
    if not support_views.can_view(request.user, account):
        raise Http404("No such page.")
    form = SupportForm(request.POST or None)
    session = cast("SessionStore", request.session)
    if form.is_valid() and session.row is not None:
        view = support_views.begin(account=account, session=session.row, by=request.user, **form.cleaned_data)
        session[SUPPORT_VIEW] = str(view.uuid)
        return redirect("home")
    minutes = int(support_views.LASTS.total_seconds() // 60)
    page = {"form": form, "account": account, "minutes": minutes}
    return render(request, "accounts/support_begin.html", page)


@require_POST
@login_required
@never_cache
def support_end(request: SignedInRequest) -> HttpResponse:
    """End the view of this session. Whoever looks as somebody else is in `viewed_by`."""
    viewer, account = request.user.viewed_by, request.user
    view_uuid = request.session.pop(SUPPORT_VIEW, None)
    if viewer is None or view_uuid is None:
        return redirect("home")
    view = support_views.current(view_uuid, session_key=request.session.session_key)
    if view is not None:
        support_views.end(view=view, by=viewer)
    messages.success(request, _("You look as yourself again."))
    return redirect("person-sees", account.uuid)
