import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.append_only import AppendOnly


class AccessAction(models.TextChoices):
    OPENED = "opened", _("opened")
    REFUSED = "refused", _("refused")
    FINISHED = "finished", _("finished")


class AccessRecord(AppendOnly):
    """Who asked for whose report or document, when, by which right, and what came of it.

    For 34 CFR 99.32 and Education Code 49064. A snapshot without foreign keys, so that it outlives what it names. Never
    a link, a token or a score.
    `opened` or `refused` is written before the first byte; `finished` has the same `event_id`.
    """

    event_id = models.UUIDField(default=uuid.uuid4, db_index=True)
    action = models.CharField(_("action"), max_length=10, choices=AccessAction)
    recorded_at = models.DateTimeField(_("time"))
    actor = models.UUIDField(_("who"))
    actor_role = models.CharField(_("role"), max_length=30, blank=True)
    relation = models.CharField(_("relation"), max_length=60, blank=True)
    relation_source = models.CharField(_("source of the relation"), max_length=100, blank=True)
    sign_in_method = models.CharField(_("signed in by"), max_length=60, blank=True)
    student = models.UUIDField(_("student"), db_index=True)
    report_type = models.CharField(_("test"), max_length=30, blank=True)
    report_year = models.CharField(_("year"), max_length=10, blank=True)
    report_language = models.CharField(_("language"), max_length=20, blank=True)
    report_format = models.CharField(_("format"), max_length=20, blank=True)
    content_area = models.CharField(_("content area"), max_length=100, blank=True)
    # What was opened was no report but this document of a registration, as the district calls it.
    document = models.CharField(_("document"), max_length=100, blank=True, db_default="")
    legal_basis = models.CharField(_("legal basis"), max_length=100, blank=True)
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)
    run = models.UUIDField(_("run"), null=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    bytes_sent = models.BigIntegerField(_("bytes"), null=True)
    request_id = models.CharField(_("request"), max_length=40, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("record of access")
        ordering = ["-recorded_at", "-pk"]
        base_manager_name = "objects"  # Django's own plain one would update and delete

    def __str__(self) -> str:
        return f"{self.action} {self.event_id}"
