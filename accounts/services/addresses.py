"""The address an account signs in with: changed here by its owner, with its change of access (trust A8, R5).

Called by the page of one's address. Links to students hang on the guardian's record and stay. A new address proves a
mailbox, and `claims` joins the records that carry it. If an address could be taken without proof, every claim by
address would be worth nothing.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from accounts.services import changes, claims, sessions, staff_roles, tongues


class AddressTaken(Exception):
    """Somebody else has the address by now."""


def may_change(user: User) -> bool:
    """Say whether the owner may change it: not where a school's system finds the account by this very address."""
    return not staff_roles.current_roles(user).exclude(source="").exists()


def is_of(user: User, email: str) -> bool:
    """Say whether an account has this address now: one a code went to may have been left since."""
    return user.email == email.lower() or EmailAddress.objects.filter(user=user, email=email.lower()).exists()


def send_code(*, to: str, code: str, by: User) -> None:
    """Send the code, or to somebody else's address the mail that says it has an account: one mail either way."""
    has_account = User.objects.filter(email=to).exclude(pk=by.pk).exists()
    others = EmailAddress.objects.filter(email=to).exclude(user=by).exists()
    kind = "address_taken" if has_account or others else "address_code"
    get_adapter().send_mail(f"account/email/{kind}", to, {"code": code})


@transaction.atomic
def change(*, user: User, to: str, keep: str, by: User) -> None:
    """Give the account another address, whose mailbox was proved; end its sessions but the one with the key `keep`.

    Raises `AddressTaken`. Links for a new password that were mailed before stop working, since they depend on the
    address; codes to sign in do too (`accounts.views.codes`).
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    old, row.email = row.email, to.strip().lower()
    try:
        with transaction.atomic():
            row.save(update_fields=["email"])
    except IntegrityError:
        raise AddressTaken from None
    EmailAddress.objects.filter(user=row).exclude(email=row.email).delete()
    ended = sessions.end_others(keep=keep, by=row)
    # No address stands in the record: it outlives the account.
    changes.record(
        "user.email_changed", subject="user", subject_id=row.uuid, by=by, after={"sessions_ended": ended}
    )
    user.email = row.email
    transaction.on_commit(lambda: _tell(row, old))
    # Proved as at the sign-in by code, so the same records are looked for.
    claims.join_by_email(user=row, email=row.email)


def _tell(user: User, old: str) -> None:
    with translation.override(tongues.of(user)):
        get_adapter().send_notification_mail("account/email/address_changed", user, email=old)
