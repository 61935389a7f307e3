"""What ETS calls things and what families call them (ETS API v3, appendix, tables 1 to 5).

ETS may add types, languages, formats and areas without notice; whatever is not here is shown under its code, never
dropped. Years are administration years: 2019 is the school year 2018–2019.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _

_YEAR = re.compile(r"[0-9]{4}")
Text = str | Promise
V1, V3 = "v1", "v3"
BOTH = frozenset({V1, V3})


@dataclass(frozen=True)
class ReportType:
    """A test. `also` are other codes for the same reports; `first` and `last` the years ETS names, None where open."""

    code: str
    title: Text
    first: int | None = None
    last: int | None = None
    versions: frozenset[str] = BOTH
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportLanguage:
    """A report's language: ETS's code, the BCP 47 code, its own name, the first year ETS names."""

    code: str
    tag: str
    own_name: str
    first: int | None = None
    versions: frozenset[str] = BOTH


@dataclass(frozen=True)
class ReportFormat:
    code: str
    title: Text
    first: int | None = None
    versions: frozenset[str] = frozenset({V3})


# In the order in which families look for them.
TYPES = (
    ReportType("CAASPP", _("CAASPP state tests")),
    # "Deprecated, use CAST instead": ETS answers both codes with the same report.
    ReportType("CAST", _("California Science Test (CAST)"), first=2019, also=("CST",)),
    ReportType("CAAS", _("California Alternate Assessment for Science"), first=2020),
    ReportType("CSA", _("California Spanish Assessment (CSA)"), first=2019),
    ReportType("STS", _("Standards-based Tests in Spanish (STS)"), first=2016, last=2018),
    ReportType("ESA", _("Summative ELPAC: English learners"), first=2018),
    ReportType("EIA", _("Initial ELPAC: English learners"), first=2022, versions=frozenset({V3})),
    ReportType("ESALT", _("Summative Alternate ELPAC"), first=2022, versions=frozenset({V3})),
    ReportType("EIALT", _("Initial Alternate ELPAC"), first=2023, versions=frozenset({V3})),
    ReportType("LEXQUAN", _("Lexile and Quantile measures"), first=2021, last=2023),
)
# FL is Filipino, KR Korean, ZH Traditional Chinese (v1 called it Mandarin).
LANGUAGES = (
    ReportLanguage("EN", "en", "English"),
    ReportLanguage("ES", "es", "Español"),
    ReportLanguage("VI", "vi", "Tiếng Việt", first=2019),
    ReportLanguage("ZH", "zh-Hant", "繁體中文", first=2019),
    ReportLanguage("FL", "fil", "Filipino", first=2019),
    ReportLanguage("KR", "ko", "한국어", first=2023, versions=frozenset({V3})),
    ReportLanguage("AR", "ar", "العربية", first=2024, versions=frozenset({V3})),
)
FORMATS = (
    ReportFormat("PDF", _("PDF"), versions=BOTH),
    ReportFormat("HTML", _("Web page"), first=2024),
    ReportFormat("VIDEO", _("Video"), first=2025),
)
AREAS: dict[str, Text] = {
    "ELA": _("English language arts"),
    "MA": _("Math"),
    "MATH": _("Math"),  # the sample's word for what table 4 calls MA
    "SC": _("Science"),
    "RLA": _("Reading and language arts"),
    "EP": _("English language proficiency"),
}
# The sample's word for an area, and table 4's.
_SAME_AREAS = {"MATH": "MA"}
# Browsers and phones say these for languages that have a report under another name.
_ALSO_CALLED = {"tl": "fil", "yue": "zh-hant"}
_YEARS_KEPT = 3
_NEW_YEAR_MONTH = 7
_TYPES = {code: kind for kind in TYPES for code in (kind.code, *kind.also)}
_LANGUAGES = {language.code: language for language in LANGUAGES}
_FORMATS = {kind.code: kind for kind in FORMATS}
_ORDER = {kind.code: place for place, kind in enumerate(TYPES)}
_LANGUAGE_ORDER = {language.code: place for place, language in enumerate(LANGUAGES)}
# A web page fits every screen, so it leads; a PDF needs one that is wide.
_FORMAT_ORDER = {"HTML": 0, "PDF": 1, "VIDEO": 2}


def same_type(code: str) -> str:
    """Return the one code of a test that has two (`CST` is `CAST`); an unknown code is its own."""
    known = _TYPES.get(code.upper())
    return known.code if known else code


def same_language(code: str) -> str:
    known = _LANGUAGES.get(code.upper())
    return known.code if known else code


def same_format(code: str) -> str:
    known = _FORMATS.get(code.upper())
    return known.code if known else code


def same_areas(codes: str) -> str:
    """Return ETS's comma list in one spelling: "ELA,MATH" and "ela, MA" are "ELA,MA"."""
    parts = [part.strip() for part in codes.split(",")]
    return ",".join(_same_area(part) for part in parts if part)


