"""The codes on letters: how they are made, shown, and read back from what somebody typed. Knows no table and no person.

13 letters of 32 are 65 bits, and a check character tells a slip of the pen from a wrong code. The 32 are Crockford's:
no I, L, O or U. Whoever types an I, l or O all the same means 1 or 0.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = 13
SPACE = len(ALPHABET) ** LETTERS  # so many codes there can be: 2^65
_MEANT = str.maketrans({"I": "1", "L": "1", "O": "0"})
_BETWEEN = str.maketrans("", "", " \t\r\n-–—.·")
_GROUPS = (5, 10)
_FIELD = 0b100101  # x^5 + x^2 + 1: arithmetic in the field of 32


def new() -> str:
    """Make a code that nobody can guess: 13 random letters and the one that checks them."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return letters + _check(letters)


def shown(code: str) -> str:
    """Return a code in groups, as people read it: 7K3QM-4XWPD-2H9C."""
    first, second = _GROUPS
    return f"{code[:first]}-{code[first:second]}-{code[second:]}"


def read(typed: str) -> str:
    """Return the code that somebody typed, with or without its hyphens; empty if it can be no code.

    Any one wrong letter and any two that changed places are noticed here. So nothing that is refused here could have
    been anybody's code, and it need not count as a guess.
    """
    code = typed.translate(_BETWEEN).upper().translate(_MEANT)
    if len(code) != LETTERS + 1 or not set(code) <= set(ALPHABET):
        return ""
    return code if _check(code[:LETTERS]) == code[LETTERS] else ""


def _check(letters: str) -> str:
    # Each place has its own weight, a power of x: so a swap of any two letters shows too.
    total = 0
    for letter in letters:
        total = _times_x(total ^ ALPHABET.index(letter))
    return ALPHABET[total]


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & 0b100000 else value
