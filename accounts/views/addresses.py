"""The address one signs in with: shown, and changed in two steps. No page tells whose another address is."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import fresh, mailed_codes, throttles
from accounts.forms.addresses import AddressForm, MailedCodeForm
from accounts.mailed_codes import Answer, Purpose
from accounts.requests import SignedInRequest
from accounts.services import addresses
from accounts.services.addresses import AddressTaken
from accounts.throttles import Act


@require_GET
@login_required
@never_cache
def show_email(request: SignedInRequest) -> HttpResponse:
    page = {
        "may_change": addresses.may_change(request.user),
        "waiting": mailed_codes.waiting(request.session, Purpose.ADDRESS),
    }
    return render(request, "account/email.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
@fresh.proof_required
def email_change(request: SignedInRequest) -> HttpResponse:
    if not addresses.may_change(request.user):
        return redirect("account_email")
    form = AddressForm(request.user, request.POST or None)
    if form.is_valid():
        new = form.cleaned_data["email"]
        # The address typed is counted at the door; this person here, who could type one after the other.
        throttles.count(request, Act.MAIL, account=request.user)
        code = mailed_codes.begin(request.session, Purpose.ADDRESS, about=new)
        addresses.send_code(to=new, code=code, by=request.user)
        return redirect("email-change-confirm")
    return render(request, "accounts/email_change.html", {"form": form})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def email_change_confirm(request: SignedInRequest) -> HttpResponse:
    new = mailed_codes.waiting(request.session, Purpose.ADDRESS)
    if not new:
        return _start_again(request)
    form = MailedCodeForm(request.POST or None)
    if form.is_valid():
        answer = mailed_codes.check(request.session, Purpose.ADDRESS, form.cleaned_data["code"])
        if answer is Answer.RIGHT:
            return _change(request, new)
        if answer is Answer.OVER:
            return _start_again(request)
        form.add_error("code", _("This is not the code from the message. Look again."))
    return render(request, "accounts/email_change_confirm.html", {"form": form, "new": new})


def _change(request: SignedInRequest, new: str) -> HttpResponse:
    key = request.session.session_key or ""
    try:
        addresses.change(user=request.user, to=new, keep=key, by=request.user)
    except AddressTaken:
        return _start_again(request)
    messages.success(request, _("Your address is changed. From now on you sign in with the new one."))
    return redirect("account_email")


def _start_again(request: SignedInRequest) -> HttpResponse:
    messages.warning(
        request, _("The address is as it was: the code is too old or was wrong too often. Try again.")
    )
    return redirect("account_email")
