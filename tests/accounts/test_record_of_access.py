"""The record of access and of its changes: written once, changed by nobody (trust R4), complete (R2), R5's services."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction

from accounts.models import AccessChange, AccessRecord, Guardianship, StaffRole
from accounts.models.append_only import AppendOnlyError
from accounts.models.guardianship import Standing
from accounts.requests import RequestFacts
from accounts.rights import Role
from accounts.services import changes, guardianships, record, staff_roles
from portal.base.clock import local_today
from tests import factories
from tests.cast import Cast, sign_in

LOGS: list[Any] = [AccessRecord, AccessChange]


class Attempts:
    """Every way of Django's models to change or delete a row that is there."""

    def __init__(self, log: Any, row: Any) -> None:
        self._log, self._row, self._rows = log, row, log.objects.filter(pk=row.pk)

    def save(self) -> None:
        self._row.save()

    def save_some_fields(self) -> None:
        self._row.save(force_update=True, update_fields=["request_id"])

    def delete(self) -> None:
        self._row.delete()

    def update_rows(self) -> None:
        self._rows.update(request_id="changed")

    def update_rows_asynchronously(self) -> None:
        asyncio.run(self._rows.aupdate(request_id="changed"))

    def delete_rows(self) -> None:
        self._rows.delete()

    def bulk_update(self) -> None:
        self._log.objects.bulk_update([self._row], ["request_id"])

    def update_or_create(self) -> None:
        self._log.objects.update_or_create(pk=self._row.pk, defaults={"request_id": "changed"})

    def upsert(self) -> None:
        names = {"unique_fields": ["id"], "update_fields": ["request_id"]}
        self._log.objects.bulk_create([self._row], update_conflicts=True, **names)

    def update_by_django_s_own_manager(self) -> None:
        self._log._base_manager.update(request_id="changed")

    def delete_by_django_s_own_manager(self) -> None:
        self._log._base_manager.all().delete()


@pytest.fixture
def rows(db: None) -> None:
    """Put one row into each log."""
    record.refused_stranger(factories.user(), uuid.uuid4(), RequestFacts(request_id="r"))
    changes.record("test.changed", subject="test", subject_id=uuid.uuid4(), by=factories.BY)


def test_it_works(rows: None):
    assert [log.objects.count() for log in LOGS] == [1, 1]


@pytest.mark.promise("R4")
@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("attempt", [name for name in vars(Attempts) if not name.startswith("_")])
def test_no_way_of_the_models_changes_a_row(rows: None, log: Any, attempt: str):
    row = log.objects.get()
    row.request_id = "changed"

    with pytest.raises(AppendOnlyError):
        getattr(Attempts(log, row), attempt)()
    assert log.objects.get().request_id != "changed"


@pytest.mark.promise("R4")
@pytest.mark.parametrize("log", LOGS)
def test_a_new_row_does_not_take_the_place_of_an_old_one(rows: None, log: Any):
    row = log.objects.get()
    values = {
        field.name: getattr(row, field.name) for field in log._meta.concrete_fields if field.name != "id"
    }

    with pytest.raises(DatabaseError), transaction.atomic():
        log(pk=row.pk, **(values | {"request_id": "x"})).save()
    assert log.objects.get().request_id != "x"


