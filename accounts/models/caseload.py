from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.period import Period, PeriodQuerySet
from accounts.models.student import Student
from accounts.models.user import User


class Caseload(Period):
    """A student on a counsellor's or case manager's list."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="caseload")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="caseloads")
    source = models.CharField(_("source"), max_length=30, blank=True, default="")

    objects: ClassVar[Any] = PeriodQuerySet["Caseload"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "student"], name="one_caseload_row_per_student")
        ]
