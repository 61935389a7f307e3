"""Whether a server lives and can serve (trust F8), and which pages go on when Redis or the vendor does not (F6)."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator

import pytest

from tests import live
from tests.base.redis_in_the_way import Between
from tests.functional.visitor import Visitor
from tests.live import SERVICES, Portal

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("health")]

GONE = "postgres://root@127.0.0.1:1/gone" if SERVICES else "sqlite:////no/such/folder/portal.sqlite3"
PROMPTLY = 2.0


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with live.running(tmp_path_factory.mktemp("health"), gunicorn=None) as staged:
        yield staged


@pytest.fixture
def serve(portal: Portal):
    """Start the server with another database, Redis or vendor; it ends with the test."""
    yield portal.serve
    portal.stop("gunicorn")


@pytest.fixture(params=["refusing", "hanging"])
def dead_redis(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "refusing":
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        yield f"redis://127.0.0.1:{port}/0"
        return
    between = Between()  # takes connections and never says a word
    between.become("hang")
    yield between.url
    between.stop()


def timed(portal: Portal, path: str, part: str | None = None):
    began = time.monotonic()
    answer = portal.get(part, path)
    return answer, time.monotonic() - began


@pytest.mark.promise("F8")
def test_healthz_answers_and_readyz_fails_without_a_database(portal: Portal, serve):
    serve(DATABASE_URL=GONE)

    for _ in range(3):
        alive, seconds = timed(portal, "/healthz")
        assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
        assert seconds < 1, "it asks nobody, so it waits for nobody"
    ready = portal.get(None, "/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "down")


@pytest.mark.promise("F8")
def test_readyz_fails_while_migrations_wait(portal: Portal, serve):
    serve()
    assert portal.get(None, "/readyz").status_code == 200
    portal.sql("CREATE TABLE kept AS SELECT * FROM django_migrations WHERE app = 'scorereports'")
    portal.sql("DELETE FROM django_migrations WHERE app = 'scorereports'")
    try:
        waiting = portal.get(None, "/readyz")
        alive = portal.get(None, "/healthz")
    finally:
        portal.sql("INSERT INTO django_migrations SELECT * FROM kept", "DROP TABLE kept")

    assert (waiting.status_code, waiting.json()["migrations"]) == (503, "waiting")
    assert alive.status_code == 200


@pytest.mark.promise("F8", "F6")
def test_with_a_dead_redis_readyz_says_degraded_within_a_second(portal: Portal, serve, dead_redis: str):
    serve(REDIS_URL=dead_redis)

    for _ in range(3):
        answer, seconds = timed(portal, "/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "cache": "down"})
        assert seconds < 1


@pytest.mark.promise("F8")
def test_no_vendor_ever_makes_readyz_fail(portal: Portal, serve):
    serve(PORTAL_VENDOR_HOSTS="127.0.0.1:1")
    child = portal.staged["ids"]["child"]

    assert portal.get("parent_of_two", f"/students/{child}/").status_code == 200
    assert portal.get(None, "/readyz").json() == {"status": "ok"}


@pytest.mark.promise("F6")
def test_people_sign_in_and_see_their_children_with_redis_dead_and_the_vendor_down(
    portal: Portal, serve, dead_redis: str
):
    serve(REDIS_URL=dead_redis)
    portal.sandbox.faults({"where": "all", "kind": "status", "status": 503})
    child = portal.staged["ids"]["child"]
    try:
        visitor = Visitor(portal)
        began = time.monotonic()
        assert visitor.get("/accounts/login/").status_code == 200
        assert time.monotonic() - began < PROMPTLY
        password = portal.staged["password"]
        answer = visitor.post(
            "/accounts/login/", {"login": portal.person("parent_of_two")["email"], "password": password}
        )
        assert answer.url == f"{portal.url}/"
        home, seconds = timed(portal, "/", "parent_of_two")
        assert (home.status_code, seconds < PROMPTLY) == (200, True)
        assert len(set(re.findall(r"/students/[0-9a-f-]{36}/", home.text))) == 2
        staff, seconds = timed(portal, "/admin/integrations/connection/", "district_admin")
        assert (staff.status_code, seconds < PROMPTLY) == (200, True)
        report_list = portal.get("parent_of_two", f"/students/{child}/")
        assert report_list.status_code == 200
        assert "The state’s service is not answering" in report_list.text.replace("&#x27;", "’").replace(
            "'", "’"
        )
    finally:
        portal.sandbox.reset()
        portal.close_breakers()
