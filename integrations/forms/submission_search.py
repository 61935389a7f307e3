"""What staff type and choose to find a submission."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from integrations.services import submission_pages
from integrations.services.submission_pages import HERE, NOT_HERE, Wanted
from portal.base.offering import offer_choices


class SubmissionSearchForm(forms.Form):
    """Every field may be empty. What is typed is looked for here: PowerSchool is not asked."""

    text = forms.CharField(
        label=gettext_lazy("Name, school, grade or id"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("The first letters are enough, in any order, as the family wrote them."),
    )
    status = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    action = forms.ChoiceField(label=gettext_lazy("Form"), required=False)
    standing = forms.ChoiceField(label=gettext_lazy("Student"), required=False)

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        actions, statuses = submission_pages.choices(user)
        offer_choices(self, "action", [("", _("All forms")), *actions])
        offer_choices(self, "status", [("", _("All states")), *statuses])
        standings = [("", _("All")), (HERE, _("here already")), (NOT_HERE, _("not here yet"))]
        offer_choices(self, "standing", standings)
        if len(actions) == 1:
            del self.fields["action"]

    def wanted(self) -> Wanted:
        """Return what was sent; nothing is looked for before, nor with a choice that there is not."""
        if not self.is_bound or not self.is_valid():
            return Wanted()
        given = self.cleaned_data
        return Wanted(given["text"], given.get("action", ""), given["status"], given["standing"])
