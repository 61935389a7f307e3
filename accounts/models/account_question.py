import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.guardian import Guardian
from accounts.models.user import User


class Doubt(models.TextChoices):
    SHARED_ADDRESS = "shared_address", _("two adults have this e-mail address")
    STUDENTS_ADDRESS = "students_address", _("a student's record has this e-mail address")
    OTHER_ADULT = "other_adult", _("the account is already another adult's")
    BLOCKED_NAMESAKE = "blocked_namesake", _("an adult of this name or address is blocked from the child")


class Verdict(models.TextChoices):
    OPEN = "", _("waits")
    JOINED = "joined", _("is this adult")
    DECLINED = "declined", _("is not this adult")


class AccountQuestion(models.Model):
    """Whether an account is the adult of a record: the proof was good and still left it open, so people decide (A8)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="questions")
    doubt = models.CharField(_("why it waits"), max_length=20, choices=Doubt)
    asked_at = models.DateTimeField()
    verdict = models.CharField(
        _("decision"), max_length=10, choices=Verdict, blank=True, default=Verdict.OPEN
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("question about an account")
        verbose_name_plural = _("questions about accounts")
        constraints = [
            models.UniqueConstraint(fields=["user", "guardian"], name="one_question_per_account_and_record")
        ]

    def __str__(self) -> str:
        return str(self.uuid)
