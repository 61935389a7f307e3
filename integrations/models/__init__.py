"""How the portal reaches the vendors, and what it brings in from them."""

from integrations.models.absence import Absence
from integrations.models.changes import (
    AbsenceChange,
    CaseloadChange,
    EnrollmentChange,
    GuardianChange,
    GuardianshipChange,
    Op,
    SchoolChange,
    SectionChange,
    SectionPlaceChange,
    SectionTeacherChange,
    StaffRoleChange,
    StudentChange,
    UserChange,
)
from integrations.models.checklist import Checklist, ChecklistItem, ChecklistMark
from integrations.models.connection import Connection, Vendor
from integrations.models.enrollment import (
    BatchState,
    DeliveryTarget,
    EnrollmentAdult,
    EnrollmentBatch,
    EnrollmentRecord,
    RecordState,
)
from integrations.models.expiry_notice import ExpiryNotice
from integrations.models.roster import RosterPlace, RosterSchema
from integrations.models.submission import PublishedAction, Submission
from integrations.models.sync_problem import SyncProblem
from integrations.models.sync_run import SyncRun, SyncState
from integrations.models.sync_settings import RoleMapping, SyncSettings

__all__ = [
    "Absence",
    "AbsenceChange",
    "BatchState",
    "CaseloadChange",
    "Checklist",
    "ChecklistItem",
    "ChecklistMark",
    "Connection",
    "DeliveryTarget",
    "EnrollmentAdult",
    "EnrollmentBatch",
    "EnrollmentChange",
    "EnrollmentRecord",
    "ExpiryNotice",
    "GuardianChange",
    "GuardianshipChange",
    "Op",
    "PublishedAction",
    "RecordState",
    "RoleMapping",
    "RosterPlace",
    "RosterSchema",
    "SchoolChange",
    "SectionChange",
    "SectionPlaceChange",
    "SectionTeacherChange",
    "StaffRoleChange",
    "StudentChange",
    "Submission",
    "SyncProblem",
    "SyncRun",
    "SyncSettings",
    "SyncState",
    "UserChange",
    "Vendor",
]
