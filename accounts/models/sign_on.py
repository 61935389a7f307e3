from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class SignOn(models.Model):
    """An identity at a provider of OpenID Connect, and the account it was bound to at its first use.

    Issuer and subject name one person for ever; an address may be given to the next one (Core 5.7). One identity of an
    issuer for an account: whoever comes with the address later, as somebody else, finds it bound.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ons")
    issuer = models.CharField(_("issuer"), max_length=255)
    subject = models.CharField(_("subject"), max_length=255)
    bound_at = models.DateTimeField(_("bound"))

    class Meta:
        verbose_name = _("sign-on")
        verbose_name_plural = _("sign-ons")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_per_identity"),
            models.UniqueConstraint(fields=["user", "issuer"], name="one_identity_per_account_and_issuer"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
