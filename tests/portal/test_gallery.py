"""The page of all parts: every part is on it, and nobody."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.template import Template
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext

from portal.base import pictures
from portal.views.gallery import SPECIMENS
from tests.cast import Cast, sign_in
from tests.house import tree

GALLERY = "/staff/gallery/"
COMPONENTS = tree.ROOT / "templates" / "components"


@pytest.fixture
def staff(cast: Cast) -> Client:
    return sign_in(cast.teacher)


def rendered_by(client: Client) -> set[str]:
    """Return the names of the templates that the page is made of."""
    names: set[str] = set()

    def note(template: Template, **_more: object) -> None:
        names.add(str(template.name))

    pictures.icon.cache_clear()
    template_rendered.connect(note)
    try:
        client.get(GALLERY)
    finally:
        template_rendered.disconnect(note)
    return names


def test_it_works(staff: Client):
    page = BeautifulSoup(staff.get(GALLERY).content, "html.parser")

    assert [one.get_text(strip=True) for one in page.select("main section > h2")] == [
        str(specimen.title) for specimen in SPECIMENS
    ]
    for panel in page.select(".gallery-panel"):
        assert panel.get_text(strip=True) or panel.select("input, form")


def test_every_part_is_on_it(staff: Client):
    """Add what is missing here to `SPECIMENS`: the next engineer looks there for what exists."""
    parts = {f"components/{file.name}" for file in COMPONENTS.glob("*.html")}

    assert parts - rendered_by(staff) == set()


def test_a_part_that_is_not_included_would_be_missed(staff: Client):
    assert "components/no_such_part.html" not in rendered_by(staff)
    assert "components/alert.html" in rendered_by(staff)


def test_every_specimen_shows_the_lines_that_made_it(staff: Client):
    page = BeautifulSoup(staff.get(GALLERY).content, "html.parser")

    for specimen in SPECIMENS:
        file = tree.ROOT / "templates" / specimen.template
        shown = page.select_one(f"#{specimen.name} .gallery-source")
        assert shown is not None
        assert shown.get_text() == file.read_text().strip()


def test_it_asks_for_nobody(staff: Client, cast: Cast):
    with CaptureQueriesContext(connection) as asked:
        page = staff.get(GALLERY).content.decode()

    tables = {table for one in asked for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', one["sql"])}
    assert not tables & {
        "accounts_student",
        "accounts_guardian",
        "accounts_guardianship",
        "accounts_enrollment",
    }
    assert cast.child.last_name not in page


def test_no_two_things_on_it_share_an_id(staff: Client):
    page = BeautifulSoup(staff.get(GALLERY).content, "html.parser")
    ids = [one["id"] for one in page.select("[id]")]

    assert len(ids) == len(set(ids))


def test_its_two_schemes_are_those_of_the_pages():
    css = (tree.ROOT / "static" / "tokens.css").read_text()
    copied = (tree.ROOT / "static" / "gallery.css").read_text()
    originals = re.findall(r":root \{(.*?)\n *\}", css, flags=re.DOTALL)[:2]
    copies = re.findall(r"\.gallery-(?:light|dark) \{(.*?)\n\}", copied, flags=re.DOTALL)

    for original, copy in zip(originals, copies, strict=True):
        told = {line.strip() for line in copy.splitlines()} - {
            "",
            "color-scheme: light;",
            "color-scheme: dark;",
        }
        everything = {line.strip() for line in original.splitlines()}
        assert told <= everything
        assert {line for line in everything if "#" in line} <= told
