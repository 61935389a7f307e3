"""Pages that were made once and are served again as they are: for benchmarks, where making them must cost nothing.

`vendor.py` asks it first. Kept pages live in a folder, one file a page, under a name made from the question and the
night, so that pages of another night or district are never served.
"""

import hashlib
import tempfile
import threading
from pathlib import Path
from typing import Any

Question = tuple[Any, ...]


class KeptPages:
    """Keeps nothing until it has a folder."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.epoch = ""
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    def use(self, night: Question) -> None:
        """Keep and find the pages of this night."""
        self.epoch = hashlib.sha256(repr(night).encode()).hexdigest()[:16]

    def keep_in(self, folder: Path) -> None:
        """Use this folder from now on; it may hold pages of an earlier run and stays when the sandbox ends."""
        folder.mkdir(parents=True, exist_ok=True)
        self.forget()
        self.folder = folder

    def keep_for_now(self) -> None:
        """Use a folder of the system's temporary files, until `forget` or the process's end."""
        self.forget()
        self._temporary = tempfile.TemporaryDirectory(prefix="sandbox-pages-", ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name)

    def reset(self) -> None:
        """Forget pages made for now; a folder that was named stays in use."""
        if self._temporary is not None:
            self.forget()

    def forget(self) -> None:
        """Keep nothing any more; a temporary folder is removed."""
        self.folder = None
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def get(self, question: Question, page: int) -> bytes | None:
        if self.folder is None:
            return None
        try:
            return self._file(self.folder, self.epoch, question, page).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, question: Question, page: int, body: bytes, *, epoch: str) -> None:
        """Keep one page of the night that `epoch` names; whole or not at all."""
        if self.folder is None:
            return
        file = self._file(self.folder, epoch, question, page)
        draft = file.with_suffix(f".{threading.get_ident()}")
        draft.write_bytes(body)
        draft.replace(file)

    @staticmethod
    def _file(folder: Path, epoch: str, question: Question, page: int) -> Path:
        name = hashlib.sha256(repr(question).encode()).hexdigest()[:24]
        return folder / f"{epoch}-{name}-{page}.json"
