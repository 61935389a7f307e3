"""Why somebody of the staff looks at a family's pages: in their own words, put on record."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SupportForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say who asked for help, and with what. It is put on record."),
    )
