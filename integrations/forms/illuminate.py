"""The form of a connection to Illuminate: address, access key and user token, written and never shown.

Used by the connection's own page.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.forms.connection import PastedField
from integrations.forms.district_connection import DistrictConnectionForm
from integrations.models import Connection, Vendor
from integrations.services import connections


class IlluminateConnectionForm(DistrictConnectionForm):
    vendor = Vendor.ILLUMINATE
    pasted = ("key", "secret", "token", "token_secret")
    needed = ("key", "secret")

    key = PastedField(label=_("Consumer key"))
    secret = PastedField(label=_("Consumer secret"))
    token = PastedField(label=_("User token"))
    token_secret = PastedField(label=_("User token secret"))
    without_token = forms.BooleanField(
        label=_("Use no user token (OAuth 2)"),
        required=False,
        help_text=_("For keys that Illuminate has set up for OAuth 2. A stored user token is removed."),
    )

    class Meta:
        model = Connection
        fields = ("name", "district", "base_url", "key", "secret", "token", "token_secret", "without_token")
        labels = {"base_url": _("Server")}
        help_texts = {
            "base_url": _(
                "As Illuminate gave it to you: https://example.illuminateed.com/live/rest_server.php"
            )
        }
        widgets = {
            "name": forms.TextInput(attrs={"class": "vTextField"}),
            "base_url": forms.TextInput(attrs={"class": "vTextField"}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._clean_token(cleaned)
        return cleaned

    def _clean_token(self, cleaned: dict[str, Any]) -> None:
        token, secret = cleaned.get("token", ""), cleaned.get("token_secret", "")
        if cleaned.get("without_token"):
            if token or secret:
                self.add_error("without_token", _("Enter a user token, or mark this: not both."))
            return
        has_both = bool(token or self.instance.token_id) and bool(secret or self.instance.token_secret_id)
        if not has_both:
            lacking = "token_secret" if token or self.instance.token_id else "token"
            self.add_error(
                lacking, _("Enter the user token and its secret, or mark below that there is none.")
            )

    def _describe(self, shown: connections.Credentials) -> None:
        super()._describe(shown)
        if self.instance.pk:
            self.initial["without_token"] = self.instance.token_id is None
        if not shown.key:
            self.fields["key"].help_text = _(
                "In Illuminate under API Management: the access key and its secret."
            )
