"""Counts what is posted to the pages of sign-in and security, which are allauth's, and answers whoever tries too often.

A page of ours counts in its view; what it raises becomes the same plain page here. An address under `accounts/` that
neither table below names fails a test: a door that nobody counts at would be the one that is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from accounts import throttles
from accounts.models import User
from accounts.throttles import Act, TooOften

GetResponse = Callable[[HttpRequest], HttpResponseBase]
Account = Callable[[HttpRequest], User | str]


def _typed(field: str) -> Account:
    return lambda request: request.POST.get(field, "")


def _signed_in(request: HttpRequest) -> User | str:
    return request.user if isinstance(request.user, User) else ""


def _half_way(request: HttpRequest) -> str:
    """Return whose sign-in waits for a code: by number, or by the address typed where there may be no such person."""
    login: dict[str, Any] = request.session.get("account_login") or {}
    stages: dict[str, Any] = login.get("state", {}).get("stages", {})
    typed: str = stages.get("login_by_code", {}).get("data", {}).get("email", "")
    return typed or str(login.get("user_pk") or "")


def _nobody(_request: HttpRequest) -> str:
    return ""


COUNTED: dict[str, tuple[Act, Account]] = {
    "account_login": (Act.SIGN_IN, _typed("login")),
    "account_request_login_code": (Act.MAIL, _typed("email")),
    "account_confirm_login_code": (Act.CODE, _half_way),
    "account_reauthenticate": (Act.PASSWORD, _signed_in),
    "reauthenticate-by-mail": (Act.CODE, _signed_in),
    "email-change": (Act.MAIL, _typed("email")),
    "email-change-confirm": (Act.CODE, _signed_in),
    "sso-begin": (Act.SIGN_IN, _nobody),
    "account_change_password": (Act.PASSWORD, _signed_in),
    "account_set_password": (Act.PASSWORD, _signed_in),
    "account_reset_password": (Act.MAIL, _typed("email")),
    "account_reset_password_from_key": (Act.PASSWORD, _nobody),
    "mfa_authenticate": (Act.CODE, _half_way),
    "mfa_login_webauthn": (Act.CODE, _nobody),
    "mfa_reauthenticate_webauthn": (Act.CODE, _signed_in),
    "mfa_reauthenticate": (Act.CODE, _signed_in),
    "mfa_activate_totp": (Act.CODE, _signed_in),
}
# Nothing can be guessed at these: they show something, or act on what the person proved just before.
NOT_COUNTED = frozenset(
    {
        "account_logout",
        "account_inactive",
        "account_signup",
        "account_email",
        "sso-return",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "session-list",
        "session-stay",
        "session-end",
        "session-end-others",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)


class Throttling:
    """Count posts before their view runs: a try that is over the limit costs no password hash and sends no mail."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        match = request.resolver_match
        if request.method != "POST" or match is None or match.view_name not in COUNTED:
            return None
        act, account = COUNTED[match.view_name]
        try:
            throttles.count(request, act, account=account(request))
        except TooOften as error:
            return throttles.page(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return throttles.page(request, error) if isinstance(error, TooOften) else None
