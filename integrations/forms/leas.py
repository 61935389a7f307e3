"""The form that confirms which LEAs a connection's credentials stand for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.services.leas import Comparison, CoveredLea, Standing
from portal.base.offering import offer_choices


class LeasForm(forms.Form):
    """Offers what ETS named and what is not another district's; `may_claim` opens the codes that are nobody's yet."""

    verified = forms.CharField(widget=forms.HiddenInput)
    leas = forms.MultipleChoiceField(
        label=_("These LEAs are ours"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, comparison: Comparison, may_claim: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            lea
            for lea in comparison.covered
            if lea.standing is Standing.OURS or (may_claim and lea.standing is Standing.FREE)
        ]
        offer_choices(self, "leas", [(lea.code, _label(lea)) for lea in offered])
        self.initial["leas"] = [
            lea.code for lea in offered if lea.on_connection or lea.suggested or lea.standing is Standing.OURS
        ]


def _label(lea: CoveredLea) -> str:
    if lea.standing is Standing.OURS:
        return str(_("%(code)s – confirmed as your district's") % {"code": lea.code})
    if lea.suggested:
        return str(_("%(code)s – new; its digits are your district's") % {"code": lea.code})
    return str(_("%(code)s – new; its digits are not your district's: check in TOMS") % {"code": lea.code})
