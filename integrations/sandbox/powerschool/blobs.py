"""Uploaded documents behind links like those of Azure's blob storage: for anyone, for two minutes.

`vendor.py` mints and opens them. The document prints two kinds of link: a bare one, and one that names type and file of
the answer (`rsct`, `rscd`). Neither needs the key: the signature in the query is the credential.
"""

import hmac
import os
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from struct import pack
from urllib.parse import parse_qsl, quote, urlencode

from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.exchange import XML, Reply, Request
from integrations.sandbox.powerschool.printing import FILES

CONTAINER = "secure-uploadeddocuments-832"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"
_TYPES = {file.rpartition(".")[2]: kind for _field, file, kind in FILES}
_ASSETS = Path(__file__).parent.parent / "assets"
_UNKNOWN = "application/octet-stream"


class Blobs:
    """Links of one running server; `seconds` is how long they work."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._key = os.urandom(32)
        self.seconds: float = 120

    def link(self, base_url: str, document: str, *, file: str = "") -> str:
        """An address for a document's content; `file` names what the browser shall call it."""
        now = self._clock.now()
        values = {
            "sv": "2019-02-02",
            "st": f"{now:{_STAMP}}",
            "se": f"{now + timedelta(seconds=self.seconds):{_STAMP}}",
            "sr": "b",
            "sp": "r",
        }
        if file:
            values |= {"rsct": _type_of(file), "rscd": f'attachment; filename="{file}"'}
        values["sig"] = self._signature(document, values)
        return f"{base_url}/blob/{CONTAINER}/{document}?{urlencode(values, quote_via=quote)}"

    def open(self, request: Request, document: str, number: int) -> Reply:
        """Answer a link; `number` says which of the sample files it is."""
        if request.method != "GET":
            return _refusal("UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.", 405)
        values = dict(parse_qsl(request.query))
        given = values.pop("sig", "")
        if not hmac.compare_digest(given.encode(), self._signature(document, values).encode()):
            return _refusal("AuthenticationFailed", "Signature did not match.")
        if self._clock.now() >= datetime.strptime(values["se"] + "+0000", f"{_STAMP}%z"):
            return _refusal("AuthenticationFailed", "Signature not valid in the specified time frame")
        _field, name, _type = FILES[number % len(FILES)]
        headers = [("Content-Disposition", values["rscd"])] if "rscd" in values else []
        return Reply(200, content_of(name), values.get("rsct", _UNKNOWN), headers)

    def _signature(self, document: str, values: dict[str, str]) -> str:
        signed = f"{document}\n{urlencode(sorted(values.items()))}"
        return hmac.new(self._key, signed.encode(), sha256).hexdigest()


def content_of(file: str) -> bytes:
    """The bytes of a sample file: a page of PDF that says what it is, a small picture, or how such a file begins."""
    made: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: _pdf(file),
        "png": lambda: _png(64, 48),
        "jpg": (_ASSETS / "document.jpg").read_bytes,
        # No more than the beginnings, by which both are known.
        "heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 256,
        "docx": lambda: b"PK\x03\x04\x14\0\x06\0" + b"\0" * 256,
    }
    return made[file.rpartition(".")[2]]()


def _type_of(file: str) -> str:
    return _TYPES.get(file.rpartition(".")[2].lower(), _UNKNOWN)


def _refusal(code: str, message: str, status: int = 403) -> Reply:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(status, body.encode(), XML)


def _pdf(title: str) -> bytes:
    shown = f"BT /F1 24 Tf 72 700 Td (Sample: {title}) Tj ET"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(shown)}>>stream\n{shown}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(parts) + 1
    return (
        f"{body}xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode()


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xb0" * width) * height
    head = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
