"""Writes a change set into accounts' tables: what was shown, nothing else, each kind once (trust F1, F7, R5).

`runs` calls it. A kind's writes, its rows in the record of changes and its mark on the run are one transaction, so a
run that dies goes on with what is not marked. On PostgreSQL adults and their links, the half of a night's rows, go in
beside the other kinds: adults at once, their links when the students are there. A link or role that a person changed
since the comparison is left alone and becomes a problem. Adults of registrations become one with the contacts that came
for them (`accounts.services.provisionals`). A record that became somebody else's loses the account of whom it was
(`accounts.services.handovers`).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from django.db import connection, transaction
from django.db.models import F

from accounts.models import Guardian
from accounts.services import handovers, provisionals
from integrations.models import GuardianChange, Op, SyncProblem, SyncRun, SyncState
from integrations.sync.comparing import ENDING, ORDER, execute, facts, prepare_session
from integrations.sync.rows import Kind
from portal.base.streaming import release_database

# The others name these; contacts and the rest then name none of each other.
_FIRST = (Kind.SCHOOLS, Kind.STUDENTS)
_BESIDE = tuple(kind for kind in ORDER if kind not in {*_FIRST, Kind.CONTACTS})
# So many new rows and PostgreSQL's own statistics are worth nothing until they are taken again.
_MANY = 1000
_TABLES = {
    Kind.SCHOOLS: ("schools", "accounts_school"),
    Kind.STUDENTS: ("students", "accounts_student"),
    Kind.ENROLLMENTS: ("enrollments", "accounts_enrollment"),
    Kind.CONTACTS: ("links", "accounts_guardian", "accounts_guardianship"),
    Kind.STAFF: ("accounts", "accounts_user"),
    Kind.ROLES: ("roles", "accounts_staffrole"),
    Kind.SECTIONS: ("sections", "accounts_section"),
    Kind.TEACHERS: ("teachers", "accounts_sectionteacher"),
    Kind.PLACES: ("places", "accounts_sectionplace"),
    Kind.CASELOADS: ("caseloads", "accounts_caseload"),
}
_SKIPPED = "changed-meanwhile"

Kinds = Iterable[Kind]
Wait = Callable[[], None]


def _at_once() -> None:
    return None


def apply(run: SyncRun, today: datetime.date, beat: Callable[[], None]) -> None:
    """Apply what of the change set is not in yet. `beat` ends each transaction and raises if the lease is gone."""
    apply_all = partial(_apply_kinds, run, today, beat)
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        _apply_in_two_sessions(apply_all)
    apply_all(ORDER)
    run.refresh_from_db(fields=["applied"])
    skipped = SyncProblem.objects.filter(run=run, reason=_SKIPPED)
    for name, kind in (("links", Kind.CONTACTS), ("roles", Kind.ROLES)):
        if count := skipped.filter(kind=kind).count():
            run.counts.setdefault(name, {})["skipped"] = count


def _apply_in_two_sessions(apply_all: Callable[..., None]) -> None:
    """Adults and links in this session, all else in another. Whatever fails there before the links fails here too."""
    first: Future[None] = Future()
    with ThreadPoolExecutor(1, thread_name_prefix="sync-apply") as pool:
        beside = pool.submit(_apply_beside, apply_all, first)
        apply_all((Kind.CONTACTS,), wait=first.result)
    beside.result()


def _apply_beside(apply_all: Callable[..., None], first: Future[None]) -> None:
    try:
        apply_all(_FIRST)
        first.set_result(None)
        apply_all(_BESIDE)
    except BaseException as problem:
        if not first.done():
            first.set_exception(problem)
        raise
    finally:
        release_database()


def _apply_kinds(
    run: SyncRun, today: datetime.date, beat: Callable[[], None], kinds: Kinds, *, wait: Wait = _at_once
) -> None:
    for kind in kinds:
        there = SyncRun.objects.get(pk=run.pk)
        if there.state == SyncState.APPLYING and kind not in there.applied:
            _apply_kind(run, kind, today, beat, wait)


@transaction.atomic
def _apply_kind(run: SyncRun, kind: Kind, today: datetime.date, beat: Callable[[], None], wait: Wait) -> None:
    prepare_session()
    given = facts(run, today)
    execute(kind, "begin", given)
    wait()
    execute(kind, "apply", given)
    if kind is Kind.CONTACTS:
        _take_accounts_off(run, given["actor"])
        # In this very transaction: at no moment is an adult of a registration there twice, or not at all.
        provisionals.unite(district=run.district, by=given["actor"])
    if kind in ENDING:
        table = ENDING[kind]._meta.db_table  # noqa: SLF001 - Django's documented way to a table's name
        execute("absence", "apply", given, kind=kind, changes=table)
    _count_anew(run, kind)
    # Should another process have taken over meanwhile, all of this is taken back here.
    beat()
    there = SyncRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    there.applied.append(str(kind))
    there.save(update_fields=["applied"])


def _take_accounts_off(run: SyncRun, by: str) -> None:
    """Part records that became somebody else's from the accounts of those they were, as the change set shows them."""
    changed = GuardianChange.objects.filter(run=run, op=Op.UPDATE, person=True)
    changed = changed.exclude(before_email=F("email")).exclude(before_name=F("name"))
    joined = Guardian.objects.filter(user__isnull=False).values("pk")
    for change in changed.filter(target_id__in=joined).order_by("pk"):
        before, now = (change.before_name, change.before_email), (change.name, change.email)
        if change.target_id and handovers.is_somebody_else(before=before, now=now):
            handovers.take_account_off(guardian_id=change.target_id, by=by)


def _count_anew(run: SyncRun, kind: Kind) -> None:
    name, *tables = _TABLES[kind]
    if connection.vendor == "postgresql" and run.counts.get(name, {}).get("insert", 0) >= _MANY:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {table}")
