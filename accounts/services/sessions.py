"""A person's own sessions: which there are, and ending them. Ending is deleting: the next click finds nothing.

Called by the page of one's sessions. What ends a session by itself is in `accounts.sessions`.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Session, User
from accounts.services import staff_roles
from portal.base import clock


def of(user: User) -> QuerySet[Session]:
    """Return the person's sessions that still load, the one used last first."""
    idle = settings.SESSION_IDLE_SECONDS["staff" if staff_roles.is_staff_member(user) else "family"]
    now = clock.now()
    rows: QuerySet[Session] = Session.objects.filter(
        user=user, expire_date__gt=now, seen_at__gt=now - timedelta(seconds=idle)
    )
    return rows.order_by("-seen_at")


def end(*, session: uuid.UUID, by: User) -> bool:
    """End one session of this person; False if there is none by this id."""
    ended, _rows = Session.objects.filter(uuid=session, user=by).delete()
    return bool(ended)


def end_others(*, keep: str, by: User) -> int:
    """End all sessions of this person but the one with the key `keep`; return how many."""
    ended, _rows = Session.objects.filter(user=by).exclude(session_key=keep).delete()
    return ended
