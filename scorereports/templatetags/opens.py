"""The buttons that open a report, written in one go.

A list has dozens of them; as a part of a template, each with its dozen places, they cost a third of the whole page.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.base.pictures import icon

register = template.Library()

_BUTTON = """<a class="button button-quiet {}" href="{}" hreflang="{}"{}>
  {}<span><span class="hidden-text">{}</span> {}{}</span>
</a>"""
_AWAY = mark_safe(' target="_blank" rel="noopener noreferrer"')


@register.simple_tag
def open_buttons(language: dict[str, Any]) -> SafeString:
    """Return the buttons of one language of a test, as `scorereports.views.arranging` describes it."""
    says_away = format_html(' <span class="hidden-text">{}</span>', _("(in a new tab)"))
    return format_html_join(
        "\n",
        _BUTTON,
        (
            (
                report["css"],
                report["url"],
                language["code"],
                _AWAY if report["new_tab"] else "",
                icon(report["icon"]),
                language["opens"],
                report["label"],
                says_away if report["new_tab"] else "",
            )
            for report in language["reports"]
        ),
    )