def _same_area(code: str) -> str:
    known = code.upper() if code.upper() in AREAS else code
    return _SAME_AREAS.get(known, known)


def to_ask_type(code: str) -> str | None:
    """Return the code to ask ETS for, or None to ask for every test.

    A code that is not in the tables may be refused as a parameter, though ETS itself sent it; and of a test with two
    codes nobody says under which one the next answer comes.
    """
    known = _TYPES.get(code.upper())
    return known.code if known and not known.also else None


def to_ask_language(code: str) -> str | None:
    return code if code in _LANGUAGES else None


def to_ask_format(code: str) -> str | None:
    return code if code in _FORMATS else None


def type_title(code: str) -> Text:
    known = _TYPES.get(code.upper())
    return known.title if known else code


def order(code: str) -> int:
    """Return a test's place in a list: the one most families look for first, unknown ones last."""
    return _ORDER.get(same_type(code), len(_ORDER))


def language_order(code: str) -> int:
    return _LANGUAGE_ORDER.get(same_language(code), len(_LANGUAGE_ORDER))


def format_order(code: str) -> int:
    return _FORMAT_ORDER.get(same_format(code), len(_FORMAT_ORDER))


def language_of_tag(tag: str) -> str:
    """Return ETS's code for a reader's language such as `es-MX` or `zh-hant`, empty if it prints no reports in it."""
    wanted = _ALSO_CALLED.get(tag.lower(), tag.lower())
    for language in LANGUAGES:
        name = language.tag.lower()
        if (
            wanted == name
            or wanted.startswith(f"{name.partition('-')[0]}-")
            or wanted == name.partition("-")[0]
        ):
            return language.code
    return ""


def language_name(code: str) -> str:
    known = _LANGUAGES.get(code.upper())
    return known.own_name if known else code


def language_tag(code: str) -> str:
    """Return the BCP 47 code for a `lang` attribute, `und` where ETS's code is unknown."""
    known = _LANGUAGES.get(code.upper())
    return known.tag if known else "und"


def format_title(code: str) -> Text:
    known = _FORMATS.get(code.upper())
    return known.title if known else code


def area_titles(codes: str) -> list[Text]:
    """Split ETS's comma list ("ELA,MATH") and name each area."""
    return [AREAS.get(code.upper(), code) for code in (part.strip() for part in codes.split(",")) if code]


def kept_years(day: date) -> tuple[int, ...]:
    """Return the administration years of which ETS has results, newest first: the last that ended, and two before.

    Results of a spring arrive from summer on, so the years move on at 1 July.
    """
    newest = day.year if day.month >= _NEW_YEAR_MONTH else day.year - 1
    return tuple(range(newest, newest - _YEARS_KEPT, -1))


def plain_year(year: str) -> str:
    """Return the school year of an administration year for a file: 2024–2025 and no sign that nobody sees."""
    return f"{int(year) - 1}–{year}" if _YEAR.fullmatch(year) else year


def year_label(year: str) -> str:
    """Name an administration year as schools do: 2025 is the school year 2024–2025, in one piece from left to right."""
    # No narrow cell breaks the line at the dash: the joiner has no width, and nothing reads it out.
    label = plain_year(year).replace("–", "–\N{WORD JOINER}")
    if label == year:
        return year
    # Between words of a language from right to left the later year would come first.
    return f"\N{LEFT-TO-RIGHT ISOLATE}{label}\N{POP DIRECTIONAL ISOLATE}" if get_language_bidi() else label
