import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.guardianship import Guardianship


class IdSeen(models.TextChoices):
    """Which paper staff looked at before they handed a code over. Its number is nobody's business here."""

    NONE = "", _("none")
    LICENSE = "license", _("driver's license or state ID")
    PASSPORT = "passport", _("passport")
    CONSULAR = "consular", _("consular ID card")
    OTHER = "other", _("another ID with a picture")


class Voided(models.TextChoices):
    NO = "", _("no")
    REPLACED = "replaced", _("a newer one was made")
    BLOCKED = "blocked", _("the adult was blocked from the child")


class ClaimCode(models.Model):
    """A code on paper by which one adult proves to be the guardian of one child: once, until its last day (trust A8).

    The code itself is kept nowhere, only a keyed hash of it. At most one for each link is open at a time.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardianship = models.ForeignKey(Guardianship, on_delete=models.CASCADE, related_name="claim_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60, help_text=_("A user's uuid, or a command."))
    id_seen = models.CharField(_("ID seen"), max_length=12, choices=IdSeen, blank=True, default=IdSeen.NONE)
    until = models.DateField(_("last day"))
    used_at = models.DateTimeField(null=True)
    used_by = models.CharField(max_length=60, blank=True, default="")
    voided_at = models.DateTimeField(null=True)
    voided = models.CharField(max_length=12, choices=Voided, blank=True, default=Voided.NO)

    OPEN: ClassVar[models.Q] = models.Q(used_at__isnull=True, voided_at__isnull=True)

    class Meta:
        verbose_name = _("claim code")
        verbose_name_plural = _("claim codes")
        constraints = [
            models.UniqueConstraint(
                fields=["guardianship"],
                condition=models.Q(used_at__isnull=True, voided_at__isnull=True),
                name="one_open_code_per_link",
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)
