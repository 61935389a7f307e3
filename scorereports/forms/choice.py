"""The choice on a student's page: test, language, year, format. Built from what ETS sent, so it promises nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.base.clock import local_today
from scorereports import catalog
from scorereports.catalog import Text
from scorereports.services import filtering
from scorereports.services.filtering import Choice
from scorereports.services.listing import ListedReport

_LONGEST = 100


class _List(forms.Select):
    """Django's select, written in one go: its own renders two templates an option, a tenth of the whole page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        del renderer
        widget = self.get_context(name, value, attrs)["widget"]
        options = (option for _group, members, _index in widget["optgroups"] for option in members)
        lines = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options),
        )
        return format_html('<select name="{}"{}>\n{}\n</select>', name, flatatt(widget["attrs"]), lines)


class ChoiceForm(forms.Form):
    """Empty means all. A value that is not among the choices any more is no mistake: the page says what there is."""

    test = forms.CharField(label=_("Test"), required=False, max_length=_LONGEST)
    language = forms.CharField(label=_("Language"), required=False, max_length=_LONGEST)
    year = forms.CharField(label=_("School year"), required=False, max_length=_LONGEST)
    format = forms.CharField(label=_("Format"), required=False, max_length=_LONGEST)

    def offer(self, reports: Iterable[ListedReport], *, first_language: str) -> None:
        """Fill the lists with what came back, the reader's language first, and the years that ETS keeps."""
        reports = list(reports)
        types = sorted(
            {report.named.type for report in reports}, key=lambda code: (catalog.order(code), code)
        )
        formats = sorted(
            {report.named.format for report in reports}, key=lambda code: (catalog.format_order(code), code)
        )
        kept = {str(year) for year in catalog.kept_years(local_today())}
        years = sorted({report.named.year for report in reports if report.named.year} | kept, reverse=True)
        languages = filtering.languages_of(reports, first=first_language)
        self._list("test", [(code, catalog.type_title(code)) for code in types])
        self._list("language", [(code, catalog.language_name(code)) for code in languages])
        self._list(
            "year",
            [*((year, catalog.year_label(year)) for year in years), (filtering.EARLIER, _("Earlier years"))],
        )
        self._list("format", [(code, catalog.format_title(code)) for code in formats])

    def choice(self) -> Choice:
        """Return what was chosen; nothing where the post was no form of ours."""
        if not self.is_valid():
            return Choice()
        chosen = self.cleaned_data
        return Choice(chosen["test"], chosen["language"], chosen["year"], chosen["format"])

    def _list(self, name: str, choices: list[tuple[str, Text]]) -> None:
        # Read now: lazy texts would be translated several times each.
        self.fields[name].widget = _List(
            choices=[(code, str(text)) for code, text in [("", _("All")), *choices]]
        )
