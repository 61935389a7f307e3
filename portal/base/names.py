"""Fits a name into the 200 characters that the ground floor's tables keep for it.

Leases, limits, breakers and the cache call it. Without it PostgreSQL would refuse a long name that SQLite accepts.
"""

from __future__ import annotations

import hashlib

LONGEST_NAME = 200


def fitted(name: str) -> str:
    """Return the name, or its readable beginning and a SHA-256 of the whole when it is too long or holds a NUL."""
    if len(name) <= LONGEST_NAME and "\x00" not in name:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[:100].replace(chr(0), '')}#{digest}"
