"""Signing in by a code from the mail: allauth's pages, but every address gets a code and the same answers.

Only whoever reads the mail learns whether the school's records know the address (trust A8): after the code an account
is opened, or made where a record has the address, or the page of letters asks for the code on one. Were known and
unknown addresses treated apart before that, anybody could ask who has a child here. Nor does a code sign
anybody in that went to an address which the account has left since.
"""

from __future__ import annotations

from typing import Any, cast

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.requests import remember_proved_address
from accounts.services import addresses, claims


class MailedCode(LoginCodeVerificationProcess):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    """A code under way. `user` is None where the address has no account, or one that is closed."""

    @classmethod
    def begin(cls, request: HttpRequest, *, user: User | None, email: str) -> None:
        """Send a code; as allauth's `initiate`, which would not make one of this class."""
        login = Login(user=user, email=email)
        login.state["stages"] = {"current": "login_by_code"}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=user, email=email) | {"initiated_by_user": True})
        process = cls(stage=stage)
        process.send()
        process.persist()

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:  # noqa: ARG002 - allauth calls it with these arguments, needed here or not
        # Both mails have a code. Which of them it is, only the mail's reader sees.
        template = "login_code" if self.user else "first_code"
        context = {"request": self.request, "code": self.generate_code()}
        get_adapter().send_mail(f"account/email/{template}", email, context)
        self.add_sent_message({"email": email, "recipient": email})

    def finish(self, redirect_url: str | None) -> HttpResponse:
        if self.user is None:
            email = self.state["email"]
            found = claims.account_for(email=email)
            if found is None or not addresses.is_of(found, email):
                clear_login(self.request)
                remember_proved_address(self.request, email)
                return redirect("claim")
            self._user = found
        answer: HttpResponse = super().finish(redirect_url)
        return answer


class RequestLoginCodeView(allauth_views.RequestLoginCodeView):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    def form_valid(self, form: forms.Form) -> HttpResponse:
        user: Any = form._user  # type: ignore[attr-defined] # noqa: SLF001 - where allauth's form leaves whom it found
        MailedCode.begin(self.request, user=user, email=form.cleaned_data["email"])
        return redirect(self.get_success_url())


class ConfirmLoginCodeView(allauth_views.ConfirmLoginCodeView):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    def _resend_form_valid(self, _form: object) -> HttpResponse:
        process = MailedCode(self.stage)
        process.send()
        process.record_resend()
        process.persist()
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))

    def _verify_form_valid(self, form: forms.Form) -> HttpResponse:
        process = MailedCode(self.stage)
        if process.user is not None and not addresses.is_of(process.user, process.state.get("email", "")):
            return cast("HttpResponse", self.form_invalid(form))
        return process.finish(self.get_next_url())


request_login_code = RequestLoginCodeView.as_view()
confirm_login_code = ConfirmLoginCodeView.as_view()
