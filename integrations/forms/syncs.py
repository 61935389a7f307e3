"""What staff fill in to approve or discard a sync that is held."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SyncDecisionForm(forms.Form):
    """Each of its two buttons is an answer; `approve` says which was pressed."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Say what you checked, and with whom. It stays with this sync."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        answer = self.data.get("answer")
        if answer not in {"approve", "discard"}:
            raise forms.ValidationError(_("Choose “Approve” or “Discard”."))
        return given | {"approve": answer == "approve"}
