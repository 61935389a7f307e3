"""Students announced to PowerSchool Enrollment, so that families find them in the form: what goes, what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Student
from integrations.models.connection import Connection


class RosterSchema(models.Model):
    """An import schema of a form, and which of our fields goes into which of its. It is the job, too."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="+", verbose_name=_("connection")
    )
    action_id = models.CharField(max_length=60)
    action_title = models.CharField(_("form"), max_length=200, blank=True)
    schema_id = models.CharField(max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)
    fields: Any = models.JSONField(default=list)
    # Their field: a word of integrations.services.roster_values.OURS.
    mapping: Any = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(
        _("announce the district’s students"),
        default=False,
        help_text=_("Every student enrolled now but those under a hold, once a day, and only what changed."),
    )
    asked_at = models.DateTimeField(null=True, editable=False)
    pushed_at = models.DateTimeField(_("last announced"), null=True, editable=False)
    failure = models.CharField(max_length=60, blank=True, editable=False)

    class Meta:
        verbose_name = _("import schema")
        verbose_name_plural = _("import schemas")
        ordering = ["action_title", "title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "action_id", "schema_id"], name="one_row_per_import_schema"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action_title}: {self.title}"


class RosterPlace(models.Model):
    """What was last sent of one student, as a digest, and PowerSchool's words where it did not take it."""

    schema = models.ForeignKey(RosterSchema, on_delete=models.CASCADE, related_name="places")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    errors: Any = models.JSONField(default=list)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schema", "student"], name="one_place_per_announced_student")
        ]

    def __str__(self) -> str:
        return f"{self.schema_id}: {self.student_id}"
