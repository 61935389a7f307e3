from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import District, School
from integrations.models import Connection


class Delivery(models.TextChoices):
    STREAM = "stream", _("through the portal: the link never leaves the server")
    REDIRECT = (
        "redirect",
        _("by redirect: the browser fetches it, and the link works up to 30 minutes for anyone"),
    )


class Display(models.TextChoices):
    EMBEDDED = "embedded", _("inside the page")
    NEW_TAB = "new_tab", _("in a new tab")


class Configuration(models.Model):
    """Which connection serves which schools: one default for the district, and schools that override it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="+", verbose_name=_("district")
    )
    name = models.CharField(_("configuration name"), max_length=100)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="configurations", verbose_name=_("connection")
    )
    is_default = models.BooleanField(
        _("district default"),
        default=False,
        help_text=_("Serves every school of the district that no other configuration names."),
    )
    schools: models.ManyToManyField[School, SchoolOverride] = models.ManyToManyField(
        School,
        through="SchoolOverride",
        blank=True,
        related_name="configurations",
        verbose_name=_("schools that override the default"),
    )

    # A video is always redirected: players ask for ranges.
    pdf_delivery = models.CharField(_("PDF"), max_length=10, choices=Delivery, default=Delivery.STREAM)
    html_delivery = models.CharField(
        _("web page"), max_length=10, choices=Delivery, default=Delivery.REDIRECT
    )
    display = models.CharField(_("display"), max_length=10, choices=Display, default=Display.EMBEDDED)
    staff_see_not_final = models.BooleanField(
        _("staff also see reports that are not final"),
        default=False,
        help_text=_("Families see final reports only."),
    )

    class Meta:
        verbose_name = _("configuration")
        verbose_name_plural = _("configurations")
        constraints = [
            models.UniqueConstraint(fields=["district", "name"], name="one_configuration_per_name"),
            models.UniqueConstraint(
                fields=["district"], condition=Q(is_default=True), name="one_default_per_district"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SchoolOverride(models.Model):
    """A school that has a configuration of its own. The database holds it to one, whoever saves at the same moment."""

    configuration = models.ForeignKey(Configuration, on_delete=models.CASCADE, related_name="+")
    school = models.OneToOneField(School, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "scorereports_configuration_schools"
        verbose_name = _("school that overrides the default")
        verbose_name_plural = _("schools that override the default")

    def __str__(self) -> str:
        return str(self.school)
