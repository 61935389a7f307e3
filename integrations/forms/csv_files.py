"""The form that takes one CSV file to be checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from integrations.sync.csv_catalog import FILES


class CsvCheckForm(forms.Form):
    """`name` is a file of the catalogue, `upload` its content. A file beyond the limit never arrives."""

    name = forms.ChoiceField(label=_("Which file"), choices=[(file.name, file.file_name) for file in FILES])
    upload = forms.FileField(label=_("Your file"), widget=forms.FileInput(attrs={"accept": ".csv,.txt"}))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        most = filesizeformat(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)
        self.fields["upload"].help_text = _("At most %(most)s. Of a larger file, check a part.") % {
            "most": most
        }
        self.fields["upload"].error_messages |= {
            "required": _("Choose a file of at most %(most)s.") % {"most": most},
            "empty": _("The file is empty. Export it again."),
        }
