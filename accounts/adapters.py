"""How allauth behaves here: nobody signs up by a form, mails keep nobody waiting, seeds are encrypted at rest."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import devices, fresh
from accounts.models import User
from accounts.requests import addresses_proved_by_code
from accounts.services import claims, looks, staff_roles, tongues
from accounts.services.second_factors import TOTP_PURPOSE
from portal.base import posting, secrets

_BY_MAIL = {"id": "reauthenticate-by-mail", "description": _("Get a code by email")}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth calls it with these arguments, needed here or not
        """Accounts come from the school's records, never from a form open to everybody (trust A8)."""
        return False

    def post_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse:
        """Join what the school's records have under the address whose code was typed in (trust A8).

        What they say of the language is kept in the session, for whoever has chosen none.
        """
        for email in addresses_proved_by_code(request, user):
            claims.join_by_email(user=user, email=email)
        request.session[tongues.FIRST_GUESS] = tongues.first_guess(user)
        answer: HttpResponse = super().post_login(request, user, **login)
        return answer

    def is_safe_url(self, url: str | None) -> bool:
        """Take an address that nobody can read, such as `http://[`, for one that leads elsewhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Offer staff their second factor alone: a password given again opens nothing to them (trust A9)."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not methods and user.is_authenticated:
            return [_BY_MAIL | {"url": reverse("reauthenticate-by-mail")}]
        factors = [method for method in methods if method["id"] != "reauthenticate"]
        # Without a factor yet, the password is the way to one.
        return (
            factors if factors and isinstance(user, User) and staff_roles.is_staff_member(user) else methods
        )

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:  # noqa: ARG002 - allauth calls it with these arguments, needed here or not
        """Ask for fresh proof as `accounts.fresh` defines it, whichever app of allauth's wants it.

        Raises rather than says yes: allauth takes accounts without password and factor for proved for ever.
        """
        if not fresh.is_fresh(self.request):
            raise ReauthenticationRequired
        return False

    def get_login_stages(self) -> list[str]:
        """Ask for the second factor by our stage: a provider may have asked for one already."""
        stages: list[str] = super().get_login_stages()
        theirs, ours = "allauth.mfa.stages.AuthenticateStage", "accounts.stages.SecondFactorStage"
        return [ours if stage == theirs else stage for stage in stages]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = self.request
        # Not the account's own district: looking that up would take time for known addresses alone (trust A8).
        district = looks.of_strangers().name
        site = {"site_url": settings.SITE_URL, "request": request, "email": email, "district": district}
        posting.post(self.render_mail(template_prefix, email, site | context))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person by mail what changed in how they sign in."""
        self.send_mail(template_prefix, email or user.email, context or {})

    def format_email_subject(self, subject: str) -> str:
        return subject


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Your password is too short to be used without this. Choose a longer password first."
        ),
    }

    def encrypt(self, text: str) -> str:
        return secrets.seal(text, purpose=TOTP_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text, purpose=TOTP_PURPOSE)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002, ARG002 - allauth calls it with these arguments, needed here or not
        """Propose a name for a passkey: the device somebody sits at, in the words of the list of sessions."""
        device = devices.named(context.request.headers.get("User-Agent", ""))
        return device.system or gettext("My device")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        # By the setting and not by what a request calls us: passkeys made under another name would never work again.
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.MFA_TOTP_ISSUER}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Say whether a factor may go: not the last one beside a password that is too short to stand alone."""
        others = Authenticator.objects.filter(
            user=authenticator.user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return not authenticator.user.password_is_short or others.exists()
