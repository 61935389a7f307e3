"""Charts as tables whose last column is drawn: no script, nothing said by colour alone, and paper shows them too.

A template loads `charts`. The numbers stand as text beside each bar, so the bar itself is hidden from screen readers.
"""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_WIDTH = 1000
# Too short to be seen otherwise: few are not none.
_SHORTEST = 8


@register.simple_tag
def bar(number: int, total: int, tone: str = "") -> SafeString:
    """Draw how much of `total` a number is. `tone`: good or warning, or empty for neither."""
    share = round(_WIDTH * number / total) if total else 0
    length = max(share, _SHORTEST) if number else 0
    return format_html(
        '<svg class="chart-bar" viewBox="0 0 {} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="chart-whole" width="{}" height="10"/>'
        '<rect class="chart-part chart-{}" width="{}" height="10"/></svg>',
        str(_WIDTH),
        str(_WIDTH),
        tone or "plain",
        str(length),
    )
