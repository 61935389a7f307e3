"""What staff fill in to block an adult, hold a student's reports or record a consent, and to end any of them."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.block import BlockKind
from accounts.models.consent import ConsentKind
from accounts.models.hold import HoldKind
from portal.base.clock import local_today


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class _ForAWhile(forms.Form):
    starts = _day(_("From"), _("Leave this empty to start now."))
    until = _day(_("Last day"), _("Leave this empty if the document names no end."))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        starts: datetime.date | None = given.get("starts")
        until: datetime.date | None = given.get("until")
        if until and until < (starts or local_today()):
            self.add_error("until", _("The last day lies before the first. Correct one of the two."))
        return given


class _Restriction(_ForAWhile):
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Staff read this later. Families never do."),
    )


class BlockForm(_Restriction):
    kind = forms.ChoiceField(label=_("What says so"), choices=BlockKind.choices)
    document = forms.CharField(
        label=_("Document"),
        max_length=200,
        help_text=_(
            "Its case number or where it is filed. Without a document that says so, both parents keep their right "
            "(34 CFR 99.4)."
        ),
    )
    field_order = ("kind", "document", "reason", "starts", "until")


class HoldForm(_Restriction):
    kind = forms.ChoiceField(label=_("Kind"), choices=HoldKind.choices)
    document = forms.CharField(
        label=_("Document"), max_length=200, required=False, help_text=_("If there is one.")
    )
    field_order = ("kind", "document", "reason", "starts", "until")


class ConsentForm(_ForAWhile):
    kind = forms.ChoiceField(label=_("What lets the adult go on"), choices=ConsentKind.choices)
    document = forms.CharField(
        label=_("Document"), max_length=200, help_text=_("Where the signed paper or the finding is filed.")
    )
    field_order = ("kind", "document", "starts", "until")


class LiftForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Name the new document, or who decided."),
    )
