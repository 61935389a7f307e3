"""Puts several things into one line as the reader's language does: with its own comma, and its "and" in a sentence.

Whoever shows a list of names or words to families calls it, in code or by the filters of `portal.templatetags.lists`.
The forms are texts of the catalogues, in which each language has its own comma: Babel knows them too, but it is ten
megabytes, and its forms no district could correct (docs/adr/0017-languages.md).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language_bidi, pgettext


def side_by_side(things: Iterable[str]) -> str:
    """Return the things with the language's comma between them, for a label or a fact; empty for none."""
    line = ""
    for number, thing in enumerate(things):
        line = _with_comma(line, thing) if number else thing
    return line


def in_a_sentence(things: Iterable[str]) -> str:
    """Return the things as a sentence names them, with "and" before the last; empty for none."""
    first, *more = list(things) or [""]
    if not more:
        return first
    *between, last = more
    if not between:
        # Translators: Two things in a sentence, such as two languages.
        return pgettext("list", "%(before)s and %(last)s") % {"before": first, "last": last}
    before = side_by_side([first, *between])
    # Translators: Three or more things in a sentence; those before the last have their commas already.
    return pgettext("list", "%(before)s, and %(last)s") % {"before": before, "last": last}


def set_apart(name: str) -> str:
    """Return a name so that, in a line from right to left, it keeps its own direction and its place among others."""
    if not get_language_bidi():
        return name
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"


def _with_comma(before: str, after: str) -> str:
    # Translators: Two things beside each other with your language's comma and its blank, such as two subjects.
    return pgettext("list", "%(before)s, %(next)s") % {"before": before, "next": after}
