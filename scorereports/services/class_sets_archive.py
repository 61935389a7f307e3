"""A ZIP written as it is sent: stored, not compressed, its names and sizes true in every header.

Python's own `zipfile` writes to a sink that holds no more than one entry. The sink may be rewound within that entry, so
that each header gets its checksum and size before it leaves: some unpackers refuse stored entries that tell them later.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from portal.base.clock import LOS_ANGELES


class _Sink:
    """What has been written since the last `drain`; positions are those of the whole file.

    As much of a file as `zipfile` asks for; one of `io` would close itself before an abandoned archive is collected.
    """

    def __init__(self) -> None:
        self._base = 0
        self._at = 0
        self._held = bytearray()

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def close(self) -> None:
        """Do nothing: there is nothing to let go."""

    def tell(self) -> int:
        return self._base + self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._base:
            raise io.UnsupportedOperation("That has been sent.")
        self._at = offset - self._base
        return offset

    def write(self, data: Any) -> int:
        size = len(data)
        self._held[self._at : self._at + size] = data
        self._at += size
        return size

    def drain(self) -> bytes:
        data = bytes(self._held)
        self._base += len(data)
        self._at = 0
        self._held.clear()
        return data


class Archive:
    """Entries in, bytes out."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_STORED)
        self._made_at = datetime.datetime.now(LOS_ANGELES).timetuple()[:6]

    def add(self, name: str, content: bytes) -> bytes:
        """Return the bytes of one entry."""
        entry = zipfile.ZipInfo(name, self._made_at)
        entry.external_attr = 0o600 << 16
        self._zip.writestr(entry, content)
        return self._sink.drain()

    def end(self) -> bytes:
        """Return the bytes of the list of entries, which ends the file."""
        self._zip.close()
        return self._sink.drain()

    def leave(self) -> None:
        """End a file that nobody waits for any more; its last bytes go nowhere."""
        self._zip.close()
