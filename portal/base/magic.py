"""Says by its first bytes whether content is of its kind. Whoever opens a stream asks before a byte goes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Literal

Kind = Literal["PDF", "HTML"]

# ISO 32000 readers look for the header in the first 1024 bytes; browsers sniff HTML from as many.
LOOKED_AT = 1024
_STARTS = {
    "PDF": re.compile(rb"%PDF-"),
    "HTML": re.compile(
        rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|!--|html|head|body)[\s>-]", re.IGNORECASE
    ),
}


class WrongContent(Exception):
    """The content is not of its kind, or empty. The message holds none of it."""


def check_start(chunks: Iterator[bytes], kind: Kind) -> Iterator[bytes]:
    """Read at most the chunks that hold the first 1024 bytes, and return an iterator over all of them.

    Raises WrongContent; whatever `chunks` raises passes through.
    """
    read: list[bytes] = []
    start = b""
    while len(start) < LOOKED_AT and not _STARTS[kind].search(start):
        chunk = next(chunks, None)
        if chunk is None:
            break
        read.append(chunk)
        start += chunk[: LOOKED_AT - len(start)]
    if not _STARTS[kind].search(start):
        raise WrongContent(f"The content does not begin like {kind}.")
    return chain(read, chunks)
