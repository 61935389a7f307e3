from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.append_only import AppendOnly


class AccessChange(AppendOnly):
    """Who changed who may see what: links, roles, configurations, connections. Before and after, never a secret."""

    recorded_at = models.DateTimeField(_("time"))
    actor = models.CharField(
        _("who"), max_length=60, help_text=_("A user's uuid, or the command or sync that did it.")
    )
    verb = models.CharField(_("change"), max_length=60)
    subject = models.CharField(_("of what"), max_length=60)
    subject_id = models.UUIDField(_("id"), db_index=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    request_id = models.CharField(_("request"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("access change")
        verbose_name_plural = _("changes of access")
        ordering = ["-recorded_at", "-pk"]
        base_manager_name = "objects"  # Django's own plain one would update and delete

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_id}"
