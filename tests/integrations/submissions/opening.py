"""Opens a document's content as a browser would, and looks at the record of access after it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import AccessRecord
from integrations.models import Submission
from tests.integrations.submissions import sent


def content(
    client: Client, submission: Submission, item: str = sent.BIRTH, query: str = "", **more: Any
) -> Any:
    return client.get(f"{sent.address(submission, item)}content/{query}", **more)


def rows() -> list[AccessRecord]:
    return list(AccessRecord.objects.order_by("pk"))


def last_row() -> AccessRecord:
    return rows()[-1]
