"""Looking at a family's pages as the family sees them: begun with a reason, ended by hand or by time, on record (R5).

The middleware asks `current` at each request; staff pages begin and end one. What such a view shows is narrowed in
`accounts.access` (the viewer's own students, no report). If it let more through, staff could act in a parent's name.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction

from accounts.models import Session, SupportView, User
from accounts.rights import Right
from accounts.services import changes, person_access, staff_roles
from accounts.services.changes import Actor
from portal.base import clock

LASTS = timedelta(minutes=15)
TIME_IS_OVER = "time is over"


class NotViewable(ValueError):
    """This person may not look as that account, or gave no reason."""


def check_can_view(viewer: User, account: User) -> None:
    """Raise NotViewable unless the account is a family's (no staff, not disabled), within reach of the right."""
    if viewer.pk == account.pk or not account.is_active or staff_roles.is_staff_member(account):
        raise NotViewable("Only the account of a family can be looked at.")
    if not person_access.is_within_reach(viewer, account, Right.VIEW_AS):
        raise NotViewable("No child of this account is within reach.")


def can_view(viewer: User, account: User) -> bool:
    try:
        check_can_view(viewer, account)
    except NotViewable:
        return False
    return True


@transaction.atomic
def begin(*, account: User, session: Session, reason: str, by: User) -> SupportView:
    """Let `by` look as the account in this session for 15 minutes. Raises NotViewable."""
    check_can_view(by, account)
    if not reason.strip():
        raise NotViewable("Say why.")
    now = clock.now()
    for earlier in SupportView.objects.filter(session=session, ended_at=None):
        end(view=earlier, by=by, reason="another one began")
    view = SupportView.objects.create(
        session=session,
        viewer=by,
        account=account,
        reason=reason.strip()[:500],
        began_at=now,
        ends_at=now + LASTS,
    )
    changes.record(
        "support_view.began",
        subject="user",
        subject_id=account.uuid,
        by=by,
        after={"view": str(view.uuid), "ends": view.ends_at.isoformat()},
        reason=view.reason,
    )
    return view


@transaction.atomic
def end(*, view: SupportView, by: Actor, reason: str = "") -> None:
    """End a view, once, whoever is first."""
    now = clock.now()
    if not SupportView.objects.filter(pk=view.pk, ended_at=None).update(ended_at=min(now, view.ends_at)):
        return
    changes.record(
        "support_view.ended",
        subject="user",
        subject_id=view.account.uuid,
        by=by,
        before={"view": str(view.uuid)},
        after={"ended": min(now, view.ends_at).isoformat()},
        reason=reason,
    )


def current(view_uuid: uuid.UUID | str, *, session_key: str | None) -> SupportView | None:
    """Return the view that a session began and that has not ended by hand; its time may be over (`is_over`)."""
    rows = SupportView.objects.select_related("viewer", "account")
    return rows.filter(uuid=view_uuid, session=session_key, ended_at=None).first()


def is_over(view: SupportView) -> bool:
    """Say whether the time is up, or the right to look has ended meanwhile (trust A10)."""
    return clock.now() >= view.ends_at or not can_view(view.viewer, view.account)


def end_over(*, by: Actor = "schedule") -> int:
    """End the views whose time is up or whose session is gone; the schedule calls it, return how many."""
    over = [
        view
        for view in SupportView.objects.filter(ended_at=None).select_related("account")
        if view.session_id is None or clock.now() >= view.ends_at
    ]
    for view in over:
        end(view=view, by=by, reason=TIME_IS_OVER if view.session_id else "the session ended")
    return len(over)
