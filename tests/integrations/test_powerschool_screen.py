"""The screen of a connection to PowerSchool Enrollment: address and API key, one button to test, no key shown again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import AccessChange
from integrations import clients
from integrations.http import VendorMisconfigured
from integrations.models import Connection
from integrations.powerschool.records import DocumentLink
from integrations.sandbox.server import DEFAULT_POWERSCHOOL_KEY, SandboxServer
from integrations.services import connections, links, scopes
from portal.base import secrets
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.setting_up import CONNECTIONS, errors_in, fields_of, page_of, send, text_of

pytestmark = pytest.mark.slow  # several pages of the admin each

ADD = f"{CONNECTIONS}add/?vendor=powerschool"
KEY = "canary-key-4711"
SERVER = "https://secure.infosnap.com/api/v1"


@pytest.fixture
def admin(cast: Cast) -> Client:
    return sign_in(cast.district_admin)


def made_for(cast: Cast, base_url: str = SERVER, secret: str = KEY) -> Connection:
    made = Connection(vendor="powerschool", district=cast.district, name="Registration", base_url=base_url)
    return connections.save(made, by=factories.BY, secret=secret)


def to_sandbox(cast: Cast, sandbox: SandboxServer) -> Connection:
    return made_for(cast, sandbox.url + sandbox.powerschool.base_path, DEFAULT_POWERSCHOOL_KEY)


def stored(connection: Connection) -> str:
    connection.refresh_from_db()
    assert connection.secret_id
    return secrets.reveal(connection.secret_id, purpose=Connection.SECRET_PURPOSE)


def asked(client: Client, connection: Connection) -> Any:
    return client.post(f"{CONNECTIONS}{connection.pk}/test/")


def test_it_works(cast: Cast, admin: Client):
    answer = send(
        admin, ADD, name="Registration", district=cast.district.pk, base_url=f" {SERVER}/ ", secret=KEY
    )

    assert errors_in(answer) == ""
    made = Connection.objects.get()
    assert (made.vendor, made.base_url, made.school, made.students_path) == ("powerschool", SERVER, None, "")
    assert (stored(made), made.key_id) == (KEY, None)


def test_it_has_its_own_fields(cast: Cast, admin: Client):
    assert set(fields_of(admin, ADD)) == {"name", "district", "base_url", "secret", "link_host"}
    assert "Add connection to PowerSchool Enrollment" in text_of(admin.get(CONNECTIONS))
    made = made_for(cast)
    assert set(fields_of(admin, page_of(made))) == {"name", "base_url", "secret", "link_host"}
    assert "OAuth" not in text_of(admin.get(page_of(made)))


@pytest.mark.promise("S1", "R5")
def test_the_key_is_shown_masked_and_nowhere_in_full(cast: Cast, admin: Client):
    made = made_for(cast)
    send(admin, page_of(made), secret=f"{KEY}x")

    pages = [page_of(made), CONNECTIONS, f"{CONNECTIONS}{made.pk}/history/"]
    shown = "".join(admin.get(page).content.decode() for page in pages)
    recorded = [*LogEntry.objects.values_list(), *AccessChange.objects.values_list()]
    assert shown.count("*****711x") == 1
    assert "canary" not in shown + str(recorded)
    assert AccessChange.objects.latest("pk").after["secret_replaced"] is True


def test_an_empty_key_keeps_what_is_stored_and_a_new_connection_needs_one(cast: Cast, admin: Client):
    assert errors_in(send(admin, ADD, name="New", district=cast.district.pk, base_url=SERVER))
    made = made_for(cast)
    assert send(admin, page_of(made), name="Renamed").status_code == 302
    assert (stored(made), made.name, Connection.objects.count()) == (KEY, "Renamed", 1)


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.example/api/v1",
        "http://secure.infosnap.com/api/v1",
        "https://secure.infosnap.com:8443/api/v1",
        "https://169.254.169.254/api/v1",
        "https://secure.infosnap.com",
        "https://demo.illuminateed.com/api/v1",
        "javascript:alert(1)//api/v1",
    ],
)
def test_no_server_beyond_the_allow_list_is_saved(cast: Cast, admin: Client, typed: str):
    made = made_for(cast)
    complaint = errors_in(send(admin, page_of(made), base_url=typed))
    assert "allow-list" in complaint or "ends in /api/v1" in complaint
    made.refresh_from_db()
    assert made.base_url == SERVER


@pytest.mark.promise("S2")
def test_the_test_says_that_it_works_and_changes_nothing_there(
    cast: Cast, admin: Client, sandbox: SandboxServer
):
    made = to_sandbox(cast, sandbox)

    page = asked(admin, made)

    assert "It works" in text_of(page)
    assert DEFAULT_POWERSCHOOL_KEY not in page.content.decode()
    made.refresh_from_db()
    assert made.worked_at is not None
    assert {name for name in sandbox.powerschool.endpoints if sandbox.calls[name]} == {"connection_test"}


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("refuses the API key", {"status": 401}),
        (
            "refuses the API key",
            {"status": 500, "text": '{"message": "You are not authorized to access this."}'},
        ),
        ("may not test the connection", {"status": 403}),
        ("Wrong path", {"status": 404}),
        ("PowerSchool Enrollment is down", {"status": 500}),
        ("asks us to slow down", {"status": 429}),
    ],
)
def test_each_answer_has_its_words(
    cast: Cast, admin: Client, sandbox: SandboxServer, words: str, fault: dict[str, Any]
):
    made = to_sandbox(cast, sandbox)
    sandbox.faults.add(vendor="powerschool", where="connection_test", kind="status", **fault)
    assert words in text_of(asked(admin, made))


def test_a_key_that_worked_before_was_changed_elsewhere(cast: Cast, admin: Client, sandbox: SandboxServer):
    made = to_sandbox(cast, sandbox)
    asked(admin, made)
    sandbox.powerschool.api_key = "another"
    assert "changed elsewhere" in text_of(asked(admin, made))


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "typed", ["evil.example", "blob.core.windows.net", "a.b.blob.core.windows.net", "x/y"]
)
def test_documents_are_pinned_to_no_other_host(cast: Cast, admin: Client, typed: str):
    made = made_for(cast)
    assert "Azure" in errors_in(send(admin, page_of(made), link_host=typed))
    assert send(admin, page_of(made), link_host="regsigstorage.blob.core.windows.net").status_code == 302


@pytest.mark.promise("S3")
def test_the_first_host_seen_can_be_pinned_and_then_no_other_is_opened(
    cast: Cast, admin: Client, sandbox: SandboxServer
):
    made = to_sandbox(cast, sandbox)
    client = clients.powerschool_client(made)
    link = client.document(client.submission_record("910001").data_items["doc_BirthCertificate"])
    client.open_document(link).close()
    links.note_first_host(made, link.url)
    assert "Pin it" in text_of(admin.get(page_of(made)))

    assert admin.post(f"{CONNECTIONS}{made.pk}/pin/").status_code == 302
    made.refresh_from_db()
    elsewhere = DocumentLink(link.url.replace("127.0.0.1", "localhost"))
    pinned = clients.powerschool_client(made)
    pinned.open_document(link).close()
    with pytest.raises(VendorMisconfigured, match="host-not-pinned"):
        pinned.open_document(elsewhere)


def test_it_is_not_offered_where_reports_come_from(cast: Cast):
    made = made_for(cast)
    assert made in scopes.looked_after_by(cast.district_admin)
    assert made not in scopes.pickable_by(cast.district_admin)


@pytest.mark.promise("A7")
def test_who_sets_up_one_school_neither_makes_nor_sees_one(cast: Cast):
    school_admin = sign_in(cast.school_admin)
    made = made_for(cast)

    sent = {"name": "Mine", "district": cast.district.pk, "base_url": SERVER, "secret": KEY}
    answer = school_admin.post(ADD, sent)

    assert Connection.objects.count() == 1
    assert answer.status_code in {200, 403}
    assert "PowerSchool" not in text_of(school_admin.get(CONNECTIONS))
    assert school_admin.get(page_of(made)).status_code == 302
    assert asked(school_admin, made).status_code in {302, 403}
