"""A new passkey: always one that the device opens by finger, face or PIN; only that stands for two factors (A9)."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    name = forms.CharField(
        label=_("A name for this device"), max_length=60, help_text=_("So that you know it again: my phone.")
    )
    # Not left to whoever posts the form: allauth checks the verification of the person only where this is true.
    passwordless = forms.BooleanField(widget=forms.HiddenInput, initial=True)


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc] # allauth ships no types, so its classes count as Any
    # allauth's has no label, so it would be the field's own name, in English everywhere.
    name = forms.CharField(label=_("A name for this device"), max_length=60)
