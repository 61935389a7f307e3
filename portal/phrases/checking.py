"""What is wrong with a catalogue: missing, uncertain, or not the same to fill in as the English text.

A placeholder that is spelt otherwise is an error page for the family that reads the language, and nobody else's; so the
tests ask here, and so does the command with which a district compiles its own wording.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import polib

from portal.phrases import catalogs

_PLACEHOLDER = re.compile(r"%\([^)]*\)[a-z]|%%|%[a-z]|(?<!%)%(?![(%a-z])")
_TAG = re.compile(r"</?[a-z][^>]*>")
# Said in Latin letters in every language, so that page, report and letter name the same thing.
_ACRONYMS = re.compile(r"(?<![A-Za-z])(?:CAASPP|ELPAC|CAST|CSA|STS|SSID|PDF|QR|Lexile|Quantile)(?![A-Za-z])")
# By how many forms a language has: those that stand for one number alone.
_EXACT = {2: frozenset({0}), 6: frozenset({0, 1, 2})}


def faults_of_texts(catalog: polib.POFile, language: str) -> list[str]:
    """Return what is wrong with the texts there are, one line each."""
    return [line for entry in catalog for line in _of_an_entry(entry, language)]


def faults(catalog: polib.POFile, language: str) -> list[str]:
    """Return what is wrong, one line each, none if the catalogue can be used as it is."""
    return [*_of_the_header(catalog, language), *faults_of_texts(catalog, language)]


def _of_the_header(catalog: polib.POFile, language: str) -> Iterator[str]:
    if language in catalogs.PLURALS and catalog.metadata.get("Plural-Forms") != catalogs.PLURALS[language]:
        yield f"Plural-Forms in the header must be: {catalogs.PLURALS[language]}"
    if "UTF-8" not in catalog.metadata.get("Content-Type", ""):
        yield "Content-Type in the header must say charset=UTF-8"
    if not catalog.metadata.get("X-Reviewed-By"):
        yield "X-Reviewed-By in the header must say who has read it, or “nobody yet”"
    seen = Counter((entry.msgctxt, entry.msgid) for entry in catalog if not entry.obsolete)
    yield from (f"stands twice: {_short(text)}" for (_, text), times in seen.items() if times > 1)


def _of_an_entry(entry: polib.POEntry, language: str) -> Iterator[str]:
    name = _short(entry.msgid)
    if entry.obsolete:
        yield f"obsolete, take it out: {name}"
        return
    if entry.fuzzy:
        yield f"fuzzy: {name}"
    forms = _forms(entry, language)
    if not all(text for text, _, _ in forms):
        yield f"missing: {name}"
        return
    for text, english, exact in forms:
        for line in _compared(english, text, exact=exact):
            yield f"{line}: {name}"


def _forms(entry: polib.POEntry, language: str) -> list[tuple[str, str, bool]]:
    """Return (text, English text, exact) for each form; exact: for one number alone, which may be said in a word."""
    if not entry.msgid_plural:
        return [(entry.msgstr, entry.msgid, False)]
    count = catalogs.forms(language)
    texts = {int(number): text for number, text in entry.msgstr_plural.items()}
    exact = _EXACT.get(count, frozenset())
    return [
        (texts.get(number, ""), entry.msgid_plural, number in exact)
        for number in range(max(count, len(texts)))
    ]


def _compared(english: str, text: str, *, exact: bool) -> Iterator[str]:
    wanted, given = (Counter(_PLACEHOLDER.findall(one)) for one in (english, text))
    if (lacking := sorted(wanted - given)) and (not exact or "%%" in lacking):
        yield f"lacks {', '.join(lacking)}"
    if extra := sorted(given - wanted):
        yield f"has {', '.join(extra)}, which the English text has not"
    if Counter(_TAG.findall(english)) != Counter(_TAG.findall(text)):
        yield "has other tags than the English text"
    if english[: -len(english.lstrip()) or None] != text[: -len(text.lstrip()) or None]:
        yield "begins with other blanks than the English text"
    if english[len(english.rstrip()) :] != text[len(text.rstrip()) :]:
        yield "ends with other blanks than the English text"
    for acronym in sorted(set(_ACRONYMS.findall(english)) - set(_ACRONYMS.findall(text))):
        yield f"lacks {acronym}, which stays as it is"


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return f"“{one_line[:70]}{'…' if len(one_line) > 70 else ''}”"  # noqa: PLR2004 - so many letters fit a line of a terminal beside the rest
