"""What staff fill in to decide about an adult's link, and to confirm an SSID that changed.

`seen` is what they looked at: a sync may have changed it before they sent their answer.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def _why(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class DecideForm(forms.Form):
    """Each of its two buttons is an answer; `accept` says which was pressed."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = _why(
        gettext_lazy(
            "Say what you saw: a birth certificate, a court paper, a call with the family. Families never read this."
        )
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        answer = self.data.get("answer")
        if answer not in {"accept", "decline"}:
            raise forms.ValidationError(_("Choose “Accept” or “Decline”."))
        return given | {"accept": answer == "accept"}


class ConfirmSsidForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    reason = _why(gettext_lazy("Say where you looked: CALPADS, or the student’s file."))
