"""Nights with the sandbox's Illuminate over real HTTP: the first, one without news, an edited one, and bad ones."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.models import District, Enrollment, Guardian, Guardianship, SectionPlace, StaffRole, Student
from integrations.illuminate import client
from integrations.models import SyncRun
from integrations.sandbox.illuminate import catalogue
from integrations.sandbox.illuminate.night import parse_edits
from integrations.sandbox.server import DEFAULT_ILLUMINATE, SandboxServer
from integrations.services import syncs
from tests.integrations.sync import nights
from tests.integrations.sync.nights import sync

# A night makes and drops some forty temporary tables, which takes PostgreSQL a second on a busy machine.
pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.django_db(transaction=True)]

AUTUMN = datetime.datetime(2026, 10, 14, 9, 30, tzinfo=datetime.UTC)
A_PAGE = 60  # so that a district of 200 students has several pages of everything


@pytest.fixture(autouse=True)
def night(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> Generator[time_machine.Traveller, None, None]:
    monkeypatch.setenv("ILLUMINATE_SECRET", DEFAULT_ILLUMINATE["secret"])
    monkeypatch.setenv("ILLUMINATE_TOKEN_SECRET", DEFAULT_ILLUMINATE["token_secret"])
    monkeypatch.setattr(client, "MOST_ROWS", A_PAGE)
    with time_machine.travel(AUTUMN, tick=True) as now:
        sandbox.illuminate.change(today=AUTUMN.date())
        yield now


@pytest.fixture
def district(sandbox: SandboxServer) -> District:
    """The sandbox's district after its first night."""
    made = nights.connect(sandbox)
    assert sync()[0] == 0
    return made


def edit(sandbox: SandboxServer, *edits: dict[str, Any]) -> None:
    sandbox.illuminate.change(edits=parse_edits(list(edits), catalogue.WITH_ROWS))


def fault(sandbox: SandboxServer, endpoint: str, **options: Any) -> None:
    sandbox.faults.add(vendor="illuminate", where=endpoint, **options)


def test_it_works(sandbox: SandboxServer, district: District):
    run = SyncRun.objects.get()

    assert (run.state, run.first, run.reasons, run.failure) == ("done", True, [], "")
    assert run.problem_counts["roles"] == {"role-unmapped": 1}
    family = sandbox.world.cast().parent_of_two
    children = Guardianship.objects.filter(guardian__source_id=family.id, standing="counts")
    assert children.count() == 2
    teacher = StaffRole.objects.get(user__email=sandbox.world.cast().teacher.email.lower())
    assert (teacher.role, teacher.source) == ("teacher", "illuminate")
    assert not teacher.user.has_usable_password()
    assert SectionPlace.objects.filter(section__teachers__user=teacher.user).exists()


def test_the_command_says_what_it_did_in_one_line(sandbox: SandboxServer):
    nights.connect(sandbox)
    status, said = sync("--connection", "Nightly")

    assert status == 0
    assert set(said) == {"run", "state", "dry_run", "counts", "problems", "reasons", "failure"}
    assert (said["state"], said["counts"]["students"]) == ("done", {"insert": Student.unscoped.count()})


@pytest.mark.promise("F2")
def test_a_night_without_news_writes_nothing(district: District):
    before = nights.rows_of_accounts()
    status, said = sync()

    assert (status, said["counts"]) == (0, {})
    assert nights.rows_of_accounts() == before


def test_a_dry_run_keeps_a_preview_and_writes_nothing(sandbox: SandboxServer):
    nights.connect(sandbox)
    before = nights.rows_of_accounts()
    status, said = sync("--dry-run")

    assert (status, said["dry_run"], said["counts"]["links"]["insert"] > 0) == (0, True, True)
    assert nights.rows_of_accounts() == before
    assert sync()[1]["counts"]["links"] == said["counts"]["links"]


def test_an_edited_night_changes_what_was_edited(sandbox: SandboxServer, district: District):
    two = sandbox.world.cast().parent_of_two
    before = nights.who_counts()
    edit(
        sandbox,
        {"endpoints": ["StudentContacts"], "where": {"contact_id": two.id}, "set": {"legal_guardian": "f"}},
        {"where": {"contact_id": two.id}, "set": {"email_address": "  New.Address@example.org "}},
    )
    status, said = sync()

    assert (status, said["counts"]["links"], said["counts"]["guardians"]) == (0, {"update": 2}, {"update": 1})
    assert Guardian.objects.get(source_id=two.id).email == "new.address@example.org"
    assert {contact for contact, _ in before - nights.who_counts()} == {two.id}
    assert nights.who_counts() <= before


@pytest.mark.promise("F2")
def test_a_contact_that_is_gone_ends_on_the_second_night_and_comes_back_on_its_return(
    sandbox: SandboxServer, district: District
):
    one = sandbox.world.cast().parent_of_one
    before = nights.who_counts()
    edit(sandbox, {"endpoints": ["StudentContacts"], "where": {"contact_id": one.id}, "drop": True})
    first, second, third = (sync()[1]["counts"] for _ in range(3))

    assert (first, second, third) == ({"absences": {"miss": 1}}, {"links": {"end": 1}}, {})
    assert {contact for contact, _ in before - nights.who_counts()} == {one.id}
    sandbox.illuminate.change(edits=())
    assert sync()[1]["counts"] == {"links": {"revive": 1}}
    assert nights.who_counts() == before


