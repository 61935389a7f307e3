"""The screen of a connection to Illuminate: its own fields, tested with one button, and no secret ever shown again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import AccessChange
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_ILLUMINATE, SandboxServer
from integrations.services import connections, scopes
from portal.base import secrets
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.setting_up import CONNECTIONS, errors_in, fields_of, page_of, send, text_of

pytestmark = pytest.mark.slow  # several pages of the admin each

ADD = f"{CONNECTIONS}add/?vendor=illuminate"
GIVEN = {name: f"canary-{name}-4711" for name in ("key", "secret", "token", "token_secret")}
SERVER = "https://demo.illuminateed.com/live/rest_server.php"


@pytest.fixture
def admin(cast: Cast) -> Client:
    return sign_in(cast.district_admin)


def made_for(cast: Cast, base_url: str = SERVER, **given: Any) -> Connection:
    connection = Connection(vendor="illuminate", district=cast.district, name="People", base_url=base_url)
    return connections.save(connection, by=factories.BY, **(GIVEN | given))


def stored(connection: Connection) -> dict[str, str]:
    connection.refresh_from_db()
    kept = {
        "key": (connection.key_id, Connection.KEY_PURPOSE),
        "secret": (connection.secret_id, Connection.SECRET_PURPOSE),
        "token": (connection.token_id, Connection.TOKEN_PURPOSE),
        "token_secret": (connection.token_secret_id, Connection.TOKEN_SECRET_PURPOSE),
    }
    return {name: secrets.reveal(row, purpose=purpose) for name, (row, purpose) in kept.items() if row}


def asked(client: Client, connection: Connection) -> Any:
    return client.post(f"{CONNECTIONS}{connection.pk}/test/")


def test_it_works(cast: Cast, admin: Client):
    answer = send(admin, ADD, name="People", district=cast.district.pk, base_url=f" {SERVER}/ ", **GIVEN)

    assert errors_in(answer) == ""
    made = Connection.objects.get()
    assert (made.vendor, made.base_url, made.school, made.students_path) == ("illuminate", SERVER, None, "")
    assert stored(made) == GIVEN


def test_each_vendor_has_its_own_fields(cast: Cast, admin: Client):
    ets, illuminate = set(fields_of(admin, f"{CONNECTIONS}add/")), set(fields_of(admin, ADD))
    assert {"students_path", "expires", "link_host", "school"} <= ets - illuminate
    assert {"token", "token_secret", "base_url"} <= illuminate - ets
    assert "Add connection to Illuminate" in text_of(admin.get(CONNECTIONS))
    assert set(fields_of(admin, page_of(made_for(cast)))) >= {"token", "token_secret"}


@pytest.mark.promise("S1", "R5")
def test_credentials_are_shown_masked_and_nowhere_in_full(cast: Cast, admin: Client):
    made = made_for(cast)
    send(admin, page_of(made), **{name: f"{value}x" for name, value in GIVEN.items()})

    pages = [page_of(made), CONNECTIONS, f"{CONNECTIONS}{made.pk}/history/"]
    shown = "".join(admin.get(page).content.decode() for page in pages)
    recorded = [*LogEntry.objects.values_list(), *AccessChange.objects.values_list()]
    assert shown.count("*****711x") == 4
    assert "canary" not in shown + str(recorded)
    assert AccessChange.objects.latest("pk").after["token_replaced"] is True


def test_empty_fields_keep_what_is_stored(cast: Cast, admin: Client):
    made = made_for(cast)
    assert send(admin, page_of(made), name="Renamed").status_code == 302
    assert stored(made) == GIVEN
    assert made.name == "Renamed"


def test_the_user_token_can_be_given_up_for_oauth_2(cast: Cast, admin: Client):
    made = made_for(cast)
    assert send(admin, page_of(made), without_token="on").status_code == 302
    assert stored(made) == {name: GIVEN[name] for name in ("key", "secret")}
    assert "without a user token" in text_of(admin.get(page_of(made)))
    assert send(admin, page_of(made), name="Renamed").status_code == 302


@pytest.mark.parametrize("lacking", ["token", "token_secret", "key", "secret"])
def test_half_a_pair_is_refused_and_nothing_typed_comes_back(cast: Cast, admin: Client, lacking: str):
    given = {name: value for name, value in GIVEN.items() if name != lacking}
    answer = send(admin, ADD, name="People", district=cast.district.pk, base_url=SERVER, **given)

    assert errors_in(answer)
    assert "canary" not in answer.content.decode()
    assert not Connection.objects.exists()


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "typed",
    [
        "https://caaspp-aws.ets.org/rest_server.php",
        "https://evil.example/rest_server.php",
        "http://demo.illuminateed.com/live/rest_server.php",
        "https://demo.illuminateed.com:8443/live/rest_server.php",
        "https://169.254.169.254/rest_server.php",
        "https://demo.illuminateed.com/live",
        "javascript:alert(1)//rest_server.php",
    ],
)
def test_no_server_beyond_the_allow_list_is_saved(cast: Cast, admin: Client, typed: str):
    made = made_for(cast)
    complaint = errors_in(send(admin, page_of(made), base_url=typed))
    assert "allow-list" in complaint or "ends in rest_server.php" in complaint
    made.refresh_from_db()
    assert made.base_url == SERVER


@pytest.mark.promise("S2")
def test_the_test_says_which_sites_it_sees_and_nothing_secret(
    cast: Cast, admin: Client, sandbox: SandboxServer
):
    made = made_for(cast, sandbox.url + sandbox.illuminate.base_path, **DEFAULT_ILLUMINATE)

    page = asked(admin, made)

    assert "It works" in text_of(page)
    assert sandbox.world.schools[0].name in text_of(page)
    assert not [value for value in DEFAULT_ILLUMINATE.values() if value in page.content.decode()]
    made.refresh_from_db()
    assert made.worked_at is not None
    assert sandbox.calls["oauth2_token"] == 0


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("Illuminate refuses the credentials", {"status": 401, "text": ""}),
        ("may not read the list of sites", {"status": 403, "text": ""}),
        ("Wrong path", {"status": 404, "text": ""}),
        ("Illuminate is down", {"status": 500, "text": ""}),
        ("asks us to slow down", {"status": 429, "text": ""}),
    ],
)
def test_each_answer_has_its_words(
    cast: Cast, admin: Client, sandbox: SandboxServer, words: str, fault: dict[str, Any]
):
    made = made_for(cast, sandbox.url + sandbox.illuminate.base_path, **DEFAULT_ILLUMINATE)
    sandbox.faults.add(vendor="illuminate", where="Sites", kind="status", **fault)
    assert words in text_of(asked(admin, made))


def test_it_is_not_offered_where_reports_come_from(cast: Cast):
    made = made_for(cast)
    assert made in scopes.looked_after_by(cast.district_admin)
    assert made not in scopes.pickable_by(cast.district_admin)


@pytest.mark.promise("A7")
def test_who_sets_up_one_school_neither_makes_nor_sees_one(cast: Cast):
    school_admin = sign_in(cast.school_admin)
    made = made_for(cast)

    answer = school_admin.post(
        ADD, {"name": "Mine", "district": cast.district.pk, "base_url": SERVER, **GIVEN}
    )

    assert Connection.objects.count() == 1
    assert answer.status_code in {200, 403}
    assert "Illuminate" not in text_of(school_admin.get(CONNECTIONS))
    assert school_admin.get(page_of(made)).status_code == 302
    assert asked(school_admin, made).status_code in {302, 403}
