"""What the forms have in common of connections that belong to a whole district: its name, district, server and key.

Their vendors bring in a whole district's people, so only whoever sets up the whole district may make one; it belongs to
no single school.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.forms.connection import ConnectionModelForm
from integrations.models import Connection, Vendor
from integrations.services import addresses, connections
from portal.base.offering import offer_rows


class DistrictConnectionForm(ConnectionModelForm):
    """`editor` is whoever is signed in: which districts are theirs depends on it."""

    editor: User | None = None
    vendor: ClassVar[Vendor]
    # Fields that are written and never shown, and which of them a connection cannot do without.
    pasted: ClassVar[tuple[str, ...]]
    needed: ClassVar[tuple[str, ...]]

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
        self._describe(connections.credentials_of(self.instance))

    def clean_base_url(self) -> str:
        server = addresses.tidy_server(self.cleaned_data["base_url"])
        try:
            addresses.check_server(server, self.vendor)
        except addresses.BadAddress as problem:
            raise ValidationError(str(problem)) from None
        return server

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.vendor = self.vendor
        district = self.instance.district if self.instance.pk else cleaned.get("district")
        twins = Connection.objects.filter(district=district, name=cleaned.get("name", ""))
        if district and twins.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("The district has a connection of this name already."))
        return cleaned

    def _save_m2m(self) -> None:
        """Leave nothing to Django: the service saves, and records it."""

    def _describe(self, shown: connections.Credentials) -> None:
        """Say which credentials are stored, masked, and which have to be given."""
        for name in self.pasted:
            masked = getattr(shown, name)
            if name in self.needed:
                self.fields[name].required = not masked
            if masked:
                kept = _("Stored: %(masked)s. Leave empty to keep it.") % {"masked": masked}
                self.fields[name].help_text = kept
        if shown.unreadable:
            self.fields["secret"].help_text = _(
                "What is stored cannot be read: the server's FIELD_KEYS have lost its key. Enter everything again, or "
                "ask the operator to put the old key back."
            )
