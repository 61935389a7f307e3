"""Whose letters staff print."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import grades
from accounts.models import School, Section
from portal.base.offering import offer_choices, offer_rows


class LettersForm(forms.Form):
    """The choices are those of one school, which the page has checked already."""

    grade = forms.ChoiceField(label=gettext_lazy("Grade"), required=False)
    section = forms.ModelChoiceField(
        label=gettext_lazy("Section"),
        required=False,
        queryset=Section.objects.none(),
        empty_label=gettext_lazy("All sections"),
    )
    local_ids = forms.CharField(
        label=gettext_lazy("Only these students"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Local student ids, one on each line or with commas between. Empty: all of them."
        ),
    )
    again = forms.BooleanField(
        label=gettext_lazy("Also adults whose last letter still works"),
        required=False,
        help_text=gettext_lazy("The code on their last letter stops working at once."),
    )

    def __init__(self, school: School, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "grade", [("", _("All grades")), *grades.choices()])
        offer_rows(self, "section", Section.objects.filter(school=school))

    def clean_local_ids(self) -> list[str]:
        return [one for one in re.split(r"[\s,;]+", self.cleaned_data["local_ids"]) if one]
