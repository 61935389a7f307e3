"""The staff page about CSV files: what to deliver, empty templates, and a check of one file that stores nothing."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Guardian
from integrations.models import SyncProblem, SyncRun
from integrations.services import csv_words
from integrations.sync import from_csv
from integrations.sync.csv_catalog import BY_NAME, FILES
from tests.cast import Cast, sign_in

URL = "/staff/syncs/csv/"
HEADER = (
    "district_student_id,contact_id,contact_first_name,contact_last_name,email_address,relationship,"
    "legal_guardian\n"
)
ROSA = "L1,C1,Rosa,Canary,rosa.canary@example.org,Mother,t\n"


@pytest.fixture
def staff(cast: Cast) -> Client:
    return sign_in(cast.integrations_admin)


def check(client: Client, content: str | bytes, name: str = "contacts") -> str:
    data = content.encode() if isinstance(content, str) else content
    upload = SimpleUploadedFile("mine.csv", data, content_type="text/csv")
    answer = client.post(URL, {"name": name, "upload": upload})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_it_works(staff: Client):
    page = check(
        staff,
        HEADER + ROSA + "L2,C2,Ivan\nL3,,Ann,Canary,,Mother,t\nL4,C4,Ann,Canary,no address,Mother,maybe\n",
    )

    assert "4 problems" in page
    assert "Lines read: 4. Left out: 2." in page
    assert '<th scope="row" role="rowheader">Line 3</th> <td role="cell"> Too few columns' in page
    assert '<th scope="row" role="rowheader">Line 4</th> <td role="cell"> A value is missing' in page
    assert page.count('<th scope="row" role="rowheader">Line 5</th>') == 2
    assert "ends nobody’s access" in page


def test_no_value_of_the_file_is_shown(staff: Client):
    page = check(staff, HEADER + ROSA + "L2,C2,Canary\nL4,C4,Ann,Canary,canary canary,Mother,canary\n")

    assert "Canary" not in page
    assert "canary" not in page


def test_a_good_file_is_said_to_be_good(staff: Client):
    page = check(staff, HEADER.replace("\n", ",phone\n") + ROSA.replace("\n", ",5105550100\n"))

    assert "One line, all read" in page
    assert '<code dir="ltr">phone</code>' in page


def test_nothing_is_stored(staff: Client):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        check(staff, HEADER + ROSA + "L2,C2,Ivan\n")

    written = [one["sql"] for one in seen if re.match(r"\s*(INSERT|UPDATE|DELETE)", one["sql"])]
    assert [sql for sql in written if "session" not in sql.lower()] == []
    assert not Guardian.objects.filter(name__contains="Canary").exists()
    assert not SyncRun.objects.exists()
    assert not SyncProblem.objects.exists()


def test_a_missing_column_is_named(staff: Client):
    page = check(staff, HEADER.replace("legal_guardian", "guardian").replace("relationship", "tie") + ROSA)

    assert "contacts.csv has no column relationship." in page
    assert "contacts.csv has no column legal_guardian." in page
    assert "would fail and change nothing" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe" + HEADER.encode("utf-16-le"), "Save it as CSV UTF-8."),
        (b"\n\n", "contacts.csv has no header."),
        (b"", "The file is empty. Export it again."),
        (b"\x00\xff" * 50, "has no column"),
    ],
)
def test_what_is_no_such_file_is_said(staff: Client, content: bytes, words: str):
    assert words in check(staff, content)


def test_a_file_that_is_too_large_does_not_arrive(staff: Client, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 2000
    page = check(staff, HEADER + ROSA * 100)

    assert "Choose a file of at most" in page


def test_an_upload_never_touches_the_disk(settings):
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]


def test_a_long_list_of_problems_ends(staff: Client):
    page = check(staff, HEADER + "L1,C1\n" * 300)

    assert page.count("Too few columns") == 200
    assert "The first 200 of 300." in page


def test_without_a_token_of_the_form_nothing_is_read(cast: Cast):
    strict = Client(enforce_csrf_checks=True)
    sign_in(cast.integrations_admin, strict)

    assert strict.post(URL, {"name": "contacts"}).status_code == 403


def test_each_template_has_the_columns_that_are_read(staff: Client):
    for file in FILES:
        answer = staff.get(f"{URL}{file.name}/")
        assert answer["Content-Disposition"] == f'attachment; filename="{file.name}.csv"'
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        header, *rows = csv.reader(io.StringIO(answer.content.decode()))
        assert (header, rows) == ([column.name for column in file.columns], [])
        assert "0 lines, all read" in check(staff, answer.content, name=file.name)


def test_each_file_can_be_checked_with_its_own_examples(staff: Client):
    for file in FILES:
        out = io.StringIO()
        csv.writer(out).writerows(
            [[column.name for column in file.columns], [column.example for column in file.columns]]
        )
        assert "One line, all read" in check(staff, out.getvalue(), name=file.name), file.name


def test_every_file_and_column_has_words(staff: Client):
    page = staff.get(URL).content.decode()
    for file in FILES:
        assert str(csv_words.FILES[file.name]) in page
        for column in file.columns:
            assert str(csv_words.COLUMNS[column.name]) in page


def test_every_failure_of_a_delivery_has_words():
    assert (
        csv_words.failure("no-column-contacts-legal-guardian") == "contacts.csv has no column legal_guardian."
    )
    assert csv_words.failure("page-short") == ""
    for file in BY_NAME.values():
        assert csv_words.failure(f"utf-16-{file.name}").startswith(f"{file.name}.csv ")
        for column in file.columns:
            for reason in ("no-column", "column-twice"):
                word = from_csv.BadDelivery(reason, file.name, column.name).reason
                assert column.name in csv_words.failure(word)
    for word in ("no-folder", "folder-refused", "no-files"):
        assert csv_words.failure(word)
