import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.session import Session
from accounts.models.user import User


class SupportView(models.Model):
    """One person of the staff looking at a family's pages as the family sees them, for a while and with a reason.

    It belongs to one session and ends with it. `accounts.services.support_views` begins and ends it, on record.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="+")
    viewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    began_at = models.DateTimeField(_("began"))
    ends_at = models.DateTimeField(_("ends at the latest"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("support view")
        verbose_name_plural = _("support views")
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(ended_at__isnull=True), name="one_open_view_per_session"
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)
