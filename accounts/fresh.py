"""Fresh proof: what changes how somebody signs in wants it to be them, now, and not only since this morning.

`ACCOUNT_REAUTHENTICATION_TIMEOUT` says how long a proof is fresh; a sign-in is one. allauth's pages ask through the
adapter, ours through the decorator; without fresh proof both lead to the ways that `AccountAdapter` lists. If this were
wrong, somebody at a library's computer could take the account of whoever left it open.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts import sessions
from accounts.models import User

_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_fresh(request: HttpRequest) -> bool:
    """Say whether whoever is signed in proved it within the last minutes: staff with a factor by that factor."""
    user = request.user
    if not isinstance(user, User):
        return False
    proofs: list[dict[str, Any]] = get_authentication_records(request, user)
    if sessions.is_staff(request) and is_mfa_enabled(user, _FACTORS):
        # A password opens nothing to them by itself, so it renews nothing either (trust A9).
        proofs = [proof for proof in proofs if proof.get("method") == "mfa"]
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(proof.get("at", 0) > since for proof in proofs)


def proof_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead to the ways of proving oneself first; what was posted meanwhile goes on by itself after it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not is_fresh(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded
