"""Nights from a folder of CSV files, through the whole sync: the same people as from the rows themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import (
    Caseload,
    District,
    Enrollment,
    Guardianship,
    School,
    SectionPlace,
    SectionTeacher,
    StaffRole,
    Student,
)
from accounts.models.guardianship import Standing
from integrations.models import SyncProblem, SyncRun, SyncState
from integrations.services import syncs
from integrations.sync.rows import Kind
from tests.integrations.sync.csv_files import deliver, lines_of, text
from tests.integrations.sync.feeds import OFFICE, SCHOOL_B, Feed, a_family, link_of, night

pytestmark = pytest.mark.slow  # several nights each

# Whoever stands in the tables, told by what a source knows of them.
SEEN: dict[Any, str] = {
    School: "cds_code name",
    Student: "local_id ssid first_name last_name birth_date grade",
    Enrollment: "student__local_id school__cds_code starts until primary",
    Guardianship: "guardian__source_id guardian__name guardian__email guardian__language student__local_id "
    "relationship legal_guardian resides_with standing until",
    StaffRole: "user__email user__name role school__cds_code until",
    SectionTeacher: "section__source_id section__name user__email starts until",
    SectionPlace: "section__source_id student__local_id starts until",
    Caseload: "user__email student__local_id starts until",
}


def seen() -> dict[str, list[tuple[Any, ...]]]:
    return {
        model.__name__: sorted(model._default_manager.values_list(*fields.split()), key=str)
        if model is not Student
        else sorted(Student.unscoped.values_list(*fields.split()), key=str)
        for model, fields in SEEN.items()
    }


@pytest.fixture
def full(feed: Feed) -> Feed:
    (first, second), _ties = a_family(feed, children=2)
    feed.contact(first, legal_guardian=False, relationship="Grandmother", resides_with=False)
    feed.contact(second, legal_guardian=None, relationship="Neighbor", email="")
    feed.section(feed.member(), first, second)
    feed.caseload(feed.member("Counselor"), first)
    feed.member("Principal", SCHOOL_B)
    feed.member("Superintendent", OFFICE)
    return feed


@pytest.fixture
def folder(tmp_path: Path, district: District, settings: Any) -> Path:
    """The district's own folder, where its nightly runs read."""
    settings.CSV_FOLDERS = str(tmp_path)
    made = tmp_path / district.cds_code
    made.mkdir()
    return made


