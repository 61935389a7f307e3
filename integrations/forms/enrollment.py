"""The forms about registrations: a delivery target with the path of each field, and why a lost batch is acted on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import District, User
from integrations.models import DeliveryTarget, RosterSchema
from integrations.services import enrollment_targets, roster_values
from integrations.services.enrollment_mapping import (
    ADULT_FIELDS,
    ADULTS,
    STUDENT_FIELDS,
    STUDENT_ID,
    names_of_fields,
)

if TYPE_CHECKING:
    TargetModelForm = forms.ModelForm[DeliveryTarget]
    SchemaModelForm = forms.ModelForm[RosterSchema]
else:
    TargetModelForm = SchemaModelForm = forms.ModelForm


def _path(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "ltr", "size": 40, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=200, widget=widget)


_LABELS = STUDENT_FIELDS | {
    f"adult{number}_{name}": label for number in ADULTS for name, label in ADULT_FIELDS.items()
}
if TYPE_CHECKING:
    Paths = forms.Form
else:
    # Declared, since Django's admin makes a form of the fields that its page names.
    Paths = type(forms.Form)("Paths", (forms.Form,), {name: _path(label) for name, label in _LABELS.items()})


class DeliveryTargetForm(TargetModelForm, Paths):
    """`is_preview`: the page was asked what the paths find, and saves nothing. `reader`: whose form it is."""

    reader: ClassVar[User | None] = None

    class Meta:
        model = DeliveryTarget
        fields = ("district", "is_active", "every_minutes", "approval_counts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        target = kwargs.get("instance")
        if target is not None:
            kwargs["initial"] = {**target.mapping, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.is_preview = "_preview" in self.data

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_preview

    def paths(self) -> dict[str, str]:
        """Return the mapping as it stands in the form, sent or not."""
        return {name: str(self[name].value() or "").strip() for name in names_of_fields()}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("is_active") and not given.get("district"):
            self.add_error("district", _("Choose the district that these registrations come to."))
        if given.get("approval_counts") and not self._may_count(given.get("district")):
            self.add_error(
                "approval_counts",
                _(
                    "Only somebody who decides about adults in this district may let the school’s approval decide. "
                    "Ask a district administrator or a records custodian."
                ),
            )
        saved = self.instance.mapping
        for name, text in enrollment_targets.mistakes(self.instance, self.paths()).items():
            # A second parent may have stood in earlier registrations: what nobody touched is no mistake of theirs.
            if name == STUDENT_ID or self.paths()[name] != saved.get(name, ""):
                self.add_error(name, text)
        return given

    def _may_count(self, district: District | None) -> bool:
        """Say whether the switch may be on: it lets adults in, and stands for whoever else saves the form."""
        stands = self.instance.approval_counts and self.instance.district == district
        return stands or enrollment_targets.may_let_approval_count(self.reader, district)

    def save(self, commit: bool = True) -> DeliveryTarget:
        self.instance.mapping = {name: path for name, path in self.paths().items() if path}
        return super().save(commit)


class LostBatchForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Say what you know of it. It stays with this batch."),
    )


class TieForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Say what you compared, such as the paper registration. Families never read this."
        ),
    )


class RosterSchemaForm(SchemaModelForm):
    """`field_0` … are the schema's own fields, in its order; `roster_form` declares them."""

    class Meta:
        model = RosterSchema
        fields = ("is_active",)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("is_active") and roster_values.LOCAL_ID not in self._mapping(given).values():
            raise forms.ValidationError(
                _("Say which field takes the student id: a record without it is nobody’s.")
            )
        return given

    def save(self, commit: bool = True) -> RosterSchema:
        self.instance.mapping = self._mapping(self.cleaned_data)
        return super().save(commit)

    def _mapping(self, given: dict[str, Any]) -> dict[str, str]:
        named = enumerate(self.instance.fields)
        return {name: given[f"field_{number}"] for number, name in named if given.get(f"field_{number}")}


def roster_form(schema: RosterSchema | None) -> type[RosterSchemaForm]:
    """Return the form with a choice for each field of this schema."""
    choices = [("", _("nothing")), *roster_values.OURS.items()]
    declared = {
        f"field_{number}": forms.ChoiceField(
            label=name,
            required=False,
            choices=choices,
            initial=schema.mapping.get(name, "") if schema else "",
        )
        for number, name in enumerate(schema.fields if schema else ())
    }
    return type("RosterSchemaFormOfOne", (RosterSchemaForm,), dict(declared))
