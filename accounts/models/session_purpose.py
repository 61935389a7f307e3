from django.db import models

from accounts.models.session import Session
from accounts.models.student import Student
from accounts.purposes import Purpose


class SessionPurpose(models.Model):
    """Why somebody of the staff opens this student's reports in this session; gone with it, and asked again (A7)."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="purposes")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=60, choices=Purpose)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "student"], name="one_purpose_per_session_and_student")
        ]

    def __str__(self) -> str:
        return f"purpose {self.pk}"
