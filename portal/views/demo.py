"""The demo's front page: everybody in the cast, one click each. Its URL exists only under DEMO.

A click stands for the password alone: staff still give the second factor, which this page shows.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.services import tongues
from portal.demo import cast
from portal.environment import is_loopback

_PERIOD = 30


@require_http_methods(["GET", "POST"])
@never_cache
def demo(request: HttpRequest) -> HttpResponseBase:
    if not settings.DEMO or not is_loopback(request.get_host()):
        raise PermissionDenied
    if request.method == "POST":
        return _sign_in(request, request.POST.get("who", ""))
    return render(request, "portal/demo.html", {"cast": cast.members(), "totp": _codes()})


def _sign_in(request: HttpRequest, who: str) -> HttpResponseBase:
    logout(request)
    user = get_object_or_404(User, email=cast.email_of(who))
    for code in _codes(user):
        message = _("Sign-in code of this person for the next half minute: %(code)s")
        messages.info(request, message % {"code": code["code"]})
    record_authentication(request, user, method="demo")
    response: HttpResponseBase = perform_login(request, user, email_verification="none")
    # Whoever tries the portal out is none of these people: their own browser says what they read.
    request.session.pop(tongues.FIRST_GUESS, None)
    return response


def _codes(user: User | None = None) -> list[dict[str, Any]]:
    """What the phones of the staff in the cast show now."""
    now = int(time.time())
    emails = [user.email] if user else [member.email for member in cast.members()]
    rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__email__in=emails).select_related(
        "user"
    )
    return [
        {
            "name": row.user.name,
            "code": format_hotp_value(hotp_value(get_adapter().decrypt(row.data["secret"]), now // _PERIOD)),
            "seconds_left": _PERIOD - now % _PERIOD,
        }
        for row in rows
    ]
