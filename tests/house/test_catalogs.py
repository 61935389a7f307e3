"""The catalogues agree with the code, what Django reads agrees with them, and none is offered before it is whole."""

from __future__ import annotations

from typing import Any

import polib
import pytest

from portal import languages
from portal.phrases import catalogs, checking
from tests.phrases import updating
from tests.phrases.extracting import family_phrases
from tests.phrases.updating import NOT_REVIEWED, TRANSLATED, path_of

pytestmark = pytest.mark.promise("L1")


@pytest.mark.parametrize("language", TRANSLATED)
def test_it_has_the_texts_that_the_code_has(language: str):
    """A text that changed wants `make messages`, then its translation."""
    assert updating.behind(catalogs.read(path_of(language)), family_phrases()) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_django_reads_what_stands_in_it(language: str):
    path = path_of(language)

    assert path.with_suffix(".mo").read_bytes() == catalogs.compiled(catalogs.read(path)), "make messages"


@pytest.mark.parametrize("language", TRANSLATED)
def test_an_offered_one_lacks_nothing(language: str):
    """Those that are not finished may lack texts, and nothing else may be wrong with them."""
    faults = checking.faults(catalogs.read(path_of(language)), language)
    if language not in languages.FINISHED:
        faults = [fault for fault in faults if not fault.startswith("missing: ")]

    assert faults == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_it_is_called_machine_made_until_somebody_has_read_it(language: str):
    read_by = catalogs.read(path_of(language)).metadata["X-Reviewed-By"]

    assert (read_by != NOT_REVIEWED) == (language in languages.REVIEWED)


def test_there_is_none_without_a_language():
    assert {code for code, _ in catalogs.in_folder(updating.LOCALE)} == set(TRANSLATED)


ENGLISH = {"msgid": "Score reports for <bdi>%(name)s</bdi>"}
MANY = {"msgid": "%(number)s child", "msgid_plural": "%(number)s children"}


def one(language: str = "es", **entry: Any) -> list[str]:
    """Return what is wrong with a catalogue of one text."""
    catalog = polib.POFile()
    catalog.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Plural-Forms": catalogs.PLURALS[language],
        "X-Reviewed-By": NOT_REVIEWED,
    }
    catalog.append(polib.POEntry(**entry))
    return checking.faults(catalog, language)


def test_a_good_text_has_no_fault():
    assert one(**ENGLISH, msgstr="Informes de <bdi>%(name)s</bdi>") == []
    assert one(**MANY, msgstr_plural={0: "un niño", 1: "%(number)s niños"}) == []
    forms = {form: f"%(number)s {form}" for form in range(6)} | {0: "لا أحد", 1: "واحد", 2: "اثنان"}
    assert one("ar", **MANY, msgstr_plural=forms) == []


def test_an_acronym_may_have_letters_of_another_script_beside_it():
    """As Korean glues its particles to a word, and Chinese writes without blanks."""
    assert one("ko", msgid="The PDF and the SSID", msgstr="PDF와 SSID를") == []
    assert one("zh-hant", msgid="The PDF and the SSID", msgstr="這份PDF和SSID號碼") == []
    assert one("ko", msgid="The PDF", msgstr="PDFX를") != []


@pytest.mark.parametrize("form", range(6))
def test_arabic_may_say_none_one_and_two_in_a_word(form: int):
    forms = {number: f"%(number)s {number}" for number in range(6)} | {form: "بكلمة"}

    assert (one("ar", **MANY, msgstr_plural=forms) == []) == (form in {0, 1, 2})


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (ENGLISH | {"msgstr": ""}, "missing"),
        (ENGLISH | {"msgstr": "Informes de <bdi>%(name)s</bdi>", "flags": ["fuzzy"]}, "fuzzy"),
        (ENGLISH | {"msgstr": "x", "obsolete": True}, "obsolete"),
        (ENGLISH | {"msgstr": "Informes de <bdi>%(nombre)s</bdi>"}, "lacks %(name)s"),
        (ENGLISH | {"msgstr": "Informes de <bdi>%(name)s %(more)s</bdi>"}, "has %(more)s"),
        (ENGLISH | {"msgstr": "Informes de <bdi>%(name) s</bdi>"}, "lacks %(name)s"),
        (ENGLISH | {"msgstr": "Informes de <b>%(name)s</b>"}, "other tags"),
        (ENGLISH | {"msgstr": " Informes de <bdi>%(name)s</bdi>"}, "begins with other blanks"),
        (ENGLISH | {"msgstr": "Informes de <bdi>%(name)s</bdi>\n"}, "ends with other blanks"),
        ({"msgid": "The SSID", "msgstr": "El número"}, "lacks SSID"),
        ({"msgid": "100 %% of it", "msgstr": "100 % de eso"}, "lacks %%"),
        (MANY | {"msgstr_plural": {0: "un niño"}}, "missing"),
        (MANY | {"msgstr_plural": {0: "un niño", 1: "niños"}}, "lacks %(number)s"),
        (MANY | {"msgstr_plural": {0: "un niño", 1: "%(number)s niños", 2: "y más"}}, "lacks %(number)s"),
    ],
)
def test_a_fault_is_found(entry: dict[str, Any], fault: str):
    assert any(fault in line for line in one(**entry)), one(**entry)
