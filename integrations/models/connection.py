import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import District, DistrictLea, School, User


class Vendor(models.TextChoices):
    ETS = "ets", _("ETS Score Report API")
    ILLUMINATE = "illuminate", _("Illuminate")
    POWERSCHOOL = "powerschool", _("PowerSchool Enrollment")


class Connection(models.Model):
    """Where a vendor's server is and as whom the district signs in there.

    ETS's three path parts stand around the SSID, as districts know them from Infinite Campus's CAASPP Configuration;
    no other vendor has them. Key and secret themselves are in `portal.base.secrets`, here are only their ids; so are
    Illuminate's user token and token secret, without which it is spoken to by OAuth 2. PowerSchool's API key is the
    secret, and there is no other.
    """

    SECRET_PURPOSE = "connection"  # noqa: S105 - names what a secret is for; not a secret
    KEY_PURPOSE = "connection-key"
    TOKEN_PURPOSE = "connection-token"  # noqa: S105 - names what a secret is for; not a secret
    TOKEN_SECRET_PURPOSE = "connection-token-secret"  # noqa: S105 - names what a secret is for; not a secret

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.CharField(_("vendor"), max_length=20, choices=Vendor, default=Vendor.ETS)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="+", verbose_name=_("district")
    )
    school = models.ForeignKey(
        School,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("school"),
        help_text=_(
            "Only where one school has credentials of its own; its administrators then look after them."
        ),
    )
    name = models.CharField(_("name"), max_length=100)
    leas = models.ManyToManyField(DistrictLea, blank=True, related_name="+", verbose_name=_("LEAs"))
    base_url = models.CharField(
        _("server"),
        max_length=200,
        help_text=_(
            "Scheme and host, such as https://example.ets.org. Only hosts on the allow-list are called."
        ),
    )
    students_path = models.CharField(_("URL Endpoint 1"), max_length=100, default="/v3/students/")
    reports_path = models.CharField(_("URL Endpoint 2"), max_length=100, default="/score-reports")
    token_path = models.CharField(_("URL Authentication End Point"), max_length=100, default="/v3/token")
    key_id = models.UUIDField(null=True, editable=False)
    secret_id = models.UUIDField(null=True, editable=False)
    token_id = models.UUIDField(null=True, editable=False)
    token_secret_id = models.UUIDField(null=True, editable=False)
    expires = models.DateField(
        _("credentials expire"),
        null=True,
        blank=True,
        help_text=_("ETS credentials live 365 days. TOMS shows the day; no API tells it."),
    )
    notify = models.ManyToManyField(
        User,
        blank=True,
        related_name="+",
        verbose_name=_("who is told"),
        help_text=_(
            "They get an e-mail 14, 7, 3 and 1 days before the credentials expire. With nobody marked, everyone "
            "who may change this connection gets it."
        ),
    )
    worked_at = models.DateTimeField(_("last test that worked"), null=True, editable=False)

    seen_link_host = models.CharField(
        _("host of the first link seen"), max_length=255, blank=True, editable=False
    )
    link_host = models.CharField(
        _("pinned host of links"),
        max_length=255,
        blank=True,
        help_text=_("Once pinned, links to any other host are refused."),
    )

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [models.UniqueConstraint(fields=["district", "name"], name="one_connection_per_name")]

    def __str__(self) -> str:
        return self.name
