"""Says by its first bytes whether content is of its kind. Whoever opens a stream asks before a byte goes out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Literal

Kind = Literal["PDF", "HTML", "JPEG", "PNG", "HEIC"]

# ISO 32000 readers look for the header in the first 1024 bytes; browsers sniff HTML from as many.
LOOKED_AT = 1024
_STARTS: dict[Kind, re.Pattern[bytes]] = {
    "JPEG": re.compile(rb"\A\xff\xd8\xff"),
    "PNG": re.compile(rb"\A\x89PNG\r\n\x1a\n"),
    # ISO 14496-12: a box `ftyp` with the brand; these are the still pictures of ISO 23008-12.
    "HEIC": re.compile(rb"\A[\x00-\xff]{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)"),
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
    return recognise(chunks, (kind,))[1]


def recognise(chunks: Iterator[bytes], kinds: Collection[Kind]) -> tuple[Kind, Iterator[bytes]]:
    """Return which of these kinds the content is, the first that fits, and an iterator over all of it.

    Reads and raises as `check_start` does.
    """
    read: list[bytes] = []
    start = b""
    while len(start) < LOOKED_AT and not _kind_of(start, kinds):
        chunk = next(chunks, None)
        if chunk is None:
            break
        read.append(chunk)
        start += chunk[: LOOKED_AT - len(start)]
    kind = _kind_of(start, kinds)
    if kind is None:
        raise WrongContent(f"The content does not begin like {' or '.join(kinds)}.")
    return kind, chain(read, chunks)


def _kind_of(start: bytes, kinds: Collection[Kind]) -> Kind | None:
    return next((kind for kind in kinds if _STARTS[kind].search(start)), None)
