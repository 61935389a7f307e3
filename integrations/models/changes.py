"""The change set of a run: what is shown before it is approved, what is applied, and what is kept as the record.

One table for each table of accounts that a sync writes. `integrations.sync.comparing` fills them in one transaction,
`applying` reads them, nobody changes a row. They name things by natural keys, since what is new has no id yet;
`target_id` is the row of accounts' table that is changed. There is no foreign key to it: a row may go, its story stays.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.models.sync_run import SyncRun


class Op(models.TextChoices):
    INSERT = "insert", _("new")
    UPDATE = "update", _("changed")
    END = "end", _("ended")
    REVIVE = "revive", _("back")
    MISS = "miss", _("missing for the first time")
    BACK = "back", _("there again")


class Change(models.Model):
    # Half a million rows on a first night: checking each for a run that is being written costs seconds.
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    op = models.CharField(max_length=6, choices=Op)
    target_id = models.BigIntegerField(null=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        abstract = True


class PeriodChange(Change):
    starts = models.DateField(null=True)
    until = models.DateField(null=True)
    before_until = models.DateField(null=True)
    loses = models.BooleanField(default=False)

    class Meta:
        abstract = True


class SchoolChange(Change):
    cds_code = models.CharField(max_length=14)
    name = models.CharField(max_length=200)
    before_name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.op} school {self.cds_code}"


class StudentChange(Change):
    """`person` says that name, birth date, SSID or address of somebody known changes: the brake counts these."""

    local_id = models.CharField(max_length=40)
    ssid = models.CharField(max_length=10, blank=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    birth_date = models.DateField(null=True)
    grade = models.CharField(max_length=2, blank=True)
    email = models.CharField(max_length=254, blank=True)
    before_ssid = models.CharField(max_length=10, blank=True)
    before_first_name = models.CharField(max_length=100, blank=True)
    before_last_name = models.CharField(max_length=100, blank=True)
    before_birth_date = models.DateField(null=True)
    before_grade = models.CharField(max_length=2, blank=True)
    before_email = models.CharField(max_length=254, blank=True)
    ssid_questioned = models.BooleanField(default=False)
    person = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.op} student {self.target_id}"


class EnrollmentChange(PeriodChange):
    local_id = models.CharField(max_length=40)
    cds_code = models.CharField(max_length=14)
    primary = models.BooleanField(default=True)
    before_primary = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"{self.op} enrollment {self.target_id}"


class GuardianChange(Change):
    """`person` says that name or e-mail of somebody known changes."""

    contact_id = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=12, blank=True)
    before_name = models.CharField(max_length=200, blank=True)
    before_email = models.CharField(max_length=254, blank=True)
    before_language = models.CharField(max_length=12, blank=True)
    person = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.op} guardian {self.target_id}"


class GuardianshipReason(models.TextChoices):
    """Why a link changes."""

    NEW = "new", _("new at the source")
    LEGAL = "legal", _("the legal flag changed")
    DETAILS = "details", _("details changed")
    ABSENT = "absent", _("missing on two complete runs")
    RETURNED = "returned", _("there again")


class GuardianshipChange(Change):
    """`loses` and `gains`: the adult could see the student's reports before and not after, or the other way round."""

    contact_id = models.CharField(max_length=60)
    local_id = models.CharField(max_length=40)
    uuid = models.UUIDField(null=True)
    reason = models.CharField(max_length=10, choices=GuardianshipReason)
    relationship = models.CharField(max_length=60, blank=True)
    legal_guardian = models.BooleanField(null=True)
    resides_with = models.BooleanField(null=True)
    standing = models.CharField(max_length=12)
    until = models.DateField(null=True)
    before_legal_guardian = models.BooleanField(null=True)
    before_standing = models.CharField(max_length=12, blank=True)
    before_until = models.DateField(null=True)
    before_decision = models.CharField(max_length=12, blank=True)
    loses = models.BooleanField(default=False)
    gains = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.op} guardianship {self.target_id}"


class UserChange(Change):
    """A new account for a member of staff. Accounts that are there are never touched."""

    email = models.CharField(max_length=254)
    name = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return f"{self.op} user"


class StaffRoleChange(Change):
    """An empty `cds_code` is the whole district."""

    email = models.CharField(max_length=254)
    role = models.CharField(max_length=30)
    cds_code = models.CharField(max_length=14, blank=True)
    uuid = models.UUIDField(null=True)
    until = models.DateField(null=True)
    before_until = models.DateField(null=True)
    loses = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.op} staff role {self.target_id}"


class SectionChange(Change):
    cds_code = models.CharField(max_length=14)
    section_id = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    before_name = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.op} section {self.target_id}"


class SectionTeacherChange(PeriodChange):
    cds_code = models.CharField(max_length=14)
    section_id = models.CharField(max_length=60)
    email = models.CharField(max_length=254)

    def __str__(self) -> str:
        return f"{self.op} section teacher {self.target_id}"


class SectionPlaceChange(PeriodChange):
    cds_code = models.CharField(max_length=14)
    section_id = models.CharField(max_length=60)
    local_id = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.op} section place {self.target_id}"


class CaseloadChange(PeriodChange):
    email = models.CharField(max_length=254)
    local_id = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.op} caseload {self.target_id}"


class AbsenceChange(Change):
    """A mark of absence set (`miss`) or taken away (`back`)."""

    kind = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.op} {self.kind} {self.target_id}"
