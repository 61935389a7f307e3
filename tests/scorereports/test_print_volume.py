"""Volumes to print: each report on a fresh sheet, all of them on record, at most so many students in one."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from typing import Any

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from accounts.models import AccessRecord
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from scorereports.models import ReportRun
from scorereports.services import class_sets
from scorereports.services.filtering import Choice
from tests import factories
from tests.cast import Cast, sign_in, world
from tests.scorereports.reading import body, recorded
from tests.scorereports.running import ran

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
YEAR = str(world().administration_year)
ODD = Choice(type="ESA", language="EN", year=YEAR, format="PDF")
ALL_PDF = Choice(format="PDF")


def printed(who: Any, run: ReportRun, number: int = 1) -> Any:
    return sign_in(who).post(f"/staff/runs/{run.uuid}/print/{number}/")


def pages_each(cast: Cast, run: ReportRun) -> list[int]:
    """Return how many pages each report has, in the order of the ZIP."""
    answer = sign_in(cast.teacher).post(f"/staff/runs/{run.uuid}/class-set/")
    file = zipfile.ZipFile(io.BytesIO(body(answer)))
    names = [name for name in file.namelist() if name != class_sets.INDEX]
    return [len(PdfReader(io.BytesIO(file.read(name))).pages) for name in names]


def pdf_without_a_size() -> str:
    """Return a PDF of one page that opens and counts, and of which the page cannot be copied."""
    made = FPDF()
    made.set_compression(False)
    made.add_page()
    text = bytes(made.output()).decode("ascii", "replace").replace("\ufffd", "?")
    return text.replace("/MediaBox", "/MediaBax", 1)


def test_it_works(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ALL_PDF)
    answer = printed(cast.teacher, run)
    content = body(answer)
    book = PdfReader(io.BytesIO(content))
    pages = pages_each(cast, run)

    assert answer["Content-Type"] == "application/pdf"
    assert int(answer["Content-Length"]) == len(content)
    assert any(number % 2 for number in pages), "the sandbox prints reports of one page"
    assert len(book.pages) == sum(number + number % 2 for number in pages)


def test_an_odd_report_is_followed_by_a_blank_page(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)
    texts = [
        page.extract_text().strip() for page in PdfReader(io.BytesIO(body(printed(cast.teacher, run)))).pages
    ]

    assert len(texts) == 4
    assert [bool(text) for text in texts] == [True, False, True, False]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs Debian's poppler-utils")
def test_a_real_reader_reads_it(cast: Cast, connected: Connection, tmp_path: Any):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ALL_PDF)
    there = tmp_path / "volume.pdf"
    there.write_bytes(body(printed(cast.teacher, run)))
    read = subprocess.run(["pdftotext", there, "-"], capture_output=True, text=True, check=True)

    assert read.stdout.count("\f") == sum(number + number % 2 for number in pages_each(cast, run))
    assert re.search(r"[A-Za-z]{4}", read.stdout)


@pytest.mark.promise("R1")
def test_every_report_in_it_is_on_record(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)
    answer = printed(cast.teacher, run)
    assert recorded() == [("opened", "")] * 2, "before the first byte"
    body(answer)

    assert recorded()[2:] == [("finished", "complete")] * 2
    assert set(AccessRecord.objects.filter(action="opened").values_list("run", "purpose")) == {
        (run.uuid, run.purpose)
    }


def test_a_reader_who_leaves_is_on_record(cast: Cast, connected: Connection):
    run = ran(cast.teacher, cast.child, choice=ODD)
    printed(cast.teacher, run).close()

    assert recorded() == [("opened", ""), ("finished", "client-left")]


def test_what_is_missing_stands_on_a_sheet_in_front(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)
    sandbox.faults.add(where="link", kind="garbage", text="no file", ssid=cast.child.ssid)
    pages = PdfReader(io.BytesIO(body(printed(cast.teacher, run)))).pages

    assert len(pages) == 4
    assert "Not in this volume" in pages[0].extract_text()
    assert cast.child.local_id in pages[0].extract_text()
    assert not pages[1].extract_text().strip()


@pytest.mark.promise("A4")
def test_a_student_held_since_the_run_is_in_no_volume(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)
    factories.hold(cast.child)
    before = sandbox.calls["reports"]
    pages = PdfReader(io.BytesIO(body(printed(cast.teacher, run)))).pages

    assert cast.child.local_id not in "".join(page.extract_text() for page in pages)
    assert sandbox.calls["reports"] == before + 1
    factories.hold(cast.classmate)
    assert class_sets.volumes(run, cast.teacher) == []


def test_a_file_that_only_begins_like_a_pdf_stays_out(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)
    sandbox.faults.add(where="link", kind="garbage", text="%PDF-1.7 nothing else", ssid=cast.child.ssid)
    pages = PdfReader(io.BytesIO(body(printed(cast.teacher, run)))).pages

    assert cast.child.local_id in pages[0].extract_text()
    assert not AccessRecord.objects.filter(student=cast.child.uuid, action="opened").exists()


@pytest.mark.promise("R1")
def test_a_pdf_whose_pages_cannot_be_taken_out_stays_out_and_costs_the_others_nothing(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)
    sandbox.faults.add(where="link", kind="garbage", text=pdf_without_a_size(), ssid=cast.child.ssid)
    answer = printed(cast.teacher, run)
    assert answer.status_code == 200
    pages = PdfReader(io.BytesIO(body(answer))).pages

    assert cast.child.local_id in pages[0].extract_text()
    assert len(pages) == 4
    assert not AccessRecord.objects.filter(student=cast.child.uuid, action="opened").exists()
    assert recorded()[-1] == ("finished", "complete")


@pytest.mark.promise("R1")
def test_a_volume_that_cannot_be_bound_is_on_record_as_not_sent(
    cast: Cast, connected: Connection, monkeypatch: pytest.MonkeyPatch
):
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)
    real, written = PdfWriter.write, []

    def write(writer: PdfWriter, stream: Any) -> Any:
        written.append(writer)
        if len(written) > 2:
            raise ValueError("the third is the book itself")
        return real(writer, stream)

    monkeypatch.setattr(PdfWriter, "write", write)
    client = sign_in(cast.teacher)
    client.raise_request_exception = False

    assert client.post(f"/staff/runs/{run.uuid}/print/1/").status_code == 500
    assert recorded() == [("opened", "")] * 2 + [("finished", "not-bound")] * 2


def test_volumes_have_at_most_so_many_students(cast: Cast, connected: Connection, settings: Any):
    settings.PRINT_VOLUME_STUDENTS = 1
    run = ran(cast.teacher, cast.child, cast.classmate, choice=ODD)

    assert len(class_sets.volumes(run, cast.teacher)) == 2
    assert [len(PdfReader(io.BytesIO(body(printed(cast.teacher, run, n)))).pages) for n in (1, 2)] == [2, 2]
    assert printed(cast.teacher, run, 3).status_code == 404
