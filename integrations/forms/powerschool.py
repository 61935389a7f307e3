"""The form of a connection to PowerSchool Enrollment: address and API key, and the host that documents may come from.

Used by the connection's own page. The key is written and never shown.
"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrations.forms.connection import PastedField
from integrations.forms.district_connection import DistrictConnectionForm
from integrations.models import Connection, Vendor
from integrations.services import addresses, connections


class PowerSchoolConnectionForm(DistrictConnectionForm):
    vendor = Vendor.POWERSCHOOL
    pasted = needed = ("secret",)

    secret = PastedField(label=_("API key"))

    class Meta:
        model = Connection
        fields = ("name", "district", "base_url", "secret", "link_host")
        labels = {"base_url": _("Server"), "link_host": _("Pinned host of documents")}
        help_texts = {
            "base_url": _("As PowerSchool gave it to you: https://secure.infosnap.com/api/v1"),
            "link_host": _("Once pinned, documents from any other host are refused."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"class": "vTextField"}),
            "base_url": forms.TextInput(attrs={"class": "vTextField"}),
            "link_host": forms.TextInput(attrs={"class": "vTextField"}),
        }

    def clean_link_host(self) -> str:
        host: str = self.cleaned_data["link_host"].strip().lower()
        try:
            if host:
                addresses.check_link_host(host, seen=self.instance.seen_link_host, vendor=self.vendor)
        except addresses.BadAddress as problem:
            raise ValidationError(str(problem)) from None
        return host

    def _describe(self, shown: connections.Credentials) -> None:
        super()._describe(shown)
        if not shown.secret:
            self.fields["secret"].help_text = _(
                "Your PowerSchool Enrollment solution specialist gives it out."
            )
