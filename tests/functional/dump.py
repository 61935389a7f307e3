"""Prints every value of every table as `{"where": "table.column", "text": …}`, sessions unpacked too.

Run as `python -m tests.functional.dump` in the environment of a live portal; the canary test reads it.
"""

from __future__ import annotations

import json
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - what is imported needs the settings that the lines above prepare

from accounts.models import Session  # noqa: E402 - models can be imported only after django.setup()


def main() -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - no input: names and values of this test
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    tell(f"{table}.{name}", value)
    for session in Session.objects.all():
        tell("accounts_session.decoded", json.dumps(session.get_decoded(), default=str))


def tell(where: str, value: Any) -> None:
    if value is None:
        return
    text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
    print(json.dumps({"where": where, "text": text}))


if __name__ == "__main__":
    main()
