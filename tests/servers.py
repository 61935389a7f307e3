"""Says whether PostgreSQL and Redis answer where DATABASE_URL and REDIS_URL point, and what to do if not.

`make test-services` asks before it starts (`python -m tests.servers`); the promises tool asks `missing()`. Neither
the addresses' user names nor passwords are printed.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

import psycopg
import redis

ADVICE = {
    "DATABASE_URL": "PostgreSQL 15 or newer with a user that may create databases: "
    "DATABASE_URL=postgres://user:password@127.0.0.1:5432/name",
    "REDIS_URL": "Redis 7 or newer: REDIS_URL=redis://127.0.0.1:6379/1",
}


def _postgres_answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "select rolsuper or rolcreatedb from pg_roles where rolname = current_user"
            ).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def _redis_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            return bool(client.ping())
    except (redis.RedisError, ValueError):
        return False


def missing() -> list[str]:
    """Name the variables whose server does not answer."""
    answers = {
        "DATABASE_URL": _postgres_answers(os.environ.get("DATABASE_URL", "")),
        "REDIS_URL": _redis_answers(os.environ.get("REDIS_URL", "")),
    }
    return [name for name, answered in answers.items() if not answered]


def main() -> int:
    absent = missing()
    for name in absent:
        parts = urlsplit(os.environ.get(name, ""))
        print(f"No usable server at {name} ({parts.hostname}:{parts.port}). Start {ADVICE[name]}")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
