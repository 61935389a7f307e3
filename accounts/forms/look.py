"""The form of a district's look: a color that cannot be read is refused with the nearest one that can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import colours, logos
from accounts.logos import BadLogo, Picture
from accounts.models import District

if TYPE_CHECKING:
    DistrictModelForm = forms.ModelForm[District]
    Upload = UploadedFile[Any]
else:
    DistrictModelForm, Upload = forms.ModelForm, UploadedFile

# What `colours.faults` calls them.
_WHERE = {
    "page": gettext_lazy("as a link on the page"),
    "card": gettext_lazy("as a link on a card"),
    "alert": gettext_lazy("as a link in a message"),
    "tint": gettext_lazy("on its own light tint"),
    "button": gettext_lazy("behind the words of a button"),
    "bar": gettext_lazy("as a bar of a chart"),
}
_COLOUR_FIELD = {
    "dir": "ltr",
    "size": 8,
    "autocomplete": "off",
    "spellcheck": "false",
    "placeholder": "#0b5b6b",
}


class ColourField(forms.CharField):
    """A color as people copy it from elsewhere: capitals, a missing #, space around it."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "").strip().lower()
        return f"#{text}" if text and not text.startswith("#") else text


class LookForm(DistrictModelForm):
    """`picture` is what came of an uploaded logo, None if none was uploaded."""

    picture: Picture | None = None

    accent = ColourField(
        label=gettext_lazy("Color"), required=False, max_length=9, widget=forms.TextInput(attrs=_COLOUR_FIELD)
    )
    accent_on_dark = ColourField(
        label=gettext_lazy("Color on dark"),
        required=False,
        max_length=9,
        widget=forms.TextInput(attrs=_COLOUR_FIELD),
    )
    logo_file = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy(
            "PNG, JPEG or WebP, up to 200 KB. It stands beside the name, so it needs no words of its own."
        ),
    )
    no_logo = forms.BooleanField(label=gettext_lazy("Take the logo away"), required=False)

    class Meta:
        model = District
        fields = ("display_name", "accent", "accent_on_dark")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("accent", "accent_on_dark"):
            self.fields[name].help_text = District._meta.get_field(name).help_text  # type: ignore[union-attr] # noqa: SLF001 - Django's documented way to a model's field

    def clean_accent(self) -> str:
        return self._readable("accent", colours.LIGHT)

    def clean_accent_on_dark(self) -> str:
        return self._readable("accent_on_dark", colours.DARK)

    def clean_logo_file(self) -> Upload | None:
        upload: Upload | None = self.cleaned_data["logo_file"]
        if upload is not None:
            # Not by what the browser says of it, its name or its type: by its bytes.
            try:
                self.picture = logos.painted(upload.read(logos.MOST_BYTES + 1))
            except BadLogo as problem:
                raise forms.ValidationError(str(problem)) from None
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("accent_on_dark") and not cleaned.get("accent") and "accent" not in self.errors:
            self.add_error("accent", _("Choose this one too: most devices are set to light."))
        if cleaned.get("logo_file") and cleaned.get("no_logo"):
            self.add_error("no_logo", _("Upload a logo or take it away, not both."))
        return cleaned

    def _readable(self, name: str, ground: colours.Ground) -> str:
        """Return the color of a field. Refused: one that does not stand out from what it is on."""
        colour: str = self.cleaned_data[name]
        if not colours.COLOUR.match(colour):
            return colour  # empty, or the model's own rule says what is wrong
        found = colours.faults(colour, ground)
        if found:
            raise forms.ValidationError(
                _(
                    "%(colour)s is too weak %(where)s: its contrast is %(found)s to 1, and %(needed)s to 1 is needed. "
                    "The nearest shade that can be read is %(nearest)s."
                )
                % {
                    "colour": colour,
                    "where": _WHERE[found[0].where],
                    # Cut, not rounded: 4.49 is not 4.5.
                    "found": f"{int(found[0].found * 100) / 100:.2f}",
                    "needed": f"{found[0].needed:.1f}",
                    "nearest": colours.nearest(colour, ground),
                }
            )
        return colour
