"""The connection's screen: what is pasted, typed and saved, and what never comes back."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import AccessChange
from integrations.models import Connection
from integrations.services import addresses
from portal.base import secrets
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.setting_up import CONNECTIONS, errors_in, page_of, send, text_of

KEY, SECRET = "canary-key-4711ACeA", "canary:se^cret:0815t^00"
pytestmark = pytest.mark.slow  # several pages of the admin each


@pytest.fixture
def admin(cast: Cast) -> Client:
    return sign_in(cast.district_admin)


def stored(connection: Connection) -> tuple[str, str]:
    connection.refresh_from_db()
    assert connection.key_id
    assert connection.secret_id
    return (
        secrets.reveal(connection.key_id, purpose=Connection.KEY_PURPOSE),
        secrets.reveal(connection.secret_id, purpose=Connection.SECRET_PURPOSE),
    )


def test_it_works(cast: Cast, admin: Client):
    answer = send(
        admin, f"{CONNECTIONS}add/", name="CAASPP", district=cast.district.pk, key=KEY, secret=SECRET
    )

    assert errors_in(answer) == ""
    made = Connection.objects.get()
    assert stored(made) == (KEY, SECRET)
    assert made.base_url == addresses.SHIPPED[0]
    assert (made.students_path, made.reports_path, made.token_path) == (
        "/v3/students/",
        "/score-reports",
        "/v3/token",
    )


@pytest.mark.promise("S1")
def test_key_and_secret_are_shown_masked_and_nowhere_in_full(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, user_name=KEY)
    send(admin, page_of(made), secret=SECRET + "x", key=KEY + "x")

    pages = [page_of(made), CONNECTIONS, f"{CONNECTIONS}{made.pk}/history/", "/admin/"]
    shown = "".join(admin.get(page).content.decode() for page in pages)
    assert "*****CeAx" in shown
    assert "*****^00x" in shown
    rows = [
        *LogEntry.objects.values_list("change_message", "object_repr"),
        *AccessChange.objects.values_list(),
    ]
    assert "canary" not in shown + str(rows)


def test_a_failed_post_keeps_what_was_typed_but_never_the_secret(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret="first secret 1234")

    answer = send(
        admin, page_of(made), name="Typed name", key=KEY, secret=SECRET, token_path="://rubbish\x00<b>"
    )

    assert "Only the part after the server" in errors_in(answer) or "Null characters" in errors_in(answer)
    assert "Typed name" in answer.content.decode()
    assert "canary" not in answer.content.decode()
    assert stored(made) == ("sandbox", "first secret 1234")


@pytest.mark.parametrize(
    "pasted",
    [f"  {SECRET}\r\n", f"\t{SECRET}\u00a0", f"\ufeff{SECRET}\u200b", f"{SECRET[:9]}\r\n{SECRET[9:]}"],
)
def test_what_pasting_brings_along_is_taken_off(cast: Cast, admin: Client, pasted: str):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret="first secret 1234")

    assert send(admin, page_of(made), key=f" {KEY} ", secret=pasted).status_code == 302
    assert stored(made) == (KEY, SECRET)


def test_an_empty_secret_keeps_the_stored_one(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, user_name=KEY)

    assert send(admin, page_of(made), name="Renamed").status_code == 302
    assert stored(made) == (KEY, SECRET)
    assert made.name == "Renamed"


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        (
            ("/api/v1/students", "score-reports/", "/api/v1/token/"),
            ("/api/v1/students/", "/score-reports", "/api/v1/token"),
        ),
        (
            ("//v3//students//", "//score-reports//", "v3/token"),
            ("/v3/students/", "/score-reports", "/v3/token"),
        ),
    ],
)
def test_slashes_may_be_missing_or_doubled(
    cast: Cast, admin: Client, typed: tuple[str, str, str], saved: tuple[str, str, str]
):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET)
    names = ("students_path", "reports_path", "token_path")

    assert send(admin, page_of(made), **dict(zip(names, typed, strict=True))).status_code == 302
    made.refresh_from_db()
    assert (made.students_path, made.reports_path, made.token_path) == saved


@pytest.mark.parametrize(
    "path", ["", "/", "https://caaspp-aws.ets.org/api/v1/token", "/v3/../token", "a?b=c", "a b"]
)
def test_a_path_that_is_none_is_refused(cast: Cast, admin: Client, path: str):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET)

    assert errors_in(send(admin, page_of(made), token_path=path))
    made.refresh_from_db()
    assert made.token_path == "/v3/token"


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "typed",
    [
        "http://caaspp-aws.ets.org",
        "https://evil.example",
        "https://ets.org.evil.example",
        "https://caaspp-aws.ets.org:8443",
        "https://user@caaspp-aws.ets.org",
        "https://caaspp-aws.ets.org/?x=",
        "https://169.254.169.254",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "\u0435ts.ets.org",
    ],
)
def test_no_server_beyond_the_allow_list_is_saved(cast: Cast, admin: Client, typed: str):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET)

    assert "allow-list" in errors_in(send(admin, page_of(made), server="", other_server=typed))
    made.refresh_from_db()
    assert made.base_url == addresses.SHIPPED[0]


def test_a_server_that_the_list_does_not_offer_cannot_be_posted_as_chosen(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET)

    assert errors_in(send(admin, page_of(made), server="https://evil.example"))
    made.refresh_from_db()
    assert made.base_url == addresses.SHIPPED[0]


def test_another_server_on_the_allow_list_can_be_typed(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET)

    assert send(admin, page_of(made), server="", other_server=" ssr.ets.org/ ").status_code == 302
    made.refresh_from_db()
    assert made.base_url == "https://ssr.ets.org"


def test_paths_of_version_1_are_explained_and_replaced_in_one_click(cast: Cast, admin: Client):
    made = factories.connection(
        cast.district,
        addresses.SHIPPED[0],
        secret=SECRET,
        students_path="/api/v1/students/",
        reports_path="/score-reports/",
        token_path="/api/v1/token/",
    )
    assert "version 1, which ETS has not supported" in text_of(admin.get(page_of(made)))

    admin.post(f"{CONNECTIONS}{made.pk}/paths/")

    made.refresh_from_db()
    assert (made.students_path, made.reports_path, made.token_path) == (
        "/v3/students/",
        "/score-reports",
        "/v3/token",
    )
    assert "has not supported" not in text_of(admin.get(page_of(made)))
    assert AccessChange.objects.filter(verb="connection.changed").count() == 1


@pytest.mark.promise("S3")
def test_the_first_link_host_seen_is_shown_and_pinned_by_one_button(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET)
    admin.post(f"{CONNECTIONS}{made.pk}/pin/")
    made.refresh_from_db()
    assert made.link_host == ""

    host = "reports.s3.us-west-2.amazonaws.com"
    Connection.objects.filter(pk=made.pk).update(seen_link_host=host)
    assert f"Pin {host}" in text_of(admin.get(page_of(made)))
    admin.post(f"{CONNECTIONS}{made.pk}/pin/")

    made.refresh_from_db()
    assert made.link_host == host
    assert "may not lead there" in errors_in(send(admin, page_of(made), link_host="x.amazonaws.com"))


def test_with_lost_field_keys_the_page_says_so_and_takes_a_new_pair(cast: Cast, admin: Client, settings):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, user_name=KEY)
    settings.FIELD_KEYS = [("new", bytes(range(32, 64)))]

    page = admin.get(page_of(made))
    assert page.status_code == 200
    assert "cannot be read" in text_of(page)
    assert "canary" not in page.content.decode()

    assert send(admin, page_of(made), key=KEY, secret=SECRET).status_code == 302
    assert stored(made) == (KEY, SECRET)
    assert "cannot be read" not in text_of(admin.get(page_of(made)))


def test_deleting_warns_and_wants_the_name_typed(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, name="CAASPP")
    address = f"{CONNECTIONS}{made.pk}/delete/"
    assert "DO NOT DELETE" in text_of(admin.get(address))

    wrong = admin.post(address, {"post": "yes", "typed_name": "caasp"})
    assert "not its name" in text_of(wrong)
    assert Connection.objects.filter(pk=made.pk).exists()

    assert admin.post(address, {"post": "yes", "typed_name": " CAASPP "}).status_code == 302
    assert not Connection.objects.filter(pk=made.pk).exists()
    assert made.key_id
    with pytest.raises(secrets.SecretUnreadable):
        secrets.describe(made.key_id)


def test_many_cannot_be_deleted_at_once(cast: Cast, admin: Client):
    made = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET)

    admin.post(CONNECTIONS, {"action": "delete_selected", "_selected_action": made.pk, "post": "yes"})

    assert Connection.objects.filter(pk=made.pk).exists()


def test_two_connections_of_one_name_are_refused_in_words(cast: Cast, admin: Client):
    factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, name="One")
    other = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, name="Two")

    assert "of this name already" in errors_in(send(admin, page_of(other), name="One"))
