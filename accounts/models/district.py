import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

cds_code_validator = RegexValidator(r"^\d{14}$", _("A CDS code has 14 digits: county, district and school."))


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

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


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
