"""The second factor at sign-in: asked for, unless the district's sign-on has just said that it asked for one itself."""

from __future__ import annotations

import time

from allauth.account.authentication import get_authentication_records
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from accounts.sso import BY_PROVIDER

_JUST_NOW = 60.0


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        asked = [record["at"] for record in records if record.get("type") == BY_PROVIDER]
        if asked and time.time() - max(asked) < _JUST_NOW:
            return False
        return bool(super()._should_handle(request))
