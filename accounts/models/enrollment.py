from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.period import Period, PeriodQuerySet
from accounts.models.school import School
from accounts.models.student import Student


class Enrollment(Period):
    """A student at a school, for a while. A student may be at two at once; one of them is the primary."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="enrollments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    primary = models.BooleanField(_("primary"), default=True)
    source = models.CharField(_("source"), max_length=30, blank=True, default="")

    objects: ClassVar[Any] = PeriodQuerySet["Enrollment"].as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(fields=["student", "school", "starts"], name="one_enrollment_per_start"),
        ]

    def __str__(self) -> str:
        return f"enrollment {self.pk}"
