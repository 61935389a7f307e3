"""A record whose name and address both became somebody else's: the account of the former adult is taken off it (A10).

An office that types a new adult over an old one keeps the contact's id, and with it the account that was joined to the
record. The sync calls this for each such row it has written, in the same transaction. Were it left out, somebody who is
no contact of the child any more would go on reading reports under another adult's name.
"""

from __future__ import annotations

from django.db import transaction

from accounts.models import Guardian
from accounts.models.account_question import Doubt
from accounts.names import share_a_word
from accounts.services import account_questions, changes
from accounts.services.changes import Actor

SOMEBODY_ELSE = "Name and address of the record are somebody else\u2019s now."


def is_somebody_else(*, before: tuple[str, str], now: tuple[str, str]) -> bool:
    """Say of a record's name and address whether nothing of them is left: no word of the one, and not the other."""
    (old_name, old_email), (name, email) = before, now
    return old_email.lower() != email.lower() and old_name != name and not share_a_word(old_name, name)


@transaction.atomic
def take_account_off(*, guardian_id: int, by: Actor) -> None:
    """Take the account off the record, and ask staff whether it is this adult after all.

    An account that signs in with the record's new address is this adult's, whatever the record said before.
    """
    row = Guardian.objects.select_for_update(of=("self",)).select_related("user").get(pk=guardian_id)
    user = row.user
    if user is None or (row.email and user.email.lower() == row.email.lower()):
        return
    row.user = None
    row.save(update_fields=["user"])
    changes.record(
        "guardian.disconnected",
        subject="guardian",
        subject_id=row.uuid,
        by=by,
        before={"user": str(user.uuid)},
        after={"user": None},
        reason=SOMEBODY_ELSE,
    )
    account_questions.ask(user=user, guardian=row, doubt=Doubt.OTHER_ADULT, again=True, by=by)
