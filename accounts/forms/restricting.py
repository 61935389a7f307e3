"""What staff fill in to block an adult, hold a student's reports or record a consent, and to end any of them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Guardianship
from accounts.models.block import BlockKind
from accounts.models.consent import ConsentKind
from accounts.models.guardianship import REGISTRATION
from accounts.models.hold import HoldKind
from accounts.names import may_be_one
from portal.base.clock import local_today
from portal.base.offering import offer_rows


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


if TYPE_CHECKING:
    LinksField = forms.ModelMultipleChoiceField[Guardianship]
else:
    LinksField = forms.ModelMultipleChoiceField


class _SameAdultField(LinksField):
    def label_from_instance(self, obj: Any) -> str:
        said = format_html("<bdi>{}</bdi>", obj.guardian.name)
        if obj.relationship:
            said = format_html("{}, <bdi>{}</bdi>", said, obj.relationship)
        if obj.source == REGISTRATION:
            said = format_html("{} ({})", said, gettext("from a registration"))
        return said


class BlockForm(_Restriction):
    """`maybe_the_same`: other links of the child to block along. Those whose names are most alike are marked."""

    kind = forms.ChoiceField(label=_("What says so"), choices=BlockKind.choices)
    document = forms.CharField(
        label=_("Document"),
        max_length=200,
        help_text=_(
            "Its case number or where it is filed. Without a document that says so, both parents keep their right "
            "(34 CFR 99.4)."
        ),
    )
    also = _SameAdultField(
        label=_("Is one of these the same person?"),
        queryset=Guardianship.objects.none(),
        to_field_name="uuid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The child’s record names them apart, perhaps since a registration wrote the name differently. Those "
            "marked are blocked too. Leave another parent of the same last name unmarked."
        ),
    )
    field_order = ("kind", "document", "also", "reason", "starts", "until")

    def __init__(
        self, *args: Any, link: Guardianship, maybe_the_same: list[Guardianship], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not maybe_the_same:
            del self.fields["also"]
            return
        rows = Guardianship.objects.filter(pk__in=[one.pk for one in maybe_the_same])
        offer_rows(self, "also", rows.select_related("guardian").order_by("pk"))
        alike = [one for one in maybe_the_same if may_be_one(one.guardian.name, link.guardian.name)]
        self.initial["also"] = [one.uuid for one in alike]


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
