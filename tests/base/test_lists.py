"""Several things in one line, as each language writes it: commas of its own, and its own "and" in a sentence."""

from __future__ import annotations

import pytest
from babel.lists import format_list
from django.template import Context, Template
from django.utils import translation

from portal.base import lists
from portal.languages import SPOKEN

pytestmark = pytest.mark.promise("L1")
CODES = [one.code for one in SPOKEN]
COMMAS = {"ar": "، ", "zh-hant": "、"}
THINGS = ("A", "B", "C")
FORMS = {
    "en": ("A and B", "A, B, and C"),
    "es": ("A y B", "A, B y C"),
    "vi": ("A và B", "A, B và C"),
    "zh-hant": ("A和B", "A、B和C"),
    "fil": ("A at B", "A, B, at C"),
    "ko": ("A 및 B", "A, B 및 C"),
    "ar": ("A وB", "A، B وC"),
}


@pytest.mark.parametrize("language", CODES)
def test_it_works(language: str):
    comma = COMMAS.get(language, ", ")

    with translation.override(language):
        assert lists.side_by_side(THINGS) == comma.join(THINGS)
        assert (lists.in_a_sentence(THINGS[:2]), lists.in_a_sentence(THINGS)) == FORMS[language]


@pytest.mark.parametrize("language", [code for code in CODES if code != "ar"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_sentence_is_as_unicode_has_it(language: str, count: int):
    """Arabic apart: Unicode joins all with "and", which a long list of languages does not read well with."""
    things = ["One", "Two", "Three", "Four"][:count]

    with translation.override(language):
        assert lists.in_a_sentence(things) == format_list(things, locale=language.replace("-hant", "_Hant"))


@pytest.mark.parametrize("language", CODES)
def test_few_things(language: str):
    with translation.override(language):
        assert (lists.side_by_side([]), lists.side_by_side(["A"])) == ("", "A")
        assert (lists.in_a_sentence([]), lists.in_a_sentence(["A"])) == ("", "A")


def test_a_sign_of_a_placeholder_in_a_name_is_only_a_sign():
    assert lists.in_a_sentence(["100 %", "%(last)s", "%s"]) == "100 %, %(last)s, and %s"


def test_names_keep_their_order_where_the_line_runs_from_right_to_left():
    with translation.override("ar"):
        assert lists.set_apart("English") == "\u2068English\u2069"
    assert lists.set_apart("English") == "English"


def test_in_a_template_each_thing_is_escaped():
    page = Template("{% load lists %}{{ things|side_by_side }};{% comma %};")

    with translation.override("ar"):
        assert page.render(Context({"things": ["<b>", "A & B"]})) == "&lt;b&gt;، A &amp; B;، ;"
