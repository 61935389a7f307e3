import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.guardian import Guardian
from accounts.models.period import EndedBy, Period, PeriodQuerySet
from accounts.models.student import Student

# The source of links that stand on a registration the school approved, until the student information system names the
# same adult (`accounts.services.provisionals`). No sync looks at them.
REGISTRATION = "registration"


class Standing(models.TextChoices):
    """Whether a guardianship lets the adult see reports. Only `COUNTS` does; everything else waits for people."""

    COUNTS = "counts", _("counts")
    REVIEW = "review", _("waits for review")
    PROVISIONAL = "provisional", _("from a registration, not approved yet")
    DECLINED = "declined", _("declined")


class Decision(models.TextChoices):
    """What staff said about a link that waited for review. It stands while the legal flag stays as they saw it."""

    NONE = "", _("none")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class Guardianship(Period):
    """One adult, one student, as the school's record has it.

    `resides_with` and custody never decide who sees a report (34 CFR 99.4, Family Code 3025). A blank
    `legal_guardian` at the source is not a yes: the row arrives with `standing` review.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="guardianships")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="guardianships")
    relationship = models.CharField(_("relationship"), max_length=60, blank=True)
    legal_guardian = models.BooleanField(_("legal guardian"), null=True)
    resides_with = models.BooleanField(_("lives with the student"), null=True)
    standing = models.CharField(_("standing"), max_length=12, choices=Standing, default=Standing.REVIEW)
    source = models.CharField(_("source"), max_length=30)
    source_id = models.CharField(_("id at the source"), max_length=60, blank=True)
    decision = models.CharField(
        _("decision"), max_length=12, choices=Decision, blank=True, default=Decision.NONE
    )
    decided_legal = models.BooleanField(_("legal guardian when decided"), null=True)
    # A user's uuid, as in the record of changes.
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True, default="")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True, default=EndedBy.NOBODY)

    objects: ClassVar[Any] = PeriodQuerySet["Guardianship"].as_manager()

    class Meta:
        verbose_name = _("guardianship")
        verbose_name_plural = _("guardianships")
        constraints = [
            models.UniqueConstraint(fields=["guardian", "student"], name="one_guardianship_per_pair"),
        ]
        # Partial: the many rows of a night's sync do not pay for the few of registrations.
        indexes = [
            models.Index(
                fields=["student"], condition=models.Q(source=REGISTRATION), name="links_by_registration"
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)
