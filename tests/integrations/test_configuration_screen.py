"""The configuration's screen: one default a district, one override a school, its connection on the same page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.db import connections as databases
from django.test import Client

from accounts.models import AccessChange
from accounts.rights import Role
from integrations.models import Connection
from integrations.services import addresses
from scorereports.models import Configuration, SchoolOverride
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.setting_up import CONFIGURATIONS, CONNECTIONS, errors_in, page_of, send, text_of

SECRET = "canary:se^cret:0815t^00"
ADD = f"{CONFIGURATIONS}add/"
pytestmark = pytest.mark.slow  # several pages of the admin each


@pytest.fixture
def admin(cast: Cast) -> Client:
    return sign_in(cast.district_admin)


@pytest.fixture
def shared(cast: Cast) -> Connection:
    return factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, name="Shared")


def configuration(connection: Connection, name: str, *schools, is_default: bool = False) -> Configuration:
    made = Configuration.objects.create(
        district=connection.district, name=name, connection=connection, is_default=is_default
    )
    made.schools.set(schools)
    return made


def test_it_works(cast: Cast, admin: Client, shared: Connection):
    answer = send(
        admin,
        ADD,
        name="CAASPP",
        district=cast.district.pk,
        connection=shared.pk,
        overriding=[cast.school_a.pk],
        pdf_delivery="redirect",
        display="new_tab",
        staff_see_not_final="on",
    )

    assert errors_in(answer) == ""
    made = Configuration.objects.get()
    assert list(made.schools.all()) == [cast.school_a]
    assert (made.pdf_delivery, made.display, made.staff_see_not_final) == ("redirect", "new_tab", True)
    row = AccessChange.objects.get(verb="configuration.added")
    assert row.after["pdf_delivery"] == "redirect"


def test_from_an_empty_district_each_page_says_what_comes_next(cast: Cast, admin: Client):
    def follow(page, words: str) -> str:
        (link,) = [one for one in BeautifulSoup(page.content, "html.parser").select("a") if words in one.text]
        return str(link["href"])

    add = admin.get(ADD)
    assert "once it is saved, its page leads you back here" in text_of(add)
    made = send(
        admin,
        follow(add, "add a connection"),
        name="CAASPP",
        district=cast.district.pk,
        server=addresses.SHIPPED[0],
        key="the key",
        secret="the secret",
    )
    connection = Connection.objects.get()
    assert made["Location"] == page_of(connection)

    page = admin.get(made["Location"])
    assert "Test it, then add a configuration with it" in text_of(page)
    back = follow(page, "Add a configuration with it")
    assert errors_in(send(admin, back, name="CAASPP", district=cast.district.pk, is_default="on")) == ""

    assert Configuration.objects.get().connection == connection


@pytest.mark.promise("A10")
def test_the_screen_says_that_a_redirected_link_outlives_access(admin: Client, shared: Connection):
    words = text_of(admin.get(page_of(configuration(shared, "Default", is_default=True))))

    assert "up to 30 minutes for anyone" in words
    assert "even after access was ended" in words


def test_two_defaults_are_refused_in_words_and_nothing_typed_is_lost(
    cast: Cast, admin: Client, shared: Connection
):
    configuration(shared, "First", is_default=True)

    answer = send(
        admin, ADD, name="Second one", district=cast.district.pk, connection=shared.pk, is_default="on"
    )

    assert "has a default configuration already" in errors_in(answer)
    assert "constraint" not in errors_in(answer).lower()
    assert "Second one" in answer.content.decode()


def test_a_school_in_two_overrides_is_refused_in_words(cast: Cast, admin: Client, shared: Connection):
    configuration(shared, "First", cast.school_a)

    answer = send(
        admin,
        ADD,
        name="Second",
        district=cast.district.pk,
        connection=shared.pk,
        overriding=[cast.school_a.pk],
    )

    assert f"{cast.school_a.name} already has a configuration of its own" in errors_in(answer)


def test_the_database_refuses_both_whoever_saves(cast: Cast, shared: Connection):
    first, second = configuration(shared, "First", cast.school_a), configuration(shared, "Second")
    configuration(shared, "Default", is_default=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        SchoolOverride.objects.create(configuration=second, school=cast.school_a)
    with pytest.raises(IntegrityError), transaction.atomic():
        Configuration.objects.filter(pk=first.pk).update(is_default=True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_several_who_save_at_the_same_moment_one_wins_and_the_others_read_why(
    cast: Cast, shared: Connection
):
    people = [sign_in(cast.district_admin), sign_in(cast.integrations_admin)] * 2
    together = Barrier(len(people))

    def save(number: int) -> str:
        try:
            form = {
                "name": f"Override {number}",
                "district": cast.district.pk,
                "connection": shared.pk,
                "overriding": [cast.school_a.pk],
                "pdf_delivery": "stream",
                "html_delivery": "redirect",
                "display": "embedded",
            }
            together.wait(timeout=30)
            answer = people[number].post(ADD, form)
            return "saved" if answer.status_code == 302 else errors_in(answer)
        finally:
            databases.close_all()

    with ThreadPoolExecutor(len(people)) as workers:
        said = sorted(workers.map(save, range(len(people))))

    assert said.count("saved") == 1
    assert all("already has a configuration" in words for words in said if words != "saved")
    assert SchoolOverride.objects.count() == 1
    assert Configuration.objects.count() == 1


def test_one_screen_changes_both(admin: Client, shared: Connection):
    made = configuration(shared, "Default", is_default=True)

    answer = send(
        admin,
        page_of(made),
        name="Renamed",
        connection__name="Renamed too",
        connection__secret="another secret 4711",
        connection__students_path="v3//students",
    )

    assert errors_in(answer) == ""
    made.refresh_from_db()
    shared.refresh_from_db()
    assert (made.name, shared.name, shared.students_path) == ("Renamed", "Renamed too", "/v3/students/")
    assert "*****4711" in text_of(admin.get(page_of(made)))
    verbs = AccessChange.objects.filter(verb__endswith=".changed").values_list("verb", flat=True)
    assert sorted(verbs) == ["configuration.changed", "connection.changed"]


def test_what_is_wrong_in_the_connection_saves_neither(admin: Client, shared: Connection):
    made = configuration(shared, "Default", is_default=True)

    answer = send(
        admin,
        page_of(made),
        name="Renamed",
        connection__secret="canary typed 4711",
        connection__token_path="a b",
    )

    assert "connection below needs attention" in errors_in(answer)
    assert "Only the part after the server" in errors_in(answer)
    assert "canary" not in answer.content.decode()
    made.refresh_from_db()
    assert made.name == "Default"


def test_choosing_another_connection_leaves_both_as_they_are(cast: Cast, admin: Client, shared: Connection):
    made = configuration(shared, "Default", is_default=True)
    other = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, name="Other")

    mixed = send(admin, page_of(made), connection=other.pk, connection__name="Oops")
    assert "Save the choice of another connection first" in errors_in(mixed)
    assert send(admin, page_of(made), connection=other.pk).status_code == 302

    made.refresh_from_db()
    assert made.connection == other
    assert {row.name for row in Connection.objects.all()} == {"Shared", "Other"}


def test_a_shared_connection_is_a_name_to_whoever_reaches_only_some_of_its_schools(
    cast: Cast, shared: Connection
):
    configuration(shared, "Default", is_default=True)
    own = configuration(shared, "School A", cast.school_a)
    client = sign_in(cast.school_admin)

    page = client.get(page_of(own))

    assert "Shared" in text_of(page)
    assert "serves schools that are not yours" in text_of(page)
    assert addresses.SHIPPED[0] not in page.content.decode()
    assert "t^00" not in page.content.decode()
    forged = {"connection-name": "Mine now", "connection-server": addresses.SHIPPED[0]}
    assert send(client, page_of(own), name="Renamed", **forged).status_code == 302
    shared.refresh_from_db()
    assert shared.name == "Shared"


def test_a_schools_connection_opens_once_every_school_that_uses_it_is_reached(cast: Cast):
    own = factories.connection(
        cast.district, addresses.SHIPPED[0], secret=SECRET, school=cast.school_a, name="A's"
    )
    at_b = configuration(own, "School B", cast.school_b)
    configuration(own, "School A", cast.school_a)
    client = sign_in(cast.school_admin)
    assert client.get(page_of(own)).status_code == 302

    at_b.schools.clear()

    assert client.get(page_of(own)).status_code == 200
    assert send(client, page_of(own), name="Renamed").status_code == 302


def test_a_districts_connection_stays_the_districts_whoever_picks_it(cast: Cast, shared: Connection):
    """Nobody uses it, a school's administrator picks it by name: its credentials are still not theirs."""
    mine = factories.connection(
        cast.district, addresses.SHIPPED[0], secret=SECRET, school=cast.school_a, name="A's"
    )
    own = configuration(mine, "School A", cast.school_a)
    client = sign_in(cast.school_admin)
    assert client.get(page_of(shared)).status_code == 302

    assert errors_in(send(client, page_of(own), connection=shared.pk)) == ""

    own.refresh_from_db()
    assert own.connection == shared
    assert client.get(page_of(shared)).status_code == 302
    assert client.post(f"{CONNECTIONS}{shared.pk}/test/").status_code == 302
    page = client.get(page_of(own))
    assert "Client Key" not in text_of(page)
    assert addresses.SHIPPED[0] not in page.content.decode()
    forged = {"connection-name": "Mine now", "connection-server": addresses.SHIPPED[0]}
    assert send(client, page_of(own), **forged).status_code == 302
    shared.refresh_from_db()
    assert shared.name == "Shared"
    assert sign_in(cast.district_admin).get(page_of(shared)).status_code == 200


