"""The form of a connection to Illuminate: address, access key and user token, written and never shown.

Used by the connection's own page. It brings in a whole district's people, so only whoever sets up the whole district
may make one; it belongs to no single school.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.forms.connection import ConnectionModelForm, PastedField
from integrations.models import Connection, Vendor
from integrations.services import addresses, connections
from portal.base.offering import offer_rows


class IlluminateConnectionForm(ConnectionModelForm):
    """`editor` is whoever is signed in: which districts are theirs depends on it."""

    editor: User | None = None

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

    def __init__(self, *args: Any, editor: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editor = editor or self.editor
        if self.instance.pk:
            # Whom it belongs to stays: its secrets must not wander to another district.
            self.fields.pop("district", None)
        elif self.editor is not None:
            mine = staff_roles.districts_set_up_by(self.editor, Right.ADD_SET_UP)
            offer_rows(self, "district", mine)
            offered = list(mine[:2])
            if len(offered) == 1:
                self.initial.setdefault("district", offered[0].pk)
        self._describe_credentials()

    def clean_base_url(self) -> str:
        server = addresses.tidy_server(self.cleaned_data["base_url"])
        try:
            addresses.check_server(server, Vendor.ILLUMINATE)
        except addresses.BadAddress as problem:
            raise ValidationError(str(problem)) from None
        return server

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.vendor = Vendor.ILLUMINATE
        self._clean_token(cleaned)
        district = self.instance.district if self.instance.pk else cleaned.get("district")
        twins = Connection.objects.filter(district=district, name=cleaned.get("name", ""))
        if district and twins.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("The district has a connection of this name already."))
        return cleaned

    def _save_m2m(self) -> None:
        """Leave nothing to Django: the service saves, and records it."""

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

    def _describe_credentials(self) -> None:
        shown = connections.credentials_of(self.instance)
        self.fields["key"].required = self.instance.key_id is None
        self.fields["secret"].required = self.instance.secret_id is None
        if self.instance.pk:
            self.initial["without_token"] = self.instance.token_id is None
        for name in ("key", "secret", "token", "token_secret"):
            masked = getattr(shown, name)
            if masked:
                kept = _("Stored: %(masked)s. Leave empty to keep it.") % {"masked": masked}
                self.fields[name].help_text = kept
        if not shown.key:
            self.fields["key"].help_text = _(
                "In Illuminate under API Management: the access key and its secret."
            )
        if shown.unreadable:
            self.fields["secret"].help_text = _(
                "What is stored cannot be read: the server's FIELD_KEYS have lost its key. Enter everything again, or "
                "ask the operator to put the old key back."
            )
