"""The purpose for which staff open a student's reports: asked once a session and student, kept with the session (A7).

The pages of a student's reports call it; what they get goes into the record of access with each opening. Families and
students are never asked. If it answered for another session or student, the record would say what nobody said.
"""

from __future__ import annotations

from accounts.access import ReportAccess
from accounts.models import SessionPurpose
from accounts.purposes import Purpose


def chosen(*, session_key: str | None, may_see: ReportAccess) -> str:
    """Return the purpose chosen in this session for this student, empty where nobody chose one yet."""
    if may_see.is_family or not session_key:
        return ""
    rows = SessionPurpose.objects.filter(session=session_key, student=may_see.student_id)
    return rows.values_list("purpose", flat=True).first() or ""


def choose(*, session_key: str, may_see: ReportAccess, purpose: Purpose) -> None:
    """Keep the purpose for what is opened from now on. What was opened before keeps the one it was opened for."""
    SessionPurpose.objects.update_or_create(
        session_id=session_key, student_id=may_see.student_id, defaults={"purpose": purpose}
    )
