"""The Django admin, crawled as the administrator of another school: nothing of it shows, in any corner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from accounts.models import DistrictLea, School
from integrations.models import Connection
from integrations.services import leas
from portal.base import secrets
from scorereports.models import Configuration, SchoolOverride
from tests.cast import Cast, sign_in
from tests.integrations.admin_world import (
    SECRET,
    AdminWorld,
    Place,
    build,
    configuration_form,
    connection_form,
)

pytestmark = pytest.mark.promise("A7")
MODELS = ("accounts/school", "integrations/connection", "scorereports/configuration")
# Whoever looks, and the places whose every trace is forbidden to them.
LOOKERS = {
    "school_admin": ("birch", "dogwood"),
    "school_admin_b": ("alder", "dogwood"),
    "staff_elsewhere": ("alder", "birch", "cedar"),
}


@pytest.fixture
def there(cast: Cast) -> AdminWorld:
    return build(cast)


@pytest.fixture
def worked_in(cast: Cast, there: AdminWorld) -> AdminWorld:
    """Somebody has worked here before: the history holds names too."""
    client = sign_in(cast.superuser)
    for place in there.all():
        address = f"/admin/integrations/connection/{place.connection.pk}/change/"
        form = connection_form(place.connection, expires="2090-01-31")
        assert client.post(address, form).status_code == 302
    assert LogEntry.objects.count() == 4
    return there


def forbidden_to(part: str, there: AdminWorld) -> set[str]:
    places: list[Place] = [getattr(there, name) for name in LOOKERS[part]]
    words: set[str] = set().union(*(place.forbidden for place in places))
    if part.startswith("school_admin"):  # the district's own set-up is theirs by name alone, and only to pick
        words |= there.cedar.forbidden - {"Cedar"}
        words |= {there.cedar.configuration.name}
    return words | {SECRET}


def addresses(place: Place) -> Iterator[str]:
    rows = {
        "integrations/connection": place.connection.pk,
        "scorereports/configuration": place.configuration.pk,
    }
    if place.school:
        rows["accounts/school"] = place.school.pk
    for model, pk in rows.items():
        yield from (f"/admin/{model}/{pk}/{page}/" for page in ("change", "history", "delete"))
        yield f"/admin/{model}/{pk}/change/?_popup=1&_to_field=id"
        app, name = model.split("/")
        kind = ContentType.objects.get(app_label=app, model=name)
        yield f"/admin/r/{kind.pk}/{pk}/"
        yield f"/admin/{model}/?pk__in={pk}"


def lists() -> Iterator[str]:
    queries = ("q=place", "_popup=1", "name__regex=.")
    relations = ("district__name__startswith=D", "connection__name__gt=A")
    for model in MODELS:
        yield from (f"/admin/{model}/?{query}" for query in (*queries, *relations))
        yield from (f"/admin/{model}/", f"/admin/{model}/add/")
    fields = (
        ("integrations", "connection", "school"),
        ("integrations", "connection", "district"),
        ("integrations", "connection", "leas"),
        ("integrations", "connection", "notify"),
        ("scorereports", "configuration", "schools"),
        ("scorereports", "schooloverride", "school"),
        ("scorereports", "configuration", "connection"),
    )
    for app, model, field in fields:
        yield f"/admin/autocomplete/?app_label={app}&model_name={model}&field_name={field}&term="


def linked(page: str, base: str) -> set[str]:
    found = {
        urljoin(base, str(link["href"])) for link in BeautifulSoup(page, "html.parser").select("a[href]")
    }
    return {
        # Queries are tried above, each once: sorting alone would go round without end.
        re.split("[#?]", address)[0]
        for address in found
        if address.startswith("/admin/") and "logout" not in address and "password" not in address
    }


def crawl(client: Client, start: set[str], words: set[str]) -> int:
    """Open every address, and those that the pages link to, and check that none holds one of the words."""
    to_do, done = set(start), set()
    while to_do:
        address = to_do.pop()
        done.add(address)
        answer = client.get(address)
        page = answer.content.decode() + answer.headers.get("Location", "").partition("?")[0]
        leaks = {word for word in words if re.search(rf"{re.escape(word)}(?!\w)", page)}
        assert not leaks, f"{address}: {leaks}"
        if answer.status_code == 302:
            # What is said about it waits for the next page that is shown.
            to_do |= {urljoin(address, answer.headers["Location"])} - done
        elif "/jsi18n/" not in address:
            to_do |= linked(page, address) - done
    return len(done)


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
@pytest.mark.promise("A1", "S1")
@pytest.mark.parametrize("part", LOOKERS)
def test_it_works(cast: Cast, worked_in: AdminWorld, part: str):
    there = worked_in
    strange = [getattr(there, name) for name in LOOKERS[part]]
    start = {"/admin/", *lists(), *(address for place in strange for address in addresses(place))}
    if part.startswith("school_admin"):
        start |= set(addresses(there.cedar))

    assert crawl(sign_in(getattr(cast, part)), start, forbidden_to(part, there)) > 40


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
def test_the_crawl_sees_what_is_there(cast: Cast, there: AdminWorld):
    """The same crawl by whoever runs the server finds every word: the net has no hole of its own."""
    client = sign_in(cast.superuser)
    shown = "".join(
        client.get(address).content.decode()
        for place in there.all()
        for address in addresses(place)
        if address.endswith("/change/")
    )

    for place in there.all():
        seen = {word for word in place.forbidden if word in shown}
        assert {place.word, place.last_four, place.connection.base_url} <= seen
        assert f"key-of-{place.word}" not in seen  # nobody reads a key, not even they


def snapshot(there: AdminWorld) -> list[Any]:
    overrides = SchoolOverride.objects.order_by("school").values_list("school", "configuration")
    rows: list[Any] = [*Connection.objects.order_by("pk").values(), *overrides]
    rows += [*Configuration.objects.order_by("pk").values(), *DistrictLea.objects.values_list()]
    for place in there.all():
        connection = Connection.objects.get(pk=place.connection.pk)
        assert connection.key_id
        assert connection.secret_id
        rows.append(secrets.reveal(connection.key_id, purpose=Connection.KEY_PURPOSE))
        rows.append(secrets.reveal(connection.secret_id, purpose=Connection.SECRET_PURPOSE))
    return rows


def refused(client: Client, address: str, form: dict[str, Any], words: set[str]) -> None:
    """Post and check that the answer is no success and names nothing that is forbidden."""
    before = LogEntry.objects.count()
    answer = client.post(address, form)
    assert LogEntry.objects.count() == before, f"{address} took {form}"
    page = answer.content.decode()
    assert not {word for word in words if word in page}


def outsider(cast: Cast, there: AdminWorld) -> tuple[Client, set[str]]:
    return sign_in(cast.school_admin_b), forbidden_to("school_admin_b", there)


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
def test_rows_of_others_are_not_changed_by_posting_to_them(cast: Cast, there: AdminWorld):
    client, words = outsider(cast, there)
    before = snapshot(there)
    for place in (there.alder, there.cedar, there.dogwood):
        connection = f"/admin/integrations/connection/{place.connection.pk}/"
        configuration = f"/admin/scorereports/configuration/{place.configuration.pk}/"
        mine = {"district": cast.district.pk, "school": cast.school_b.pk, "key": "taken", "secret": "taken"}
        stolen = connection_form(place.connection, **mine)
        inner = {f"connection-{name}": value for name, value in stolen.items()}
        renamed = configuration_form(place.configuration, name="x")
        refused(client, f"{connection}change/", stolen, words)
        refused(client, f"{configuration}change/", renamed, words)
        refused(client, f"{configuration}change/", renamed | inner, words)
        for address, row in ((connection, place.connection), (configuration, place.configuration)):
            refused(client, f"{address}delete/", {"post": "yes", "typed_name": row.name}, words - {row.name})

    assert snapshot(there) == before


def test_many_rows_at_once_are_not_deleted(cast: Cast, there: AdminWorld):
    client = sign_in(cast.district_admin)
    before = snapshot(there)
    pks = [place.connection.pk for place in there.all()] + [place.configuration.pk for place in there.all()]
    pks += [cast.school_a.pk, cast.school_b.pk]
    for model in MODELS:
        client.post(f"/admin/{model}/", {"action": "delete_selected", "_selected_action": pks, "post": "yes"})

    assert snapshot(there) == before
    assert School.objects.count() == 3


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
def test_a_school_s_administrator_picks_nothing_of_others_for_a_connection(cast: Cast, there: AdminWorld):
    client, words = outsider(cast, there)
    own = there.birch.connection
    address = f"/admin/integrations/connection/{own.pk}/change/"
    before = snapshot(there)
    changes: tuple[dict[str, Any], ...] = (
        {"district": cast.other_district.pk},
        {"school": cast.school_a.pk},
        {"school": ""},  # would make it the whole district's
        {"district": cast.other_district.pk, "school": ""},
        {"school": 10**6},
        {"district": ""},
    )
    for change in changes:
        # Where it belongs is asked once, when it is added: the page to change it takes no answer.
        answer = client.post(address, connection_form(own, **change))
        assert not {word for word in words if word in answer.content.decode()}
        assert snapshot(there) == before, change
        new = connection_form(own, name="New one", key="k", secret="s", **change)
        refused(client, "/admin/integrations/connection/add/", new, words)
    told: dict[str, Any] = {"notify": [cast.school_admin.pk]}
    refused(client, address, connection_form(own, **told), words)
    foreign = cast.other_district.leas.get().code
    for row in there.all():
        forged = {"verified": leas.verified_token(row.connection, [foreign]), "leas": [foreign]}
        refused(client, address.replace("change", "leas"), forged, words)

    assert snapshot(there) == before


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
def test_a_school_s_administrator_picks_nothing_of_others_for_a_configuration(cast: Cast, there: AdminWorld):
    client, words = outsider(cast, there)
    own = there.birch.configuration
    address = f"/admin/scorereports/configuration/{own.pk}/change/"
    add = "/admin/scorereports/configuration/add/"
    before = snapshot(there)
    mine = {f"connection-{name}": value for name, value in connection_form(there.birch.connection).items()}
    foreign_way = {"connection": there.dogwood.connection.pk}
    both_schools = {"overriding": [cast.school_a.pk, cast.school_b.pk]}
    nobody_s: dict[str, Any] = {"overriding": []}
    changes: tuple[dict[str, Any], ...] = (
        {"connection": there.alder.connection.pk},
        {"connection": there.alder.connection.pk, **mine, "connection-secret": "taken"},
        foreign_way,
        both_schools,
        nobody_s | {"is_default": "on"},
    )
    for change in changes:
        refused(client, address, configuration_form(own, **change), words)
    SchoolOverride.objects.filter(
        school=cast.school_b
    ).delete()  # so that nothing but the choice is in the way
    taken: dict[str, Any] = {"connection": there.alder.connection.pk, "overriding": [cast.school_b.pk]}
    for change in (taken, taken | foreign_way, {"overriding": [cast.school_a.pk]}, both_schools, nobody_s):
        refused(client, add, configuration_form(own, name="N", **change), words)
    own.schools.set([cast.school_b])
    moved = configuration_form(own, district=cast.other_district.pk)
    client.post(address, moved)  # takes no district any more
    refused(client, add, moved | {"name": "N"}, words)

    assert snapshot(there) == before


def test_the_district_s_default_is_not_for_a_school_s_administrator(cast: Cast, there: AdminWorld):
    there.cedar.configuration.delete()
    there.alder.configuration.delete()
    client = sign_in(cast.school_admin_b)
    own = there.birch.configuration
    client.post(
        f"/admin/scorereports/configuration/{own.pk}/change/", configuration_form(own, is_default="on")
    )
    new = configuration_form(own, name="New", is_default="on")
    SchoolOverride.objects.all().delete()
    client.post("/admin/scorereports/configuration/add/", new)

    assert Configuration.objects.filter(district=cast.district, name="New").exists()
    assert not Configuration.objects.filter(district=cast.district, is_default=True).exists()


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
def test_their_own_rows_are_theirs_to_change(cast: Cast, there: AdminWorld):
    client = sign_in(cast.school_admin_b)
    connection, configuration = there.birch.connection, there.birch.configuration
    pages = {
        f"/admin/integrations/connection/{connection.pk}/change/": connection_form(connection, name="Mine"),
        f"/admin/scorereports/configuration/{configuration.pk}/change/": configuration_form(
            configuration, name="Mine", connection=there.cedar.connection.pk
        ),
        f"/admin/accounts/school/{cast.school_b.pk}/change/": {"contact": "Call us"},
    }
    new = connection_form(connection, name="New one", key="k", secret="s")
    assert client.post("/admin/integrations/connection/add/", new).status_code == 302
    for address, form in pages.items():
        assert client.get(address).status_code == 200
        assert client.post(address, form).status_code == 302, address
    for row in (connection, configuration, cast.school_b):
        row.refresh_from_db()

    assert (connection.name, configuration.name) == ("Mine", "Mine")
    assert (cast.school_b.contact, cast.school_b.shows_reports) == ("Call us", False)
