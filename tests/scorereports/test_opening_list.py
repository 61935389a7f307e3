"""The page "Who has opened these reports?": true, complete, and silent about where anybody was (trust R3)."""

from __future__ import annotations

import pytest
from django.utils.html import escape

from accounts.models import AccessRecord
from integrations.sandbox.server import SandboxServer
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked, first_report, opened, words

pytestmark = [pytest.mark.promise("R3"), pytest.mark.usefixtures("connected")]


def page_of(cast: Cast) -> str:
    return f"/students/{cast.child.uuid}/openings/"


def open_as(cast: Cast, part: str, **headers: str) -> None:
    client = sign_in(getattr(cast, part))
    opened(client, first_report(client, cast.child), **headers)


def read(cast: Cast, part: str = "parent_of_two") -> str:
    return sign_in(getattr(cast, part)).get(page_of(cast)).content.decode()


def test_it_works(cast: Cast):
    open_as(cast, "teacher")
    text = read(cast)

    assert escape(cast.teacher.name) in text
    assert "Teaches a class of this student" in text


def test_each_opening_is_a_line_the_newest_first(cast: Cast):
    for part in ("parent_of_two", "office", "other_parent"):
        open_as(cast, part)
    text = read(cast).partition("<tbody")[2].partition("</tbody")[0]

    assert text.count("<time") == AccessRecord.objects.filter(action="opened").count() == 3
    assert text.index(escape(cast.other_parent.name)) < text.index(escape(cast.office.name))
    assert text.index(escape(cast.office.name)) < text.index("You")


def test_nobody_learns_from_which_address_the_other_parent_came(cast: Cast):
    open_as(cast, "other_parent", REMOTE_ADDR="198.51.100.77")
    assert AccessRecord.objects.filter(address="198.51.100.77").exists()

    assert "198.51.100.77" not in read(cast)


def test_a_refusal_is_no_opening(cast: Cast, sandbox: SandboxServer):
    client = sign_in(cast.parent_of_two)
    report = first_report(client, cast.child)
    sandbox.faults.add(where="link", kind="status", status=503, times=None)
    client.get(f"{report}content/")
    assert AccessRecord.objects.filter(action="refused").exists()

    assert "Nobody has opened a report yet" in words(client.get(page_of(cast)))


def test_another_childs_openings_are_not_here(cast: Cast):
    client = sign_in(cast.parent_of_two)
    opened(client, first_report(client, cast.sibling))

    assert "Nobody has opened a report yet" in read(cast)


def test_somebody_whose_account_is_gone_is_still_a_line(cast: Cast):
    open_as(cast, "office")
    AccessRecord.objects.get(action="opened")
    cast.office.staff_roles.all().delete()
    cast.office.delete()

    assert "Somebody whose account is gone" in read(cast)


@pytest.mark.parametrize("part", ["teacher", "counselor", "parent_elsewhere", "former_guardian"])
def test_whoever_neither_is_family_nor_looks_after_access_gets_no_list(cast: Cast, part: str):
    assert sign_in(getattr(cast, part)).get(page_of(cast)).status_code == 404


@pytest.mark.promise("F6")
def test_no_vendor_is_asked_for_it(cast: Cast, sandbox: SandboxServer):
    read(cast)

    assert not any(asked(sandbox).values())
