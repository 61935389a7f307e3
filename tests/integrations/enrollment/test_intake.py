"""Approved registrations on their way in: a row before each batch is asked for, each record taken once (trust F3)."""

from __future__ import annotations

import datetime
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Guardianship
from accounts.models.guardianship import Standing
from accounts.services import provisionals
from integrations.models import BatchState, EnrollmentBatch, EnrollmentRecord, RecordState
from integrations.sandbox.server import SandboxServer
from integrations.services import enrollment_batches as batches
from integrations.services import enrollment_sealing as sealing
from integrations.services import enrollments
from integrations.services.enrollment_mapping import AS_DOCUMENTED
from portal.base import clock, rotation
from tests import factories
from tests.cast import Cast
from tests.integrations.enrollment.world import (
    approve,
    connected,
    expected,
    families,
    look,
    lost,
    record_of,
    release,
    target,
)

pytestmark = pytest.mark.promise("F3")
CREATE = "createbatch"


def command(*options: str) -> tuple[dict[str, Any], int]:
    """Run the sync command; return its last line and its exit code."""

    out = StringIO()
    try:
        call_command("sync", "powerschool", *options, stdout=out)
    except SystemExit as ended:
        return json.loads(out.getvalue().splitlines()[-1]), int(ended.code or 0)
    return json.loads(out.getvalue().splitlines()[-1]), 0


def test_it_works(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)

    looked = look(where)

    assert (looked.new, looked.placed, looked.failure) == (1, 1, "")
    assert families() == expected(made)
    record = record_of(made)
    assert (record.state, record.student) == (RecordState.PLACED, cast.child)
    assert {link.standing for link in Guardianship.objects.filter(source="registration")} == {
        Standing.PROVISIONAL
    }
    # The last batch was empty: nothing is left to hand over.
    assert list(EnrollmentBatch.objects.values_list("state", "records_count")) == [("done", 0), ("done", 1)]


def test_a_second_look_brings_nobody_twice(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)
    look(where)
    sandbox.powerschool.registry.reset_batch(501, EnrollmentBatch.objects.get(records_count=1).vendor_id)

    looked = look(where)

    assert (looked.new, looked.placed) == (0, 0), "handed over again, and known by its id"
    assert families() == expected(made)
    assert EnrollmentRecord.objects.count() == 1


def test_a_registration_without_its_student_waits_until_a_sync_brings_the_student(
    cast: Cast, sandbox: SandboxServer
):
    where = target(cast, sandbox)
    made = approve(sandbox, "not-here-yet")
    assert look(where).placed == 0
    assert (record_of(made).state, record_of(made).local_id) == (RecordState.WAITING, "not-here-yet")
    assert families() == []

    child = made.child
    newcomer = factories.student(cast.school_a, first_name=child.first_name, last_name=child.last_name)
    type(newcomer).unscoped.filter(pk=newcomer.pk).update(local_id="not-here-yet")
    assert enrollments.settle(cast.district, by="sync:tests") == 1

    assert families() == expected(made)


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ({"kind": "lost"}, "hung-up"),
        ({"kind": "truncate", "keep": 120}, "truncated"),
    ],
)
def test_an_answer_that_is_lost_or_half_alarms_and_is_fetched_again(
    cast: Cast, sandbox: SandboxServer, fault: dict[str, Any], failure: str
):
    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)
    sandbox.faults.add(vendor="powerschool", where=CREATE, times=1, **fault)
    look(where)
    [orphan] = lost(where)
    assert orphan.failure == failure
    assert families() == []

    assert look(where).new == 0, "nothing is released by itself"
    [orphan] = lost(where)
    assert orphan.vendor_id, "found in the list of batches"
    release(orphan)
    assert look(where).new == 1

    assert families() == expected(made)
    assert lost(where) == []
    orphan.refresh_from_db()
    assert orphan.state == BatchState.RESET


