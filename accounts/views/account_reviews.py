"""Staff pages about accounts whose proof left a doubt: two adults have one address, or one account two adults."""

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

from accounts.forms.claiming import DecideAccountForm
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import account_questions, claims, reviews, staff_roles

PAGE_SIZE = 50


@require_GET
@login_required
@never_cache
def account_review_list(request: SignedInRequest) -> HttpResponse:
    if not staff_roles.holds_anywhere(request.user, Right.REVIEW_LINKS):
        raise Http404("No such page.")
    waiting = account_questions.waiting(request.user)
    page = {
        "questions": Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page")),
        "tabs": reviews.counts(request.user),
    }
    return render(request, "accounts/account_review_list.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def account_review_decide(request: SignedInRequest, question_uuid: uuid.UUID) -> HttpResponse:
    question = get_object_or_404(account_questions.waiting(request.user), uuid=question_uuid)
    form = DecideAccountForm(request.POST or None)
    if form.is_valid():
        try:
            claims.decide(question=question, by=request.user, **form.cleaned_data)
        except account_questions.DecidedMeanwhile:
            messages.warning(request, _("Somebody decided this meanwhile. Nothing was saved."))
        else:
            messages.success(request, _("Saved. It holds from the account’s next click on."))
        return redirect("account-review-list")
    page = {"form": form, "question": question, "others": account_questions.others_at(question)}
    return render(request, "accounts/account_review_decide.html", page)
