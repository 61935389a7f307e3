"""The connection's form: server from the allow-list, endpoints in one spelling, key and secret written and never shown.

Used by the connection's own page and, below a configuration, by the page of that. What was typed comes back when
something is wrong; key and secret never do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import staff_roles
from integrations.models import Connection
from integrations.services import addresses, connections, expiry
from portal.base.offering import offer_choices, offer_rows

if TYPE_CHECKING:
    ConnectionModelForm = forms.ModelForm[Connection]
    UsersField = forms.ModelMultipleChoiceField[User]
else:
    ConnectionModelForm = forms.ModelForm
    UsersField = forms.ModelMultipleChoiceField


class PastedField(forms.CharField):
    """Takes a pasted key or secret, without the blanks and line ends around it; never gives one back."""

    widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, max_length=1000, **kwargs)

    def to_python(self, value: Any) -> str:
        return connections.cleaned_secret(str(value or ""))


class PeopleField(UsersField):
    def label_from_instance(self, person: User) -> str:
        return f"{person.get_full_name()} – {person.email}" if person.name else person.email


class ConnectionForm(ConnectionModelForm):
    """`editor` is whoever is signed in: what they may choose depends on it."""

    editor: User | None = None

    server = forms.ChoiceField(label=_("Server"), required=False)
    other_server = forms.CharField(
        label=_("Another server"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField", "placeholder": "https://…ets.org"}),
        help_text=_("Only with “another server” above. https, and only hosts on the allow-list."),
    )
    key = PastedField(label=_("Client Key"))
    secret = PastedField(label=_("Client Secret"))
    notify = PeopleField(
        label=_("Who is told before it expires"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "radiolist"}),
        help_text=_(
            "By e-mail, 14, 7, 3 and 1 days ahead. With nobody marked, everyone who may change this connection."
        ),
    )

    class Meta:
        model = Connection
        fields = (
            "name",
            "district",
            "school",
            "server",
            "other_server",
            "students_path",
            "reports_path",
            "token_path",
            "key",
            "secret",
            "expires",
            "notify",
            "link_host",
        )
        widgets = {
            "name": forms.TextInput(attrs={"class": "vTextField"}),
            "students_path": forms.TextInput(attrs={"class": "vTextField"}),
            "reports_path": forms.TextInput(attrs={"class": "vTextField"}),
            "token_path": forms.TextInput(attrs={"class": "vTextField"}),
            "link_host": forms.TextInput(attrs={"class": "vTextField"}),
            "expires": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, editor: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editor = editor or self.editor
        if self.instance.pk:
            # Whom it belongs to stays: its secret must not wander to another district or school.
            self.fields.pop("district", None)
            self.fields.pop("school", None)
        for name in ("district", "school"):
            self._choose_the_only_one(name)
        self._offer_servers()
        self._describe_credentials()
        if self.editor is not None:
            known = self.instance if self.instance.pk else None
            offer_rows(self, "notify", expiry.nameable_by(self.editor, known))

    def clean_students_path(self) -> str:
        return _tidy(self.cleaned_data["students_path"], closed=True)

    def clean_reports_path(self) -> str:
        return _tidy(self.cleaned_data["reports_path"])

    def clean_token_path(self) -> str:
        return _tidy(self.cleaned_data["token_path"])

    def clean_link_host(self) -> str:
        host: str = self.cleaned_data["link_host"].strip().lower()
        try:
            if host:
                addresses.check_link_host(host, seen=self.instance.seen_link_host)
        except addresses.BadAddress as problem:
            raise ValidationError(str(problem)) from None
        return host

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._clean_server(cleaned)
        if not self.instance.pk:
            self._clean_owner(cleaned)
        district = cleaned.get("district") or (self.instance.district if self.instance.pk else None)
        twins = Connection.objects.filter(district=district, name=cleaned.get("name", ""))
        if district and twins.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("The district has a connection of this name already."))
        return cleaned

    def people_to_tell(self) -> list[User]:
        """Return who shall be told: those marked, and those whom the editor does not see and cannot have unmarked."""
        marked = list(self.cleaned_data["notify"])
        if not self.instance.pk:
            return marked
        offered = self.fields["notify"].queryset  # type: ignore[attr-defined] # the field is a PeopleField, which has rows
        return [*marked, *self.instance.notify.exclude(pk__in=offered.values("pk"))]

    def _save_m2m(self) -> None:
        """Leave it to the service, which records it."""

    def _choose_the_only_one(self, name: str) -> None:
        field = self.fields.get(name)
        if not isinstance(field, forms.ModelChoiceField) or field.queryset is None:
            return
        offered = list(field.queryset[:2])
        if len(offered) == 1:
            self.initial.setdefault(name, offered[0].pk)

    def _offer_servers(self) -> None:
        saved = self.instance.base_url
        offered = addresses.offered(saved)
        field = self.fields["server"]
        others = ("", _("another server (type it below)"))
        offer_choices(self, "server", [*((server, server) for server in offered), others])
        self.initial["server"] = saved if saved in offered else "" if saved else offered[0]
        field.help_text = _("Where ETS or your operator told you to send requests.")
        if saved and saved not in offered:
            field.help_text = _("The saved server is not on the allow-list any more: choose another.")

    def _describe_credentials(self) -> None:
        shown = connections.credentials_of(self.instance)
        self.fields["key"].required = self.instance.key_id is None
        self.fields["secret"].required = self.instance.secret_id is None
        for name, masked in (("key", shown.key), ("secret", shown.secret)):
            self.fields[name].help_text = (
                _("Stored: %(masked)s. Leave empty to keep it.") % {"masked": masked} if masked else ""
            )
        advice = _(
            "Use the pair you already have, the same one for every vendor, for CAASPP and ELPAC. Regenerate it in TOMS "
            "only if you will update every vendor: a new pair stops the old one everywhere."
        )
        self.fields["key"].help_text = f"{self.fields['key'].help_text} {advice}".strip()
        if shown.unreadable:
            self.fields["secret"].help_text = _(
                "What is stored cannot be read: the server's FIELD_KEYS have lost its key. Enter key and secret again, "
                "or ask the operator to put the old key back."
            )

    def _clean_server(self, cleaned: dict[str, Any]) -> None:
        typed = addresses.tidy_server(cleaned.get("other_server", ""))
        chosen = cleaned.get("server", "")
        if chosen and typed:
            self.add_error("other_server", _("Choose “another server” above, or leave this empty."))
        elif not (chosen or typed):
            self.add_error("server", _("Choose a server."))
        else:
            try:
                addresses.check_server(chosen or typed)
            except addresses.BadAddress as problem:
                self.add_error("server" if chosen else "other_server", str(problem))
            else:
                self.instance.base_url = chosen or typed

    def _clean_owner(self, cleaned: dict[str, Any]) -> None:
        district, school = cleaned.get("district"), cleaned.get("school")
        if district and school and school.district_id != district.pk:
            self.add_error("school", _("This school belongs to another district."))
        if district and not school and self.editor is not None:
            # Whoever sets up one school only makes connections for that school.
            whole = staff_roles.districts_set_up_by(self.editor).filter(pk=district.pk)
            if not whole.exists():
                self.add_error("school", _("Choose your school."))


def _tidy(path: str, *, closed: bool = False) -> str:
    try:
        return addresses.tidy_path(path, closed=closed)
    except addresses.BadAddress as problem:
        raise ValidationError(str(problem)) from None
