"""Connections: made, changed, pinned and removed, each change recorded (trust R5), no key or secret ever returned.

Called by `manage.py connect` and the admin. Key and secret are written with the row that names them, in one
transaction; the vendor's old token is forgotten once that is committed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import changes
from accounts.services.changes import Actor, actor_text
from integrations import clients
from integrations.models import Connection, Vendor
from integrations.services import addresses, versions
from portal.base import secrets

RECORDED = ("vendor", "name", "base_url", "students_path", "reports_path", "token_path", "link_host")
# What a mail or a word processor leaves around a pasted secret, and what it puts into long ones.
_AROUND = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"
_WITHIN = re.compile(r"[\r\n\v\f\u200b\u200c\u200d\u2060\ufeff]+")


class BadConnection(ValueError):
    """The connection cannot be saved as it is; the message says what to change and names no secret."""


@dataclass(frozen=True)
class Credentials:
    """What a screen may show: "*****ACeA", empty for none. `unreadable` when FIELD_KEYS has lost their key."""

    key: str
    secret: str
    unreadable: bool
    token: str = ""
    token_secret: str = ""


def recorded_state(connection: Connection) -> dict[str, Any]:
    """Return what the record of changes may hold of a connection: where to, never the key or the secret."""
    return {name: getattr(connection, name) for name in RECORDED} | {
        "district": str(connection.district.uuid),
        "school": str(connection.school.uuid) if connection.school else None,  # says who looks after it
        "expires": connection.expires and connection.expires.isoformat(),
        "notify": sorted(str(uuid) for uuid in connection.notify.values_list("uuid", flat=True)),
        "leas": sorted(connection.leas.values_list("code", flat=True)),
    }


def cleaned_secret(pasted: str) -> str:
    """Return a pasted key or secret without what pasting brings along. Colons, carets and all else stay."""
    return _WITHIN.sub("", pasted.strip(_AROUND))


def credentials_of(connection: Connection) -> Credentials:
    """Return the stored pair for a screen."""
    key, key_reads = _described(connection.key_id, Connection.KEY_PURPOSE)
    secret, secret_reads = _described(connection.secret_id, Connection.SECRET_PURPOSE)
    token, token_reads = _described(connection.token_id, Connection.TOKEN_PURPOSE)
    token_secret, last_reads = _described(connection.token_secret_id, Connection.TOKEN_SECRET_PURPOSE)
    reads = key_reads and secret_reads and token_reads and last_reads
    return Credentials(key, secret, unreadable=not reads, token=token, token_secret=token_secret)


@transaction.atomic
def save(
    connection: Connection,
    *,
    by: Actor,
    key: str = "",
    secret: str = "",
    token: str | None = "",
    token_secret: str = "",
    notify: Collection[User] | None = None,
    before: dict[str, Any] | None = None,
) -> Connection:
    """Save a connection, with a new key or secret where one is given. Raises BadConnection.

    `token` and `token_secret` are Illuminate's user token; None forgets the pair, and OAuth 2 is spoken from then on.

    `notify` names who is told before the credentials expire; None leaves that as it is.

    `before` is the recorded state that is in the database; leave it out and it is read from there.
    """
    _tidy(connection)
    if connection.pk and before is None:
        before = recorded_state(Connection.objects.get(pk=connection.pk))
    key, secret = cleaned_secret(key), cleaned_secret(secret)
    _store(connection, key, secret, by)
    token_changed = _store_token(connection, token, token_secret, by)
    connection.save()
    if notify is not None:
        connection.notify.set(notify)
    after = recorded_state(connection)
    if key or secret or token_changed or after != before:
        _record(
            "connection.changed" if before else "connection.added",
            connection,
            by=by,
            before=before,
            after=after | _replaced(key=bool(key), secret=bool(secret), token=token_changed),
        )
        _forget_token(connection)
    return connection


def pin_link_host(connection: Connection, *, by: Actor) -> None:
    """Refuse links to any host but the first one seen. Raises BadConnection when none was seen yet."""
    if not connection.seen_link_host:
        raise BadConnection(_("No link has been seen yet: open a report first."))
    connection.link_host = connection.seen_link_host
    save(connection, by=by)


def take_current_paths(connection: Connection, *, by: Actor) -> None:
    """Put the paths of ETS's present version in the place of those of a version that has ended."""
    current = versions.replacement(connection)
    if current is None:
        raise BadConnection(_("These paths are no known older ones: enter the new ones by hand."))
    connection.students_path, connection.reports_path, connection.token_path = current
    save(connection, by=by)


