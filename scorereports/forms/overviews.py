"""What an overview is narrowed to: the school year of the reports, and a grade."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from accounts import grades
from portal.base.clock import local_today
from portal.base.offering import offer_choices
from scorereports import catalog
from scorereports.services import overviews
from scorereports.services.overviews import Narrowed


class OverviewForm(forms.Form):
    """Stands in the address, so that a link keeps it. What is no choice counts as no wish."""

    year = forms.ChoiceField(label=gettext_lazy("School year"), required=False)
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        years = [str(year) for year in catalog.kept_years(local_today())]
        offer_choices(self, "year", [(year, catalog.year_label(year)) for year in years])
        offer_choices(self, "grade", [("", gettext_lazy("All grades")), *grades.choices()])

    def narrowed(self) -> Narrowed:
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        return Narrowed(given.get("year") or overviews.newest_year(), given.get("grade", ""))

    def query(self) -> str:
        """Return what the links of the page carry along, with its question mark; nothing where nothing was chosen."""
        chosen = self.narrowed()
        given = {"grade": chosen.grade, "year": chosen.year if chosen.year != overviews.newest_year() else ""}
        said = urlencode({name: value for name, value in given.items() if value})
        return f"?{said}" if said else ""
