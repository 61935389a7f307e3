"""In which language somebody is spoken to: chosen on the switcher of every page, and used for their mails.

The page of the switcher and whatever sends a mail outside a request call it. A mail in a language that its reader does
not know may cost them their child's reports: the mails here carry codes and dates.
"""

from __future__ import annotations

from django.conf import settings

from accounts import tongues
from accounts.models import User


def choose(*, user: User, language: str) -> None:
    """Keep a language of the portal as the account's, for pages and mails. No change of access: it gives none."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


def of(user: User) -> str:
    """Return the language of the account, else of the school's record, as far as the portal speaks it."""
    if user.language in dict(settings.LANGUAGES):
        return user.language
    said = user.guardians.order_by("pk").values_list("language", flat=True)
    return next((code for one in said if (code := tongues.meant(one))), settings.LANGUAGE_CODE)
