"""Two days, either of which may be left open."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PeriodForm(forms.Form):
    first_day = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first: datetime.date | None = given.get("first_day")
        last: datetime.date | None = given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first. Correct one of the two."))
        return given
