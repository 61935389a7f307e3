"""The configuration's form: one default a district, at most one override a school, and its connection below.

The connection's fields are there for whoever reaches every school that uses it; to others it is a name to pick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import District, School, User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.forms.connection import ConnectionForm
from integrations.services import scopes
from portal.base.offering import offer_rows
from scorereports.models import Configuration
from scorereports.services import configurations

if TYPE_CHECKING:
    ConfigurationModelForm = forms.ModelForm[Configuration]
    SchoolsField = forms.ModelMultipleChoiceField[School]
else:
    ConfigurationModelForm = forms.ModelForm
    SchoolsField = forms.ModelMultipleChoiceField

CONNECTION = "connection"  # begins the names of the connection's fields in what is posted


class ConfigurationForm(ConfigurationModelForm):
    """`editor` is whoever is signed in. `connection_form` is None where the connection is not theirs to change."""

    editor: User | None = None

    overriding = SchoolsField(
        label=_("Schools that override the default"),
        queryset=School.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "radiolist"}),
        help_text=_("These schools use this configuration in the place of the district default."),
    )

    class Meta:
        model = Configuration
        fields = (
            "name",
            "district",
            "is_default",
            "overriding",
            "connection",
            "pdf_delivery",
            "html_delivery",
            "display",
            "staff_see_not_final",
        )
        help_texts = {
            "pdf_delivery": _(
                "Through the portal: it fetches the report and hands it on. By redirect: the browser is sent to ETS's "
                "own link, which opens the report for up to 30 minutes for anyone who has it, even after access was "
                "ended here."
            ),
            "html_delivery": _(
                "The same for reports that are web pages. Their parts load best by redirect. Videos are always "
                "redirected."
            ),
            "display": _("Inside the page, or in a tab of its own. Phones show no PDF inside a page."),
            "staff_see_not_final": _("Each such row says so. Families see final reports only, always."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Taken before cleaning writes the new values into the instance.
        self.before = configurations.recorded_state(self.instance) if self.instance.pk else None
        self.connection_form = self._form_of_connection()
        if self.editor is None:
            return
        schools = staff_roles.schools_set_up_by(self.editor, Right.CHANGE_SET_UP)
        if self.instance.pk:
            self.fields.pop("district", None)
            schools = schools.filter(district=self.instance.district_id)
            self.initial["overriding"] = list(self.instance.schools.all())
        offer_rows(self, "overriding", schools.order_by("name"))
        # Not there for whoever may only look.
        is_default = self.fields.get("is_default")
        if is_default and not staff_roles.districts_set_up_by(self.editor, Right.CHANGE_SET_UP).exists():
            # The default serves every school, so it is for whoever sets up the district.
            is_default.disabled = True

    def full_clean(self) -> None:
        super().full_clean()
        inner = self.connection_form
        if not self.is_bound or inner is None or not inner.is_bound:
            return
        if inner.has_changed() and "connection" in self.changed_data:
            self.add_error(
                "connection", _("Save the choice of another connection first, then change its details.")
            )
        elif not inner.is_valid():
            self.add_error(None, _("Something in the connection below needs attention."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        district: District | None = self.instance.district if self.instance.pk else cleaned.get("district")
        if district is None:
            return cleaned
        others = Configuration.objects.filter(district=district).exclude(pk=self.instance.pk)
        if cleaned.get("connection") and cleaned["connection"].district_id != district.pk:
            self.add_error("connection", _("This connection belongs to another district."))
        if others.filter(name=cleaned.get("name", "")).exists():
            self.add_error("name", _("The district has a configuration of this name already."))
        if cleaned.get("is_default") and not self._sets_up_whole(district):
            self.add_error("is_default", _("Others set up this district as a whole."))
        elif cleaned.get("is_default") and others.filter(is_default=True).exists():
            self.add_error("is_default", _("The district has a default configuration already."))
        self._clean_schools(cleaned, district)
        return cleaned

    def _sets_up_whole(self, district: District) -> bool:
        if self.editor is None:
            return True
        theirs = staff_roles.districts_set_up_by(self.editor, Right.CHANGE_SET_UP)
        return theirs.filter(pk=district.pk).exists()

    def _clean_schools(self, cleaned: dict[str, Any], district: District) -> None:
        schools = cleaned.get("overriding")
        if schools is None:
            return
        if not schools and not cleaned.get("is_default"):
            self.add_error("overriding", _("Choose schools, or make this the district default."))
        for school in schools:
            if school.district_id != district.pk:
                self.add_error("overriding", _("A school belongs to another district."))
            elif school.configurations.exclude(pk=self.instance.pk).exists():
                message = _("%(school)s already has a configuration of its own.") % {"school": school.name}
                self.add_error("overriding", message)

    def _form_of_connection(self) -> ConnectionForm | None:
        if self.editor is None or not self.instance.pk:
            return None
        connection = self.instance.connection
        theirs = scopes.looked_after_by(self.editor, Right.CHANGE_SET_UP).filter(pk=connection.pk)
        if not theirs.exists():
            return None
        # A post without its fields leaves the connection as it is.
        posted = self.data if self.is_bound and f"{CONNECTION}-name" in self.data else None
        return ConnectionForm(posted, prefix=CONNECTION, instance=connection, editor=self.editor)
