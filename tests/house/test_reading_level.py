"""Long English texts for families read at grade 8 or below, by Flesch and Kincaid's formula (trust L4).

The catalogues hold every text that families see, so none is overlooked. Syllables are counted by groups of vowels: over
thirty words that is near enough to what a dictionary says, and a library of dictionaries is not worth its weight.
"""

from __future__ import annotations

import re

from tests.phrases.extracting import family_phrases

HARDEST_GRADE = 8.0
LONG = 30
_TAGS = re.compile(r"<[^>]+>")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_WORD = re.compile(r"[A-Za-z’'-]+")
_SENTENCE_ENDS = re.compile(r"[.!?:]+(?:\s|$)")


def spoken(text: str) -> str:
    """Return a text without markup, each placeholder a short word."""
    return _PLACEHOLDER.sub("name", _TAGS.sub("", text)).replace("%%", "%")


def syllables(word: str) -> int:
    plain = re.sub(r"[^a-z]", "", word.lower())
    silent = plain.endswith(("e", "es", "ed")) and not plain.endswith(
        ("le", "les", "ted", "ded", "ses", "ces", "ges")
    )
    groups = len(re.findall(r"[aeiouy]+", plain)) - silent
    return max(groups, 1)


def grade(text: str) -> float:
    """Return the school grade that reads a text with ease, by Kincaid's formula of 1975."""
    words = _WORD.findall(spoken(text))
    sentences = max(len(_SENTENCE_ENDS.findall(spoken(text))), 1)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def long_texts() -> list[str]:
    return [one.text for one in family_phrases() if len(_WORD.findall(spoken(one.text))) >= LONG]


def test_a_long_text_reads_easily():
    hard = {round(grade(text), 1): text for text in long_texts() if grade(text) > HARDEST_GRADE}

    assert hard == {}, "split its sentences, or take shorter words"


def test_there_are_long_texts_to_look_at():
    assert len(long_texts()) > 5


HARD = (
    "Notwithstanding the aforementioned administrative considerations, guardians retain irrevocable entitlement to "
    "comprehensive documentation regarding educational assessments."
)


def test_the_formula_tells_easy_from_hard():
    assert grade("The cat sat on the mat. The dog ran to the cat. It was fun.") < 2
    assert grade(HARD) > 15
