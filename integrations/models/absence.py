from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import District


class Absence(models.Model):
    """A row of ours that the last complete run did not have. If the next does not have it either, it ends (trust F2).

    `kind` is one of `integrations.sync.rows.Kind`; `target_id` is the row of accounts' table that it names.
    """

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    target_id = models.BigIntegerField()
    first_missing_at = models.DateTimeField(_("first missing"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "target_id"], name="one_absence_per_row")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"
