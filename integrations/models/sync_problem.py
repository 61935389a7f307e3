from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.models.sync_run import SyncRun


class SyncProblem(models.Model):
    """A row that a run could not take as it was: machine words and the source's id, never a name, SSID or address."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="problems")
    kind = models.CharField(_("kind"), max_length=20)
    endpoint = models.CharField(_("endpoint"), max_length=60, blank=True)
    source_id = models.CharField(_("id at the source"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=60)
    field = models.CharField(_("field"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("sync problem")
        verbose_name_plural = _("sync problems")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"
