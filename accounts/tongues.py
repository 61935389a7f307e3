"""Which language of the portal a school's record means: it writes the state's code, the name, or a BCP 47 code."""

from __future__ import annotations

from django.conf import settings

# CALPADS's codes for primary languages, and the names that stand in their place.
_MEANT = {
    "00": "en",
    "01": "es",
    "02": "vi",
    "03": "zh-hant",
    "04": "ko",
    "05": "fil",
    "07": "zh-hant",
    "11": "ar",
    "english": "en",
    "spanish": "es",
    "vietnamese": "vi",
    "cantonese": "zh-hant",
    "mandarin": "zh-hant",
    "chinese": "zh-hant",
    "korean": "ko",
    "filipino": "fil",
    "tagalog": "fil",
    "tl": "fil",
    "zh": "zh-hant",
    "yue": "zh-hant",
    "arabic": "ar",
}


def meant(written: str) -> str:
    """Return the code of the portal's language that is meant, empty where the portal does not speak it."""
    word = written.strip().lower().partition("(")[0].strip()
    code = _MEANT.get(word, word)
    return code if code in dict(settings.LANGUAGES) else ""


def portal_language(written: str) -> str:
    """Return the code of the portal's language that is meant, English where the portal has no translation."""
    return meant(written) or "en"


def first_guess(written: str) -> str:
    """Return the language to begin with by the school's record; empty where that is English, for the browser to say.

    Records say English of many a family that was never asked.
    """
    code = meant(written)
    return "" if code == "en" else code
