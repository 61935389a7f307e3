"""The languages of the portal, each by its own name, and which of them somebody's browser asks for.

A language is offered once its catalogue has every text that families see: a page that is half English helps less than
English. `python -m tests.phrases check` says what one lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header


@dataclass(frozen=True)
class Language:
    """`code` as Django writes it and `tag` as the web does (BCP 47); `is_rtl`: written from right to left."""

    code: str
    tag: str
    own_name: str
    name: str
    is_rtl: bool = False

    @property
    def dir(self) -> str:
        return "rtl" if self.is_rtl else "ltr"


ENGLISH = "en"
SPOKEN = (
    Language(ENGLISH, "en", "English", "English"),
    Language("es", "es", "Español", "Spanish"),
    Language("vi", "vi", "Tiếng Việt", "Vietnamese"),
    Language("zh-hant", "zh-Hant", "繁體中文", "Traditional Chinese"),
    Language("fil", "fil", "Filipino", "Filipino"),
    Language("ko", "ko", "한국어", "Korean"),
    Language("ar", "ar", "العربية", "Arabic", is_rtl=True),
)
# Add a language in the change that completes its catalogue; tests/house/test_catalogs.py holds the two together.
FINISHED: frozenset[str] = frozenset({ENGLISH, "es", "vi", "zh-hant", "fil", "ko", "ar"})
# Those whose whole catalogue a person who speaks the language has read; its header names them. The others say on each
# page that a computer translated them.
REVIEWED: frozenset[str] = frozenset({ENGLISH})
BY_CODE = {language.code: language for language in SPOKEN}
# Spoken Chinese of every kind is written: Traditional is the only writing there is a catalogue in.
_ALSO = {"tl": "fil", "zh": "zh-hant", "yue": "zh-hant", "cmn": "zh-hant"}


def offered() -> list[tuple[str, str]]:
    """Return code and own name of each finished language, for `settings.LANGUAGES`."""
    return [(language.code, language.own_name) for language in SPOKEN if language.code in FINISHED]


def language_info() -> dict[str, dict[str, Any]]:
    """Return our languages as entries of Django's `LANG_INFO`, which has no Filipino."""
    return {
        language.code: {
            "bidi": language.is_rtl,
            "code": language.code,
            "name": language.name,
            "name_local": language.own_name,
        }
        for language in SPOKEN
    }


def of_tag(tag: str) -> str:
    """Return the offered language that a tag such as `es-MX`, `tl` or `zh-Hant-HK` means, empty if there is none."""
    primary = tag.strip().lower().replace("_", "-").partition("-")[0]
    code = _ALSO.get(primary, primary)
    return code if code in dict(settings.LANGUAGES) else ""


def of_header(accept_language: str) -> str:
    """Return the offered language that a browser's Accept-Language likes best, empty if it likes none."""
    for tag, liking in parse_accept_lang_header(accept_language.lower()):
        if liking and (code := of_tag(tag)):
            return code
    return ""
