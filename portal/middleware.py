"""What happens around every request: its id and log line, the browser's instructions, sessions, second factors."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import cast

import structlog
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.models import User
from accounts.services import tongues
from accounts.sessions import SessionStore
from accounts.sso import BY_PROVIDER
from portal import languages

TOTP = Authenticator.Type.TOTP
GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("portal.requests")

# What pages are made of: the same for everybody, so nobody's session is looked at (`portal.support` too).
FILES = frozenset({"look-logo", "look-sheet"})

_PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "payment",
        "usb",
    )
)


class RequestRecord:
    """Give each request an id and, when it is answered, one log line of ids: a route, never an address or a name."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex)
        began = time.monotonic()
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else ""
        # Only who was looked up already: a log line must not ask the database, which may be what is down.
        user = getattr(request, "_cached_user", None)
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            milliseconds=round((time.monotonic() - began) * 1000),
            user=str(user.uuid) if isinstance(user, User) else "",
        )
        return response


class BrowserHeaders:
    """Instructions to browsers that no other middleware gives."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Static files say how long they keep; a page that says nothing may name a person, so nobody keeps it.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class SessionEnds:
    """Tell a new session whose browser it is, and a person whose session ended why they have to sign in again."""

    # Probes must not touch the database, whatever cookies they bring.
    LEFT_ALONE = frozenset({"healthz", "readyz", *FILES})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cast("SessionStore", request.session).of_request(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        match = request.resolver_match
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or match is None:
            return
        if match.view_name in self.LEFT_ALONE or request.user.is_authenticated:
            return
        if cast("SessionStore", request.session).ended:
            messages.info(
                request, _("You were signed out, since nothing happened here for a while. Sign in again.")
            )


class SpokenLanguage:
    """Speak to each reader in the language chosen on their account, else in this browser, else the one to guess first.

    That guess is the school's record of somebody signed in; without one, or where that says English, what the browser
    asks for.

    What is for staff is in English alone (docs/adr/0017), so whoever works for the schools reads all of it in English:
    a screen reader reads a page that is half translated out wrong.
    """

    # The pretend people's page is for whoever tries the portal out.
    # A district's logo and colours say nothing in any language, and are kept whoever signs in after that.
    ENGLISH = ("/staff/", "/admin/", "/demo/", "/look/")
    # Probes must not touch the database, whatever cookies they bring.
    LEFT_ALONE = frozenset({"/healthz", "/readyz"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        in_english_alone = request.path.startswith(self.ENGLISH) or request.path in self.LEFT_ALONE
        request.in_english_alone = in_english_alone  # type: ignore[attr-defined] # a request carries what was looked up
        language = languages.ENGLISH if in_english_alone else self._of(request)
        request.LANGUAGE_CODE = language
        translation.activate(language)
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", languages.BY_CODE[language].tag)
        return response

    def _of(self, request: HttpRequest) -> str:
        user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        tags = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
        if isinstance(user, User):
            tags = [user.language, *tags, request.session.get(tongues.FIRST_GUESS, "")]
        known = next((code for tag in tags if (code := languages.of_tag(tag))), "")
        language = known or languages.of_header(request.headers.get("Accept-Language", ""))
        # Only now does it matter who they are: most staff speak English to us anyway.
        if language in {"", languages.ENGLISH} or sessions.is_staff(request):
            return languages.ENGLISH
        return language


class SameForUnknown:
    """Look up nobody where a code is waited for from an unknown address: allauth looks a person up for a known one.

    The time that a page takes would tell them apart otherwise (trust A8).
    """

    LOOK_UP = frozenset(
        {"account_login", "account_signup", "account_request_login_code", "account_confirm_login_code"}
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        match = request.resolver_match
        if match is None or match.view_name not in self.LOOK_UP:
            return
        waiting = request.session.get("account_login")
        if isinstance(waiting, dict) and waiting.get("user_pk") is None:
            User.objects.filter(pk=0).first()


class StaffSecondFactor:
    """Lead staff to their second factor before any page that could name a student (trust A9).

    A session counts once a code was given in it: a factor added elsewhere does not vouch for a session opened before. A
    factor that the district's sign-on asked for counts as well (`accounts.sso`).
    """

    OPEN = frozenset(
        {
            "account_login",
            "account_logout",
            "account_reauthenticate",
            "reauthenticate-by-mail",
            "help",
            "accessibility",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_login_webauthn",
            "session-stay",
            "healthz",
            "readyz",
            "demo",
            *FILES,
        }
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or match.view_name in self.OPEN:
            return None
        user = request.user
        if not isinstance(user, User) or not sessions.is_staff(request):
            return None
        proofs = get_authentication_records(request, user)
        if any(proof.get("type") == BY_PROVIDER for proof in proofs):
            return None
        if not is_mfa_enabled(user):
            return redirect("mfa_activate_totp")
        if any(proof.get("method") == "mfa" for proof in proofs):
            return None
        back = request.get_full_path() if request.method == "GET" else resolve_url("home")
        ask = "mfa_reauthenticate" if is_mfa_enabled(user, [TOTP]) else "mfa_reauthenticate_webauthn"
        return redirect(f"{resolve_url(ask)}?{urlencode({'next': back})}")
