"""Taking a passkey away: not the last second factor beside a password that is too short to stand alone."""

from __future__ import annotations

from typing import cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import views as allauth_views
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect


class RemovePasskeyView(allauth_views.RemoveWebAuthnView):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    def form_valid(self, form: forms.Form) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        return cast("HttpResponse", super().form_valid(form))


remove_passkey = RemovePasskeyView.as_view()
