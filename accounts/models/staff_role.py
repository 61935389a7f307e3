import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.district import District
from accounts.models.period import EndedBy, Period, PeriodQuerySet
from accounts.models.school import School
from accounts.models.user import User
from accounts.rights import Role


class StaffRole(Period):
    """A role somebody holds at a school, or in the whole district where `school` is empty."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="staff_roles")
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.CASCADE, related_name="staff_roles"
    )
    source = models.CharField(_("source"), max_length=30, blank=True, default="")
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True, default=EndedBy.NOBODY)

    objects: ClassVar[Any] = PeriodQuerySet["StaffRole"].as_manager()

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")

    def __str__(self) -> str:
        return str(self.uuid)
