import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.district import District


class Student(models.Model):
    """A student. There is no `objects`: who reads students goes through `accounts.access`.

    `unscoped` is for the sync and for access alone; `tests/house/test_unscoped.py` reads the code for every use.
    The SSID is text of exactly ten digits, or empty. It is not unique: vendors send one SSID for two students, and
    both rows must be there for staff to see (trust A11).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    local_id = models.CharField(_("local student id"), max_length=40)
    ssid = models.CharField(
        _("SSID"),
        max_length=10,
        blank=True,
        db_index=True,
        validators=[RegexValidator(r"^\d{10}$", _("An SSID has 10 digits."))],
    )
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    ssid_changed_at = models.DateTimeField(
        _("SSID changed"),
        null=True,
        blank=True,
        help_text=_(
            "Set when a sync changed the SSID of a student with a live link; staff confirm it (trust A11)."
        ),
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("From the school's record: whoever proves it is the student (trust A6)."),
    )
    grade = models.CharField(_("grade"), max_length=2, blank=True, help_text=_("KN, 01 to 12, or AD."))

    unscoped = models.Manager["Student"]()

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("students")
        default_manager_name = "unscoped"
        constraints = [
            models.UniqueConstraint(fields=["district", "local_id"], name="one_student_per_local_id"),
            models.CheckConstraint(
                condition=models.Q(ssid="") | models.Q(ssid__regex=r"^\d{10}$"), name="ssid_shape"
            ),
        ]
        indexes = [models.Index(Lower("email"), name="student_by_address")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
