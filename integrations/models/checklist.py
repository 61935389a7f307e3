"""What a student's registration still lacks, as PowerSchool's checklists say: brought over whole, hour by hour."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Student
from integrations.models.connection import Connection


class Checklist(models.Model):
    """`synced_at`: when the entries were last brought over whole; `failure` why the last time they were not."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    vendor_id = models.CharField(_("id at PowerSchool"), max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("school year, by its last"), null=True)
    synced_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["-year", "title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="one_row_per_checklist")
        ]

    def __str__(self) -> str:
        return self.title or self.vendor_id


class ChecklistItem(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="items")
    vendor_id = models.CharField(_("id at PowerSchool"), max_length=60)
    name = models.CharField(_("item"), max_length=200)
    description = models.CharField(max_length=1000, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "vendor_id"], name="one_row_per_checklist_item")
        ]

    def __str__(self) -> str:
        return self.name


class ChecklistMark(models.Model):
    """How one student stands with one item. `admin_note` is for staff alone and sealed: no page shows it by chance.

    Without `student` nobody here has the id yet.
    """

    item = models.ForeignKey(ChecklistItem, on_delete=models.CASCADE, related_name="marks")
    entry_id = models.CharField(max_length=60)
    local_id = models.CharField(_("local student id"), max_length=40, blank=True)
    student = models.ForeignKey(Student, null=True, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(_("status"), max_length=60, blank=True)
    completed = models.DateField(_("completed"), null=True)
    public_note = models.TextField(_("note"), blank=True)
    admin_note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "entry_id"], name="one_mark_per_entry")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.entry_id}"
