"""A run: many students asked about at once. The job, its students, and what ETS has for each: words, never a link."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import District, School, Section, Student, User
from accounts.purposes import Purpose


class RunState(models.TextChoices):
    WAITING = "waiting", _("waiting for its turn")
    ASKING = "asking", _("asking the state")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("stopped")


WORKING = (RunState.WAITING, RunState.ASKING)
# From which somebody may set it going again.
RESTING = (RunState.PAUSED, RunState.FAILED)


class Chosen(models.TextChoices):
    """How the students were chosen."""

    SECTION = "section", _("a class")
    GRADE = "grade", _("a grade")
    SCHOOL = "school", _("a school")
    IDS = "ids", _("a list of ids")


class PlaceState(models.TextChoices):
    """What came of one student."""

    PENDING = "pending", _("not asked yet")
    AVAILABLE = "available", _("available")
    NONE_YET = "none_yet", _("none yet")
    NO_SSID = "no_ssid", _("no SSID")
    SSID_IN_DOUBT = "ssid_in_doubt", _("SSID to be checked")
    UNKNOWN = "unknown", _("unknown to ETS")
    ELSEWHERE = "elsewhere", _("enrolled elsewhere")
    HELD = "held", _("held")
    REFUSED = "refused", _("no access any more")
    FAILED = "failed", _("failed")


class ReportRunQuerySet(models.QuerySet["ReportRun"]):
    def working(self) -> ReportRunQuerySet:
        """Return the runs that somebody works on, or should."""
        return self.filter(state__in=WORKING)


class ReportRun(models.Model):
    """Who asks for whom, why and for what. It belongs to whoever made it; each student is checked for them anew.

    `form_token` is the form's own: however often it is sent, it makes one run. Counts are counted, not kept: a death
    between two writes cannot make them wrong. `waits_until` says that the state does not answer and when it is asked
    again; `silent_since` when it answered last.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    form_token = models.UUIDField(editable=False)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    purpose = models.CharField(_("purpose"), max_length=60, choices=Purpose)
    chosen = models.CharField(_("students"), max_length=10, choices=Chosen)
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    grade = models.CharField(_("grade"), max_length=2, blank=True)
    # Of the choice of reports, in the catalogue's codes; empty is all.
    report_type = models.CharField(_("test"), max_length=100, blank=True)
    report_language = models.CharField(_("language"), max_length=100, blank=True)
    report_year = models.CharField(_("school year"), max_length=10, blank=True)
    report_format = models.CharField(_("format"), max_length=100, blank=True)
    # Numbers of the pasted text's lines that name nobody whom its sender may see. The text itself is not kept.
    lines_not_found: Any = models.JSONField(default=list)
    created_at = models.DateTimeField(_("asked for"))
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    waits_until = models.DateTimeField(_("waits until"), null=True)
    silent_since = models.DateTimeField(null=True)
    failure = models.CharField(_("why it stopped"), max_length=60, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["made_by", "form_token"], name="one_run_per_form"),
        ]
        indexes = [models.Index(fields=["state"], name="report_run_state")]

    def __str__(self) -> str:
        return str(self.uuid)


class ReportRunPlace(models.Model):
    """One student's place in a run. Changed once, from `pending` to what came of it."""

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="places")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=14, choices=PlaceState, default=PlaceState.PENDING)
    # The machine word of `scorereports.outcomes` where there is no report.
    outcome = models.CharField(max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("student of a run")
        verbose_name_plural = _("students of runs")
        constraints = [models.UniqueConstraint(fields=["run", "student"], name="one_place_per_run")]
        indexes = [models.Index(fields=["run", "state"], name="report_run_place_state")]

    def __str__(self) -> str:
        return f"place {self.pk}"


class ReportRunReport(models.Model):
    """One report that ETS has for a student of a run, named as the list of reports names it."""

    place = models.ForeignKey(ReportRunPlace, on_delete=models.CASCADE, related_name="reports")
    type = models.CharField(max_length=100)
    year = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=100, blank=True)
    format = models.CharField(max_length=100, blank=True)
    content_area = models.CharField(max_length=200, blank=True)
    ordinal = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("report of a run")
        verbose_name_plural = _("reports of runs")
        constraints = [
            models.UniqueConstraint(
                fields=["place", "type", "year", "language", "format", "content_area", "ordinal"],
                name="one_row_per_report_of_a_run",
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
