import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.period import Period, PeriodQuerySet
from accounts.models.student import Student


class HoldKind(models.TextChoices):
    ADDRESS_CONFIDENTIAL = "address", _("address is confidential")
    DO_NOT_RELEASE = "do_not_release", _("do not release")
    OTHER = "other", _("other")


class Hold(Period):
    """A student whose reports nobody opens but the records custodians; ETS is not even asked (trust A4).

    Reports print the home address, so a hold protects a family whose address is confidential. No sync touches it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(_("kind"), max_length=20, choices=HoldKind)
    reason = models.CharField(_("reason"), max_length=500)
    document = models.CharField(_("document reference"), max_length=200, blank=True)

    objects: ClassVar[Any] = PeriodQuerySet["Hold"].as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")

    def __str__(self) -> str:
        return str(self.uuid)
