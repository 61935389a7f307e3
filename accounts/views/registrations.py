"""The staff page about adults whom registrations name: accepted or declined from the list, or looked at one by one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.registrations import DecideRegistrationsForm
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import registration_doubts, reviews, staff_roles

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def registration_list(request: SignedInRequest) -> HttpResponse:
    if not staff_roles.holds_anywhere(request.user, Right.REVIEW_LINKS):
        raise Http404("No such page.")
    waiting = reviews.registrations_waiting(request.user)
    form = DecideRegistrationsForm(waiting, request.POST or None)
    if form.is_valid():
        return _decide(request, form)
    links = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    doubts, states = registration_doubts.of_links(list(links)), map(reviews.state_of, links)
    page = {
        "form": form,
        "links": links,
        "waiting": list(zip(links, doubts, states, strict=True)),
        "unnamed": Paginator(reviews.registrations_unnamed(request.user), PAGE_SIZE).get_page(1),
        "days": reviews.NAMED_WITHIN.days,
        "marked": request.POST.getlist("links"),
        "tabs": reviews.counts(request.user),
    }
    return render(request, "accounts/registration_list.html", page)


def _decide(request: SignedInRequest, form: DecideRegistrationsForm) -> HttpResponse:
    given = form.cleaned_data
    links = list(given["links"])
    # A doubt wants a look of its own; the page offers no mark beside one.
    sure = [
        link for link, doubts in zip(links, registration_doubts.of_links(links), strict=True) if not doubts
    ]
    done = reviews.decide_each(
        links=sure, accept=given["accept"], seen=given["seen"], by=request.user, reason=given["reason"]
    )
    _say(request, accept=given["accept"], done=done, left=len(links) - done)
    return redirect("registration-list")


def _say(request: SignedInRequest, *, accept: bool, done: int, left: int) -> None:
    said = (
        ngettext("%(count)s adult accepted.", "%(count)s adults accepted.", done)
        if accept
        else ngettext("%(count)s adult declined.", "%(count)s adults declined.", done)
    )
    if done or not left:
        messages.success(request, said % {"count": done})
    if left:
        changed = ngettext(
            "%(count)s adult changed meanwhile and still waits: look again, then decide.",
            "%(count)s adults changed meanwhile and still wait: look again, then decide.",
            left,
        )
        messages.warning(request, changed % {"count": left})
