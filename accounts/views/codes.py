"""The page where the code from the mail goes in. allauth's, but it sends again to unknown addresses too.

Without this the page would tell who has an account: by the time that a second mail takes, which only one of them gets.
Nor does a code sign anybody in that went to an address which the account has left since.
"""

from __future__ import annotations

from typing import cast

from allauth.account import views as allauth_views
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.services import addresses


class ConfirmLoginCodeView(allauth_views.ConfirmLoginCodeView):  # type: ignore[misc] # allauth ships no types
    def _resend_form_valid(self, _form: object) -> HttpResponse:
        self._process.send()  # allauth's own `resend` leaves unknown addresses out
        self._process.record_resend()
        self._process.persist()
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))

    def _verify_form_valid(self, form: Form) -> HttpResponse:
        if not addresses.is_of(self._process.user, self._process.state.get("email", "")):
            return cast("HttpResponse", self.form_invalid(form))
        return cast("HttpResponse", super()._verify_form_valid(form))


confirm_login_code = ConfirmLoginCodeView.as_view()
