"""Killing a sync in the middle, and saying whether the next one comes to the same as an undisturbed one.

`tests/functional/test_killed_syncs.py` does it a few times, the soak fifty times.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps

from tests import live_nights
from tests.live import Portal
from tests.live_nights import CDS

# By what a row is known in the district, whatever its id.
_NATURAL = {
    "district": "cds_code",
    "school": "cds_code",
    "student": "local_id",
    "guardian": "source_id",
    "user": "lower(email)",
    "section": "source_id",
}
_WRITTEN = (
    "school",
    "student",
    "enrollment",
    "guardian",
    "guardianship",
    "user",
    "staffrole",
    "section",
    "sectionteacher",
    "sectionplace",
    "caseload",
)
_OWN = {"id", "uuid", "password", "date_joined", "last_login", "ssid_changed_at", "worked_at"}
_OTHERS = {
    "record": "SELECT verb, subject, reason FROM accounts_accesschange WHERE actor LIKE 'sync:%'",
    "absence": "SELECT kind FROM integrations_absence",
}
_APPLIED = "SELECT state, applied FROM integrations_syncrun ORDER BY id DESC LIMIT 1"


@cache
def _queries() -> dict[str, str]:
    """Return a query for each table: its columns but ids, with the row that a foreign key names by its natural key."""
    found = {}
    for name in _WRITTEN:
        table = f"accounts_{name}"
        columns = []
        for field in apps.get_model("accounts", name)._meta.concrete_fields:
            natural = _NATURAL.get(field.related_model._meta.model_name) if field.related_model else None
            if natural:
                other = field.related_model._meta.db_table
                columns.append(f"(SELECT {natural} FROM {other} WHERE id = {table}.{field.column})")  # noqa: S608 - no input: names and values of this test
            elif field.name not in _OWN:
                columns.append(f'CAST("{field.column}" AS text)')
        found[name] = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - no input: names and values of this test
    return found


def state(portal: Portal, database: str) -> dict[str, Counter[tuple[Any, ...]]]:
    """Return every row that a sync may write, ids and uuids aside, and how often each is there."""
    return {name: Counter(portal.rows(query, database)) for name, query in (_queries() | _OTHERS).items()}


@dataclass(frozen=True)
class Moment:
    """When to kill: once so many kinds are applied (or, below 0, while pages come), and so many seconds later."""

    applied: int
    seconds: float

    @classmethod
    def drawn(cls, dice: random.Random) -> Moment:
        return cls(dice.randint(-1, 8), dice.random() ** 2 * 0.05)


def kill_at(portal: Portal, database: str, moment: Moment) -> str:
    """Start a sync, kill it then, and return the state in which it left its run."""
    newest = portal.rows("SELECT max(id) FROM integrations_syncrun", database)[0][0] or 0
    process = live_nights.start(portal, database)
    while process.poll() is None:
        found = portal.rows(f"{_APPLIED.replace('ORDER', f'WHERE id > {newest} ORDER')}", database)
        if found and _is_there(found[0][0], found[0][1], moment):
            break
        time.sleep(0.002)
    time.sleep(moment.seconds)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    portal.processes.pop("sync", None)
    left: str = portal.rows(_APPLIED, database)[0][0]
    return left


def _is_there(run_state: str, applied: Any, moment: Moment) -> bool:
    if moment.applied < 0:
        return run_state != "waiting"
    done = applied if isinstance(applied, list) else [part for part in applied.strip("[]").split(",") if part]
    return run_state in {"applying", "done"} and len(done) >= moment.applied


def another_night(portal: Portal) -> None:
    """Change what a night can change: people come and go, names, addresses, flags, places."""
    edits = [
        {"every": ["student_id", 97, 3], "set": {"last_name": "Changed"}},
        {"endpoints": ["StudentContacts"], "every": ["contact_id", 53, 1], "set": {"legal_guardian": "f"}},
        {"endpoints": ["StudentContacts"], "every": ["contact_id", 61, 2], "drop": True},
        {"endpoints": ["Roster"], "every": ["student_id", 41, 5], "drop": True},
        {"endpoints": ["UserRoles"], "every": ["user_id", 37, 5], "drop": True},
    ]
    portal.sandbox.night(edits=edits, day=5)


def same_as_undisturbed(portal: Portal, start_of: str, expected: Any, moment: Moment) -> str:
    """Kill one, let the next one finish, and compare; return where the killed one was."""
    with live_nights.empty_database(portal, like=start_of) as database:
        left = kill_at(portal, database, moment)
        last = live_nights.sync(portal, database)
        assert last.status == 0, f"after {moment}, left {left}: {last}"
        found = state(portal, database)
        wrong = {name: (found[name] - rows, rows - found[name]) for name, rows in expected.items()}
        told = {name: [list(part.items())[:3] for part in both] for name, both in wrong.items() if any(both)}
        assert told == {}, f"after {moment}, left {left}"
        runs = portal.rows("SELECT count(*) FROM integrations_syncrun WHERE state <> 'done'", database)
        assert runs == [(0,)], "no run is left behind"
        return left


def killed_nights(portal: Portal, dice: random.Random, times: int) -> Counter[str]:
    """Kill first nights and changed ones in turn; return in which states they died."""
    left: Counter[str] = Counter()
    with live_nights.empty_database(portal) as first, live_nights.empty_database(portal) as third:
        assert live_nights.sync(portal, first).status == 0
        after_first = state(portal, first)
        assert live_nights.sync(portal, third).status == 0
        another_night(portal)
        assert live_nights.sync(portal, third).status == 0, "marks who is missing"
        with live_nights.empty_database(portal, like=third) as undisturbed:
            assert live_nights.sync(portal, undisturbed).status == 0, "ends them"
            after_third = state(portal, undisturbed)
        for number in range(times):
            is_first = number % 2 == 0
            portal.sandbox.reset()
            if not is_first:
                another_night(portal)
            start_of = portal.environment["DATABASE_URL"] if is_first else third
            expected = after_first if is_first else after_third
            left[same_as_undisturbed(portal, start_of, expected, Moment.drawn(dice))] += 1
    return left


__all__ = ["CDS", "Moment", "killed_nights", "same_as_undisturbed", "state"]
