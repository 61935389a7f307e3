"""Catalogues of translated texts: where they are, what heads them, and how they become what Django reads.

Written in Python alone: neither the machine that builds nor the one that runs has system gettext.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation import to_language, to_locale

# How many forms a counted text has, and which of them a number takes.
PLURALS = {
    "es": "nplurals=2; plural=(n != 1);",
    "vi": "nplurals=1; plural=0;",
    "zh-hant": "nplurals=1; plural=0;",
    "fil": "nplurals=2; plural=(n != 1);",
    "ko": "nplurals=1; plural=0;",
    "ar": (
        "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
        "n%100>=11 && n%100<=99 ? 4 : 5;"
    ),
}


def forms(language: str) -> int:
    """Return how many forms a counted text has; two, as in English, for a language that is none of ours."""
    rule = PLURALS.get(language, "nplurals=2;")
    return int(rule.partition("nplurals=")[2].partition(";")[0])


def header(language: str, *, tag: str, reviewed_by: str) -> dict[str, str]:
    """Return the head of a catalogue: without its charset Python takes the texts for ASCII."""
    lines = {
        "Project-Id-Version": "score-report-portal",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": tag,
    }
    if language in PLURALS:
        lines["Plural-Forms"] = PLURALS[language]
    return lines | {"X-Reviewed-By": reviewed_by}


def path_of(folder: Path, language: str) -> Path:
    """Return where a language's texts are in a folder of catalogues: `zh-hant` in `zh_Hant/LC_MESSAGES/django.po`."""
    return folder / to_locale(language) / "LC_MESSAGES" / "django.po"


def in_folder(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield language and file of each catalogue there."""
    for path in sorted(folder.glob("*/LC_MESSAGES/django.po")):
        yield to_language(path.parts[-3]), path


def read(path: Path) -> polib.POFile:
    """Return the catalogue in a file. Raises OSError and ValueError, which name the file and the line."""
    return polib.pofile(str(path), encoding="utf-8", wrapwidth=100)


def compiled(catalog: polib.POFile) -> bytes:
    """Return what Django reads, the same bytes for the same texts on every machine."""
    return bytes(catalog.to_binary())


def compile_file(path: Path) -> Path:
    """Write the file that Django reads beside the catalogue, and return where it is."""
    target = path.with_suffix(".mo")
    target.write_bytes(compiled(read(path)))
    return target
