import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import District
from integrations.models.connection import Connection


class SyncState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    FETCHING = "fetching", _("fetching")
    COMPARING = "comparing", _("comparing")
    HELD = "held", _("held by the brake")
    APPLYING = "applying", _("applying")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    DISCARDED = "discarded", _("discarded")


class SyncRunQuerySet(models.QuerySet["SyncRun"]):
    def good(self, district: District, source: str) -> "SyncRunQuerySet":
        """Return the runs that were applied to the end, newest first: what the brake compares with."""
        return self.filter(district=district, source=source, state=SyncState.DONE, dry_run=False).order_by(
            "-pk"
        )

    def unfinished(self) -> "SyncRunQuerySet":
        """Return the runs that somebody works on, or should: what the sweep looks through."""
        working = (SyncState.WAITING, SyncState.FETCHING, SyncState.COMPARING, SyncState.APPLYING)
        return self.filter(state__in=working).order_by("pk")


class SyncRun(models.Model):
    """One run of a sync: the job, its state, and what it came to. Its change set stays with it.

    `applied` names the kinds whose changes are in, each written in the transaction that made them, so that a run
    that died goes on with the next. `attempt` counts who works on it: an older one may no longer write.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=30)
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    folder = models.CharField(_("folder"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=SyncState, default=SyncState.WAITING)
    dry_run = models.BooleanField(_("preview only"), default=False)
    started_by = models.CharField(_("started by"), max_length=60)
    created_at = models.DateTimeField(_("asked for"))
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # Who works on it, as host:pid, and the token of their lease: one gone from this machine is not waited for.
    worker = models.CharField(max_length=120, blank=True, editable=False)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    attempt = models.PositiveIntegerField(default=0)
    first = models.BooleanField(_("first of its source"), default=False)
    roll_over = models.BooleanField(_("between school years"), default=False)
    # For each kind: received, expected, complete, reason.
    received: Any = models.JSONField(_("rows received"), default=dict)
    # For each kind of change set, how many of each operation; `skipped` is what people had changed meanwhile.
    counts: Any = models.JSONField(_("changes"), default=dict)
    # How many of each reason; SyncProblem keeps the first thousand.
    problem_counts: Any = models.JSONField(_("problems"), default=dict)
    # What the brake said: rule, what, school, count, limit, of.
    reasons: Any = models.JSONField(_("why it is held"), default=list)
    applied: Any = models.JSONField(default=list)
    failure = models.CharField(_("why it failed"), max_length=60, blank=True)
    decided_by = models.CharField(_("approved or discarded by"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("approved or discarded"), null=True)
    decision_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = SyncRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.uuid)
