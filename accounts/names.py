"""How two names of adults compare. `claims` and `provisionals` ask it whether two records name one person.

Were it too generous, two adults of one mailbox would be taken for one (trust A8); nobody is ever found by it alone.
Search has a rule of its own (`folding`): it may find too many, and the database must do the same.
"""

from __future__ import annotations

import unicodedata


def plain(name: str) -> str:
    """Return a name as it compares: without accents, case, or anything that is no letter or digit."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    return " ".join(
        "".join(one if one.isalnum() else " " for one in apart if not unicodedata.combining(one)).split()
    )


def share_a_word(one: str, other: str) -> bool:
    """Say whether two names have a word in common: what nicknames and new last names leave of one person's names."""
    return bool(set(plain(one).split()) & set(plain(other).split()))


def may_be_one(one: str, other: str) -> bool:
    """Say whether two names may well be one person's: two words in common, or the whole shorter name."""
    ours, theirs = set(plain(one).split()), set(plain(other).split())
    common = ours & theirs
    return len(common) > 1 or (bool(common) and len(common) == min(len(ours), len(theirs)))
