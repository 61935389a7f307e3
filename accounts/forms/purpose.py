"""For which purpose staff open a student's reports (trust A7)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.purposes import Purpose


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("Why do you open them?"),
        choices=[("", _("Choose one")), *Purpose.choices],
        error_messages={"required": _("Choose why before you open a report.")},
        help_text=_(
            "Asked once for each student while you are signed in. It goes into the record of access."
        ),
    )

    @property
    def chosen(self) -> Purpose:
        return Purpose(self.cleaned_data["purpose"])
