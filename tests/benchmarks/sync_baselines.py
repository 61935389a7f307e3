"""What a night's sync is measured against: the same pages merely read, the same rows merely copied, rows one by one."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import requests
from requests_oauthlib import OAuth1

from integrations.sandbox.server import DEFAULT_ILLUMINATE

IN_FLIGHT = 4
_TABLES = "user school student enrollment guardian guardianship staffrole section sectionteacher sectionplace caseload"
TABLES = [f"accounts_{name}" for name in (*_TABLES.split(), "accesschange")]
Question = tuple[str, dict[str, str]]


def questions(day: str, year: int) -> list[Question]:
    """Return what a night asks for: endpoints and parameters, `limit` 0 where there are no pages."""
    dated = ("Enrollment", "MasterSchedule", "Roster", "StudentCounselors")
    terms = [(f"{first - 1}-07-01", f"{first}-06-30") for first in (year - 1, year)]
    return [
        *(("Terms", {"start_date": first, "end_date": last, "limit": "1000"}) for first, last in terms),
        ("Sites", {}),
        ("GradeLevels", {}),
        ("Students2", {"date": day, "limit": "2000"}),
        *((name, {"date": day, "limit": "1000"}) for name in dated),
        ("StudentContacts", {"limit": "1000"}),
        ("Users", {"limit": "1000"}),
        ("UserRoles", {"academic_year": str(year), "limit": "1000"}),
    ]


def paging(base_url: str, asked: list[Question]) -> float:
    """Read every page of every question, four in flight, keep-alive, and discard it; return the seconds."""
    key, secret, token, token_secret = (
        DEFAULT_ILLUMINATE[name] for name in ("key", "secret", "token", "token_secret")
    )
    mine, auth = threading.local(), OAuth1(key, secret, token, token_secret)

    def fetched(name: str, parameters: dict[str, str], page: int) -> bytes:
        if not hasattr(mine, "session"):
            mine.session = requests.Session()
            mine.session.trust_env = False
        paged = {"page": str(page)} if "limit" in parameters else {}
        answer = mine.session.get(f"{base_url}/Api/{name}/", params=parameters | paged, auth=auth, timeout=60)
        answer.raise_for_status()
        return bytes(answer.content)

    began = time.perf_counter()
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for name, parameters in asked:
            first = json.loads(pool.submit(fetched, name, parameters, 1).result())
            pages = first["num_pages"] if "limit" in parameters else 1
            for _ in pool.map(partial(fetched, name, parameters), range(2, pages + 1)):
                pass
    return time.perf_counter() - began


def copy_and_merge(filled: str, empty: str) -> float:
    """Copy the rows that a first night wrote into the same tables, keys and indexes; return the seconds."""
    # In files: a child's peak memory is no less than what its parent held when it was started.
    with contextlib.ExitStack() as files:
        dumps = {table: files.enter_context(tempfile.TemporaryFile()) for table in TABLES}
        with psycopg.connect(filled) as source:
            for table, file in dumps.items():
                with source.cursor().copy(f"COPY {table} TO STDOUT".encode()) as out:
                    file.writelines(out)
                file.seek(0)
        return _merged(empty, dumps)


def _merged(empty: str, dumps: Mapping[str, Any]) -> float:
    began = time.perf_counter()
    with psycopg.connect(empty, autocommit=True) as target:
        for table, rows in dumps.items():
            with target.transaction(), target.cursor() as cursor:
                cursor.execute(f"CREATE TEMP TABLE staged (LIKE {table}) ON COMMIT DROP".encode())
                with cursor.copy(b"COPY staged FROM STDIN") as into:
                    for some in iter(partial(rows.read, 1 << 20), b""):
                        into.write(some)
                cursor.execute(f"INSERT INTO {table} SELECT * FROM staged ON CONFLICT DO NOTHING".encode())  # noqa: S608 - no input: names and values of this test
    return time.perf_counter() - began


def one_by_one(students: int) -> float:
    """Bring in so many students, their enrolments, guardians and links by `update_or_create`; return calls a second."""
    from accounts.models import District, Enrollment, Guardian, Guardianship, School, Student  # noqa: PLC0415 - models can be imported only after django.setup()

    district = District.objects.get()
    school = School.objects.create(district=district, cds_code="1" * 14, name="One")
    began = time.perf_counter()
    for number in range(students):
        names = {"first_name": "A", "last_name": "B", "ssid": f"{number:010d}", "grade": "05"}
        child, _ = Student.unscoped.update_or_create(district=district, local_id=str(number), defaults=names)
        Enrollment.objects.update_or_create(
            student=child, school=school, starts=None, defaults={"source": "x"}
        )
        adult, _ = Guardian.objects.update_or_create(
            district=district, source="x", source_id=str(number), defaults={"name": "C"}
        )
        given = {"relationship": "Mother", "legal_guardian": True, "standing": "counts", "source": "x"}
        Guardianship.objects.update_or_create(guardian=adult, student=child, defaults=given)
    return 4 * students / (time.perf_counter() - began)


if __name__ == "__main__":  # in a portal's environment
    import django

    django.setup()
    print(one_by_one(int(sys.argv[1])))
