"""Which connections a person looks after, and which they may pick by name.

A connection may serve many schools, through the configurations that name it; `scorereports` owns those, and they are
asked for here by the name of the relation. One that was made for a school is looked after by whoever reaches that
school and every other that uses it; one that was made for the district only by whoever sets up the district, whoever
uses it: nobody comes to own credentials by choosing them. To everybody else it is a name to pick.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import School, User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.models import Connection, Vendor


def looked_after_by(user: User, right: Right = Right.VIEW_SET_UP) -> QuerySet[Connection]:
    """Return the connections of the districts they reach with the right, and schools' whose every user they reach."""
    mine = staff_roles.schools_set_up_by(user, right)
    districts = staff_roles.districts_set_up_by(user, right)
    others = School.objects.exclude(pk__in=mine.values("pk"))
    made_for_mine = Q(school__in=mine) & ~_used_by(others)
    return Connection.objects.filter(Q(district__in=districts) | made_for_mine)


def pickable_by(user: User) -> QuerySet[Connection]:
    """Return also the shared connections of the district their school is in: known by name, not by content.

    Reports come from ETS alone, so only connections to it are picked.
    """
    mine = staff_roles.schools_set_up_by(user, Right.CHANGE_SET_UP)
    looked_after = looked_after_by(user, Right.CHANGE_SET_UP)
    shared = Q(school__isnull=True, district__in=mine.values("district"))
    return Connection.objects.filter(Q(pk__in=looked_after.values("pk")) | shared, vendor=Vendor.ETS)


def schools_using(connection: Connection) -> QuerySet[School]:
    """Return the schools whose reports come through this connection today."""
    used = Connection.objects.filter(pk=connection.pk)
    default_here = used.filter(configurations__is_default=True)
    by_default = Q(configurations__isnull=True, district__in=default_here.values("district"))
    return School.objects.filter(Q(configurations__connection__in=used) | by_default).distinct()


def _used_by(schools: QuerySet[School]) -> Q:
    """Say of a connection that one of these schools uses it: as an override, or as the district's default."""
    overridden = schools.filter(configurations__connection=OuterRef("pk"))
    left_to_default = schools.filter(configurations__isnull=True, district=OuterRef("district"))
    is_default = Connection.objects.filter(pk=OuterRef("pk"), configurations__is_default=True)
    return Q(Exists(overridden)) | (Q(Exists(is_default)) & Q(Exists(left_to_default)))
