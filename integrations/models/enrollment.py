"""Approved registrations on their way from PowerSchool Enrollment to the people here (trust F3).

A batch is a row before it is asked for, and a record is taken once, by the id it has at PowerSchool. What families
wrote stands in these tables sealed (`integrations.services.enrollment_sealing`), and goes after so many days.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import District, Guardianship, Student
from integrations.models.connection import Connection

LONGEST_ID = 60  # PowerSchool's: numbers and UUIDs


class DeliveryTarget(models.Model):
    """One of PowerSchool's delivery targets, and what is to be done with it. Without a district nothing is asked for.

    It is the job, too: `asked_at` is when somebody last wanted it emptied, `drained_at` when that last came to an end.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", verbose_name=_("connection")
    )
    vendor_id = models.CharField(_("id at PowerSchool"), max_length=LONGEST_ID)
    title = models.CharField(_("title"), max_length=200, blank=True)
    district = models.ForeignKey(
        District,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("district"),
    )
    is_active = models.BooleanField(
        _("bring its registrations in"),
        default=False,
        help_text=_(
            "PowerSchool hands each approved registration over once and marks it delivered. Only one system should ask."
        ),
    )
    every_minutes = models.PositiveIntegerField(
        _("minutes between two looks"), default=60, validators=[MinValueValidator(5)]
    )
    approval_counts = models.BooleanField(
        _("the school’s approval is enough"),
        default=False,
        help_text=_(
            "Parents of an approved registration see the child’s reports at once, without staff accepting each. Adults "
            "in doubt, without an address, or not like a parent always wait for staff."
        ),
    )
    # Path of each field in a record: student_id, student_first_name, adult1_email …
    mapping: Any = models.JSONField(_("fields"), default=dict, blank=True)
    # Batches that PowerSchool lists from before this moment were somebody else's.
    watched_from = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    drained_at = models.DateTimeField(_("last looked"), null=True, editable=False)
    failure = models.CharField(max_length=60, blank=True, editable=False)
    # Who works on it, as host:pid, and the token of their lease: one gone from this machine is not waited for.
    worker = models.CharField(max_length=120, blank=True, editable=False)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        verbose_name = _("delivery target")
        verbose_name_plural = _("delivery targets")
        ordering = ["connection", "title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="one_row_per_delivery_target")
        ]

    def __str__(self) -> str:
        return self.title or self.vendor_id


class BatchState(models.TextChoices):
    INTENT = "intent", _("asked for, no answer yet")
    ANSWERED = "answered", _("answer kept, not read yet")
    READ = "read", _("records kept, not placed yet")
    DONE = "done", _("done")
    REFUSED = "refused", _("not handed over")
    RESET = "reset", _("released and fetched again")


class EnrollmentBatch(models.Model):
    """One handing over of registrations, committed before PowerSchool is asked: it marks them delivered.

    A row that stays in `intent`, or whose kept answer cannot be read, is lost until somebody has it released: `failure`
    says what is known. One that PowerSchool lists and nobody here asked for has no `intended_at`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    target = models.ForeignKey(DeliveryTarget, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.INTENT)
    made_at = models.DateTimeField(_("found or asked for"))
    intended_at = models.DateTimeField(_("asked for"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    asked_by = models.CharField(max_length=60)
    vendor_id = models.CharField(_("id at PowerSchool"), max_length=LONGEST_ID, blank=True)
    dated = models.DateTimeField(_("date at PowerSchool"), null=True)
    answer = models.TextField(blank=True)  # sealed
    broke_off = models.CharField(max_length=60, blank=True)
    failure = models.CharField(max_length=60, blank=True)
    records_count = models.PositiveIntegerField(_("records"), default=0)
    new_count = models.PositiveIntegerField(_("of them new"), default=0)
    unreadable_count = models.PositiveIntegerField(_("without an id"), default=0)
    reset_by = models.CharField(max_length=60, blank=True)
    reset_at = models.DateTimeField(null=True)
    reset_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("enrollment batch")
        verbose_name_plural = _("enrollment batches")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["target", "state"], name="batches_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "vendor_id"],
                condition=~models.Q(vendor_id=""),
                name="one_row_per_delivered_batch",
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class RecordState(models.TextChoices):
    NEW = "new", _("not placed yet")
    WAITING = "waiting", _("waits for the student")
    PLACED = "placed", _("placed")
    UNREADABLE = "unreadable", _("does not fit the fields")


class EnrollmentRecord(models.Model):
    """One approved registration, taken once by its id at PowerSchool, however often it is handed over.

    `digest` tells whether it came again with other words; `problem` is the field that could not be read.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    vendor_id = models.CharField(_("id at PowerSchool"), max_length=LONGEST_ID)
    batch = models.ForeignKey(EnrollmentBatch, on_delete=models.PROTECT, related_name="records")
    submitted = models.DateTimeField(_("submitted"), null=True)
    came_at = models.DateTimeField(_("came"))
    data = models.TextField(blank=True)  # sealed
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=RecordState, default=RecordState.NEW)
    problem = models.CharField(max_length=60, blank=True)
    local_id = models.CharField(_("local student id"), max_length=40, blank=True, db_index=True)
    student = models.ForeignKey(Student, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField(_("placed"), null=True)
    # Of one that staff tied to its student by hand: a user's uuid, as in the record of changes, and their words.
    tied_by = models.CharField(max_length=60, blank=True, default="")
    tied_at = models.DateTimeField(null=True)
    tie_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("enrollment record")
        verbose_name_plural = _("enrollment records")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="records_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="one_row_per_registration")
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class EnrollmentAdult(models.Model):
    """One adult of a record, and the link it came to. Without one it is the contact now."""

    record = models.ForeignKey(EnrollmentRecord, on_delete=models.CASCADE, related_name="adults")
    place = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10)  # a word of accounts.services.provisionals.Placed
    guardianship = models.ForeignKey(Guardianship, null=True, on_delete=models.SET_NULL, related_name="+")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "place"], name="one_adult_per_place_of_a_registration")
        ]

    def __str__(self) -> str:
        return f"adult {self.place} of {self.record_id}"
