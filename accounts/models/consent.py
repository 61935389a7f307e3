import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.guardianship import Guardianship
from accounts.models.period import Period, PeriodQuerySet


class ConsentKind(models.TextChoices):
    WRITTEN = "written", _("the student's written consent")
    DEPENDENT = "dependent", _("the student is the parent's dependent for taxes, found by the district")


class Consent(Period):
    """Why one adult still sees the reports of a student who is 18 (34 CFR 99.5, 99.30, 99.31(a)(8), trust A5).

    At 18 the rights pass to the student, so without such a row the adult's link opens nothing any more. The student
    may take a consent back at any time.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardianship = models.ForeignKey(Guardianship, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(_("kind"), max_length=20, choices=ConsentKind)
    document = models.CharField(_("document reference"), max_length=200)
    recorded_by = models.CharField(_("recorded by"), max_length=60, help_text=_("A user's uuid."))

    objects: ClassVar[Any] = PeriodQuerySet["Consent"].as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    def __str__(self) -> str:
        return str(self.uuid)
