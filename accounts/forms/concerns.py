"""What a family writes when their list of children is wrong or a report is no use to them; what the office answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.models import School


class MissingChildForm(forms.Form):
    school = forms.ModelChoiceField(
        label=gettext_lazy("The child’s school"), queryset=School.objects.all(), empty_label=None
    )
    text = forms.CharField(
        label=gettext_lazy("Who is missing?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "The child’s name and grade, and what you are to the child. The office reads this."
        ),
    )


class NotMyChildForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Is there something the office should know?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("You may leave this empty."),
    )


class AccessibleCopyForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What would help you?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Say which report, and how you can read it best: large print, braille, read aloud, or explained in person. "
            "You need not say why."
        ),
    )


class AnswerForm(forms.Form):
    """Each of its buttons is an answer; `end` also ends the link."""

    text = forms.CharField(
        label=pgettext_lazy("staff", "Answer to the family"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=pgettext_lazy(
            "staff", "They read it on their first page. Name no other family and nothing confidential."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        done = self.data.get("done")
        if done not in {"answer", "end"}:
            raise forms.ValidationError(pgettext("staff", "Choose one of the buttons."))
        return given | {"end_link": done == "end"}