@pytest.mark.promise("R4")
@pytest.mark.services
@pytest.mark.parametrize("log", LOGS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET request_id = 'x'", "DELETE FROM {}"])
@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own guard")
def test_postgresql_itself_refuses_to_change_a_row(rows: None, log: Any, statement: str):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(statement.format(log._meta.db_table))
    assert log.objects.get().request_id != "x"


@pytest.mark.promise("R4")
@pytest.mark.parametrize("log", ["accessrecord", "accesschange"])
@pytest.mark.parametrize("page", ["add/", "{pk}/delete/", "{pk}/change/"])
def test_the_admin_changes_nothing_either(cast: Cast, rows: None, log: str, page: str):
    client = sign_in(cast.superuser)
    model: Any = AccessRecord if log == "accessrecord" else AccessChange
    before = list(model.objects.values())
    address = f"/admin/accounts/{log}/{page.format(pk=model.objects.last().pk)}"

    assert client.post(address, {"post": "yes", "outcome": "x"}).status_code == 403
    assert list(model.objects.values()) == before


@pytest.mark.promise("R4")
def test_django_s_own_permissions_open_no_log(cast: Cast, rows: None):
    cast.school_admin.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client = sign_in(cast.school_admin)

    assert client.get("/admin/accounts/accessrecord/").status_code == 403
    assert client.get("/admin/accounts/accesschange/").status_code == 403


@pytest.mark.promise("R4")
def test_many_rows_at_once_are_not_deleted_from_the_list(cast: Cast, rows: None):
    client = sign_in(cast.superuser)
    count = AccessRecord.objects.count()
    pks = list(AccessRecord.objects.values_list("pk", flat=True))
    client.post(
        "/admin/accounts/accessrecord/",
        {"action": "delete_selected", "_selected_action": pks, "post": "yes"},
    )

    assert AccessRecord.objects.count() == count > 0


# --- Changes of access (trust R5) ----------------------------------------------------------------------------------


@pytest.fixture
def link(cast: Cast) -> Guardianship:
    found: Guardianship = Guardianship.objects.get(guardian__user=cast.parent_of_two, student=cast.child)
    return found


def last_change() -> AccessChange:
    row: AccessChange = AccessChange.objects.order_by("-pk")[0]
    return row


def one_more_than(count: int) -> bool:
    return AccessChange.objects.count() == count + 1


@pytest.mark.promise("R5")
def test_a_link_made_is_one_row(cast: Cast):
    count = AccessChange.objects.count()
    made = factories.link(factories.guardian(cast.district, cast.nobody), cast.child)
    row = last_change()

    assert one_more_than(count)
    assert (row.verb, row.subject, row.subject_id) == ("guardianship.linked", "guardianship", made.uuid)
    assert row.actor == factories.BY
    assert row.before == {}
    assert row.after["student"] == str(cast.child.uuid)
    assert row.after["standing"] == Standing.COUNTS


@pytest.mark.promise("R5")
def test_a_link_ended_is_one_row_with_before_after_reason_and_person(cast: Cast, link: Guardianship):
    count = AccessChange.objects.count()
    yesterday = local_today() - timedelta(days=1)
    guardianships.end(guardianship=link, last_day=yesterday, by=cast.office, reason="court order 12")
    row = last_change()

    assert one_more_than(count)
    assert (row.verb, row.subject_id) == ("guardianship.ended", link.uuid)
    assert (row.before["until"], row.after["until"]) == (None, yesterday.isoformat())
    assert (row.actor, row.reason) == (str(cast.office.uuid), "court order 12")


@pytest.mark.promise("R5")
def test_a_link_that_could_not_be_made_leaves_no_row(cast: Cast, link: Guardianship):
    count = AccessChange.objects.count()
    with pytest.raises(DatabaseError):
        factories.link(link.guardian, cast.child)

    assert AccessChange.objects.count() == count


@pytest.mark.promise("R5")
def test_a_change_that_could_not_be_recorded_is_not_made(cast: Cast, link: Guardianship):
    def refuse_the_log(execute, sql, params, many, context):
        if "accounts_accesschange" in sql:
            raise DatabaseError("the log is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_the_log), pytest.raises(DatabaseError):
        guardianships.end(guardianship=link, last_day=local_today(), by=factories.BY, reason="a test")
    link.refresh_from_db()

    assert link.until is None


@pytest.mark.promise("R5")
def test_a_role_given_and_ended_is_one_row_each(cast: Cast):
    count = AccessChange.objects.count()
    role = staff_roles.grant(
        user=cast.nobody, role=Role.OFFICE, district=cast.district, school=cast.school_a, by=cast.office
    )
    given = last_change()
    assert one_more_than(count)
    staff_roles.end(role=role, last_day=local_today(), by=cast.office, reason="moved away")
    ended = last_change()

    assert one_more_than(count + 1)
    assert (given.verb, given.after["role"], given.after["school"]) == (
        "staff_role.granted",
        "office",
        str(cast.school_a.uuid),
    )
    assert (ended.verb, ended.before["until"], ended.after["until"]) == (
        "staff_role.ended",
        None,
        local_today().isoformat(),
    )
    assert StaffRole.objects.get(pk=role.pk).until == local_today()


@pytest.mark.promise("R5", "S2")
def test_no_row_of_changes_holds_a_name_an_address_or_an_ssid(cast: Cast):
    texts = " ".join(str(row) for row in AccessChange.objects.values())

    assert str(cast.child.uuid) in texts  # the rows are about the cast
    for student in (cast.child, cast.sibling, cast.student_17):
        assert student.ssid not in texts
        assert student.last_name not in texts
    assert cast.parent_of_two.email not in texts
    assert cast.parent_of_two.name not in texts


@pytest.mark.promise("R2")
def test_a_row_outlives_whom_it_names(cast: Cast):
    record.refused_stranger(cast.nobody, cast.child.uuid, RequestFacts())
    who, about = cast.nobody.uuid, cast.child.uuid
    assert not [field for field in AccessRecord._meta.get_fields() if field.is_relation]
    cast.nobody.delete()
    cast.child.delete()
    row = AccessRecord.objects.get()

    assert (row.actor, row.student) == (who, about)
