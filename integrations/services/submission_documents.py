"""Which data items of a form name documents: recognised by what they look like, and settled by the district.

The names are the district's own, so the admin says which of them are documents; nothing else is ever asked for. What a
family wrote is no address: only an id goes to PowerSchool, in its place of the call. A document's key in our addresses
is opaque and tells neither the student nor what the paper is.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.models import PublishedAction
from integrations.powerschool.records import SubmissionRecord
from portal.base import secrets

ID, FILE = "id", "file"
# Of one form; more are names that change with each submission.
MOST_ITEMS = 200
_PURPOSE = "document-key"
_BLOCK = 96
LONGEST_ITEM = 200

_GUID = re.compile(r"\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?", re.IGNORECASE)
_FILE_NAME = re.compile(
    r"[^/\\:*?\"<>|\n]{1,150}\.(?:pdf|jpe?g|png|heic|heif|tiff?|gif|bmp|docx?)", re.IGNORECASE
)
_PREFIX = re.compile(r"\A(?:doc|document|file|upload|att|attachment)[_.-]+(?=.)", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.\s-]+")


class UnknownKey(ValueError):
    """The text is no key of a document of this student: mistyped, another student's, or of a key since retired."""


@dataclass(frozen=True)
class Document:
    """A document that a submission names. Its id and file name are the family's, and go to PowerSchool alone."""

    item: str
    label: str
    document_id: str = field(repr=False)
    file_name: str = field(repr=False)


# --- Recognised ------------------------------------------------------------------------------------------------------


def recognised(records: Iterable[SubmissionRecord]) -> dict[str, str]:
    """Return the data items that look like documents (ID) or like their file names (FILE), by name."""
    found: dict[str, str] = {}
    for record in records:
        for name, value in record.data_items.items():
            kind = ID if _GUID.fullmatch(value) else FILE if _FILE_NAME.fullmatch(value) else ""
            if kind and len(name) <= LONGEST_ITEM:
                found.setdefault(name, kind)
    return found


def with_more(items: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Return what is known of a form's data items after more submissions were seen."""
    return dict(list({**more, **items}.items())[:MOST_ITEMS])


def label_for(item: str) -> str:
    """Return words for a data item's name: `doc_BirthCertificate` is Birth certificate."""
    words = " ".join(_HUMP.sub(" ", _PREFIX.sub("", item)).split())
    return words[:1].upper() + words[1:].lower()


def file_item_for(item: str, items: Mapping[str, str]) -> str:
    """Return the data item that holds the file name of this one, by its name; empty if none seems to."""
    return next((name for name, kind in sorted(items.items()) if kind == FILE and name.startswith(item)), "")


# --- Named -----------------------------------------------------------------------------------------------------------


def named_in(action: PublishedAction, record: SubmissionRecord) -> list[Document]:
    """Return the documents of a submission, in the district's order; a data item without a value is none."""
    return [
        Document(
            item=one["item"],
            label=one["label"],
            document_id=record.data_items[one["item"]],
            file_name=record.data_items.get(one["file"], ""),
        )
        for one in action.documents
        if record.data_items.get(one["item"])
    ]


def items_of(action: PublishedAction) -> set[str]:
    """Return the data items whose values are ids of documents: of no use to a reader."""
    return {one["item"] for one in action.documents}


def mapping_of(action: PublishedAction) -> dict[str, dict[str, Any]]:
    return {one["item"]: one for one in action.documents}


# --- Their keys ------------------------------------------------------------------------------------------------------


def seal_key(submission: uuid.UUID, item: str, *, student: uuid.UUID) -> str:
    """Return the key of a document in our addresses, the same each time; padded, so that its length tells nothing."""
    data = submission.bytes + item.encode()
    padded = data.ljust(-(-len(data) // _BLOCK) * _BLOCK)
    return secrets.seal_deterministic(padded, purpose=_PURPOSE, bound_to=student.bytes)


def read_key(text: str, *, student: uuid.UUID) -> tuple[uuid.UUID, str]:
    """Return the submission and the data item of a key. Raises `UnknownKey`."""
    try:
        data = secrets.unseal_deterministic(text, purpose=_PURPOSE, bound_to=student.bytes)
    except secrets.SecretUnreadable:
        raise UnknownKey("This is no key of a document of this student.") from None
    return uuid.UUID(bytes=data[:16]), data[16:].rstrip(b" ").decode()
