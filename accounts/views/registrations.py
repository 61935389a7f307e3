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
from accounts.services import provisionals, registration_doubts, reviews, staff_roles

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
    page = {
        "form": form,
        "links": links,
        "waiting": list(zip(links, registration_doubts.of_links(list(links)), strict=True)),
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
    done = provisionals.decide(links=sure, accept=given["accept"], by=request.user, reason=given["reason"])
    said = (
        ngettext("%(count)s adult accepted.", "%(count)s adults accepted.", done)
        if given["accept"]
        else ngettext("%(count)s adult declined.", "%(count)s adults declined.", done)
    )
    messages.success(request, said % {"count": done})
    return redirect("registration-list")
