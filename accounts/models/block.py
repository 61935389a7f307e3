import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.guardianship import Guardianship
from accounts.models.period import Period, PeriodQuerySet


class BlockKind(models.TextChoices):
    COURT_ORDER = "court_order", _("court order about the child's records")
    RESTRAINING_ORDER = "restraining_order", _("restraining or protective order")
    RIGHTS_ENDED = "rights_ended", _("parental rights ended")
    OTHER = "other", _("other legally binding document")


class Block(Period):
    """One adult may not see one child's reports, because a document says so (34 CFR 99.4, trust A3).

    It outranks every rule that would let the adult in, also as staff, and no sync touches it. It stands on the link
    between the two and reaches the person: whatever other record of the same account names the child is blocked too.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardianship = models.ForeignKey(Guardianship, on_delete=models.PROTECT, related_name="blocks")
    kind = models.CharField(_("kind"), max_length=20, choices=BlockKind)
    reason = models.CharField(_("reason"), max_length=500)
    document = models.CharField(_("document reference"), max_length=200)
    placed_by = models.CharField(_("placed by"), max_length=60, help_text=_("A user's uuid, or a command."))

    objects: ClassVar[Any] = PeriodQuerySet["Block"].as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")

    def __str__(self) -> str:
        return str(self.uuid)
