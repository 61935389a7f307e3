"""What the staff pages about announced students show and ask for."""

from __future__ import annotations

from accounts.models import User
from integrations.http import VendorError
from integrations.models import RosterSchema
from integrations.services import enrollment_pages, enrollment_words, roster_push
from portal.base.secrets import SecretUnreadable


def told(user: User) -> list[tuple[RosterSchema, tuple[str, str]]]:
    """Return the schemas, each with what went wrong the last time and what to do."""
    rows = roster_push.schemas_of(user)
    return [(one, enrollment_words.failure(one.failure) if one.failure else ("", "")) for one in rows]


def refresh(user: User) -> str:
    """List the schemas of this person's connections; return what went wrong in words, empty if nothing did."""
    for connection in enrollment_pages.connections_of(user):
        try:
            roster_push.list_schemas(connection)
        except (VendorError, SecretUnreadable) as problem:
            return " ".join(enrollment_words.failure(problem.reason))
    return ""
