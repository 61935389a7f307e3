"""Single values of Illuminate's rows, read tolerantly: ids, flags, dates, codes, e-mail addresses.

Called by `records` a dozen times a row, so each begins with the case that is nearly always so. Nothing here raises,
whatever JSON comes. If `flag` said yes to a blank, a stranger would become a guardian; if `ssid` guessed, a family
would read another child's report.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any, Final

LONGEST: Final = 100
LONGEST_ID: Final = 40
_SSID_DIGITS: Final = 10
# Excel and JSON numbers lose the zeros in front; something much shorter never was an SSID.
_SHORTEST_SSID: Final = 7
_CDS_DIGITS: Final = 14

_NOTHING: Final = frozenset(("", "null", "none", "\\n"))
_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b\u2028\u2029]+")
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?", re.DOTALL)
_US_DATE: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_EMAIL: Final = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]*[a-z0-9])+")
_LONGEST_EMAIL: Final = 254

_FLAGS: Final = {
    "t": True, "f": False, "true": True, "false": False, "1": True, "0": False, "y": True, "n": False,
    "yes": True, "no": False,
}  # fmt: skip

# CALPADS language codes, two-letter codes and names, for the seven languages the portal speaks.
_LANGUAGES: Final = {
    "en": "en", "00": "en", "0": "en", "eng": "en", "english": "en",
    "es": "es", "01": "es", "1": "es", "spa": "es", "sp": "es", "spanish": "es",
    "vi": "vi", "02": "vi", "2": "vi", "vie": "vi", "vietnamese": "vi",
    "zh": "zh-hant", "03": "zh-hant", "3": "zh-hant", "07": "zh-hant", "7": "zh-hant", "zh-hant": "zh-hant",
    "chi": "zh-hant", "zho": "zh-hant", "yue": "zh-hant", "chinese": "zh-hant", "cantonese": "zh-hant",
    "mandarin": "zh-hant", "mandarin (putonghua)": "zh-hant",
    "ko": "ko", "04": "ko", "4": "ko", "kor": "ko", "kr": "ko", "korean": "ko",
    "fil": "fil", "fl": "fil", "tl": "fil", "05": "fil", "5": "fil", "filipino": "fil", "tagalog": "fil",
    "pilipino": "fil", "filipino (pilipino or tagalog)": "fil",
    "ar": "ar", "11": "ar", "ara": "ar", "arabic": "ar",
}  # fmt: skip


def text(value: Any) -> str:
    """Return stripped text that a database can hold; empty for null in each spelling and for what is no text."""
    if type(value) is str:
        tidy = value.strip()
        if not tidy.isprintable():
            tidy = _NO_TEXT.sub(" ", tidy).strip()
        if len(tidy) > LONGEST:
            tidy = tidy[:LONGEST].rstrip()
        return "" if len(tidy) < 5 and tidy.lower() in _NOTHING else tidy  # noqa: PLR2004 - the longest word for nothing has four letters
    return _number(value)


def ident(value: Any) -> str:
    """Return an id as text; what is longer than any id would only be cut to look like another one's."""
    known = text(value)
    return known if len(known) <= LONGEST_ID else ""


def _number(value: Any) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    if isinstance(value, float) and value.is_integer():  # infinity is no integer
        # Beyond what a float holds exactly an id would become its neighbour's.
        return str(int(value)) if abs(value) < 10**15 else ""
    return str(value)[:LONGEST] if isinstance(value, float) else ""


def flag(value: Any) -> bool | None:
    """Return yes, no, or None for a blank and for whatever else: blank is never a yes."""
    if value is True or value is False:
        return value
    if type(value) is str and value in _FLAGS:
        return _FLAGS[value]
    return _FLAGS.get(text(value).lower())


@lru_cache(maxsize=8192)
def _day(written: str) -> date | None:
    found = _DATE.fullmatch(written)
    parts = found.groups() if found else None
    if parts is None:
        american = _US_DATE.fullmatch(written)
        parts = (american[3], american[1], american[2]) if american else None
    if parts is None:
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def day(value: Any) -> date | None:
    """Return a date; None for blank, for 0000-00-00 and for what is none."""
    return _day(text(value)) if value else None


def is_blank(value: Any) -> bool:
    """Say whether there is nothing, in any of its spellings."""
    return value is None or (isinstance(value, str) and not text(value))


def ssid(value: Any) -> str:
    """Return ten digits, zeros in front restored; empty for what cannot be an SSID."""
    digits = text(value)
    if not (digits.isascii() and digits.isdigit()) or not _SHORTEST_SSID <= len(digits) <= _SSID_DIGITS:
        return ""
    return digits.zfill(_SSID_DIGITS) if digits.strip("0") else ""


def cds(value: Any) -> str:
    """Return fourteen digits, the zero in front restored; empty for what cannot be a CDS code."""
    digits = text(value).replace("-", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in {_CDS_DIGITS - 1, _CDS_DIGITS}:
        return ""
    return digits.zfill(_CDS_DIGITS) if digits.strip("0") else ""


def email(value: Any) -> str:
    """Return an address in lower case, the one spelling in which the portal compares them; empty for what is none."""
    address = text(value).lower().removeprefix("mailto:")
    return address if len(address) <= _LONGEST_EMAIL and _EMAIL.fullmatch(address) else ""


@lru_cache(maxsize=1024)
def _language(written: str) -> str:
    known = written.lower()
    return _LANGUAGES.get(known, known if re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,8})?", known) else "")


def language(value: Any) -> str:
    """Return a language of the portal for its code or name, another short code as it stands, or nothing."""
    return _language(text(value))


def grade(value: Any) -> str:
    """Return a state grade code of two characters, 7 as 07; empty for what is longer."""
    code = text(value).upper()
    if code.isascii() and code.isdigit():
        code = code.lstrip("0").zfill(2)
    return {"K": "KN", "00": "KN"}.get(code, code if len(code) == 2 else "")  # noqa: PLR2004 - every grade code of the state has two characters
