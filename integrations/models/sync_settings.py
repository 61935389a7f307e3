from typing import Any

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import District
from accounts.rights import Role
from integrations.models.connection import Connection

PARENT_LIKE = (
    "mother",
    "father",
    "parent",
    "stepmother",
    "stepfather",
    "guardian",
    "grandmother",
    "grandfather",
    "grandparent",
    "foster parent",
    "foster mother",
    "foster father",
    "caregiver",
)
_month_day = RegexValidator(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", _("Month and day, such as 06-15."))
_percent = MaxValueValidator(100)


def parent_like() -> list[str]:
    return list(PARENT_LIKE)


class SyncSettings(models.Model):
    """How a district's nightly sync runs, and when its brake holds (trust F1). Percentages are whole numbers."""

    district = models.OneToOneField(District, on_delete=models.CASCADE, related_name="+")
    links_least = models.PositiveIntegerField(_("ended links that never hold a run"), default=20)
    links_percent = models.PositiveIntegerField(
        _("ended links, per cent of the district"), default=3, validators=[_percent]
    )
    school_least = models.PositiveIntegerField(_("ended links of one school that never hold"), default=20)
    school_percent = models.PositiveIntegerField(
        _("ended links, per cent of a school"), default=25, validators=[_percent]
    )
    people_percent = models.PositiveIntegerField(
        _("changed people, per cent"),
        default=75,
        validators=[_percent],
        help_text=_("Name, birth date, SSID or e-mail. Students and guardians are counted apart."),
    )
    rows_percent = models.PositiveIntegerField(
        _("rows received, per cent of the last good run"), default=90, validators=[_percent]
    )
    rows_least = models.PositiveIntegerField(_("missing rows that never hold a run"), default=20)
    roll_over_from = models.CharField(
        _("between school years from"), max_length=5, default="06-15", validators=[_month_day]
    )
    roll_over_until = models.CharField(
        _("between school years until"),
        max_length=5,
        default="08-31",
        validators=[_month_day],
        help_text=_("Both days included. In between nothing ends because the vendor's answer lacks it."),
    )
    parent_like: Any = models.JSONField(
        _("relationships like a parent's"),
        default=parent_like,
        help_text=_(
            "Without the legal flag, an adult with one of these waits for review; others are left out."
        ),
    )
    nightly_source = models.CharField(_("nightly source"), max_length=30, blank=True)
    nightly_connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    nightly_folder = models.CharField(_("nightly folder"), max_length=300, blank=True)
    nightly_at = models.TimeField(
        _("nightly at"), null=True, blank=True, help_text=_("Local time. Empty: no nightly sync.")
    )

    class Meta:
        verbose_name = _("sync settings")
        verbose_name_plural = _("sync settings")

    def __str__(self) -> str:
        return f"sync settings of district {self.district_id}"


class RoleMapping(models.Model):
    """What a role's name at the source means here. Without a row it grants nothing and is a problem.

    An empty `role` says: known, and grants nothing.
    """

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="+")
    role_name = models.CharField(_("role at the source"), max_length=100)
    role = models.CharField(_("role here"), max_length=30, choices=Role, blank=True)

    class Meta:
        verbose_name = _("role mapping")
        verbose_name_plural = _("role mappings")
        ordering = ["role_name"]
        constraints = [
            models.UniqueConstraint("district", Lower("role_name"), name="one_mapping_per_role_name")
        ]

    def __str__(self) -> str:
        return self.role_name
