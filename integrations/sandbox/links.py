"""Temporary links that look like S3's presigned ones and need no memory.

The link itself says which report it opens, encrypted into its path with a key of this server, and until when.
`ets.py` mints and opens them. If the signature were not checked, anybody could change the expiry.

A page's parts (style, script, picture, film) stand beside it in the folder that the token names. A browser asks for
them without the page's query, so the token alone opens them: it carries the time and a seal of its own.
"""

import base64
import binascii
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from hmac import compare_digest
from urllib.parse import parse_qsl, quote

LIFETIME_SECONDS = 1800
_NONCE = 16
# With the place 36 bytes, which base64 writes without a rest: one spelling for each token.
_SEAL = 10
# Number of the student, place in the student's list, when the link was made (seconds since 1970).
_PLACE = struct.Struct(">IHI")
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"([A-Za-z0-9_-]+)(?:\.pdf|/([a-z]+\.[a-z0-9]+))")


@dataclass(frozen=True, slots=True)
class Target:
    """The report behind a link: the student's number and the report's place in the student's list."""

    student_index: int
    ordinal: int


class LinkInvalidError(Exception):
    """`.code` is S3's error code, `.expired_at` is set when only the time is wrong."""

    def __init__(self, code: str, expired_at: datetime | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.expired_at = expired_at


class LinkSigner:
    """Mints and reads links for one running server."""

    def __init__(self) -> None:
        self._key = os.urandom(32)

    def minter(self, moment: datetime) -> Callable[[Target, str], str]:
        """A function from target and place (".pdf", "/report.html") to a link's path and query, without a first slash.

        Its links work for 30 minutes from `moment`. One answer mints dozens: what they share is made once.
        """
        stamp = moment.astimezone(UTC).strftime(_STAMP)
        credential = quote(f"SANDBOXACCESSKEY/{stamp[:8]}/us-west-2/s3/aws4_request", safe="")
        shared = (
            f"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={stamp}"
            f"&X-Amz-Expires={LIFETIME_SECONDS}&X-Amz-SignedHeaders=host&X-Amz-Signature="
        )

        minted = int(moment.timestamp())

        def mint(target: Target, place: str) -> str:
            nonce = os.urandom(_NONCE)
            veiled = self._veil(nonce, _PLACE.pack(target.student_index, target.ordinal, minted))
            token = base64.urlsafe_b64encode(nonce + veiled + self._seal(nonce + veiled)).decode().rstrip("=")
            name = f"{token}{place}"
            return f"{name}{shared}{self._signature(name, stamp, str(LIFETIME_SECONDS))}"

        return mint

    def read(self, name: str, query: str, *, moment: datetime) -> Target:
        """The report that a link opens at this moment; LinkInvalidError with S3's code if it opens none."""
        values = dict(parse_qsl(query))
        stamp, lifetime = values.get("X-Amz-Date", ""), values.get("X-Amz-Expires", "")
        given = values.get("X-Amz-Signature", "")
        if not given:
            raise LinkInvalidError("AccessDenied")
        if not compare_digest(given.encode(), self._signature(name, stamp, lifetime).encode()):
            raise LinkInvalidError("SignatureDoesNotMatch")
        target = self.target_of(name)
        if target is None:
            raise LinkInvalidError("SignatureDoesNotMatch")
        minted = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        _check_age(minted.timestamp() + int(lifetime), moment)
        return target

    def read_part(self, name: str, *, moment: datetime) -> Target:
        """The report whose page a part belongs to; LinkInvalidError if there is none or the page's link is too old."""
        opened = self._opened(name)
        if opened is None:
            raise LinkInvalidError("AccessDenied")
        target, minted = opened
        _check_age(minted + LIFETIME_SECONDS, moment)
        return target

    def target_of(self, name: str) -> Target | None:
        """The report that a link's name stands for, whatever its signature and age."""
        opened = self._opened(name)
        return opened[0] if opened else None

    def _opened(self, name: str) -> tuple[Target, int] | None:
        """The report and the second of the minting, if the token is one of ours."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        except (binascii.Error, ValueError):
            return None
        nonce, veiled, seal = raw[:_NONCE], raw[_NONCE:-_SEAL], raw[-_SEAL:]
        if len(veiled) != _PLACE.size or not compare_digest(seal, self._seal(nonce + veiled)):
            return None
        index, ordinal, minted = _PLACE.unpack(self._veil(nonce, veiled))
        return Target(index, ordinal), minted

    def _seal(self, sealed: bytes) -> bytes:
        return blake2b(sealed, key=self._key, digest_size=_SEAL, person=b"token").digest()

    def _veil(self, nonce: bytes, place: bytes) -> bytes:
        stream = blake2b(nonce, key=self._key, digest_size=_PLACE.size, person=b"path").digest()
        return bytes(a ^ b for a, b in zip(place, stream, strict=True))

    def _signature(self, name: str, stamp: str, lifetime: str) -> str:
        text = f"{name}\n{stamp}\n{lifetime}".encode()
        return blake2b(text, key=self._key, digest_size=32, person=b"signature").hexdigest()


def file_of(name: str) -> str:
    """The file in a token's folder that a link's name ends in; nothing for other names."""
    found = _NAME.fullmatch(name)
    return (found[2] or "") if found else ""


def _check_age(until: float, moment: datetime) -> None:
    if moment.timestamp() >= until:
        raise LinkInvalidError("AccessDenied", datetime.fromtimestamp(until, UTC))
