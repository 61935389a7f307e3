"""What stands in a button is one run of words: a button is a flex box, in which a name of its own would be a column."""

from __future__ import annotations

import re

from tests.house import tree

BUTTON = re.compile(r'<(a|button)\b[^>]*class="button[^>]*>(?P<inside>.*?)</\1>', re.DOTALL)
SPAN = re.compile(r"<span\b.*?</span>", re.DOTALL)


def loose_names(template: str) -> list[str]:
    """Return what each button says whose name stands beside its words instead of among them."""
    return [
        " ".join(found["inside"].split())
        for found in BUTTON.finditer(template)
        if "<bdi" in SPAN.sub("", found["inside"])
    ]


def test_a_name_in_a_button_stands_among_its_words():
    found = {file.name: loose_names(file.read_text()) for file in tree.files(".html", under=("templates",))}

    assert {name: loose for name, loose in found.items() if loose} == {}


def test_a_name_beside_the_words_is_found():
    assert loose_names('<a class="button" href="">Block <bdi>{{ name }}</bdi></a>') == [
        "Block <bdi>{{ name }}</bdi>"
    ]
    assert not loose_names('<a class="button" href=""><span>Block <bdi>{{ name }}</bdi></span></a>')