def test_what_happened_in_forty_days_comes_in_and_then_rests(sandbox: SandboxServer, district: District):
    sandbox.illuminate.change(day=40)
    said = [sync() for _ in range(3)]

    assert [status for status, _ in said] == [0, 0, 0]
    assert said[0][1]["counts"]
    assert sync()[1]["counts"] == {}


BAD_PAGES: dict[str, dict[str, Any]] = {
    "refused": {"kind": "status", "status": 403, "text": ""},
    "of another shape": {"kind": "garbage", "text": "[]"},
    "short": {"kind": "short_page", "rows": 3},
    "repeated": {"kind": "repeated_page"},
    "miscounted": {"kind": "miscount", "results": 1},
    "miscounted low": {"kind": "miscount", "results": -1},
}
# Whatever is theirs is left out of the bad night's pages, so that it would end if absence counted.
HALF = {"every": ["student_id", 2, 0], "drop": True}


@pytest.mark.promise("F1")
@pytest.mark.parametrize(
    ("endpoint", "what"),
    [
        *(("StudentContacts", what) for what in BAD_PAGES),
        ("Students2", "short"),
        ("Enrollment", "refused"),
        ("Roster", "miscounted low"),
    ],
)
def test_a_bad_page_in_the_middle_ends_nothing_that_night_or_the_next(
    sandbox: SandboxServer, district: District, endpoint: str, what: str
):
    before, in_class = nights.who_counts(), _in_force()
    gone = {"endpoints": [endpoint], "every": ["student_id", 40, 1], "drop": True}
    edit(sandbox, gone)
    fault(sandbox, endpoint, page=2, **BAD_PAGES[what])
    nights_said = [sync(), sync()]

    assert [status for status, _ in nights_said] == [0, 0]
    assert not [said for _, said in nights_said if "end" in str(said["counts"])]
    assert nights.who_counts() == before
    assert _in_force() == in_class
    assert not SyncRun.objects.latest("pk").received[_kind_of(endpoint)]["complete"]


def _kind_of(endpoint: str) -> str:
    kinds = {"Students2": "students", "Enrollment": "enrollments", "StudentContacts": "contacts"}
    return kinds.get(endpoint, "places")


def _in_force() -> tuple[set[int], set[int]]:
    today = AUTUMN.date()
    open_places = SectionPlace.objects.on(today).values_list("pk", flat=True)
    return set(open_places), set(Enrollment.objects.on(today).values_list("pk", flat=True))


@pytest.mark.promise("F1")
def test_half_a_district_gone_is_held_and_approval_applies_what_was_shown(
    sandbox: SandboxServer, district: District
):
    before = nights.who_counts()
    edit(sandbox, {"endpoints": ["StudentContacts"], "set": {"legal_guardian": "f"}})
    status, said = sync()

    assert (status, said["state"]) == (3, "held")
    assert {"ended", "ended-at-school"} & {reason["rule"] for reason in said["reasons"]}
    assert nights.who_counts() == before
    status, approved = sync("--approve", said["run"])
    assert (status, approved["state"], approved["counts"]) == (0, "done", said["counts"])
    assert nights.who_counts() == set()


def test_a_vendor_that_refuses_everything_fails_the_run_with_its_word(
    sandbox: SandboxServer, district: District
):
    before = nights.rows_of_accounts()
    fault(sandbox, "Sites", kind="status", status=403, text="")
    status, said = sync()

    assert (status, said["state"], said["failure"]) == (1, "failed", "no-permission")
    assert nights.rows_of_accounts() == before


@pytest.mark.promise("F1")
def test_credentials_refused_in_the_middle_write_nothing(sandbox: SandboxServer, district: District):
    before = nights.rows_of_accounts()
    edit(sandbox, HALF)
    fault(sandbox, "StudentContacts", page=3, kind="status", status=401, text="")
    status, said = sync()

    assert (status, said["state"], said["counts"]) == (1, "failed", {})
    assert nights.rows_of_accounts() == before


@pytest.mark.promise("F2")
@pytest.mark.parametrize("day", ["2027-07-15", "2027-08-15"])
@pytest.mark.parametrize("is_promoted", [False, True])
def test_between_school_years_no_link_ends(
    sandbox: SandboxServer,
    district: District,
    night: time_machine.Traveller,
    day: str,
    *,
    is_promoted: bool,
):
    before = nights.who_counts()
    summer = datetime.datetime.fromisoformat(f"{day}T09:30:00+00:00")
    night.move_to(summer)
    sandbox.illuminate.change(today=summer.date(), next_year=is_promoted)
    for _ in range(2):
        status, said = sync()
        assert (status, "end" in str(said["counts"]), "miss" in str(said["counts"])) == (0, False, False)

    assert SyncRun.objects.latest("pk").roll_over
    assert nights.who_counts() == before


def test_a_connection_that_is_gone_fails_the_run(district: District):
    run = SyncRun.objects.get()
    run.pk, run.uuid, run.connection, run.state = None, uuid4(), None, "waiting"
    run.attempt, run.applied = 0, []
    run.save()

    assert syncs.work_on(run=run).failure == "no-connection"
