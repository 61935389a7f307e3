from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.models.connection import Connection


class ExpiryNotice(models.Model):
    """An e-mail that went out about credentials soon to expire: one for each connection, day of expiry and mark."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="expiry_notices")
    expires = models.DateField(_("credentials expire"))
    days = models.PositiveSmallIntegerField(_("days ahead"))
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("expiry notice")
        verbose_name_plural = _("expiry notices")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "expires", "days"], name="one_expiry_notice_per_mark"
            )
        ]

    def __str__(self) -> str:
        return f"{self.days} days before {self.expires}"
