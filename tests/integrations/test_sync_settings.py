"""A district's sync settings and role mappings in the admin: who changes them, in which words, and their record."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.html import escape

from accounts.models import AccessChange
from integrations.models import Connection, RoleMapping, SyncProblem, SyncSettings
from tests.cast import Cast, sign_in
from tests.integrations import runs
from tests.integrations.setting_up import errors_in, fields_of, send

SETTINGS = "/admin/integrations/syncsettings/"
MAPPINGS = "/admin/integrations/rolemapping/"


def settings_of(cast: Cast) -> str:
    made, _ = SyncSettings.objects.get_or_create(district=cast.district)
    return f"{SETTINGS}{made.pk}/change/"


def connect(district: Any, name: str = "SIS") -> Connection:
    return Connection.objects.create(
        district=district, vendor="illuminate", name=name, base_url="http://127.0.0.1:9"
    )


def add_mapping(cast: Cast, by: str, **fields: Any) -> Any:
    form = {"district": cast.district.pk, "role_name": "Librarian", "role": ""} | fields
    return sign_in(getattr(cast, by)).post(f"{MAPPINGS}add/", form)


def test_it_works(cast: Cast):
    connection, client = connect(cast.district), sign_in(cast.integrations_admin)
    answer = send(
        client,
        settings_of(cast),
        nightly_source="illuminate",
        nightly_connection=connection.pk,
        nightly_at="02:30",
        links_percent="5",
    )
    saved = SyncSettings.objects.get()

    assert answer.status_code == 302
    assert (saved.nightly_connection, str(saved.nightly_at), saved.links_percent) == (
        connection,
        "02:30:00",
        5,
    )


def test_relationships_are_one_a_line_and_no_json(cast: Cast):
    client = sign_in(cast.district_admin)
    assert fields_of(client, settings_of(cast))["parent_like"].split("\n")[:2] == ["mother", "father"]
    send(client, settings_of(cast), parent_like="Mother\r\n\r\n mother \r\nMadrina\r\n")

    assert SyncSettings.objects.get().parent_like == ["mother", "madrina"]


def test_new_settings_begin_with_the_defaults_and_the_only_district(cast: Cast):
    fields = fields_of(sign_in(cast.integrations_admin), f"{SETTINGS}add/")

    assert fields["parent_like"].split()[:2] == ["mother", "father"]
    assert (fields["district"], fields["links_percent"]) == (str(cast.district.pk), "3")


@pytest.mark.promise("R5")
def test_a_change_is_recorded_and_none_is_not(cast: Cast):
    client = sign_in(cast.district_admin)
    send(client, settings_of(cast))
    assert not AccessChange.objects.filter(verb="sync_settings.changed").exists()

    send(client, settings_of(cast), school_percent="40")
    row = AccessChange.objects.get(verb="sync_settings.changed")
    assert (row.before["school_percent"], row.after["school_percent"]) == (25, 40)
    assert (row.actor, row.subject_id) == (str(cast.district_admin.uuid), cast.district.uuid)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"nightly_at": "02:30"}, "Choose what to sync from"),
        ({"nightly_source": "illuminate"}, "Choose the connection"),
        ({"nightly_source": "csv"}, "Name the folder"),
        ({"links_percent": "101"}, "less than or equal to 100"),
        ({"roll_over_from": "15-06"}, "such as 06-15"),
    ],
)
def test_what_does_not_fit_is_said(cast: Cast, fields: dict[str, str], said: str):
    assert said in errors_in(send(sign_in(cast.district_admin), settings_of(cast), **fields))


@pytest.mark.promise("A7")
def test_a_connection_of_another_district_is_neither_offered_nor_taken(cast: Cast):
    strange, client = connect(cast.other_district, "Dogwood"), sign_in(cast.district_admin)
    answer = send(client, settings_of(cast), nightly_source="illuminate", nightly_connection=strange.pk)

    assert errors_in(answer)
    assert "Dogwood" not in client.get(settings_of(cast)).content.decode()
    assert SyncSettings.objects.get().nightly_connection is None


def test_whoever_runs_the_server_cannot_cross_two_districts_either(cast: Cast):
    strange = connect(cast.other_district)
    answer = send(
        sign_in(cast.superuser), settings_of(cast), nightly_source="illuminate", nightly_connection=strange.pk
    )

    assert "not one of this district" in errors_in(answer)


@pytest.mark.promise("A7")
def test_another_districts_settings_are_neither_listed_nor_changed(cast: Cast):
    address, stranger = settings_of(cast), sign_in(cast.staff_elsewhere)
    RoleMapping.objects.create(district=cast.district, role_name="Librarian")

    for page in (SETTINGS, MAPPINGS, f"{SETTINGS}add/", f"{MAPPINGS}add/"):
        text = stranger.get(page).content.decode()
        assert escape(cast.district.name) not in text.replace(cast.other_district.name, ""), page
        assert "Librarian" not in text, page
    assert stranger.post(address, {"links_percent": "99"}).status_code == 302
    assert SyncSettings.objects.get().links_percent == 3
    assert add_mapping(cast, "staff_elsewhere").status_code == 200
    assert RoleMapping.objects.count() == 1


@pytest.mark.promise("R5")
def test_a_mapping_is_made_changed_and_removed_each_with_its_record(cast: Cast):
    add_mapping(cast, "integrations_admin", role="teacher")
    page, client = f"{MAPPINGS}{RoleMapping.objects.get().pk}/", sign_in(cast.integrations_admin)
    client.post(f"{page}change/", {"role_name": "Librarian", "role": "office"})
    client.post(f"{page}delete/", {"post": "yes"})
    rows = AccessChange.objects.filter(subject="role_mapping").order_by("pk")

    assert [row.verb.partition(".")[2] for row in rows] == ["changed", "changed", "removed"]
    assert [row.after.get("role") for row in rows] == ["teacher", "office", None]
    assert {row.actor for row in rows} == {str(cast.integrations_admin.uuid)}


@pytest.mark.promise("A7")
def test_nobody_lets_the_source_give_a_reach_that_they_do_not_have(cast: Cast):
    """Whoever looks after connections sees no student; by a mapping they could make themselves a custodian."""
    assert "reaches every student" in errors_in(
        add_mapping(cast, "integrations_admin", role="records_custodian")
    )
    assert not RoleMapping.objects.exists()

    assert add_mapping(cast, "district_admin", role="records_custodian").status_code == 302
    page = f"{MAPPINGS}{RoleMapping.objects.get().pk}/change/"
    renamed = sign_in(cast.integrations_admin).post(
        page, {"role_name": "Teacher", "role": "records_custodian"}
    )
    assert "reaches every student" in errors_in(renamed)
    assert RoleMapping.objects.get().role_name == "Librarian"


def test_roles_that_runs_met_without_a_meaning_are_offered(cast: Cast):
    run = runs.run(cast)
    for name in ("librarian", "coach"):
        SyncProblem.objects.create(run=run, kind="roles", source_id=name, reason="role-unmapped")
    RoleMapping.objects.create(district=cast.district, role_name="Coach")
    text = sign_in(cast.integrations_admin).get(MAPPINGS).content.decode()

    assert f"?district={cast.district.pk}&amp;role_name=librarian" in text
    assert "role_name=coach" not in text
    offered = sign_in(cast.integrations_admin).get(
        f"{MAPPINGS}add/?district={cast.district.pk}&role_name=librarian"
    )
    assert 'value="librarian"' in offered.content.decode()
    assert "librarian" not in sign_in(cast.staff_elsewhere).get(MAPPINGS).content.decode()


def test_one_name_has_one_meaning(cast: Cast):
    add_mapping(cast, "integrations_admin")

    assert errors_in(add_mapping(cast, "integrations_admin", role_name="LIBRARIAN"))
    assert RoleMapping.objects.count() == 1
