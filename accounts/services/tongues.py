"""In which language somebody is spoken to: chosen on the switcher of every page, and used for their mails.

The page of the switcher, sign-in and whatever sends a mail outside a request call it. An account's language is what its
person chose and nothing else: what the school's records let one guess is looked up, and so never passes for a choice.
A mail in a language that its reader does not know may cost them their child's reports: the mails here carry codes and
dates.
"""

from __future__ import annotations

from django.conf import settings

from accounts import tongues
from accounts.models import User

# Where a session keeps the first guess, looked up at sign-in: asking for it with every page would be a query each.
FIRST_GUESS = "first_guess_of_language"


def choose(*, user: User, language: str) -> None:
    """Keep a language of the portal as the account's, for pages and mails. No change of access: it gives none."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


def first_guess(user: User) -> str:
    """Return the language that the school's records have for somebody; empty where they differ, or say English.

    For whoever has chosen none, on the account or in this browser: English records are no reason to think that a
    browser which asks for something else is wrong.
    """
    said = user.guardians.values_list("language", flat=True)
    guesses = {tongues.first_guess(written) for written in said}
    return guesses.pop() if len(guesses) == 1 else ""


def of(user: User) -> str:
    """Return the language of the account, else of the school's record, as far as the portal speaks it."""
    if user.language in dict(settings.LANGUAGES):
        return user.language
    said = user.guardians.order_by("pk").values_list("language", flat=True)
    return next((code for one in said if (code := tongues.meant(one))), settings.LANGUAGE_CODE)
