"""Every page that families see, in every language that is offered: nothing is left in English, `lang` and `dir` fit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from portal import languages
from portal.phrases import catalogs
from tests.cast import Cast
from tests.phrases.updating import path_of
from tests.portal.family_pages import PAGES, Place

pytestmark = [pytest.mark.promise("L1"), pytest.mark.slow]
TRANSLATED = [code for code in languages.BY_CODE if code in languages.FINISHED - {languages.ENGLISH}]
SAID = ("aria-label", "title", "placeholder", "alt", "data-minutes", "data-seconds", "data-passkey-trouble")
# Names that are the same in every language, and what a browser calls itself.
NAMES = re.compile(
    r"^\W*(?:CAASPP|ELPAC|PDF|QR|SSID|Chrome|Firefox|Safari|Windows|Android|Linux|\w?|[\W\d_]*)$"
)


def said(page: BeautifulSoup) -> set[str]:
    """Return the texts that a page shows or has read out, without names and what is marked as another language."""
    tongue = page.html["lang"] if page.html else ""
    texts = set()
    for node in page.find_all(string=True):
        if type(node) is NavigableString and not _is_foreign(node.parent, tongue):
            texts.add(" ".join(node.split()))
    for tag in page.find_all(lambda tag: any(name in tag.attrs for name in SAID)):
        if not _is_foreign(tag, tongue):
            texts |= {" ".join(str(tag[name]).split()) for name in SAID if name in tag.attrs}
    return {text for text in texts if not NAMES.match(text)}


def _is_foreign(tag: Tag | None, tongue: Any) -> bool:
    while tag is not None and tag.name != "html":
        if (
            tag.name in {"script", "style", "bdi", "code", "time", "option"}
            or tag.get("lang", tongue) != tongue
        ):
            return True
        tag = tag.parent
    return False


def same_in_both(language: str) -> set[str]:
    """Return the texts that the catalogue leaves as they are, such as “PDF”."""
    catalog = catalogs.read(path_of(language))
    return {" ".join(entry.msgid.split()) for entry in catalog if entry.msgid == entry.msgstr}


def as_often_as_there_are_languages(settings: Any) -> None:
    """Let the same be asked in each language in a row; nobody types an address seven times."""
    settings.THROTTLES = {
        act: {where: (1000, seconds) for where, (_, seconds) in limits.items()}
        for act, limits in settings.THROTTLES.items()
    }


@pytest.fixture
def place(cast: Cast, sandbox, settings) -> Place:
    as_often_as_there_are_languages(settings)
    return Place(cast, sandbox, settings)


@pytest.mark.parametrize("name", PAGES)
def test_no_english_is_left(name: str, place: Place, request: pytest.FixtureRequest):
    page = PAGES[name]
    if page.needs_ets:
        request.getfixturevalue("connected")
    page.prepare(place)
    english = said(ask(name, place, languages.ENGLISH))
    left = {}
    for language in TRANSLATED:
        translated = ask(name, place, language)

        assert translated.html
        assert (translated.html["lang"], translated.html["dir"]) == (
            language,
            languages.BY_CODE[language].dir,
        )
        left[language] = said(translated) & english - same_in_both(language)

    assert {language: texts for language, texts in left.items() if texts} == {}


def ask(name: str, place: Place, language: str) -> BeautifulSoup:
    return BeautifulSoup(PAGES[name].shown(place, language).content, "html.parser")