def by_command(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = 0
    try:
        call_command("sync", "csv", "--folder", str(folder), *options)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(capsys.readouterr().out.strip().splitlines()[-1])


def nightly(district: District, folder: str) -> SyncRun:
    run = syncs.start(district=district, source="csv", folder=folder, by=syncs.SCHEDULE, publish=False)
    return syncs.work_on(run=run)


def test_it_works(district: District, full: Feed, folder: Path, capsys):
    code, told = by_command(deliver(folder, full), capsys)

    assert (code, told["state"], told["failure"]) == (0, "done", "")
    assert told["counts"]["links"] == {"insert": 3}
    assert link_of(full.rows[Kind.CONTACTS][0]).standing == Standing.COUNTS
    assert Guardianship.objects.get(relationship="Grandmother").standing == Standing.REVIEW
    assert not Guardianship.objects.filter(relationship="Neighbor").exists()
    assert Enrollment.objects.filter(source="csv").count() == 2


@pytest.mark.parametrize("how", [{}, {"separator": ";", "end": "\n"}, {"separator": "\t"}])
def test_files_give_the_people_that_their_rows_give(db, district: District, full: Feed, folder: Path, how):
    deliver(folder, full, **how)
    run = nightly(district, ".")
    from_files = seen()
    _forget(run)

    full.name = "csv"
    night(district, full)
    assert from_files == seen()
    assert len(from_files["Guardianship"]) == 3


def _forget(run: SyncRun) -> None:
    for model in (Caseload, SectionPlace, SectionTeacher, StaffRole, Guardianship, Enrollment):
        model._default_manager.all().delete()
    Student.unscoped.all().delete()
    SyncRun.objects.filter(pk=run.pk).update(dry_run=True)


def test_the_same_files_again_change_nothing(district: District, full: Feed, folder: Path, capsys):
    by_command(deliver(folder, full), capsys)
    before = seen()
    code, told = by_command(deliver(folder, full), capsys)

    assert (code, told["counts"]) == (0, {})
    assert seen() == before


def test_a_dry_run_applies_nothing(district: District, full: Feed, folder: Path, capsys):
    code, told = by_command(deliver(folder, full), capsys, "--dry-run")

    assert (code, told["dry_run"], told["counts"]["links"]) == (0, True, {"insert": 3})
    assert not Guardianship.objects.exists()


@pytest.mark.promise("F2")
def test_a_contact_gone_from_two_whole_deliveries_loses_the_link(
    district: District, full: Feed, folder: Path
):
    nightly(district, str(deliver(folder, full)))
    gone = full.rows[Kind.CONTACTS][0]
    full.remove(gone)
    deliver(folder, full)

    nightly(district, ".")
    assert link_of(gone).until is None
    nightly(district, ".")
    assert link_of(gone).until is not None


@pytest.mark.promise("F2")
@pytest.mark.parametrize("fault", ["cut off", "a broken line", "no file", "no students", "half written"])
def test_a_delivery_that_is_not_whole_ends_no_link(district: District, full: Feed, folder: Path, fault: str):
    nightly(district, str(deliver(folder, full)))
    gone = full.rows[Kind.CONTACTS][0]
    full.remove(gone)
    for _night in range(3):
        deliver(folder, full)
        contacts = folder / "contacts.csv"
        if fault == "cut off":
            contacts.write_text(contacts.read_text()[:-15])
        elif fault == "a broken line":
            contacts.write_text(contacts.read_text() + "L1,C1\n")
        elif fault == "half written":
            (folder / "contacts.csv.partial").touch()
        else:
            (folder / ("contacts.csv" if fault == "no file" else "students.csv")).unlink()
        assert nightly(district, ".").state == SyncState.DONE

    assert link_of(gone).until is None


def test_a_file_with_a_header_alone_is_held(district: District, full: Feed, folder: Path):
    a_family(full, children=30)
    nightly(district, str(deliver(folder, full)))
    (folder / "contacts.csv").write_text(text("contacts", []))
    run = nightly(district, ".")

    assert run.state == SyncState.HELD
    assert [(reason["rule"], reason["what"]) for reason in run.reasons] == [("rows", "contacts")]


def test_a_missing_column_fails_the_run_and_names_it(district: District, full: Feed, folder: Path, capsys):
    deliver(folder, full)
    contacts = folder / "contacts.csv"
    contacts.write_text(contacts.read_text().replace("legal_guardian", "guardian"))
    code, told = by_command(folder, capsys)

    assert (code, told["failure"]) == (1, "no-column-contacts-legal-guardian")
    assert not School.objects.filter(district=district).exists()


def test_problems_name_file_and_line(district: District, full: Feed, folder: Path):
    deliver(folder, full)
    with (folder / "contacts.csv").open("a") as file:
        file.write("L1,C1\n")
    line = 2 + len(lines_of(full)["contacts"])
    run = nightly(district, ".")

    problem = SyncProblem.objects.get(run=run, reason="row-short")
    assert (problem.kind, problem.endpoint, problem.source_id) == ("contacts", "contacts.csv", f"line {line}")


@pytest.mark.parametrize("folder_named", ["/etc", "..", "../{other}", "{root}/{other}", "link"])
def test_a_nightly_run_reads_no_other_districts_folder(
    district: District, full: Feed, folder: Path, folder_named: str
):
    other = folder.parent / "99999990000000"
    other.mkdir()
    deliver(other, full)
    (folder / "link").symlink_to(other)
    run = nightly(district, folder_named.format(other=other.name, root=folder.parent))

    assert (run.state, run.failure) == (SyncState.FAILED, "folder-refused")


def test_a_link_to_another_districts_file_is_not_followed(district: District, full: Feed, folder: Path):
    other = folder.parent / "99999990000000"
    other.mkdir()
    deliver(other, full)
    for name in lines_of(full):
        (folder / f"{name}.csv").symlink_to(other / f"{name}.csv")
    run = nightly(district, ".")

    assert (run.state, run.failure) == (SyncState.FAILED, "no-files")


def test_without_the_setting_only_the_command_reads(
    district: District, full: Feed, folder: Path, settings, capsys
):
    settings.CSV_FOLDERS = ""
    deliver(folder, full)

    assert nightly(district, str(folder)).failure == "folder-refused"
    assert by_command(folder, capsys)[0] == 0
