"""What families type in from a letter, and what staff fill in at the counter, about letters and about accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts import letter_codes
from accounts.models.claim_code import IdSeen


class LetterCodeForm(forms.Form):
    letter_code = forms.CharField(
        label=gettext_lazy("Code from the letter"),
        max_length=60,
        help_text=gettext_lazy("14 letters and digits. Capitals or not, with or without hyphens."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "input-code",
                "dir": "ltr",
            }
        ),
    )

    def clean_letter_code(self) -> str:
        code = letter_codes.read(self.cleaned_data["letter_code"])
        if not code:
            raise forms.ValidationError(
                _("There is a slip in this code. Compare it with the letter, sign by sign.")
            )
        return code


class HandOverForm(forms.Form):
    id_seen = forms.ChoiceField(
        label=pgettext_lazy("staff", "ID that you saw"),
        choices=[choice for choice in IdSeen.choices if choice[0]],
        widget=forms.RadioSelect,
    )
    same_person = forms.BooleanField(
        label=pgettext_lazy("staff", "The name and the picture are those of the adult named above.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given.pop("same_person", None)
        return given


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=pgettext_lazy("staff", "Staff read this later. Families never do."),
    )


class DecideAccountForm(ReasonForm):
    """Each of its two buttons is an answer."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        answer = self.data.get("answer")
        if answer not in {"join", "decline"}:
            raise forms.ValidationError(pgettext("staff", "Choose “Yes” or “No”."))
        return given | {"join": answer == "join"}
