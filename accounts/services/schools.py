"""Which schools somebody has to do with, for the page that says whom to call."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts import access
from accounts.models import Enrollment, School, User
from accounts.services import staff_roles
from portal.base.clock import local_today


def of(user: User) -> QuerySet[School]:
    """Return the schools of this person's children, and those where they hold a role."""
    enrolled = Enrollment.objects.on(local_today()).filter(student__in=access.children_of(user))
    held = staff_roles.current_roles(user).filter(school__isnull=False)
    return School.objects.filter(Q(pk__in=enrolled.values("school")) | Q(pk__in=held.values("school")))
