"""Who people are, and the record of who may see and who saw whom."""

from accounts.models.access_change import AccessChange
from accounts.models.access_record import AccessRecord
from accounts.models.account_question import AccountQuestion
from accounts.models.block import Block
from accounts.models.caseload import Caseload
from accounts.models.claim_code import ClaimCode
from accounts.models.concern import Concern
from accounts.models.consent import Consent
from accounts.models.district import District, DistrictLea, DistrictLogo
from accounts.models.enrollment import Enrollment
from accounts.models.guardian import Guardian
from accounts.models.guardianship import Guardianship
from accounts.models.hold import Hold
from accounts.models.majority_notice import MajorityNotice
from accounts.models.school import School
from accounts.models.section import Section, SectionPlace, SectionTeacher
from accounts.models.session import Session
from accounts.models.session_purpose import SessionPurpose
from accounts.models.sign_on import SignOn
from accounts.models.staff_role import StaffRole
from accounts.models.student import Student
from accounts.models.support_view import SupportView
from accounts.models.user import User

__all__ = [
    "AccessChange",
    "AccessRecord",
    "AccountQuestion",
    "Block",
    "Caseload",
    "ClaimCode",
    "Concern",
    "Consent",
    "District",
    "DistrictLea",
    "DistrictLogo",
    "Enrollment",
    "Guardian",
    "Guardianship",
    "Hold",
    "MajorityNotice",
    "School",
    "Section",
    "SectionPlace",
    "SectionTeacher",
    "Session",
    "SessionPurpose",
    "SignOn",
    "StaffRole",
    "Student",
    "SupportView",
    "User",
]
