"""Proving oneself anew by a code to one's own mailbox: for accounts that have neither password nor second factor."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import BaseReauthenticateView
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import mailed_codes, throttles
from accounts.forms.addresses import MailedCodeForm
from accounts.mailed_codes import Answer, Purpose
from accounts.models import User
from accounts.throttles import Act


@method_decorator([login_required, never_cache], name="dispatch")
class ReauthenticateByMailView(BaseReauthenticateView):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    form_class = MailedCodeForm
    template_name = "account/reauthenticate_by_mail.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "send":
            user = cast("User", request.user)
            throttles.count(request, Act.MAIL, account=user)
            code = mailed_codes.begin(request.session, Purpose.FRESH, about=user.email)
            get_adapter().send_mail("account/email/fresh_code", user.email, {"code": code})
            return self._here()
        return cast("HttpResponse", super().post(request, *args, **kwargs))

    def form_valid(self, form: Form) -> HttpResponse:
        answer = mailed_codes.check(self.request.session, Purpose.FRESH, form.cleaned_data["code"])
        if answer is Answer.OVER:
            return self._here()
        if answer is Answer.WRONG:
            form.add_error("code", _("This is not the code from the message. Look again."))
            return cast("HttpResponse", self.form_invalid(form))
        record_authentication(self.request, self.request.user, method="code", reauthenticated=True)
        return cast("HttpResponse", super().form_valid(form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waits = mailed_codes.waiting(self.request.session, Purpose.FRESH) == self.request.user.email
        return {**super().get_context_data(**kwargs), "waits": waits}

    def _here(self) -> HttpResponse:
        return redirect(self.passthrough_next_url(reverse("reauthenticate-by-mail")))


reauthenticate_by_mail = ReauthenticateByMailView.as_view()
