"""The service behind connections: saved with their secret or not at all, checked with the vendor, removed with it."""

from __future__ import annotations

import pytest

from accounts.models import AccessChange
from integrations import clients
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_API_TOKEN
from integrations.services import checks, connections
from integrations.services.connections import BadConnection
from portal.base import secrets
from portal.base.models import StoredSecret
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.http.hostile_urls import HOSTILE
from tests.scorereports.pages import asked, first_report, opened

SECRET = "s:e^cret"
# Hostile as they stand, and right once the blanks and the missing "https://" are put in order.
TIDIED = {" https://x.ets.org/", "https://x.ets.org/ ", "https://x.ets.org/\n", "x.ets.org/"}


def new(cast: Cast, **fields: str) -> Connection:
    values = {"name": "New", "base_url": "https://caaspp.ets.org"} | fields
    return Connection(district=cast.district, **values)


def stored(connection: Connection) -> tuple[str, str]:
    assert connection.key_id
    assert connection.secret_id
    return (
        secrets.reveal(connection.key_id, purpose=Connection.KEY_PURPOSE),
        secrets.reveal(connection.secret_id, purpose=Connection.SECRET_PURPOSE),
    )


def test_it_works(cast: Cast):
    made = connections.save(new(cast), key=" key\n", secret=f"\t{SECRET} \r\n", by=factories.BY)

    assert stored(made) == ("key", SECRET)


@pytest.mark.promise("S1")
@pytest.mark.parametrize(
    ("key", "secret"), [("key", ""), ("key", "   "), ("key", "\n"), ("", SECRET), (" ", SECRET)]
)
def test_without_key_and_secret_nothing_is_saved(cast: Cast, key: str, secret: str):
    with pytest.raises(BadConnection, match="client key and its client secret"):
        connections.save(new(cast), key=key, secret=secret, by=factories.BY)

    assert not Connection.objects.exists()
    assert not StoredSecret.objects.filter(purpose__startswith=Connection.SECRET_PURPOSE).exists()


@pytest.mark.promise("S3")
def test_an_address_off_the_allow_list_is_refused_before_a_secret_is_stored(cast: Cast):
    ours = ("127.0.0.1", "localhost")  # the tests' own vendor hosts, on any port
    for url in (url for url in HOSTILE if url not in TIDIED and not any(host in url for host in ours)):
        with pytest.raises(BadConnection, match="allow-list") as refused:
            connections.save(new(cast, base_url=url), key="key", secret=SECRET, by=factories.BY)
        assert SECRET not in str(refused.value)

    assert not Connection.objects.exists()
    assert not StoredSecret.objects.filter(purpose__startswith=Connection.SECRET_PURPOSE).exists()


@pytest.mark.promise("R5", "S2")
def test_every_change_is_one_row_without_key_or_secret(cast: Cast):
    count = AccessChange.objects.count()
    by = cast.district_admin
    made = connections.save(new(cast), key="first-key-of-all", secret="first-secret-of-all", by=factories.BY)
    made.reports_path = "/other-reports"
    connections.save(made, by=by)
    connections.save(made, secret="second-secret-of-all", by=by)
    connections.save(made, key="second-key-of-all", by=by)
    connections.save(made, by=by)  # nothing changed
    connections.save(made, notify=[by], by=by)
    made.seen_link_host = "files.ets.org"
    connections.pin_link_host(made, by=by)
    connections.remove(made, by=by)
    rows = list(AccessChange.objects.order_by("pk")[count:])

    assert [row.verb for row in rows] == [
        "connection.added",
        *["connection.changed"] * 5,
        "connection.removed",
    ]
    assert (rows[1].before["reports_path"], rows[1].after["reports_path"]) == (
        "/score-reports",
        "/other-reports",
    )
    replaced = [(row.after.get("key_replaced"), row.after.get("secret_replaced")) for row in rows[:6]]
    assert replaced == [(True, True), (False, False), (False, True), (True, False), *[(False, False)] * 2]
    assert (rows[4].before["notify"], rows[4].after["notify"]) == ([], [str(by.uuid)])
    assert (rows[5].before["link_host"], rows[5].after["link_host"]) == ("", "files.ets.org")
    assert [row.actor for row in rows] == [factories.BY, *[str(by.uuid)] * 6]
    assert "-of-all" not in " ".join(str(vars(row)) for row in rows)


# --- Against the sandbox -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "fault", "reason"),
    [
        ("verify", {"status": 403}, "token-refused"),
        ("verify", {"status": 403, "body": "gateway"}, "gateway-forbidden"),
    ],
)
def test_a_check_tells_refusals_of_a_fresh_token_apart(
    connected: Connection, sandbox, where: str, fault, reason: str
):
    sandbox.faults.add(where=where, kind="status", **fault)

    assert checks.check(connected).reason == reason


@pytest.mark.parametrize("part", ["key_id", "secret_id"])
def test_a_check_of_a_lost_key_or_secret_says_so(connected: Connection, sandbox, part: str):
    secrets.forget(getattr(connected, part))

    assert checks.check(connected).reason == "secret-unreadable"
    assert asked(sandbox) == dict.fromkeys(asked(sandbox), 0)


@pytest.mark.parametrize("part", ["key_id", "secret_id"])
def test_a_check_without_a_key_or_a_secret_asks_nobody(connected: Connection, sandbox, part: str):
    setattr(connected, part, None)

    assert checks.check(connected).reason == "no-secret"
    assert asked(sandbox) == dict.fromkeys(asked(sandbox), 0)


def test_a_regenerated_pair_works_once_it_is_entered(
    cast: Cast, connected: Connection, sandbox, django_capture_on_commit_callbacks
):
    client = sign_in(cast.parent_of_two)
    report = first_report(client, cast.child)
    sandbox.ets.use_credentials("sandbox", "regenerated:in^toms")
    assert opened(client, report).status_code == 503
    with django_capture_on_commit_callbacks(execute=True):
        connections.save(connected, secret="regenerated:in^toms", by=factories.BY)

    assert opened(client, report).status_code == 200


@pytest.mark.promise("S1")
def test_a_changed_connection_s_token_is_forgotten_once_the_change_is_committed(
    connected: Connection, sandbox, django_capture_on_commit_callbacks
):
    clients.ets_client(connected).verify()  # a check keeps none
    kept = StoredSecret.objects.filter(purpose="ets-token")
    assert kept.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        connections.save(connected, secret=DEFAULT_API_TOKEN, by=factories.BY)

    assert kept.count() == 0


@pytest.mark.promise("S1", "S2")
def test_a_client_shows_nothing_secret_of_itself(connected: Connection, sandbox):
    client = clients.ets_client(connected)
    checks.check(connected)
    shown = " ".join([repr(client), repr(vars(client)), repr(connected), str(connected)])

    assert DEFAULT_API_TOKEN not in shown
