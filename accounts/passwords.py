"""What a password must be (NIST SP 800-63B-4): long enough, and not one that thieves try first. Nothing else.

Django's validators by `AUTH_PASSWORD_VALIDATORS`; forms show their words. No rule asks for digits or signs: such rules
make passwords that are hard for people and easy for machines. Each refusal says its reason.
"""

from __future__ import annotations

import itertools
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.models.user import LONG_PASSWORD

WITH_SECOND_FACTOR = 8
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# Whose password this would be the first guess for everybody here.
_OF_THIS_PLACE = ("scorereport", "caaspp", "elpac", "password", "schoolportal")
_MOST_BESIDE = 5
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    one + other for row in _ROWS for way in (row, row[::-1]) for one, other in itertools.pairwise(way)
}
_LETTERS_A_RUN = 4


class LengthValidator:
    """15 letters where the password stands alone, 8 where a second factor stands beside it."""

    def validate(self, password: str, user: User | None = None) -> None:
        least = self._least(user)
        if len(password) < least:
            message = ngettext(
                "Use at least %(least)d letter. A few words in a row are easy to remember.",
                "Use at least %(least)d letters. A few words in a row are easy to remember.",
                least,
            )
            raise ValidationError(message % {"least": least}, code="password_too_short")

    def get_help_text(self) -> str:
        return _("At least 15 letters, or 8 if you use a second step too. A few words in a row are fine.")

    def _least(self, user: User | None) -> int:
        known = user is not None and user.pk is not None
        return WITH_SECOND_FACTOR if known and is_mfa_enabled(user, SECOND_FACTORS) else LONG_PASSWORD


class StolenListValidator(CommonPasswordValidator):
    """Refuse what stands on lists of stolen passwords, also when it is only said twice or counted on."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django calls the method with this argument by its place
        plain = password.strip().lower()
        if {plain, _once(plain), plain.rstrip("0123456789!?.")} & self.passwords or _is_a_row(plain):
            raise ValidationError(
                _("This one stands on lists of stolen passwords, so thieves try it first. Choose another."),
                code="password_too_common",
            )
        rest = plain
        for word in _OF_THIS_PLACE:
            rest = rest.replace(word, "")
        if rest != plain and len(rest) < _MOST_BESIDE:
            raise ValidationError(
                _("It is little more than the name of this site, which thieves try first. Add other words."),
                code="password_of_this_place",
            )

    def get_help_text(self) -> str:
        return _("Not one that you use elsewhere.")


class AboutYouValidator(UserAttributeSimilarityValidator):
    """Refuse one's own name or address."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("email", "name"))

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError:
            raise ValidationError(
                _("It is too much like your name or email address, which others know. Choose another."),
                code="password_too_similar",
            ) from None


def _once(password: str) -> str:
    """Return the shortest piece that the password repeats, itself if it repeats nothing."""
    length = (password + password).find(password, 1)
    return password[:length]


def _is_a_row(password: str) -> bool:
    """Say whether it is little but one letter again and again, or keys in a row: 1234567890123456, qwertyuiopasdf."""
    steps = itertools.pairwise(password)
    runs = 1 + sum(one != other and one + other not in _NEIGHBOURS for one, other in steps)
    return runs * _LETTERS_A_RUN <= len(password)
