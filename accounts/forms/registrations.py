"""What staff fill in to accept or decline adults of registrations, several at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Guardianship
from portal.base.offering import offer_rows


class DecideRegistrationsForm(forms.Form):
    """`links` are those of the shown page alone; each of the two buttons is an answer.

    Beside each link the page sends what it showed of it, `seen-<uuid>`: it may have changed since.
    """

    links = forms.ModelMultipleChoiceField(
        queryset=Guardianship.objects.none(),
        to_field_name="uuid",
        widget=forms.MultipleHiddenInput,
        error_messages={
            "required": gettext_lazy("Mark at least one adult."),
            "invalid_choice": gettext_lazy("The list changed meanwhile. Nothing was saved: look again."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Say what you compared, such as the paper registration. Families never read this."
        ),
    )

    def __init__(self, shown: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "links", shown)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        answer = self.data.get("answer")
        if answer not in {"accept", "decline"}:
            raise forms.ValidationError(_("Choose “Accept” or “Decline”."))
        seen = {link.uuid: self.data.get(f"seen-{link.uuid}", "") for link in given.get("links", ())}
        return given | {"accept": answer == "accept", "seen": seen}
