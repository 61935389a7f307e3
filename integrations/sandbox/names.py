"""Word lists for made-up people, and the languages they speak at home.

The words stand in names.toml. `world.py` picks from them by number, so an entry's place matters.
"""

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Language:
    """`state_code` is the CALPADS language code; `of_100` says how many of a hundred families speak it."""

    name: str
    state_code: str
    of_100: int


# The first seven have the codes of ETS's table 2. ETS prints no reports in the other three.
LANGUAGES = {
    "EN": Language("English", "00", 50),
    "ES": Language("Spanish", "01", 30),
    "VI": Language("Vietnamese", "02", 4),
    "ZH": Language("Cantonese", "03", 5),
    "FL": Language("Filipino", "05", 4),
    "KR": Language("Korean", "04", 2),
    "AR": Language("Arabic", "11", 2),
    "HY": Language("Armenian", "12", 1),
    "PA": Language("Punjabi", "28", 1),
    "RU": Language("Russian", "29", 1),
}


FAMILY_NAMES: dict[str, list[str]] = {code: words.split() for code, words in _LISTS["family"].items()}
GIVEN_NAMES: dict[str, list[str]] = {code: words.split() for code, words in _LISTS["given"].items()}
MOTHERS: dict[str, list[str]] = {code: words.split() for code, words in _LISTS["mother"].items()}
FATHERS: dict[str, list[str]] = {code: words.split() for code, words in _LISTS["father"].items()}
STREETS: list[str] = [word.replace("-", " ") for word in _LISTS["places"]["streets"].split()]
SCHOOL_NAMES: list[str] = [word.replace("-", " ") for word in _LISTS["places"]["schools"].split()]

STREET_KINDS = ("St", "Ave", "Dr", "Ct", "Way", "Ln", "Pl", "Blvd")
SCHOOL_PREFIXES = (
    "",
    "North ",
    "South ",
    "East ",
    "West ",
    "New ",
    "Upper ",
    "Lower ",
    "Old ",
    "Little ",
    "Great ",
)
# A made-up town with ZIP codes that no place has.
CITY = "Arenal Springs"
ZIP_PREFIX = "000"


def plain(name: str) -> str:
    """A name as it stands in an e-mail address: lower case, letters only."""
    bare = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in bare if letter.isascii() and letter.isalpha()).lower()
