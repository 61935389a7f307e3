import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.colours import COLOUR

cds_code_validator = RegexValidator(r"^\d{14}$", _("A CDS code has 14 digits: county, district and school."))
_colour_validator = RegexValidator(COLOUR, _("Write the color as # and six digits from 0 to f: #0b5b6b."))


class District(models.Model):
    """A school district: who runs the portal for its schools. Its CDS code ends in seven zeros."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    cds_code = models.CharField(_("CDS code"), max_length=14, unique=True, validators=[cds_code_validator])
    students_sign_in = models.BooleanField(
        _("students sign in themselves"),
        default=True,
        help_text=_("From 16, or once grade 10 is completed (Education Code 49076). At 18 always."),
    )
    # Its look (`accounts.services.looks`); empty is the portal's own.
    display_name = models.CharField(
        _("name that families see"),
        max_length=60,
        blank=True,
        db_default="",
        help_text=_("At the top of their pages, in emails and on letters. Empty: the name above."),
    )
    accent = models.CharField(
        _("color"),
        max_length=7,
        blank=True,
        db_default="",
        validators=[_colour_validator],
        help_text=_("Of links, buttons and bars, such as #0b5b6b. Empty: the portal’s own."),
    )
    accent_on_dark = models.CharField(
        _("color on dark"),
        max_length=7,
        blank=True,
        db_default="",
        validators=[_colour_validator],
        help_text=_("For devices set to dark. Empty: the nearest shade of the color that reads there."),
    )

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DistrictLogo(models.Model):
    """The logo as pages show it: a PNG of `accounts.logos`, named by its own hash so that browsers keep it for good.

    In the database, since it is the one thing that each server has: a folder would be one more to copy and to back up.
    """

    district = models.OneToOneField(District, on_delete=models.CASCADE, related_name="logo")
    png = models.BinaryField()
    digest = models.CharField(max_length=64, db_index=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("logo of a district")
        verbose_name_plural = _("logos of districts")

    def __str__(self) -> str:
        return f"logo {self.digest[:8]}"


class DistrictLea(models.Model):
    """An LEA as ETS names it, and the district that an administrator confirmed it to be.

    Data, not arithmetic: ETS's sample prints 9 digits, the student information systems up to 14.
    """

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="leas")
    code = models.CharField(
        _("LEA code"),
        max_length=14,
        unique=True,
        validators=[RegexValidator(r"^\d{7,14}$", _("Digits only."))],
    )

    class Meta:
        verbose_name = _("LEA code")
        verbose_name_plural = _("LEA codes")

    def __str__(self) -> str:
        return self.code
