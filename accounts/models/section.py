import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.period import Period, PeriodQuerySet
from accounts.models.school import School
from accounts.models.student import Student
from accounts.models.user import User


class Section(models.Model):
    """A class as it is scheduled: a course, a school, its teachers and its roster."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(_("source"), max_length=30, blank=True, default="")
    source_id = models.CharField(_("id at the source"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "source", "source_id"],
                condition=~models.Q(source_id=""),
                name="one_section_per_source_id",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SectionTeacher(Period):
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="teachers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(_("source"), max_length=30, blank=True, default="")

    objects: ClassVar[Any] = PeriodQuerySet["SectionTeacher"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "user"], name="one_teacher_row_per_section")
        ]


class SectionPlace(Period):
    """A student's place on a section's roster."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="places")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="section_places")
    source = models.CharField(_("source"), max_length=30, blank=True, default="")

    objects: ClassVar[Any] = PeriodQuerySet["SectionPlace"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "student"], name="one_place_per_section")]
