import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.student import Student
from accounts.models.user import User


class MajorityNotice(models.Model):
    """An e-mail to one person about one student who turns 18: one for each day of birth and mark (30 or 7 days ahead).

    The row is there before the mail, and says when it went out; until then it is a job (`services/majority.py`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="majority_notices")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    turns_18 = models.DateField(_("turns 18"))
    days = models.PositiveSmallIntegerField(_("days ahead"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice of turning 18")
        verbose_name_plural = _("notices of turning 18")
        constraints = [
            models.UniqueConstraint(
                fields=["student", "user", "turns_18", "days"], name="one_majority_notice_per_mark"
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)
