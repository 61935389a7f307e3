"""The page where the code from the mail goes in. allauth's, but it sends again to unknown addresses too.

Without this the page would tell who has an account: by the time that a second mail takes, which only one of them gets.
"""

from __future__ import annotations

from allauth.account import views as allauth_views
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class ConfirmLoginCodeView(allauth_views.ConfirmLoginCodeView):  # type: ignore[misc] # allauth ships no types
    def _resend_form_valid(self, _form: object) -> HttpResponse:
        self._process.send()  # allauth's own `resend` leaves unknown addresses out
        self._process.record_resend()
        self._process.persist()
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))


confirm_login_code = ConfirmLoginCodeView.as_view()
