"""The repository's own files, for the tests that read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("portal", "accounts", "integrations", "scorereports")


def files(
    *suffixes: str, under: tuple[str, ...] = (*PRODUCT, "tests", "templates", "static")
) -> Iterator[Path]:
    """Yield the files with one of these suffixes; not what a machine wrote (migrations, vendored files)."""
    for folder in under:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in suffixes and not {"migrations", "vendor", "__pycache__"} & set(file.parts):
                yield file


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