def test_nobody_takes_over_another_schools_own_connection_by_using_it(cast: Cast):
    theirs = factories.connection(
        cast.district, addresses.SHIPPED[0], secret=SECRET, school=cast.school_b, name="B's"
    )
    configuration(theirs, "School A", cast.school_a)

    assert sign_in(cast.school_admin).get(page_of(theirs)).status_code == 302


def test_the_office_reads_and_changes_nothing(cast: Cast, shared: Connection):
    own = configuration(shared, "School A", cast.school_a)
    client = sign_in(cast.office)

    page = client.get(page_of(own))

    assert page.status_code == 200
    assert "School A" in text_of(page)
    assert "Save" not in text_of(page)
    assert client.post(page_of(own), {"name": "Mine"}).status_code == 403
    assert client.get(ADD).status_code == 403
    assert client.post(f"{CONFIGURATIONS}{own.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_right_comes_with_the_role_that_reaches_the_school(cast: Cast, shared: Connection):
    at_b = configuration(shared, "School B", cast.school_b)
    factories.grant(cast.office, Role.SCHOOL_ADMIN, cast.district, cast.school_b)
    at_a = configuration(shared, "School A", cast.school_a)
    client = sign_in(cast.office)

    assert client.post(page_of(at_a), {"name": "Mine"}).status_code == 403
    assert send(client, page_of(at_b), name="Renamed").status_code == 302


def test_deleting_says_what_stops_and_wants_the_name(cast: Cast, admin: Client, shared: Connection):
    default = configuration(shared, "Default", is_default=True)
    override = configuration(shared, "School A", cast.school_a)

    words = text_of(admin.get(f"{CONFIGURATIONS}{default.pk}/delete/"))
    assert "DO NOT DELETE" in words
    assert f"see no score reports: {cast.school_b.name}." in words
    words = text_of(admin.get(f"{CONFIGURATIONS}{override.pk}/delete/"))
    assert f"go back to the district default: {cast.school_a.name}." in words

    admin.post(f"{CONFIGURATIONS}{override.pk}/delete/", {"post": "yes", "typed_name": "Default"})
    assert Configuration.objects.count() == 2
    admin.post(f"{CONFIGURATIONS}{override.pk}/delete/", {"post": "yes", "typed_name": "School A"})
    assert list(Configuration.objects.all()) == [default]
    assert AccessChange.objects.filter(verb="configuration.removed").count() == 1


def test_a_connection_in_use_cannot_be_deleted(admin: Client, shared: Connection):
    configuration(shared, "Default", is_default=True)

    admin.post(f"/admin/integrations/connection/{shared.pk}/delete/", {"post": "yes", "typed_name": "Shared"})

    assert Connection.objects.filter(pk=shared.pk).exists()
