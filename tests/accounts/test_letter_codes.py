"""The codes on letters by themselves: long enough, unmistakable, and what a year of guessing finds (A8, S8)."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest

from accounts import letter_codes
from accounts.services import claim_codes
from tests.house import tree

YEAR = 365 * 24 * 60 * 60
LIVE = 200_000


def test_it_works():
    code = letter_codes.new()

    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{4}", letter_codes.shown(code))
    assert letter_codes.read(letter_codes.shown(code)) == code
    assert letter_codes.read(f" {letter_codes.shown(code).lower().replace('-', ' ')} ") == code


@pytest.mark.promise("A8")
def test_a_code_carries_at_least_64_bits():
    letters = "".join(letter_codes.new()[: letter_codes.LETTERS] for _ in range(2000))

    assert math.log2(letter_codes.SPACE) >= 64
    assert set(letters) == set(letter_codes.ALPHABET), "every letter is used"
    assert len({letter_codes.new() for _ in range(500)}) == 500


def test_no_letter_is_taken_for_another():
    assert not set("ILOU") & set(letter_codes.ALPHABET)
    code = letter_codes.new()
    while not {"1", "0"} <= set(code):
        code = letter_codes.new()

    for typed in (code.replace("1", "I"), code.replace("1", "l"), code.replace("0", "o")):
        assert letter_codes.read(typed) == code


def test_any_one_wrong_letter_and_any_two_that_changed_places_are_noticed():
    code = letter_codes.new()
    for place, letter in itertools.product(range(len(code)), letter_codes.ALPHABET):
        typed = code[:place] + letter + code[place + 1 :]
        assert letter_codes.read(typed) == (code if typed == code else "")
    for one, other in itertools.combinations(range(len(code)), 2):
        swapped = list(code)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert letter_codes.read("".join(swapped)) == (code if code[one] == code[other] else "")


@pytest.mark.parametrize("typed", ["", "7K3QM", "7K3QM-4XWPD-2H9C-1", "ÄÖÜ" * 5, "U" * 14, "7K3QM" * 12])
def test_what_can_be_no_code_is_none(typed: str):
    assert letter_codes.read(typed) == ""


@pytest.mark.promise("A8", "S8")
def test_a_year_of_guessing_at_the_limit_of_the_whole_site_finds_none_of_all_live_codes(settings: Any):
    chance = claim_codes.chance_of_a_hit(live=LIVE, seconds=YEAR)

    assert chance < 1e-6
    settings.THROTTLES = settings.THROTTLES | {"claim": {"site": (10_000, 600)}}
    assert claim_codes.chance_of_a_hit(live=LIVE, seconds=YEAR) > 1e-6, (
        "the control: a wider limit would not do"
    )


def test_the_page_about_claims_has_the_numbers_of_the_settings(settings: Any):
    page = " ".join((tree.ROOT / "docs" / "claims.md").read_text().split())
    most, seconds = settings.THROTTLES["claim"]["site"]
    guesses = most * (math.ceil(YEAR / seconds) + 1)

    assert f"{most:,} tries in {seconds // 60:.0f} minutes" in page
    assert f"{guesses:,} guesses" in page
    assert f"{claim_codes.chance_of_a_hit(live=LIVE, seconds=YEAR):.1e}" in page
