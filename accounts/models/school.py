import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.district import District, cds_code_validator


class School(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="schools")
    name = models.CharField(_("name"), max_length=200)
    cds_code = models.CharField(_("CDS code"), max_length=14, unique=True, validators=[cds_code_validator])
    shows_reports = models.BooleanField(
        _("Assessment Display Option"),
        default=True,
        help_text=_("Families and students of this school see score reports. Staff see them either way."),
    )
    contact = models.TextField(
        _("contact for families"),
        blank=True,
        help_text=_(
            "Whom to call about reports: an office, a phone number, opening hours. Shown on every empty page."
        ),
    )

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
