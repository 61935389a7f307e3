"""Links that a registration made and, come again with other words, names no more: ended, or back before staff.

`enrollment_records` calls it whenever a record is placed anew. A school corrects a student id, or takes an adult out,
and PowerSchool hands the record over again. Were the links of before left alone, an adult would go on seeing the child
of another family, or one from whom the school has just taken them (trust A8). Only links that this very record made
are touched, and none that another registration names too.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Guardianship
from accounts.models.guardianship import REGISTRATION, Standing
from accounts.models.period import EndedBy
from accounts.services import guardianships
from accounts.services.changes import Actor
from integrations.models import EnrollmentAdult, EnrollmentRecord
from integrations.services.enrollment_mapping import ADULTS
from portal.base.clock import local_today

NAMED_NO_MORE = "The registration came again and does not name this adult beside this student any more."
_LONGEST = 50


def source_id(record: EnrollmentRecord, place: int) -> str:
    """Return what names the place of an adult in a record, in the adult's own row. No two places share one."""
    whole = f"{record.connection_id}:{record.vendor_id}:{place}"
    if len(whole) <= _LONGEST and ":" not in record.vendor_id:
        return whole
    # Cut off, it would lose its place; a colon of theirs could stand for one of ours.
    short = hashlib.sha256(record.vendor_id.encode()).hexdigest()[:32]
    return f"{record.connection_id}:{short}:{place}"


def is_made_by(record: EnrollmentRecord, link: Guardianship) -> bool:
    """Say whether a link is this registration's own, and not that of an adult who stood there before."""
    owns = (source_id(record, place) for place in ADULTS)
    return any(link.source_id == own or link.source_id.startswith(f"{own}:") for own in owns)


def whom_it_names_no_more(record: EnrollmentRecord, places: Iterable[int], *, by: Actor) -> None:
    """Let go of the links of earlier comings, once the record's adults point to those of this one."""
    if record.placed_at is None:
        return
    record.adults.exclude(place__in=list(places)).delete()
    named = Exists(EnrollmentAdult.objects.filter(guardianship=OuterRef("pk")))
    for link in _open_links_of(record).exclude(named):
        _let_go(link, by)


def all_of(record: EnrollmentRecord, *, by: Actor) -> None:
    """Let go of all links of earlier comings: the record names another student now, or none who is here."""
    whom_it_names_no_more(record, (), by=by)
    record.student = None


def _open_links_of(record: EnrollmentRecord) -> Any:
    made = Q()
    for place in ADULTS:
        own = source_id(record, place)
        made |= Q(source_id=own) | Q(source_id__startswith=f"{own}:")
    still_open = Q(until__isnull=True) | Q(until__gte=local_today())
    district = record.batch.target.district_id
    links = Guardianship.objects.filter(made, still_open, source=REGISTRATION, guardian__district=district)
    return links.select_related("guardian", "student").order_by("pk")


def _let_go(link: Guardianship, by: Actor) -> None:
    """End a link about which nobody decided; one that counts waits for staff, and one that was declined stays so."""
    if link.standing == Standing.PROVISIONAL:
        yesterday = local_today() - datetime.timedelta(days=1)
        # As a sync ends: should the registration name the adult again, they come back.
        guardianships.end(
            guardianship=link, last_day=yesterday, by=by, reason=NAMED_NO_MORE, ended_by=EndedBy.SYNC
        )
    elif link.standing == Standing.COUNTS:
        guardianships.send_to_review(guardianship=link, by=by, reason=NAMED_NO_MORE)
