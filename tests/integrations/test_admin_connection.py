"""Set-up in the Django admin, on record and in its place: what is added, changed, moved and removed, and by whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import AccessChange, DistrictLea
from accounts.rights import Role
from integrations.models import Connection
from integrations.services import leas
from portal.base import secrets
from portal.base.models import StoredSecret
from scorereports.models import Configuration, SchoolOverride
from tests import factories
from tests.cast import Cast, sign_in
from tests.integrations.admin_world import (
    SECRET,
    AdminWorld,
    build,
    configuration_form,
    connection_form,
)
from tests.integrations.setting_up import errors_in

ADD = "/admin/integrations/connection/add/"
ADD_CONFIGURATION = "/admin/scorereports/configuration/add/"
NEW_KEY = "brand-new-key-KK55"
NEW_SECRET = "brand:new^secret-value-QQ77"


@pytest.fixture
def there(cast: Cast) -> AdminWorld:
    return build(cast)


def page_of(row: Connection | Configuration, page: str = "change") -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{page}/"


def remove(client: Client, row: Connection | Configuration) -> Any:
    return client.post(page_of(row, "delete"), {"post": "yes", "typed_name": row.name})


def ids_of(connection: Connection) -> tuple[UUID, UUID]:
    connection.refresh_from_db()
    assert connection.key_id
    assert connection.secret_id
    return connection.key_id, connection.secret_id


def stored(connection: Connection) -> tuple[str, str]:
    key, secret = ids_of(connection)
    return (
        secrets.reveal(key, purpose=Connection.KEY_PURPOSE),
        secrets.reveal(secret, purpose=Connection.SECRET_PURPOSE),
    )


def changes(verb: str) -> list[AccessChange]:
    return list(AccessChange.objects.filter(verb=verb).order_by("pk"))


@pytest.mark.promise("R5")
def test_it_works(cast: Cast, there: AdminWorld):
    """An added connection is one row: who added it, and which school looks after it."""
    form = connection_form(there.alder.connection, name="Second way", key=NEW_KEY, secret=NEW_SECRET)
    count = AccessChange.objects.count()
    answer = sign_in(cast.school_admin).post(ADD, form)
    made = Connection.objects.get(name="Second way")
    row = changes("connection.added")[-1]

    assert answer.status_code == 302
    assert stored(made) == (NEW_KEY, NEW_SECRET)
    assert {secrets.describe(part).set_by for part in ids_of(made)} == {str(cast.school_admin.uuid)}
    assert AccessChange.objects.count() == count + 1
    assert (row.subject_id, row.actor) == (made.uuid, str(cast.school_admin.uuid))
    assert row.after["school"] == str(cast.school_a.uuid)
    assert NEW_KEY not in str(row.after)
    assert NEW_SECRET not in str(row.after)


@pytest.mark.promise("S1", "R5", "S2")
def test_a_new_pair_takes_the_old_one_s_place_and_stands_in_no_history(cast: Cast, there: AdminWorld):
    connection = there.cedar.connection
    count = StoredSecret.objects.count()
    client = sign_in(cast.district_admin)
    form = connection_form(connection, key=f"\t{NEW_KEY}", secret=f"  {NEW_SECRET}\r\n")
    assert client.post(page_of(connection), form).status_code == 302
    row = changes("connection.changed")[-1]
    history = client.get(page_of(connection, "history")).content.decode()
    logged = " ".join(str(entry) for entry in [*LogEntry.objects.values(), *AccessChange.objects.values()])

    assert stored(connection) == (NEW_KEY, NEW_SECRET)
    assert StoredSecret.objects.count() == count
    assert (row.after["key_replaced"], row.after["secret_replaced"]) == (True, True)
    for secret in (NEW_KEY, NEW_SECRET, SECRET, "key-of-Cedar"):
        assert secret not in history + logged


@pytest.mark.promise("S1")
@pytest.mark.parametrize("missing", ["key", "secret"])
def test_a_new_connection_needs_both_and_echoes_neither(cast: Cast, there: AdminWorld, missing: str):
    form = connection_form(there.cedar.connection, name="Second way", key=NEW_KEY, secret=NEW_SECRET)
    answer = sign_in(cast.district_admin).post(ADD, form | {missing: " \r\n "})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "This field is required" in page
    assert NEW_KEY not in page
    assert NEW_SECRET not in page
    assert not Connection.objects.filter(name="Second way").exists()


@pytest.mark.parametrize("lost", ["key", "secret"])
def test_what_is_gone_from_its_table_can_be_entered_again(cast: Cast, there: AdminWorld, lost: str):
    connection = there.cedar.connection
    secrets.forget(getattr(connection, f"{lost}_id"))
    client = sign_in(cast.district_admin)
    address = page_of(there.cedar.configuration)

    for page in (page_of(connection), address):
        assert "cannot be read" in client.get(page).content.decode()
    form = connection_form(connection, key=NEW_KEY, secret=NEW_SECRET)
    assert client.post(page_of(connection), form).status_code == 302
    assert stored(connection) == (NEW_KEY, NEW_SECRET)


@pytest.mark.promise("S3")
def test_an_address_off_the_allow_list_is_refused(cast: Cast, there: AdminWorld):
    connection = there.cedar.connection
    before = connection.base_url
    client = sign_in(cast.district_admin)
    for typed in ("https://x.ets.org@evil.example", "ftp://x.ets.org", " "):
        answer = client.post(page_of(connection), connection_form(connection, other_server=typed))
        assert errors_in(answer), typed
    connection.refresh_from_db()

    assert connection.base_url == before


@pytest.mark.promise("A7")
def test_deleting_one_s_own_connection_names_no_configuration_of_others_that_use_it(
    cast: Cast, there: AdminWorld
):
    there.birch.configuration.connection = there.alder.connection
    there.birch.configuration.save()
    client = sign_in(cast.school_admin)
    answers = [client.get(page_of(there.alder.connection, "delete")), remove(client, there.alder.connection)]

    assert not any("Birch" in answer.content.decode() for answer in answers)
    assert Connection.objects.filter(pk=there.alder.connection.pk).exists()


@pytest.mark.promise("R5", "S1")
def test_a_removed_connection_takes_its_pair_along_and_is_one_row(cast: Cast, there: AdminWorld):
    connection, configuration = there.cedar.connection, there.cedar.configuration
    pair = ids_of(connection)
    client = sign_in(cast.district_admin)
    assert remove(client, configuration).status_code == 302
    count = AccessChange.objects.count()
    assert remove(client, connection).status_code == 302

    assert not Connection.objects.filter(pk=connection.pk).exists()
    assert not StoredSecret.objects.filter(uuid__in=pair).exists()
    assert AccessChange.objects.count() == count + 1
    assert changes("connection.removed")[-1].before["name"] == connection.name
    assert len(changes("configuration.removed")) == 1


@pytest.mark.promise("R5")
def test_saving_what_is_there_already_is_no_change(cast: Cast, there: AdminWorld):
    count = AccessChange.objects.count()
    client = sign_in(cast.district_admin)
    connection, configuration = there.cedar.connection, there.cedar.configuration
    inner = {f"connection-{name}": value for name, value in connection_form(connection).items()}
    posts = [
        client.post(page_of(connection), connection_form(connection)),
        client.post(page_of(configuration), configuration_form(configuration) | inner),
    ]

    assert [post.status_code for post in posts] == [302, 302]
    assert AccessChange.objects.count() == count


@pytest.mark.slow
@pytest.mark.promise("A7")
def test_a_connection_and_a_configuration_stay_where_they_are(cast: Cast, there: AdminWorld):
    """Even for whoever runs the server: configurations of the old district would sign in as the new one."""
    connection, configuration = there.alder.connection, there.alder.configuration
    elsewhere = {"district": cast.other_district.pk, "school": there.dogwood.school.pk}  # type: ignore[union-attr] # this connection was made for a school
    client = sign_in(cast.superuser)
    inner = {f"connection-{name}": value for name, value in connection_form(connection, **elsewhere).items()}
    client.post(page_of(connection), connection_form(connection, **elsewhere))
    client.post(page_of(connection), connection_form(connection, school=cast.school_b.pk))
    client.post(page_of(configuration), configuration_form(configuration, **elsewhere))
    client.post(page_of(configuration), configuration_form(configuration) | inner)
    for there_is in ({"overriding": [elsewhere["school"]]}, {"connection": there.dogwood.connection.pk}):
        form = configuration_form(configuration, **there_is)
        assert errors_in(client.post(page_of(configuration), form))
        assert errors_in(client.post(ADD_CONFIGURATION, form | {"name": "New"}))
    connection.refresh_from_db()
    configuration.refresh_from_db()

    assert (connection.district, connection.school) == (cast.district, cast.school_a)
    assert (configuration.district, configuration.connection) == (cast.district, connection)
    assert list(configuration.schools.all()) == [cast.school_a]


@pytest.fixture
def both(cast: Cast, there: AdminWorld) -> Client:
    """Somebody with two jobs: all of the other district, and school B of this one, which has no default."""
    remove(sign_in(cast.district_admin), there.cedar.configuration)
    factories.grant(cast.staff_elsewhere, Role.SCHOOL_ADMIN, cast.district, cast.school_b)
    return sign_in(cast.staff_elsewhere)


@pytest.mark.slow
@pytest.mark.promise("A7")
def test_setting_up_one_district_gives_nothing_of_another_where_one_sets_up_a_school(
    cast: Cast, there: AdminWorld, both: Client
):
    birch, dogwood = there.birch, there.dogwood
    pair = {"key": "k", "secret": "s"}
    here, there_too = page_of(birch.configuration), page_of(dogwood.configuration)
    rule, other_rule = birch.configuration, dogwood.configuration
    whole, foreign = "set up this district as a whole", "belongs to another district"
    forms: list[tuple[str, dict[str, Any], str]] = [
        (ADD, connection_form(there.cedar.connection, name="Mine", **pair), "Choose your school"),
        (ADD, connection_form(birch.connection, name="Mine", school="", **pair), "Choose your school"),
        (ADD, connection_form(dogwood.connection, name="Mine", school=cast.school_b.pk, **pair), foreign),
        (here, configuration_form(rule, is_default="on"), whole),
        (ADD_CONFIGURATION, configuration_form(rule, name="M", overriding=[], is_default="on"), whole),
        # From one of their districts into the other.
        (there_too, configuration_form(other_rule, connection=birch.connection.pk), foreign),
        (there_too, configuration_form(other_rule, overriding=[cast.school_b.pk]), "Select a valid choice"),
        (here, configuration_form(rule, connection=dogwood.connection.pk), foreign),
        (ADD_CONFIGURATION, configuration_form(other_rule, name="M", overriding=[cast.school_b.pk]), foreign),
    ]
    for address, form, why in forms:
        assert why in errors_in(both.post(address, form)), (address, form)

    assert {row.name for row in Connection.objects.filter(district=cast.district)} == {
        "Way of Alder",
        "Way of Birch",
        "Way of Cedar",
    }
    assert not Configuration.objects.filter(district=cast.district, is_default=True).exists()
    dogwood.configuration.refresh_from_db()
    assert dogwood.configuration.connection == dogwood.connection
    assert SchoolOverride.objects.get(school=cast.school_b).configuration == birch.configuration
    # What is theirs stays theirs.
    assert both.post(ADD, connection_form(dogwood.connection, name="Ours", **pair)).status_code == 302


@pytest.mark.promise("A7")
def test_setting_up_one_district_moves_nothing_of_another_there_and_claims_no_lea_for_it(
    cast: Cast, there: AdminWorld, both: Client
):
    birch = there.birch.connection
    code, taken = "001234567", cast.other_district.leas.get().code
    posts = {
        "change": connection_form(birch, district=cast.other_district.pk, school=""),
        "leas": {"verified": leas.verified_token(birch, [code]), "leas": [code]},
    }
    for page, form in posts.items():
        both.post(page_of(birch, page), form)
    both.post(
        page_of(birch, "leas"), {"verified": leas.verified_token(birch, [code, taken]), "leas": [taken]}
    )
    # Nor does what belongs to the one district stand for the other.
    both.post(page_of(there.dogwood.connection, "leas"), posts["leas"])
    birch.refresh_from_db()

    assert (birch.district, birch.school) == (cast.district, cast.school_b)
    assert not DistrictLea.objects.filter(code=code).exists()
    assert not birch.leas.exists()


@pytest.mark.promise("R5")
def test_a_configuration_made_and_changed_is_one_row_each(cast: Cast, there: AdminWorld):
    client = sign_in(cast.district_admin)
    form = configuration_form(there.cedar.configuration, name="Third rule", overriding=[cast.school_a.pk])
    form.pop("is_default")
    there.alder.configuration.delete()
    count = AccessChange.objects.count()
    assert client.post(ADD_CONFIGURATION, form).status_code == 302
    made = Configuration.objects.get(name="Third rule")
    changed = configuration_form(made, name="Fourth rule", staff_see_not_final="on")
    assert client.post(page_of(made), changed).status_code == 302
    added, after = AccessChange.objects.order_by("pk")[count:]

    assert (added.verb, added.after["schools"]) == ("configuration.added", [str(cast.school_a.uuid)])
    assert (after.verb, after.before["name"], after.after["name"]) == (
        "configuration.changed",
        "Third rule",
        "Fourth rule",
    )
    assert (after.before["staff_see_not_final"], after.after["staff_see_not_final"]) == (False, True)


@pytest.mark.promise("R5")
def test_a_school_s_switch_is_one_row_with_before_and_after(cast: Cast):
    count = AccessChange.objects.count()
    form = {"contact": cast.school_a.contact}  # an unticked box is not sent
    sign_in(cast.school_admin).post(f"/admin/accounts/school/{cast.school_a.pk}/change/", form)
    row = AccessChange.objects.order_by("-pk")[0]

    assert AccessChange.objects.count() == count + 1
    assert (row.verb, row.subject_id) == ("school.changed", cast.school_a.uuid)
    assert (row.before["shows_reports"], row.after["shows_reports"]) == (True, False)
    assert row.actor == str(cast.school_admin.uuid)


def test_a_school_s_name_and_code_are_not_changed_by_posting_them(cast: Cast):
    form = {"contact": "x", "name": "Other", "cds_code": "1" * 14, "district": cast.other_district.pk}
    sign_in(cast.superuser).post(f"/admin/accounts/school/{cast.school_a.pk}/change/", form)
    name, code = cast.school_a.name, cast.school_a.cds_code
    cast.school_a.refresh_from_db()

    assert (cast.school_a.name, cast.school_a.cds_code) == (name, code)
    assert cast.school_a.district == cast.district
