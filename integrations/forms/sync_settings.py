"""The forms of a district's sync settings and role mappings: lists as lines, choices by name, nothing to be guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import District, User
from accounts.rights import Role
from integrations.models import RoleMapping, SyncSettings
from integrations.models.sync_settings import parent_like
from integrations.services import sync_history, sync_settings, sync_words

if TYPE_CHECKING:
    SettingsModelForm = forms.ModelForm[SyncSettings]
    MappingModelForm = forms.ModelForm[RoleMapping]
else:
    SettingsModelForm = MappingModelForm = forms.ModelForm


class LinesField(forms.CharField):
    """A list of words, one a line; the same word twice, in whatever letters, is once."""

    widget = forms.Textarea(attrs={"rows": 14, "cols": 30})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return list(
            dict.fromkeys(line for raw in str(value or "").splitlines() if (line := raw.strip().lower()))
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


def _choose_the_only_one(form: forms.BaseForm) -> None:
    """Leave nobody to choose where one district alone can be chosen."""
    field = form.fields.get("district")
    if (
        isinstance(field, forms.ModelChoiceField)
        and field.queryset is not None
        and field.queryset.count() == 1
    ):
        field.empty_label = None


class SyncSettingsForm(SettingsModelForm):
    nightly_source = forms.ChoiceField(label=gettext_lazy("Nightly source"), required=False)
    parent_like = LinesField(
        initial=parent_like,
        label=gettext_lazy("Relationships like a parent’s"),
        help_text=gettext_lazy(
            "One a line. Without the legal flag, an adult with one of these waits for review; others are left out."
        ),
    )

    class Meta:
        model = SyncSettings
        fields = (
            "district",
            "nightly_source",
            "nightly_connection",
            "nightly_folder",
            "nightly_at",
            "links_least",
            "links_percent",
            "school_least",
            "school_percent",
            "people_percent",
            "rows_percent",
            "rows_least",
            "roll_over_from",
            "roll_over_until",
            "parent_like",
        )
        widgets = {"nightly_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = (*sync_history.FEEDS, sync_history.FILES)
        if isinstance(source := self.fields.get("nightly_source"), forms.ChoiceField):
            named = [(word, sync_words.source_name(word)) for word in sources]
            source.choices = [("", _("None")), *named]
        _choose_the_only_one(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        source, connection = given.get("nightly_source"), given.get("nightly_connection")
        district = given.get("district") or getattr(self.instance, "district", None)
        if given.get("nightly_at") and not source:
            self.add_error("nightly_source", _("Choose what to sync from at night."))
        if source in sync_history.FEEDS and not connection:
            self.add_error("nightly_connection", _("Choose the connection to this source."))
        if connection and (connection.district != district or connection.vendor != source):
            self.add_error(
                "nightly_connection", _("This connection is not one of this district to this source.")
            )
        if source == sync_history.FILES and not given.get("nightly_folder"):
            self.add_error("nightly_folder", _("Name the folder on the server in which the CSV files are."))
        return given


class RoleMappingForm(MappingModelForm):
    """`editor` is whoever is signed in: what they may let the source give depends on it."""

    editor: User | None = None

    class Meta:
        model = RoleMapping
        fields = ("district", "role_name", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(role := self.fields.get("role"), forms.ChoiceField):
            role.choices = [("", _("Grants nothing")), *Role.choices]
        _choose_the_only_one(self)

    def clean_role_name(self) -> str:
        return str(self.cleaned_data["role_name"]).strip()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        district = given.get("district") or (self.instance.district if self.instance.pk else None)
        # Another name for a mapping that is there gives its role to other people: that is asked too.
        if given.get("role") and self.has_changed() and district is not None and self.editor is not None:
            self._check_may_give(given["role"], self.editor, district)
        return given

    def _check_may_give(self, role: str, editor: User, district: District) -> None:
        if role not in sync_settings.roles_to_give(editor, district):
            text = _(
                "This role reaches every student of the district. Only somebody who does may give it away."
            )
            self.add_error("role", text)