@transaction.atomic
def remove(connection: Connection, *, by: Actor) -> None:
    """Delete a connection, its key and its secret. Raises ProtectedError while a configuration uses it."""
    before, uuid = recorded_state(connection), connection.uuid
    token_store = clients.token_store(connection)
    connection.delete()
    ids = (connection.key_id, connection.secret_id, connection.token_id, connection.token_secret_id)
    for stored in filter(None, ids):
        secrets.forget(stored)
    transaction.on_commit(token_store.forget)
    changes.record("connection.removed", subject="connection", subject_id=uuid, by=by, before=before)


def _replaced(*, key: bool, secret: bool, token: bool) -> dict[str, bool]:
    """Return which credentials are new, for the record; of a user token only where there is one."""
    return {"key_replaced": key, "secret_replaced": secret} | ({"token_replaced": True} if token else {})


def _tidy(connection: Connection) -> None:
    try:
        connection.base_url = addresses.tidy_server(connection.base_url)
        addresses.check_server(connection.base_url, connection.vendor)
        if connection.vendor != Vendor.ETS:
            connection.students_path = connection.reports_path = connection.token_path = ""
            return
        connection.students_path = addresses.tidy_path(connection.students_path, closed=True)
        connection.reports_path = addresses.tidy_path(connection.reports_path)
        connection.token_path = addresses.tidy_path(connection.token_path)
    except addresses.BadAddress as problem:
        raise BadConnection(str(problem)) from None


def _store(connection: Connection, key: str, secret: str, by: Actor) -> None:
    """Keep a new key or secret where one is given; the pair has then not been tried."""
    if key:
        connection.key_id = _put(connection, key, Connection.KEY_PURPOSE, connection.key_id, by)
    if secret:
        connection.secret_id = _put(connection, secret, Connection.SECRET_PURPOSE, connection.secret_id, by)
    if connection.vendor == Vendor.POWERSCHOOL:
        # Its one API key is the secret.
        if connection.secret_id is None:
            raise BadConnection(_("A connection needs its API key."))
    elif connection.key_id is None or connection.secret_id is None:
        raise BadConnection(_("A connection needs its client key and its client secret."))
    if key or secret:
        connection.worked_at = None


def _store_token(connection: Connection, token: str | None, token_secret: str, by: Actor) -> bool:
    """Keep Illuminate's user token and its secret, or forget both; return whether anything changed."""
    if token is None:
        stored = [each for each in (connection.token_id, connection.token_secret_id) if each]
        for secret_id in stored:
            secrets.forget(secret_id)
        connection.token_id = connection.token_secret_id = None
        return bool(stored)
    token, token_secret = cleaned_secret(token), cleaned_secret(token_secret)
    if token:
        connection.token_id = _put(connection, token, Connection.TOKEN_PURPOSE, connection.token_id, by)
    if token_secret:
        purpose = Connection.TOKEN_SECRET_PURPOSE
        connection.token_secret_id = _put(connection, token_secret, purpose, connection.token_secret_id, by)
    if (connection.token_id is None) != (connection.token_secret_id is None):
        raise BadConnection(_("A user token needs its secret, and the secret its token."))
    if token or token_secret:
        connection.worked_at = None
    return bool(token or token_secret)


def _put(connection: Connection, plaintext: str, purpose: str, replaces: UUID | None, by: Actor) -> UUID:
    return secrets.put(
        plaintext, purpose=purpose, set_by=actor_text(by), expires=connection.expires, replaces=replaces
    )


def _described(secret_id: UUID | None, purpose: str) -> tuple[str, bool]:
    """Return the masked text and whether the secret could be used."""
    masked = ""
    try:
        if secret_id is not None:
            masked = secrets.describe(secret_id).masked
            secrets.reveal(secret_id, purpose=purpose)
    except secrets.SecretUnreadable:
        return masked, False
    return masked, True


def _forget_token(connection: Connection) -> None:
    transaction.on_commit(lambda: clients.token_store(connection).forget())


def _record(verb: str, connection: Connection, *, by: Actor, **states: Any) -> None:
    changes.record(verb, subject="connection", subject_id=connection.uuid, by=by, **states)
