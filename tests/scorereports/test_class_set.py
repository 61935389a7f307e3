"""The ZIP of a class: whole, named to sort, on record report by report, and ended upstream when the reader leaves."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pypdf import PdfReader

from accounts.models import AccessRecord, SectionPlace
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from portal.base import streaming
from scorereports.keys import ReportKey
from scorereports.models import ReportRun
from scorereports.services import class_sets, class_sets_members
from scorereports.services.class_sets_archive import Archive
from scorereports.services.filtering import Choice
from tests import factories
from tests.cast import Cast, sign_in, world
from tests.live import wait_until
from tests.scorereports.reading import body, recorded
from tests.scorereports.running import ran, started, taken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
YEAR = str(world().administration_year)
ENGLISH = Choice(type="ESA", language="EN", year=YEAR, format="PDF")
ALL_PDF = Choice(format="PDF")


def fetched(who: Any, run: ReportRun) -> Any:
    return sign_in(who).post(f"/staff/runs/{run.uuid}/class-set/")


def opened_zip(answer: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(body(answer)))


def index_of(file: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read(class_sets.INDEX).decode("utf-8-sig"))))


def test_it_works(cast: Cast, connected: Connection, sandbox: SandboxServer):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ENGLISH)
    answer = fetched(cast.teacher, run)
    file = opened_zip(answer)

    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="class-set-{run.uuid}.zip"'
    assert "no-store" in answer["Cache-Control"]
    assert file.testzip() is None
    names = [name for name in file.namelist() if name != class_sets.INDEX]
    section = SectionPlace.objects.filter(student=cast.child).get().section.name.replace(" ", "_")
    assert f"05-{section}-{cast.child.last_name}_{cast.child.first_name}-ESA_{YEAR}-EN.pdf" in names
    assert all(
        entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 8 for entry in file.filelist
    )
    for name in names:
        assert len(PdfReader(io.BytesIO(file.read(name))).pages) >= 1
    assert [row["file"] for row in index_of(file)] == names, "in the order of the file"
    assert names == sorted(names)


@pytest.mark.promise("R1", "A7")
def test_each_report_has_its_own_record_with_the_run_and_its_purpose(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ALL_PDF)
    file = opened_zip(fetched(cast.teacher, run))
    rows = AccessRecord.objects.order_by("pk")
    opened, finished = rows.filter(action="opened"), rows.filter(action="finished")

    assert opened.count() == finished.count() == len(file.namelist()) - 1
    assert set(opened.values_list("run", "purpose", "actor", "actor_role")) == {
        (run.uuid, run.purpose, cast.teacher.uuid, "section")
    }
    sizes = sorted(entry.file_size for entry in file.filelist if entry.filename != class_sets.INDEX)
    assert sorted(finished.values_list("bytes_sent", flat=True)) == sizes
    assert set(finished.values_list("outcome", flat=True)) == {"complete"}
    for row in opened:
        assert finished.filter(event_id=row.event_id, pk__gt=row.pk).count() == 1


@pytest.mark.skipif(shutil.which("unzip") is None, reason="needs Debian's unzip")
def test_a_real_unzip_takes_it(cast: Cast, connected: Connection, tmp_path: Path):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ALL_PDF)
    there = tmp_path / "set.zip"
    there.write_bytes(body(fetched(cast.teacher, run)))
    tested = subprocess.run(["unzip", "-t", there], capture_output=True, text=True, check=False)

    assert tested.returncode == 0, tested.stdout
    assert "No errors detected" in tested.stdout


@pytest.mark.promise("A4")
@pytest.mark.parametrize("begun", [False, True])
def test_a_hold_after_the_run_counts_for_who_is_not_yet_fetched(
    cast: Cast, connected: Connection, sandbox: SandboxServer, begun: bool
):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ENGLISH)
    before = dict(sandbox.calls)
    if begun:
        answer = fetched(cast.teacher, run)
        factories.hold(cast.child)
    else:
        factories.hold(cast.child)
        answer = fetched(cast.teacher, run)
    file = opened_zip(answer)

    [missing] = [row for row in index_of(file) if not row["file"]]
    assert missing["local id"] == cast.child.local_id
    assert "hold" in missing["result"].lower()
    assert (missing["test"], missing["school year"], missing["language"]) == ("", "", ""), "no test is told"
    assert sandbox.calls["reports"] - before["reports"] == 1, "ETS is asked about the classmate alone"
    assert (("refused", "held") in recorded()) == begun
    page = sign_in(cast.teacher).get(f"/staff/runs/{run.uuid}/results/")
    assert b"Summative ELPAC" in page.content, "of the classmate"
    table = sign_in(cast.teacher).post(f"/staff/runs/{run.uuid}/export/").content.decode()
    [line] = [one for one in table.splitlines() if one.startswith(cast.child.local_id)]
    assert "ESA" not in line


@pytest.mark.promise("A7")
def test_who_has_left_the_class_is_in_no_file_and_on_no_page_of_an_old_run(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ENGLISH)
    SectionPlace.objects.filter(student=cast.child).delete()
    client = sign_in(cast.teacher)

    assert cast.child.local_id not in str(index_of(opened_zip(fetched(cast.teacher, run))))
    assert cast.child.full_name not in client.get(f"/staff/runs/{run.uuid}/results/").content.decode()
    assert cast.child.local_id not in client.post(f"/staff/runs/{run.uuid}/export/").content.decode()
    assert client.post(f"/staff/runs/{run.uuid}/print/1/").status_code == 200
    assert not AccessRecord.objects.filter(student=cast.child.uuid).exists()


def test_what_does_not_come_whole_is_left_out_and_told(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ENGLISH)
    sandbox.faults.add(where="link", kind="truncate", ssid=cast.child.ssid)
    file = opened_zip(fetched(cast.teacher, run))

    assert len(file.namelist()) == 2
    [missing] = [row for row in index_of(file) if not row["file"]]
    assert missing["local id"] == cast.child.local_id
    refusals = AccessRecord.objects.filter(action="refused", student=cast.child.uuid)
    assert refusals.values_list("run", flat=True).get() == run.uuid


@pytest.mark.promise("R1")
def test_without_a_record_nothing_goes_out(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, choice=ENGLISH)
    answer = fetched(cast.teacher, run)
    with refusing_inserts():
        file = opened_zip(answer)

    assert file.namelist() == [class_sets.INDEX]


class refusing_inserts:  # noqa: N801 - a context manager: `with refusing_inserts():` reads as a phrase
    """Let the database refuse new rows in the record of access."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(
                    "CREATE TRIGGER refuse_all BEFORE INSERT ON accounts_accessrecord "
                    "BEGIN SELECT RAISE(ABORT, 'full'); END"
                )
            else:
                cursor.execute(
                    "ALTER TABLE accounts_accessrecord ADD CONSTRAINT refuse_all CHECK (false) NOT VALID"
                )

    def __exit__(self, *_what: object) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DROP TRIGGER refuse_all")
            else:
                cursor.execute("ALTER TABLE accounts_accessrecord DROP CONSTRAINT refuse_all")


