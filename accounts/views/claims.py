"""The page for whoever has a letter: the address is proved first, by a mailed code, then the letter's code is typed.

Its address is what letters and their QR codes name. A code never stands in an address (docs/adr/0012).
"""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import throttles
from accounts.forms.claiming import LetterCodeForm
from accounts.models import User
from accounts.requests import forget_proved_address, proved_address
from accounts.services import claims
from accounts.services.claims import CodeUnknown, Outcome
from accounts.throttles import Act


@require_http_methods(["GET", "POST"])
@never_cache
def claim(request: HttpRequest) -> HttpResponse:
    who: User | str = request.user if isinstance(request.user, User) else proved_address(request)
    # Without a proved address there is nobody yet whom a code could open anything to.
    form = LetterCodeForm((request.POST or None) if who else None)
    if form.is_valid():
        throttles.count(request, Act.CLAIM, account=who)
        try:
            return _redeem(request, who, form.cleaned_data["letter_code"])
        except CodeUnknown:
            form.add_error("letter_code", _no_such_code())
    return render(
        request, "accounts/claim.html", {"form": form, "proved": "" if isinstance(who, User) else who}
    )


def _redeem(request: HttpRequest, who: User | str, code: str) -> HttpResponse:
    if not isinstance(who, User):
        user = claims.redeem_as_new(code=code, email=who)
        forget_proved_address(request)
        record_authentication(request, user, method="code", email=who)
        _welcome(request)
        return cast("HttpResponse", perform_login(request, user, email=who, redirect_url=reverse("home")))
    if claims.redeem(code=code, by=who) is Outcome.ASKED:
        messages.warning(
            request,
            _(
                "This letter is for another adult than the one whose account this is. The school’s office was asked to "
                "look. If the letter is yours, sign in with an email address of your own and use it there."
            ),
        )
    else:
        _welcome(request)
    return redirect("home")


def _welcome(request: HttpRequest) -> None:
    messages.success(request, _("The letter worked. You see below whose reports you can open."))


def _no_such_code() -> str:
    return _(
        "This code does not work: it may be used, replaced by a newer letter, or past its last day. "
        "Call your child’s school office and ask for a new letter."
    )
