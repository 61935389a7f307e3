"""Whose account a provider's identity opens: found, bound at first use and unbound here (trust A8, A9, R5).

Called by the views of sign-on, and by `manage.py unbind_sign_on`. It never makes an account, and opens those alone that
hold a staff role now. If it were too trusting, whoever gets a left colleague's address would get the account with it.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import SignOn, User
from accounts.services import changes, staff_roles, tongues
from accounts.services.changes import Actor
from accounts.sso import Person, SignOnFailed
from portal.base import clock


def account_of(person: Person, *, label: str) -> User:
    """Return the account, bound to the identity from now on. Raises `SignOnFailed`; `label` is the provider's name."""
    bound = SignOn.objects.filter(issuer=person.issuer, subject=person.subject).select_related("user").first()
    user = bound.user if bound else User.objects.filter(email=person.email).first()
    if user is None:
        raise SignOnFailed("unknown-person")
    if not user.is_active or not staff_roles.current_roles(user).exists():
        raise SignOnFailed("not-staff")
    if bound is None:
        _bind(user, person, label)
    return user


@transaction.atomic
def _bind(user: User, person: Person, label: str) -> None:
    """Bind the identity to the account; raise `SignOnFailed` if another one of this issuer is bound already."""
    try:
        with transaction.atomic():
            row = SignOn.objects.create(
                user=user, issuer=person.issuer, subject=person.subject, bound_at=clock.now()
            )
    except IntegrityError:
        raise SignOnFailed("bound-to-another") from None
    after = {"user": str(user.uuid), "issuer": person.issuer}
    changes.record("sign_on.bound", subject="sign_on", subject_id=row.uuid, by=user, after=after)
    transaction.on_commit(lambda: _tell(user, label))


@transaction.atomic
def unbind(*, user: User, by: Actor) -> int:
    """Forget the identities of an account, so that the next sign-on by its address binds anew; return how many."""
    rows = list(SignOn.objects.filter(user=user))
    for row in rows:
        before = {"user": str(user.uuid), "issuer": row.issuer}
        changes.record("sign_on.unbound", subject="sign_on", subject_id=row.uuid, by=by, before=before)
        row.delete()
    return len(rows)


def _tell(user: User, label: str) -> None:
    with translation.override(tongues.of(user)):
        get_adapter().send_notification_mail("account/email/sign_on_bound", user, {"label": label})
