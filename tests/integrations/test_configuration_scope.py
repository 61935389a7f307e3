"""As the administrator of another school: nothing of this one's set-up, whichever way one asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.rights import Role
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_API_TOKEN, SandboxServer
from scorereports.models import Configuration
from tests import factories
from tests.cast import Cast, give_second_factor, sign_in
from tests.integrations.setting_up import CONFIGURATIONS, CONNECTIONS, send

MODELS = {"connection": CONNECTIONS, "configuration": CONFIGURATIONS, "school": "/admin/accounts/school/"}


@pytest.fixture
def theirs(cast: Cast, sandbox: SandboxServer) -> dict[str, Any]:
    """School A's own connection and configuration, with names that are nowhere else."""
    colleague = factories.user(name="Canary Colleague", email="canary-colleague@example.org")
    factories.grant(colleague, Role.SCHOOL_ADMIN, cast.district, cast.school_a)
    cast.school_a.name = "Canary School"
    cast.school_a.save()
    connection = factories.connection(
        cast.district,
        f"{sandbox.url}/ets/canary-prefix",
        secret=DEFAULT_API_TOKEN,
        school=cast.school_a,
        name="Canary Connection",
    )
    connection.notify.set([colleague])
    configuration = Configuration.objects.create(
        district=cast.district, name="Canary Configuration", connection=connection
    )
    configuration.schools.set([cast.school_a])
    return {"connection": connection, "configuration": configuration, "school": cast.school_a}


@pytest.fixture
def own(cast: Cast, sandbox: SandboxServer) -> Connection:
    made = factories.connection(
        cast.district, f"{sandbox.url}/ets", secret=DEFAULT_API_TOKEN, school=cast.school_b, name="Own"
    )
    Configuration.objects.create(district=cast.district, name="Own", connection=made).schools.set(
        [cast.school_b]
    )
    return made


OUTSIDERS = ("school_admin_b", "staff_elsewhere")


def addresses_to_try(theirs: dict[str, Any]) -> list[str]:
    found = ["/admin/", "/admin/integrations/", "/admin/scorereports/", "/admin/accounts/"]
    for name, base in MODELS.items():
        row = theirs[name]
        found += [
            base,
            f"{base}?q=Cana",
            f"{base}?e=1",
            f"{base}?id={row.pk}",
            f"{base}?district__id__exact=1",
        ]
        found += [f"{base}add/", f"{base}add/?connection={theirs['connection'].pk}"]
        found += [f"{base}{row.pk}/{page}/" for page in ("change", "history", "delete")]
        found += [f"{base}{row.pk}/"]
        found += [
            f"/admin/autocomplete/?app_label={app}&model_name={model}&field_name={field}&term=Cana"
            for app, model, field in (
                ("scorereports", "configuration", "connection"),
                ("scorereports", "configuration", "schools"),
                ("integrations", "connection", "school"),
                ("integrations", "connection", "notify"),
            )
        ]
    return found


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
@pytest.mark.promise("A1")
@pytest.mark.parametrize("part", OUTSIDERS)
def test_no_page_names_anything_of_theirs(part: str, cast: Cast, theirs: dict[str, Any], own: Connection):
    client = sign_in(getattr(cast, part))
    pages = addresses_to_try(theirs)
    pages += [f"{CONNECTIONS}{own.pk}/change/", f"{CONFIGURATIONS}{own.configurations.get().pk}/change/"]

    for address in pages:
        body = client.get(address, follow=True).content.decode()
        assert "canary" not in body.lower(), address


def test_somebody_of_the_school_does_see_it(cast: Cast, theirs: dict[str, Any]):
    client = sign_in(cast.school_admin)

    assert "Canary Connection" in client.get(CONNECTIONS).content.decode()
    page = client.get(f"{CONFIGURATIONS}{theirs['configuration'].pk}/change/").content.decode()
    assert "Canary School" in page
    assert "canary-colleague@example.org" in page


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
@pytest.mark.parametrize("part", OUTSIDERS)
def test_no_post_reaches_anything_of_theirs(
    part: str, cast: Cast, theirs: dict[str, Any], own: Connection, sandbox: SandboxServer
):
    client = sign_in(getattr(cast, part))
    before = everything()
    typed = {"typed_name": "Canary Connection", "post": "yes"}

    answers = [
        client.post(f"{base}{theirs[name].pk}/{page}/", {"name": "Mine", **typed})
        for name, base in MODELS.items()
        for page in ("change", "delete", "history")
    ]
    answers += [
        client.post(f"{CONNECTIONS}{theirs['connection'].pk}/{page}/")
        for page in ("test", "leas", "pin", "paths")
    ]
    answers += [
        client.post(
            base,
            {"action": "delete_selected", "_selected_action": theirs[name].pk, "post": "yes"},
            follow=True,
        )
        for name, base in MODELS.items()
    ]

    assert all("canary" not in answer.content.decode().lower() for answer in answers)
    assert everything() == before
    assert sandbox.calls["token"] == 0


@pytest.mark.slow
@pytest.mark.services  # crawls for many seconds
def test_a_forged_choice_is_refused_without_naming_it(cast: Cast, theirs: dict[str, Any], own: Connection):
    client = sign_in(cast.school_admin_b)
    mine = Configuration.objects.get(name="Own")

    answers = [
        send(client, f"{CONFIGURATIONS}{mine.pk}/change/", connection=theirs["connection"].pk),
        send(client, f"{CONFIGURATIONS}{mine.pk}/change/", overriding=[theirs["school"].pk]),
        send(client, f"{CONNECTIONS}{own.pk}/change/", notify=[cast.school_admin.pk]),
        send(
            client,
            f"{CONNECTIONS}add/",
            name="New",
            district=cast.district.pk,
            school=theirs["school"].pk,
            key="k",
            secret="s",
        ),
        send(client, f"{CONNECTIONS}add/", name="New", district=cast.other_district.pk, key="k", secret="s"),
        send(client, f"{CONNECTIONS}add/", name="New", school="", key="k", secret="s"),
        send(client, f"{CONFIGURATIONS}add/", name="New", district=cast.district.pk, is_default="on"),
    ]

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert all("canary" not in answer.content.decode().lower() for answer in answers)
    assert Connection.objects.count() == 2
    assert list(mine.schools.all()) == [cast.school_b]


def test_people_who_are_told_beyond_ones_reach_are_not_shown_and_not_lost(cast: Cast, own: Connection):
    own.notify.set([cast.district_admin])
    client = sign_in(cast.school_admin_b)
    address = f"{CONNECTIONS}{own.pk}/change/"
    assert cast.district_admin.email not in client.get(address).content.decode()

    send(client, address, notify=[cast.school_admin_b.pk])

    assert set(own.notify.all()) == {cast.district_admin, cast.school_admin_b}


def test_a_role_that_ended_closes_the_screens_at_once(cast: Cast, own: Connection):
    client: Client = sign_in(cast.school_admin_b)
    assert client.get(f"{CONNECTIONS}{own.pk}/change/").status_code == 200

    cast.school_admin_b.staff_roles.all().delete()
    give_second_factor(cast.nobody)

    assert client.get(f"{CONNECTIONS}{own.pk}/change/").status_code == 302


def everything() -> list[tuple[Any, ...]]:
    rows = [
        *Connection.objects.order_by("pk").values_list(),
        *Configuration.objects.order_by("pk").values_list(),
    ]
    return [*rows, *Configuration.schools.through.objects.order_by("pk").values_list()]
