"""What staff type and choose to find a student."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import grades
from accounts.models import School, Section, User
from accounts.services import places
from accounts.services.student_search import Wanted
from portal.base.offering import offer_choices

# A class is chosen among those of one school; who has so few schools is not asked for it first.
_FEW_SCHOOLS = 3


class LongSelect(forms.Select):
    """A district has a thousand schools; Django would render a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        del renderer
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, SafeString(" selected") if str(key) == chosen else "", words)
                for key, words in self.choices
            ),
        )
        every = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(every), options)


class StudentSearchForm(forms.Form):
    """Every field may be empty, but not all. Schools and classes are those that this person may name."""

    text = forms.CharField(
        label=gettext_lazy("Name, local id or SSID"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("The first letters are enough, in any order: “mar gar” finds Maria Garcia."),
    )
    school = forms.ChoiceField(label=gettext_lazy("School"), required=False, widget=LongSelect)
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), required=False, widget=LongSelect)
    section = forms.ChoiceField(label=gettext_lazy("Class or homeroom"), required=False, widget=LongSelect)

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        mine = places.schools_for(user)
        schools = list(mine.values_list("uuid", "name"))
        self._school = _named_school(mine, data)
        self._sections = Section.objects.none()
        if self._school is not None or len(schools) <= _FEW_SCHOOLS:
            self._sections = places.sections_for(user, self._school)
        classes = list(self._sections.values_list("uuid", "name"))
        offer_choices(self, "school", [("", _("All schools")), *schools])
        offer_choices(self, "grade", [("", _("All grades")), *grades.choices()])
        offer_choices(self, "section", [("", _("All classes")), *classes])
        if len(schools) == 1:
            del self.fields["school"]
        if not classes:
            del self.fields["section"]
        elif data is not None and data.get("section") not in {str(one) for one, _name in classes}:
            # Of the school chosen before.
            self.data = data.copy()
            self.data["section"] = ""

    @property
    def asks_school_first(self) -> bool:
        return "school" in self.fields and "section" not in self.fields

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not any(given.values()):
            raise ValidationError(_("Type a name or a number, or choose a grade or a class."))
        return given

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        section = given.get("section")
        return Wanted(
            text=given["text"],
            school=self._school,
            grade=given["grade"],
            section=self._sections.filter(uuid=section).first() if section else None,
        )


def _named_school(mine: QuerySet[School], data: QueryDict | None) -> School | None:
    """Return the school chosen, if it is among theirs."""
    try:
        return mine.filter(uuid=uuid.UUID(str(data["school"]))).first() if data is not None else None
    except (KeyError, ValueError):
        return None
