"""Django's session engine with ends: a session that nobody used for a while, or that is 12 hours old, does not load.

The check is in the loading itself, so that no page can forget it (trust S7). Set by `SESSION_ENGINE`; read by the
middleware, which adds device and address, by the warning on each page and by the page of one's own sessions. If the
ends were wrong, the next person at a library's computer would be the parent before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db.models import CharField, Exists, OuterRef
from django.http import HttpRequest

from accounts import devices
from accounts.models import Session, StaffRole, User
from accounts.requests import address_of
from accounts.services import looks, staff_roles
from portal.base import clock
from portal.base.clock import local_today
from portal.base.questions import Given, Question

# Where a session's data say that its owner looks as a family: the uuid of the view (`accounts.services.support_views`).
SUPPORT_VIEW = "support_view"
# A write for every click would be one too many; a session may end so much before its time.
_TOUCHED_EVERY = timedelta(seconds=15)
# As Django makes them.
_KEY = re.compile(r"[a-z0-9]{32}")


@dataclass(frozen=True)
class Ending:
    """When a session ends if nothing more happens. `can_stay`: a click moves it; the 12 hours cannot be moved."""

    at: datetime
    seconds_left: int
    can_stay: bool


class SessionStore(DatabaseSessionStore):
    """`ended` says that the browser came with a session that was too old."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: Session | None = None
        self.ended = False
        self._request: HttpRequest | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def of_request(self, request: HttpRequest) -> None:
        """Say who is asking; looked at only if this becomes a new session of somebody."""
        self._request = request

    def _validate_session_key(self, key: str | None) -> bool:
        """Say whether a cookie can be a key of ours: what else it holds, a NUL say, never reaches the database."""
        return key is not None and _KEY.fullmatch(key) is not None

    def load(self) -> dict[str, Any]:
        row = _of_key(local_today()).first(key=self.session_key)
        now = clock.now()
        if row is None or not _lives(row, now):
            self.ended = row is not None and row.user_id is not None
            self._session_key = None
            return {}
        if row.user_id is not None and now - row.seen_at >= _TOUCHED_EVERY:
            # Here and not with the answer: a report's bytes flow without a database connection.
            Session.objects.filter(pk=row.pk).update(seen_at=now)
            row.seen_at = now
        self.row = row
        return self.decode(row.session_data)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        fresh = cast("Session", super().create_model_instance(data))
        fresh.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        if self.row is not None and fresh.user_id == self.row.user_id:
            for name in ("began_at", "seen_at", "browser", "system", "address"):
                setattr(fresh, name, getattr(self.row, name))
            if fresh.pk == self.row.pk:
                fresh.uuid = self.row.uuid
            fresh.district = self.row.district
        else:
            fresh.began_at = fresh.seen_at = clock.now()
            self._describe(fresh)
        if fresh.district is None and fresh.user is not None:
            # Also when it was not known at the sign-in: a letter's code may have brought the first child since.
            fresh.district = looks.district_of(fresh.user)
        fresh.expire_date = fresh.began_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        self.row = fresh
        return fresh

    def flush(self) -> None:
        super().flush()
        self.row = None

    def _describe(self, fresh: Session) -> None:
        if self._request is not None and fresh.user_id is not None:
            device = devices.named(self._request.headers.get("User-Agent", ""))
            fresh.browser, fresh.system = device.browser, device.system
            fresh.address = address_of(self._request)


def ending(request: HttpRequest) -> Ending | None:
    """Return when the session of this request ends, None for somebody who is not signed in."""
    # A request that was turned away at the door, for its Host say, has neither; its page has a foot all the same.
    user, session = getattr(request, "user", None), getattr(request, "session", None)
    row = getattr(session, "row", None)
    if row is None or not isinstance(user, User):
        return None
    # Whoever looks as a family for support is staff all the same, and stays by nothing but looking.
    looks = user.viewed_by is not None
    idle = row.seen_at + timedelta(seconds=_idle_seconds(is_staff=looks or is_staff(request)))
    at = min(idle, row.expire_date)
    left = max(0, int((at - clock.now()).total_seconds()))
    return Ending(at=at, seconds_left=left, can_stay=idle < row.expire_date and not looks)


def is_staff(request: HttpRequest) -> bool:
    """Say whether whoever is signed in is staff now; looked up once a request."""
    user = request.user
    if not isinstance(user, User):
        return False
    # By person: while somebody looks as a family, a request has two.
    known: dict[int, bool] = request.__dict__.setdefault("_portal_is_staff", {})
    if user.pk not in known:
        known[user.pk] = _holds_role(request, user)
    return known[user.pk]


def _holds_role(request: HttpRequest, user: User) -> bool:
    row = getattr(request.session, "row", None)
    if row is None or row.user_id != user.pk or not hasattr(row, "holds_role"):
        # A session that began with this very request, or somebody looked at for support: not who the session is of.
        return staff_roles.is_staff_member(user)
    return user.is_superuser or bool(row.holds_role)


def sees_students(request: HttpRequest) -> bool:
    """Say whether whoever is signed in has students to search by a role; looked up once a request."""
    known: bool | None = getattr(request, "_portal_sees_students", None)
    if known is None:
        user = request.user
        known = isinstance(user, User) and is_staff(request) and staff_roles.sees_students(user)
        request._portal_sees_students = known  # type: ignore[attr-defined] # noqa: SLF001 - a request carries what was looked up
    return known


@lru_cache(maxsize=4)
def _of_key(day: date) -> Question[Session]:
    """Ask for a session, and in the same breath for what every page would ask next.

    The district whose look its pages show, and `holds_role`: whether its owner has a role of staff on this day.
    """
    rows = Session.objects.select_related("district__logo").defer("district__logo__png")
    role = StaffRole.objects.on(day).filter(user=OuterRef("user"))
    return Question(rows.filter(session_key=Given("key", CharField())).annotate(holds_role=Exists(role)))


def _lives(row: Session, now: datetime) -> bool:
    if row.expire_date <= now:
        return False
    if row.user_id is None:
        return True
    idle = (now - row.seen_at).total_seconds()
    if idle < _idle_seconds(is_staff=True):
        return True
    # Only now does it matter who they are: most requests need not ask.
    return idle < _idle_seconds(is_staff=False) and not staff_roles.is_staff_member(cast("User", row.user))


def _idle_seconds(*, is_staff: bool) -> int:
    return int(settings.SESSION_IDLE_SECONDS["staff" if is_staff else "family"])