def test_a_batch_that_powerschool_does_not_know_is_put_away(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    sandbox.faults.add(vendor="powerschool", where=CREATE, kind="garbage", text='{"id": "x"}', times=1)
    look(where)
    [odd] = lost(where)
    assert (odd.state, odd.failure, odd.vendor_id) == (BatchState.ANSWERED, "no-records", "x")

    release(odd)
    look(where)

    odd.refresh_from_db()
    assert (odd.state, odd.failure, lost(where)) == (BatchState.REFUSED, "not-found", [])


def test_a_request_that_never_arrived_is_no_lost_batch(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    approve(sandbox, cast.child.local_id)
    sandbox.faults.add(vendor="powerschool", where=CREATE, kind="status", status=401, times=1)

    assert look(where).failure == "credentials-refused"
    assert (lost(where), EnrollmentBatch.objects.get().state) == ([], BatchState.REFUSED)
    assert look(where).new == 1


def test_an_intent_that_a_death_left_is_found_and_its_batch_with_it(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    approve(sandbox, cast.child.local_id)
    now = clock.now()
    left = EnrollmentBatch.objects.create(
        target=where, made_at=now, intended_at=now, asked_by="command:tests"
    )
    handed_over = sandbox.powerschool.registry.create_batch(501)

    look(where)

    left.refresh_from_db()
    assert (left.failure, left.vendor_id) == (batches.NO_ANSWER, handed_over.batch_id)
    release(left)
    assert look(where).placed == 1


def test_a_batch_of_which_not_even_the_row_is_left_is_found(cast: Cast, sandbox: SandboxServer):
    """As after a backup was restored."""
    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)
    handed_over = sandbox.powerschool.registry.create_batch(501)

    look(where)

    [stray] = lost(where)
    assert (stray.vendor_id, stray.failure, stray.intended_at) == (
        handed_over.batch_id,
        batches.NOT_OURS,
        None,
    )
    release(stray)
    look(where)
    assert families() == expected(made)


def test_batches_of_before_are_another_systems(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox, watched_from=clock.now() + datetime.timedelta(hours=1))
    approve(sandbox, cast.child.local_id)
    sandbox.powerschool.registry.create_batch(501)

    look(where)
    assert lost(where) == []


def test_a_request_of_which_powerschool_lists_nothing_is_put_away(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    now = clock.now()
    left = EnrollmentBatch.objects.create(
        target=where, made_at=now, intended_at=now, asked_by="command:tests"
    )
    # What is listed was made before the request.
    sandbox.faults.add(vendor="powerschool", where=CREATE, kind="status", status=401, times=1)
    look(where)
    left.refresh_from_db()
    with pytest.raises(batches.NotListed):
        release(left)

    batches.give_up(batch=left, by="command:tests", reason="Asked PowerSchool.")
    assert lost(where) == []
    with pytest.raises(batches.NotLost):
        batches.give_up(batch=left, by="command:tests", reason="Again.")


def test_a_kept_answer_is_read_by_the_next_look(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)
    look(where)
    EnrollmentRecord.objects.all().delete()
    Guardianship.objects.filter(source="registration").delete()
    kept = EnrollmentBatch.objects.get(records_count=1)
    EnrollmentBatch.objects.filter(pk=kept.pk).update(
        state=BatchState.ANSWERED, vendor_id="", records_count=0
    )

    look(where)

    kept.refresh_from_db()
    assert (kept.state, kept.records_count) == (BatchState.DONE, 1)
    assert EnrollmentRecord.objects.count() == len(expected(made)) // len(made.child.parents)


@pytest.mark.promise("S1", "S2")
def test_what_families_wrote_is_sealed_and_goes_after_its_days(
    cast: Cast, sandbox: SandboxServer, settings: Any
):
    where = target(cast, sandbox)
    made, waits = approve(sandbox, cast.child.local_id), approve(sandbox, "not-here")
    look(where)
    mother = made.child.parents[0]
    rows = [*EnrollmentBatch.objects.values_list("answer", flat=True)]
    rows += EnrollmentRecord.objects.values_list("data", flat=True)
    assert all(mother.email not in row for row in rows)
    assert sealing.fields_of(record_of(made))["parent1.email"] == mother.email, "the control"

    settings.ENROLLMENT_KEEP_DAYS = 0
    sealing.purge()

    assert (record_of(made).data, sealing.fields_of(record_of(made))) == ("", {})
    assert record_of(waits).data, "it is all there is of that family"
    assert not EnrollmentBatch.objects.exclude(answer="").exists()


@pytest.mark.promise("S1")
def test_what_families_wrote_moves_to_a_new_key(cast: Cast, sandbox: SandboxServer, settings: Any):
    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)
    look(where)
    [old] = settings.FIELD_KEYS
    settings.FIELD_KEYS = [("new", b"n" * 32), old]
    assert rotation.used_key_ids() == {old[0]}

    assert rotation.rotate()["registrations"] == 3, "one record, its batch and the empty one"

    settings.FIELD_KEYS = [("new", b"n" * 32)]
    assert sealing.fields_of(record_of(made))["parent1.email"] == made.child.parents[0].email
    assert rotation.used_key_ids() == {"new"}


def test_a_record_that_does_not_fit_the_fields_is_read_again_once_they_are_right(
    cast: Cast, sandbox: SandboxServer
):
    names = {name: path for name, path in AS_DOCUMENTED.items() if name.endswith("_name")}
    where = target(cast, sandbox, mapping=names | {"student_id": "pupil.number"})
    made = approve(sandbox, cast.child.local_id)
    look(where)
    assert (record_of(made).state, record_of(made).problem) == (RecordState.UNREADABLE, "no-such-field")

    where.mapping = names | {"student_id": "student.studentID"}
    where.save()
    EnrollmentRecord.objects.update(state=RecordState.NEW)
    assert look(where).placed == 1


@pytest.mark.promise("A8")
def test_a_slip_in_the_student_id_puts_nobody_beside_another_familys_child(
    cast: Cast, sandbox: SandboxServer
):
    where = target(cast, sandbox, approval_counts=True)
    made = sandbox.powerschool.registry.add(child={"local_id": cast.child.local_id})[0]
    assert made.child.last_name != cast.child.last_name

    look(where)

    assert families() == []
    assert (record_of(made).state, record_of(made).problem) == (RecordState.WAITING, "other-name")


def test_a_district_may_let_the_approval_of_the_school_count(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox, approval_counts=True)
    approve(sandbox, cast.child.local_id)
    shared = approve(
        sandbox,
        cast.sibling.local_id,
        data={
            "parent1": {"firstName": "A", "email": "home@example.org"},
            "parent2": {
                "firstName": "B",
                "lastName": "C",
                "relationship": "Father",
                "email": "home@example.org",
            },
        },
    )
    look(where)

    by_student = {
        link.student_id: link.standing for link in Guardianship.objects.filter(source="registration")
    }
    assert by_student[cast.child.pk] == Standing.COUNTS
    assert by_student[cast.sibling.pk] == Standing.PROVISIONAL, "nobody knows who reads a shared mailbox"
    assert record_of(shared).state == RecordState.PLACED


def test_an_adult_whom_the_system_names_is_known(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)
    for parent in made.child.parents:
        who = factories.guardian(
            cast.district, None, name=f"{parent.first_name} {parent.last_name}", email=parent.email
        )
        factories.link(who, cast.child)
    look(where)

    assert families() == []
    assert {one.outcome for one in record_of(made).adults.all()} == {str(provisionals.Placed.KNOWN)}


@pytest.mark.slow
def test_a_batch_of_5000(cast: Cast, sandbox: SandboxServer):
    where = target(cast, sandbox)
    sandbox.powerschool.registry.add(count=5000)

    assert look(where).new == 5000
    assert enrollments.waiting(where) == {"lost": 0, "waiting": 5000, "unreadable": 0, "records": 5000}


# --- The command -----------------------------------------------------------------------------------------------------


def test_the_command_looks_and_says_what_came(cast: Cast, sandbox: SandboxServer):
    target(cast, sandbox)
    approve(sandbox, cast.child.local_id)

    said, code = command()

    assert (code, said["state"], said["failure"]) == (0, "done", "")
    assert [(one["target"], one["new"], one["placed"]) for one in said["targets"]] == [("501", 1, 1)]


def test_a_dry_run_asks_by_get_alone(cast: Cast, sandbox: SandboxServer):
    target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)

    said, code = command("--dry-run", "--connection", "Registration")

    assert (code, said["dry_run"], {one["target"] for one in said["targets"]}) == (0, True, {"501", "502"})
    assert not made.delivered
    assert not EnrollmentBatch.objects.exists()


def test_a_failure_is_said_with_an_exit_code(cast: Cast, sandbox: SandboxServer):
    target(cast, sandbox)
    sandbox.faults.add(vendor="powerschool", where="all", kind="status", status=401)

    said, code = command()
    assert (code, said["state"], said["failure"]) == (1, "failed", "credentials-refused")


def test_targets_are_listed_and_nothing_is_asked_for_until_somebody_says_so(
    cast: Cast, sandbox: SandboxServer
):
    connection = connected(cast.district, sandbox)

    listed = enrollments.list_targets(connection)

    assert {(one.vendor_id, one.is_active, one.district) for one in listed} == {
        ("501", False, None),
        ("502", False, None),
    }
    enrollments.drain_id(listed[0].uuid)
    assert not EnrollmentBatch.objects.exists()
