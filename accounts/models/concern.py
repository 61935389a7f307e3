import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.school import School
from accounts.models.student import Student
from accounts.models.user import User


class ConcernKind(models.TextChoices):
    NOT_MY_CHILD = "not_my_child", _("this is not my child")
    CHILD_MISSING = "child_missing", _("a child is missing")
    ACCESSIBLE_COPY = "accessible_copy", _("a report in a form they can use")


class Concern(models.Model):
    """What a family says is wrong, or needs: a task for the school's office, with its answer.

    `student` is the one who is not theirs, or whose report they cannot use; `school` is the one that a missing child
    goes to.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=ConcernKind)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="concerns")
    student = models.ForeignKey(Student, null=True, on_delete=models.CASCADE, related_name="+")
    school = models.ForeignKey(School, null=True, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(_("in their words"), max_length=500, blank=True)
    raised_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=500, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("concern of a family")
        verbose_name_plural = _("concerns of families")
        ordering = ["raised_at", "pk"]

    def __str__(self) -> str:
        return str(self.uuid)
