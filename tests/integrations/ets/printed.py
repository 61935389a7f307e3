"""The JSON that ETS's documents print (seeds 000 and 001), as it stands in `samples/`, and its repairs.

A word processor changed most of them, so that no JSON parser takes them. Each function undoes one kind of damage and
nothing else.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).with_name("samples")


def plain_quotes(text: str) -> str:
    """Word's typographic quotes around keys and values: “format”: “PDF”."""
    return text.replace("\u201c", '"').replace("\u201d", '"')


def without_bookmarks(text: str) -> str:
    """Word's bookmarks, left as text when the document was converted: [bookmark: _GoBack]."""
    return re.sub(r"\[bookmark: [^]]*\]", "", text)


def with_commas(text: str) -> str:
    """The comma that two rows of the version 3 sample lack: one row ends, the next begins."""
    return re.sub(r"\}(\s*)\{", r"},\1{", text)


def quoted_links(text: str) -> str:
    """The links of the version 3 sample's last two rows, which stand without quotes."""
    return re.sub(r'("url":\s*)(https:[^\s"]+)', r'\1"\2"', text)


def quoted_keys(text: str) -> str:
    """The keys of tokens and errors, which stand as in JavaScript: { token: … }, { error : … }."""
    return re.sub(r"\{\s*([a-z]+)\s*:", r'{"\1":', text)


REPAIRS: tuple[Callable[[str], str], ...] = (
    plain_quotes,
    without_bookmarks,
    with_commas,
    quoted_links,
    quoted_keys,
)


def repaired(text: str, *, leaving_out: Callable[[str], str] | None = None) -> Any:
    """What the text says once repaired; `leaving_out` shows what one repair is for."""
    for repair in REPAIRS:
        if repair is not leaving_out:
            text = repair(text)
    return json.loads(text)


def sample(name: str) -> str:
    """A sample as it is printed."""
    return (SAMPLES / f"{name}.txt").read_text(encoding="utf-8")


def errors(name: str) -> list[tuple[int, Any]]:
    """The documented (status, body) of a call's errors."""
    printed = re.findall(r"Code: (\d{3}).*?Content: (\{.*?\})", sample(name), re.DOTALL)
    return [(int(status), repaired(body)) for status, body in printed]
