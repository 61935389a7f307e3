"""Repeatable dice: the same question about the same number always falls the same way.

`world.py` and the reports' scores use them. `random.Random` would do, but seeding one for every person takes
longer than making the person.
"""

from functools import cache
from hashlib import blake2b

_MASK = (1 << 64) - 1


@cache
def _salt(seed: int, what: str) -> int:
    return int.from_bytes(blake2b(f"{seed}:{what}".encode(), digest_size=8).digest(), "big")


def roll(seed: int, what: str, number: int, sides: int) -> int:
    """A number from 0 to sides - 1 that depends on all four arguments."""
    mixed = (_salt(seed, what) + number * 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return (mixed ^ (mixed >> 31)) % sides
