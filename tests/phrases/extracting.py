"""Reads the texts that families see out of templates and code, ours and what we use of Django and allauth."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

from tests.phrases.families import OURS, STAFF, THEIRS

ROOT = Path(__file__).resolve().parents[2]
_KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_COMMENT = "Translators:"
_PLACES = 3


@dataclass
class Phrase:
    """A text with its context and plural (empty where it has none), what is said of it, and the files it is in."""

    text: str
    plural: str = ""
    context: str = ""
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


def family_phrases() -> list[Phrase]:
    """Return every text that families see, once, in the order of the table. Raises LookupError for a dead row."""
    found: dict[tuple[str, str], Phrase] = {}
    for shown, path, note, wanted in _rows():
        phrases = [phrase for phrase in phrases_of(path) if phrase.context != STAFF]
        if wanted:
            phrases = [_one_of(phrases, text, shown) for text in wanted]
        for phrase in phrases:
            known = found.setdefault(phrase.key, phrase)
            known.plural = known.plural or phrase.plural
            # A word that stands everywhere needs no list of everywhere.
            if len(known.files) < _PLACES:
                _add(known.notes, [note, *phrase.notes])
                _add(known.files, [shown])
    return list(found.values())


def phrases_of(path: Path) -> list[Phrase]:
    """Return the texts of one file in its order; of a template as Django's own `makemessages` reads it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is not a text comes back as rows of X; Python's tokenizer minds only how they are indented.
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).split("\n"))
    rows = extract("python", io.BytesIO(text.encode()), _KEYWORDS, [_COMMENT])
    phrases = []
    for _line, message, comments, context in rows:
        first, plural = message[:2] if isinstance(message, tuple) else (message, "")
        notes = [comment.removeprefix(_COMMENT).strip() for comment in comments]
        phrases.append(Phrase(first, plural, context or "", notes))
    return phrases


def _rows() -> Iterator[tuple[str, Path, str, tuple[str, ...]]]:
    """Yield for each file: how it is named, where it is, what it shows, and which of its texts are wanted."""
    for pattern, note in OURS:
        yield from ((str(path.relative_to(ROOT)), path, note, ()) for path in _files(ROOT, pattern))
    for pattern, note, wanted in THEIRS:
        app, _, rest = pattern.partition("/")
        spec = find_spec(app)
        if spec is None or spec.origin is None:
            raise LookupError(f"{app} is not installed.")
        folder = Path(spec.origin).parent
        for path in _files(folder, rest):
            yield f"{app}/{path.relative_to(folder)}", path, note, wanted


def _files(folder: Path, pattern: str) -> list[Path]:
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise LookupError(f"No file fits {pattern}: correct the table in tests/phrases/families.py.")
    return paths


def _one_of(phrases: Iterable[Phrase], text: str, shown: str) -> Phrase:
    found = next((phrase for phrase in phrases if phrase.text == text), None)
    if found is None:
        raise LookupError(f"{shown} no longer says “{text}”: correct the table in tests/phrases/families.py.")
    return found


def _add(to: list[str], more: Iterable[str]) -> None:
    to.extend(one for one in more if one not in to)
