"""Brings the catalogues in `locale/` in line with the code: new texts empty, known ones kept, dead ones dropped."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polib

from portal.languages import BY_CODE, ENGLISH
from portal.phrases import catalogs
from tests.phrases.extracting import ROOT, Phrase

LOCALE = ROOT / "locale"
TRANSLATED = tuple(code for code in BY_CODE if code != ENGLISH)
NOT_REVIEWED = "nobody yet"


def updated(language: str, phrases: Iterable[Phrase], old: polib.POFile | None) -> polib.POFile:
    """Return the catalogue of a language with exactly these phrases, and of the old one what still fits."""
    known = {(entry.msgctxt or "", entry.msgid, entry.msgid_plural): entry for entry in old or ()}
    catalog = polib.POFile(wrapwidth=100)
    # A person's name and date once one has read the whole catalogue; until then it is a machine's.
    reviewed_by = (old.metadata if old is not None else {}).get("X-Reviewed-By", NOT_REVIEWED)
    catalog.metadata = catalogs.header(language, tag=BY_CODE[language].tag, reviewed_by=reviewed_by)
    for phrase in phrases:
        before = known.get((phrase.context, phrase.text, phrase.plural))
        catalog.append(_entry(phrase, before, forms=catalogs.forms(language)))
    return catalog


def path_of(language: str) -> Path:
    return catalogs.path_of(LOCALE, language)


def old_catalog(language: str) -> polib.POFile | None:
    path = path_of(language)
    return catalogs.read(path) if path.exists() else None


def _entry(phrase: Phrase, before: polib.POEntry | None, *, forms: int) -> polib.POEntry:
    entry = polib.POEntry(
        msgctxt=phrase.context or None,
        msgid=phrase.text,
        msgid_plural=phrase.plural,
        comment="\n".join(phrase.notes),
        occurrences=[(name, "") for name in phrase.files],
        flags=["python-format"] if "%(" in phrase.text + phrase.plural else [],
        tcomment=before.tcomment if before else "",
    )
    if phrase.plural:
        old = before.msgstr_plural if before else {}
        entry.msgstr_plural = {form: old.get(form, "") for form in range(forms)}
    else:
        entry.msgstr = before.msgstr if before else ""
    if before is not None and before.fuzzy:
        entry.flags.append("fuzzy")
    return entry


def behind(catalog: polib.POFile, phrases: Iterable[Phrase]) -> list[str]:
    """Say where a catalogue has other texts than the code."""
    there = {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in catalog if not entry.obsolete
    }
    wanted = {(phrase.context, phrase.text, phrase.plural) for phrase in phrases}
    return [
        *(f"run make messages: “{text}” is new" for _, text, _ in sorted(wanted - there)),
        *(f"run make messages: “{text}” is no longer in the code" for _, text, _ in sorted(there - wanted)),
    ]
