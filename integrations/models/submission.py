"""What families sent in to PowerSchool Enrollment, as far as a list needs it: brought over hour by hour, by GET alone.

No answer of a family's stands here: a submission is asked for again when somebody opens it (docs/adr/0018). The few
words of the list are sealed (`integrations.services.enrollment_sealing`), and go with the submission at PowerSchool.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Student
from integrations.models.connection import Connection


class PublishedAction(models.Model):
    """A form that families fill in, and which of its fields name documents. It is the job of listing, too.

    `documents` is a list of `{"item", "label", "file"}`: the data item with the document's id, what staff call it, and
    the item with its file name, if PowerSchool is to be asked with one. `items` are the names of data items that were
    seen and look like either, each with a word of `integrations.services.submission_documents`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="+", verbose_name=_("connection")
    )
    vendor_id = models.CharField(_("id at PowerSchool"), max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("school year, by its last"), null=True)
    is_active = models.BooleanField(
        _("list what families sent in"),
        default=False,
        help_text=_(
            "Offices then see the submissions of their students, and the district also those of students who are not "
            "here yet. Switched off, the list is forgotten at once."
        ),
    )
    documents: Any = models.JSONField(default=list, blank=True)
    items: Any = models.JSONField(default=dict, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    listed_at = models.DateTimeField(_("last listed"), null=True, editable=False)
    failure = models.CharField(max_length=60, blank=True, editable=False)

    class Meta:
        verbose_name = _("registration form")
        verbose_name_plural = _("registration forms")
        ordering = ["-year", "title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="one_row_per_published_action")
        ]

    def __str__(self) -> str:
        return self.title or self.vendor_id


class Submission(models.Model):
    """One line of the list. Without `student` nobody here has its id; `doubt`: somebody has, under another name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    action = models.ForeignKey(PublishedAction, on_delete=models.CASCADE, related_name="submissions")
    vendor_id = models.CharField(_("id at PowerSchool"), max_length=60)
    local_id = models.CharField(_("local student id"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=60, blank=True)
    submitted = models.DateTimeField(_("submitted"), null=True)
    student = models.ForeignKey(Student, null=True, on_delete=models.SET_NULL, related_name="+")
    doubt = models.CharField(max_length=20, blank=True)
    head = models.TextField()  # sealed: name, grade and school as the family wrote them
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-submitted", "-pk"]
        constraints = [models.UniqueConstraint(fields=["action", "vendor_id"], name="one_row_per_submission")]

    def __str__(self) -> str:
        return str(self.uuid)
