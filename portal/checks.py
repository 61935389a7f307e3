"""What must hold before the portal starts: `manage.py check --deploy` and every start of the server run these."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from portal.base import secrets


@register(Tags.security)
def site_and_streams(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    host = urlsplit(settings.SITE_URL).hostname or ""
    if urlsplit(settings.SITE_URL).scheme not in {"http", "https"} or not host:
        problems.append(
            Error("SITE_URL wants a whole address, such as https://portal.example.org.", id="portal.E001")
        )
    allowed = [name.lstrip(".") for name in settings.ALLOWED_HOSTS]
    if not any(name in {"*", host} or host.endswith(f".{name}") for name in allowed):
        problems.append(Error("SITE_URL's host is missing from ALLOWED_HOSTS.", id="portal.E002"))
    if not 0 < settings.STREAM_SLOTS < settings.SERVER_THREADS:
        hint = "Otherwise slow phones could hold every thread and the portal would be down."
        problems.append(Error("STREAM_SLOTS must be below SERVER_THREADS.", hint=hint, id="portal.E003"))
    return problems


@register(Tags.security, deploy=True)
def production_address(**_: Any) -> list[CheckMessage]:
    if settings.HTTPS or settings.DEMO:
        return []
    return [Error("SITE_URL must begin with https:// outside a demo.", id="portal.E004")]


@register(Tags.database)
def field_keys(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Find stored secrets whose key is no longer in FIELD_KEYS, before a parent does."""
    if not databases:
        return []
    try:
        return [Error(problem, id="portal.E005") for problem in secrets.key_problems()]
    except DatabaseError:  # not migrated yet: nothing is stored
        return []