def test_a_reader_who_leaves_ends_the_calls_upstream(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    more = [factories.student(cast.school_a, ssid=world().student(n).ssid or "") for n in range(8, 30)]
    run = ran(cast.school_admin, cast.child, *more, choice=ALL_PDF)
    sandbox.faults.add(where="link", kind="shape", size=3_000_000, bytes_per_second=3_000_000)
    before = sandbox.calls["link"]
    answer = fetched(cast.school_admin, run)
    next(iter(answer.streaming_content))
    answer.close()
    wait_until(lambda: sandbox.calls["link_open"] == 0 and not streaming.taken(), what="for the last of them")
    asked, threads = sandbox.calls["link"], streaming.taken()
    time.sleep(1.5)

    assert sandbox.calls["link"] == asked, "nothing is fetched any more"
    assert asked - before <= 8, "a few ahead of the reader"
    assert sandbox.calls["link_open"] == 0
    assert threads == 0, "its place is free"
    assert set(recorded()) == {("opened", ""), ("finished", "client-left")}


def test_a_third_one_in_a_process_is_told_to_wait(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, choice=ENGLISH)
    first, second = fetched(cast.teacher, run), fetched(cast.teacher, run)
    third = sign_in(cast.teacher).post(f"/staff/runs/{run.uuid}/class-set/", follow=True)

    assert "Other class sets are on their way" in third.content.decode()
    first.close()
    second.close()
    assert fetched(cast.teacher, run).status_code == 200


def test_names_are_safe_sort_and_never_meet(cast: Cast, connected: Connection):
    def name(first: str, last: str, grade: str = "05") -> str:
        student = factories.student(cast.school_a, first_name=first, last_name=last, grade=grade)
        member = class_sets_members.Member(
            student.uuid,
            first,
            last,
            student.local_id,
            grade,
            "Room 1/2: ../x",
            (ReportKey("CAASPP", "2025", "EN", "PDF", "ELA,MA", 0),),
        )
        return next(iter(class_sets_members.file_names([member]).values()))

    assert name("José", "Núñez") == "05-Room_1_2_x-Nunez_Jose-CAASPP_2025-EN.pdf"
    assert name("明", "王").startswith("05-Room_1_2_x-local_")
    assert name("A", "B", "KN").startswith("00-")
    run = ran(cast.school_admin, cast.child, choice=ALL_PDF)
    names = class_sets_members.file_names(class_sets_members.of_run(run, cast.school_admin)).values()
    assert len({one.lower() for one in names}) == len(names)


def test_an_archive_is_the_same_to_every_reader():
    made = Archive()
    data = b"".join([made.add("a.pdf", b"x" * 300_000), made.add("b.pdf", b""), made.end()])
    file = zipfile.ZipFile(io.BytesIO(data))

    assert file.read("a.pdf") == b"x" * 300_000
    assert file.testzip() is None
    assert data[14:18] != b"\0\0\0\0", "the checksum stands in the first header already"


def test_a_run_that_found_nothing_has_no_file(cast: Cast, connected: Connection):
    run = taken(started(cast.teacher, cast.child, choice=Choice(language="AR")))
    answer = sign_in(cast.teacher).post(f"/staff/runs/{run.uuid}/class-set/", follow=True)

    assert "None of these reports can be had" in answer.content.decode()
