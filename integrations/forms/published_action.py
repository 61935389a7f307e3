"""The form about what families sent in with one form: whether it is listed, and which of its fields are documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.models import PublishedAction
from integrations.services import submission_documents as documents

if TYPE_CHECKING:
    ActionModelForm = forms.ModelForm[PublishedAction]
else:
    ActionModelForm = forms.ModelForm

MOST = 30
_LONGEST_LABEL = 60


class PublishedActionForm(ActionModelForm):
    """`label_0`, `file_0` … are about the data items of `names`, in their order; `action_form` declares them."""

    names: ClassVar[tuple[str, ...]] = ()
    count: ClassVar[int] = 0

    more = forms.CharField(
        label=gettext_lazy("Other fields with a document’s id"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Their names as PowerSchool has them, one a line, where none of the above is meant."
        ),
    )

    class Meta:
        model = PublishedAction
        fields = ("is_active",)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        labels = [one["label"] for one in self._documents(given)]
        if len(labels) > MOST:
            raise forms.ValidationError(_("A form can have %(most)s documents at most.") % {"most": MOST})
        twice = next((label for label in labels if labels.count(label) > 1), "")
        if twice:
            raise forms.ValidationError(
                _("Two documents are called “%(name)s”: staff could not tell them apart.") % {"name": twice}
            )
        return given

    def save(self, commit: bool = True) -> PublishedAction:
        self.instance.documents = self._documents(self.cleaned_data)
        return super().save(commit)

    def _documents(self, given: dict[str, Any]) -> list[dict[str, str]]:
        named = [
            {
                "item": item,
                "label": given[f"label_{number}"].strip(),
                "file": given.get(f"file_{number}", ""),
            }
            for number, item in enumerate(self.names)
            if given.get(f"label_{number}", "").strip()
        ]
        added = [line.strip()[: documents.LONGEST_ITEM] for line in given.get("more", "").splitlines()]
        return named + [
            {"item": item, "label": documents.label_for(item)[:_LONGEST_LABEL] or item, "file": ""}
            for item in dict.fromkeys(filter(None, added))
            if item not in self.names
        ]


def action_form(action: PublishedAction | None) -> type[PublishedActionForm]:
    """Return the form with two fields for each data item that is a document, or looks like one.

    One that was never settled shows a name to take: the fields of a form that nobody saved open nothing.
    """
    known = documents.mapping_of(action) if action else {}
    items = action.items if action else {}
    # By name, since a database may keep the items in an order of its own.
    seen = sorted(items.items())
    names = tuple(dict.fromkeys([*known, *(name for name, kind in seen if kind == documents.ID)]))
    files = [name for name, kind in seen if kind == documents.FILE]
    declared: dict[str, Any] = {"names": names, "count": len(names)}
    for number, item in enumerate(names):
        settled = known.get(item)
        guess = "" if known else documents.label_for(item)[:_LONGEST_LABEL]
        declared[f"label_{number}"] = forms.CharField(
            label=item,
            required=False,
            max_length=_LONGEST_LABEL,
            initial=settled["label"] if settled else guess,
            widget=forms.TextInput(attrs={"size": 30, "autocomplete": "off"}),
        )
        file = settled["file"] if settled else documents.file_item_for(item, items)
        declared[f"file_{number}"] = forms.ChoiceField(
            label=gettext_lazy("asked for by"),
            required=False,
            initial=file,
            choices=[
                ("", _("its id alone")),
                *(
                    (name, _("its id and %(field)s") % {"field": name})
                    for name in dict.fromkeys([file, *files])
                    if name
                ),
            ],
        )
    return type("PublishedActionFormOfOne", (PublishedActionForm,), declared)
