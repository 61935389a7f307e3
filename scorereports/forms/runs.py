"""The forms of runs: whom to ask about, which rows of the table to show."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import grades
from accounts.models import School, Section, User
from accounts.purposes import Purpose
from accounts.services import places
from portal.base.clock import local_today
from portal.base.offering import offer_choices, offer_rows
from scorereports import catalog
from scorereports.models import Chosen, PlaceState, ReportRun
from scorereports.services import runs_results
from scorereports.services.filtering import Choice
from scorereports.services.runs import Order
from scorereports.services.runs_choosing import Wanted
from scorereports.services.runs_results import Narrowed

_LONGEST_LIST = 400_000  # letters: more than the most students of a run, with their names beside them


class RunStartForm(forms.Form):
    """One way of choosing students (`by`), the reports wanted, the purpose. Sent twice, it makes one run."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    # Filled for each person; nobody's until then.
    section = forms.ModelChoiceField(
        label=gettext_lazy("Class"), queryset=Section.objects.none(), to_field_name="uuid"
    )
    school = forms.ModelChoiceField(
        label=gettext_lazy("School"), queryset=School.objects.none(), to_field_name="uuid"
    )
    grade = forms.ChoiceField(label=gettext_lazy("Grade"))
    ids = forms.CharField(
        label=gettext_lazy("Local student ids"),
        required=False,
        max_length=_LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("One a line, or rows pasted from a spreadsheet."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
        help_text=gettext_lazy(
            "Ids in the first column, or in one called student_id or local_id. It is not kept."
        ),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=[("", "---------"), *Purpose.choices])
    test = forms.ChoiceField(label=gettext_lazy("Test"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("School year"), required=False)
    format = forms.ChoiceField(label=gettext_lazy("Format"), required=False, initial="PDF")

    _FIELDS = {
        Chosen.SECTION: ("section",),
        Chosen.GRADE: ("school", "grade"),
        Chosen.SCHOOL: ("school",),
        Chosen.IDS: ("ids", "file"),
    }

    def __init__(self, user: User, by: Chosen, school: School | None, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial["form_token"] = uuid.uuid4()
        for names in self._FIELDS.values():
            for name in names:
                if name not in self._FIELDS[by]:
                    self.fields.pop(name, None)
        if "section" in self.fields:
            offer_rows(self, "section", places.sections_for(user, school))
        if "school" in self.fields:
            offer_rows(self, "school", places.schools_for(user))
            self.initial["school"] = school and school.uuid
        if "grade" in self.fields:
            offer_choices(self, "grade", grades.choices())
        self._offer()

    def _offer(self) -> None:
        years = [str(year) for year in catalog.kept_years(local_today())]
        self._list("test", [(kind.code, kind.title) for kind in catalog.TYPES])
        self._list("language", [(one.code, one.own_name) for one in catalog.LANGUAGES])
        self._list("year", [(year, catalog.year_label(year)) for year in years])
        self._list("format", [(kind.code, kind.title) for kind in catalog.FORMATS])

    def _list(self, name: str, choices: list[tuple[str, Any]]) -> None:
        offer_choices(self, name, [("", gettext_lazy("All")), *choices])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "ids" in self.fields and not self.errors:
            given["ids"] = _text_of(given.get("file")) or given.get("ids", "")
            if not given["ids"].strip():
                raise ValidationError(_("Paste the students’ ids, or choose a file."))
        return given

    def order(self) -> Order:
        given = self.cleaned_data
        wanted = Wanted(
            section=given.get("section"),
            school=given.get("school"),
            grade=given.get("grade", ""),
            pasted=given.get("ids", ""),
        )
        choice = Choice(given["test"], given["language"], given["year"], given["format"])
        return Order(given["form_token"], wanted, choice, given["purpose"])

    def selection(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in {"section", "school", "grade", "ids", "file"}]

    def reports(self) -> list[forms.BoundField]:
        return [self["test"], self["language"], self["year"], self["format"]]


def _text_of(upload: Any) -> str:
    if not upload:
        return ""
    if upload.size > _LONGEST_LIST:
        raise ValidationError(_("The file is too large. Keep only the column with the ids."))
    data: bytes = upload.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


class ResultsForm(forms.Form):
    """Empty means all. What is no choice any more counts as no wish."""

    state = forms.ChoiceField(label=gettext_lazy("Result"), required=False)
    test = forms.ChoiceField(label=gettext_lazy("Test"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("School year"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    lacking = forms.BooleanField(label=gettext_lazy("Students without such a report"), required=False)

    def __init__(self, run: ReportRun, reader: User, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        found = runs_results.found_in(run, reader)
        offered: dict[str, list[tuple[str, Any]]] = {
            "state": list(PlaceState.choices),
            "test": [(code, catalog.type_title(code)) for code in found["type"]],
            "year": [(year, catalog.year_label(year)) for year in reversed(found["year"])],
            "language": [(code, catalog.language_name(code)) for code in found["language"]],
        }
        for name, choices in offered.items():
            offer_choices(self, name, [("", gettext_lazy("All")), *choices])

    def narrowed(self) -> Narrowed:
        if not self.is_bound or not self.is_valid():
            return Narrowed()
        given = self.cleaned_data
        return Narrowed(given["state"], given["test"], given["year"], given["language"], given["lacking"])
