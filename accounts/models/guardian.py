import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.district import District


class Guardian(models.Model):
    """An adult as a district's records know them. The account is another thing, joined by proof (trust A8).

    Two adults may share one e-mail address, so it is not unique and never the reason to merge two rows.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="guardians"
    )
    source = models.CharField(_("source"), max_length=30)
    source_id = models.CharField(_("id at the source"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail address"), blank=True, db_index=True)
    # From registrations alone. With a default in the database, since the sync writes this table in SQL.
    phone = models.CharField(_("telephone"), max_length=40, blank=True, db_default="")
    language = models.CharField(_("correspondence language"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "source", "source_id"], name="one_guardian_per_source_id"
            ),
        ]
        # Whoever proves an address is looked for by it, however the record writes it.
        indexes = [models.Index(Lower("email"), name="guardian_by_address")]

    def __str__(self) -> str:
        return str(self.uuid)
