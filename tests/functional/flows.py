"""What people, vendors and operators do to a portal while the canary test looks on."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.functional.eavesdropper import Eavesdropper
from tests.functional.visitor import Visitor
from tests.live import SERVICES, Portal

WRONG_PASSWORD = "wrong-password-canary-0451"
TYPED_SECRET = "typed-in-a-form-canary:7731^00"
HOSTILE_LINK = "https://reports.example.net/canary-path-8812?X-Amz-Signature=canary-signature-8812"
FAULTS: list[dict[str, Any]] = [
    {"where": "token", "kind": "status", "status": 401},
    {"where": "token", "kind": "garbage"},
    {"where": "reports", "kind": "status", "status": 400},
    {"where": "reports", "kind": "status", "status": 401},
    {"where": "reports", "kind": "status", "status": 403, "body": "gateway"},
    {"where": "reports", "kind": "status", "status": 404},
    {"where": "reports", "kind": "status", "status": 429, "retry_after": 1},
    {"where": "reports", "kind": "status", "status": 503, "body": "html"},
    {"where": "reports", "kind": "reset"},
    {"where": "reports", "kind": "truncate"},
    {"where": "reports", "kind": "garbage"},
    {"where": "reports", "kind": "redirect", "location": HOSTILE_LINK},
    {"where": "reports", "kind": "hostile_links", "url": HOSTILE_LINK},
    {"where": "reports", "kind": "bad_rows"},
    {"where": "reports", "kind": "extra_rows"},
    {"where": "reports", "kind": "hang", "seconds": 1},
    {"where": "link", "kind": "status", "status": 403, "body": "xml"},
    {"where": "link", "kind": "status", "status": 503, "body": "xml"},
    {"where": "link", "kind": "truncate"},
    {"where": "link", "kind": "wrong_type"},
    {"where": "link", "kind": "redirect", "location": HOSTILE_LINK},
    {"where": "link", "kind": "gzip_bomb", "size": 1_000_000},
    {"where": "link", "kind": "set_cookie"},
    {"where": "link", "kind": "reset"},
]


def signing_in(portal: Portal) -> list[str]:
    email = portal.person("parent_of_two")["email"]
    visitor = Visitor(portal)
    visitor.post("/accounts/login/", {"login": email, "password": WRONG_PASSWORD})
    visitor.post("/accounts/login/", {"login": "stranger@example.org", "password": WRONG_PASSWORD})
    answer = visitor.post("/accounts/login/", {"login": email, "password": portal.staged["password"]})
    assert answer.url == f"{portal.url}/", "the right password signs in"
    visitor.post("/accounts/password/reset/", {"email": email})
    return visitor.seen


def reading(portal: Portal, part: str = "parent_of_two") -> list[str]:
    """List and open, once as it should be; return the pages."""
    child = portal.staged["ids"]["child"]
    visitor = Visitor(portal, part)
    visitor.get("/")
    assert visitor.get(f"/students/{child}/").ok
    if part == "teacher":
        visitor.post(f"/students/{child}/purpose/", {"purpose": "teaching"})
    first = portal.report_urls(part, child)[0]
    assert visitor.get(first).ok
    assert visitor.get(f"{first}content/").content.startswith(b"%PDF-")
    visitor.get(f"/students/{portal.staged['ids']['stranger_child']}/")
    visitor.get(f"{first[:-3]}x/content/")
    return visitor.seen


def with_every_fault(portal: Portal, part: str = "parent_of_two") -> list[str]:
    child = portal.staged["ids"]["child"]
    portal.close_breakers()
    report = portal.report_urls(part, child)[0]
    visitor = Visitor(portal, part)
    # Without services a few of each place, so that the ordinary tests stay quick.
    for fault in FAULTS if SERVICES else FAULTS[::4]:
        portal.close_breakers()
        portal.sandbox.faults(fault)
        if fault["where"] == "token":
            portal.sandbox.settings(revoke_tokens=True)
        visitor.get(f"/students/{child}/")
        try:
            visitor.get(f"{report}content/")
        except OSError:  # a report that broke off: what the reader should get
            continue
    portal.sandbox.reset()
    portal.close_breakers()
    return visitor.seen


def breaking_ourselves(portal: Portal, part: str = "parent_of_two") -> list[str]:
    """A page that fails in our own code, and a record of access that cannot be written."""
    child = portal.staged["ids"]["child"]
    report = portal.report_urls(part, child)[0]
    visitor = Visitor(portal, part)
    portal.sql("ALTER TABLE scorereports_configuration RENAME TO gone_for_a_while")
    failed = visitor.get(f"/students/{child}/").status_code
    failed_too = visitor.get(f"{report}content/").status_code
    portal.sql("ALTER TABLE gone_for_a_while RENAME TO scorereports_configuration")
    assert (failed, failed_too) == (500, 500)
    refusing, working = _refusing_records()
    portal.sql(*refusing)
    assert visitor.get(f"{report}content/").status_code == 503
    portal.sql(*working)
    return visitor.seen


def _refusing_records() -> tuple[list[str], list[str]]:
    if SERVICES:
        table = "ALTER TABLE accounts_accessrecord"
        return [f"{table} ADD CONSTRAINT refusing CHECK (false) NOT VALID"], [
            f"{table} DROP CONSTRAINT refusing"
        ]
    trigger = (
        "CREATE TRIGGER refusing BEFORE INSERT ON accounts_accessrecord BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    return [trigger], ["DROP TRIGGER refusing"]


def administering(portal: Portal) -> list[str]:
    visitor = Visitor(portal, "district_admin")
    base = f"/admin/integrations/connection/{portal.staged['ids']['connection']}"
    for page in ("/admin/", "/admin/integrations/connection/", f"{base}/change/", f"{base}/history/"):
        assert visitor.get(page).status_code == 200
    fields = _connection_fields(portal, visitor, f"{base}/change/")
    refused = visitor.post(
        f"{base}/change/",
        fields | {"server": "", "other_server": "https://example.net", "secret": TYPED_SECRET},
    )
    assert "allow-list" in refused.text
    saved = visitor.post(f"{base}/change/", fields | {"secret": portal.environment["LIVE_ETS_SECRET"]})
    assert saved.url.endswith("/admin/integrations/connection/"), "saved, and back at the list"
    visitor.get(f"{base}/history/")
    boss = Visitor(portal, "superuser")
    for log in ("accesschange", "accessrecord"):
        assert boss.get(f"/admin/accounts/{log}/").status_code == 200
        row = portal.rows(f"SELECT max(id) FROM accounts_{log}")[0][0]  # noqa: S608 - no input: names and values of this test
        assert boss.get(f"/admin/accounts/{log}/{row}/change/").status_code == 200
    return visitor.seen + boss.seen


def _connection_fields(portal: Portal, visitor: Visitor, page: str) -> dict[str, str]:
    number = int(portal.staged["ids"]["connection"])
    query = f"SELECT district_id FROM integrations_connection WHERE id = {number}"  # noqa: S608 - no input: names and values of this test
    district = str(portal.rows(query)[0][0])
    return visitor.fields(page) | {"district": district, "server": portal.environment["LIVE_ETS"]}


def operating(portal: Portal, eavesdropper: Eavesdropper) -> None:
    """The commands an operator types, right and wrong, and a round of the worker."""
    secret = portal.environment["LIVE_ETS_SECRET"]
    connect = (
        "manage.py",
        "connect",
        "ets",
        "--district",
        portal.staged["district"],
        "--username",
        "sandbox",
    )
    named = ("--name", "From a script", "--secret-env", "OPERATORS_SECRET")
    portal.run(*connect, *named, "--base-url", f"http://{eavesdropper.netloc}/ets", OPERATORS_SECRET=secret)
    for wrong in ("https://example.net", f"https://u:{quote(TYPED_SECRET)}@example.net/ets"):
        failed = portal.run(*connect, *named, "--base-url", wrong, check=False, OPERATORS_SECRET=TYPED_SECRET)
        assert failed.returncode == 1
    if SERVICES:
        portal.run("manage.py", "check_connections", check=False)
    portal.run("-m", "celery", "-A", "portal", "call", "portal.base.tasks.sweep")
