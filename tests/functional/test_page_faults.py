"""Every page that the access matrix opens and every page of families: names are set apart, no scripts needed (L5), and
a screen reader has a word for each field, button and link (L2)."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Connection
from tests.access_rows import FAMILY_OF_THE_CHILD, WITH_FACTOR, Row
from tests.addresses import filled
from tests.cast import Cast, sign_in
from tests.functional.page_faults import barriers, loose_names, names, needing_scripts
from tests.portal import family_pages
from tests.portal.test_family_pages import as_often_as_there_are_languages
from tests.scorereports.pages import say_why
from tests.test_access_matrix import ROWS, THREADED

pytestmark = pytest.mark.promise("L5")
# Without the files, and without Django's own admin: its pages are Django's, for those who set connections up.
PAGES = [name for name in ROWS if name not in THREADED]
# Where staff see what a button looks like; none there does anything.
SPECIMENS = {"gallery"}


def html_of(answer: Any) -> str:
    """Return the page, whatever its status: pages of failures are pages; empty for a file."""
    is_page = answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming
    return answer.content.decode() if is_page else ""


def faults(html: str, *, shows_specimens: bool = False) -> list[str]:
    useless = [] if shows_specimens else needing_scripts(html)
    return loose_names(html) + useless + barriers(html)


def who_looks(row: Row) -> list[str]:
    """Return one of the family and one of the staff, who sees most, of those who may open the page."""
    may = row.allowed & row.of
    families = [part for part in ("parent_of_two", *sorted(may - WITH_FACTOR)) if part in may]
    staff = [part for part in ("district_admin", "school_admin", *sorted(may & WITH_FACTOR)) if part in may]
    return families[:1] + staff[:1]


def shown(row: Row, cast: Cast, connected: Connection) -> dict[str, str]:
    """Return the page of a row as those get it who may open it, by who they are."""
    url = filled(row.url, cast, connected)
    pages = {}
    for part in who_looks(row):
        client = sign_in(getattr(cast, part))
        if row.says_why and part not in FAMILY_OF_THE_CHILD:
            say_why(client, url)
        pages[f"{row.method} {row.url} as {part}"] = html_of(getattr(client, row.method)(url))
    return pages


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault(name: str, cast: Cast, connected: Connection):
    found: dict[str, list[str]] = {}
    for row in ROWS[name]:
        if row.status == 200:
            pages = shown(row, cast, connected)
            found |= {who: faults(html, shows_specimens=name in SPECIMENS) for who, html in pages.items()}

    assert {who: lines for who, lines in found.items() if lines} == {}


@pytest.mark.slow
@pytest.mark.promise("L2")
@pytest.mark.parametrize("name", family_pages.PAGES)
def test_a_page_of_families_has_no_fault(
    name: str, cast: Cast, sandbox: Any, settings: Any, request: pytest.FixtureRequest
):
    as_often_as_there_are_languages(settings)
    page, place = family_pages.PAGES[name], family_pages.Place(cast, sandbox, settings)
    if page.needs_ets:
        request.getfixturevalue("connected")
    page.prepare(place)

    assert faults(html_of(page.shown(place, "ar"))) == []


def test_the_crawl_meets_names(cast: Cast, connected: Connection):
    """The control: a first page, a student's and a staff page show the names that are looked for."""
    for part, url in (
        ("parent_of_two", "/"),
        ("parent_of_two", f"/students/{cast.child.uuid}/"),
        ("office", f"/staff/students/{cast.child.uuid}/access/"),
        ("teacher", "/"),
    ):
        assert names(html_of(sign_in(getattr(cast, part)).get(url))), (part, url)


@pytest.mark.parametrize(
    "html",
    [
        "<h1>Reports of First1 Last2</h1>",
        "<p>School 3: closed</p>",
        "<p><bdi>Person 1</bdi> and Person 2</p>",
        "<p dir=auto></p><p>District 4</p>",
    ],
)
def test_a_loose_name_is_found(html: str):
    assert loose_names(html)


@pytest.mark.parametrize(
    "html",
    [
        "<h1>Reports of <bdi>First1 Last2</bdi></h1>",
        "<td dir=auto>Adult 5</td>",
        "<title>School 3</title>",
        "<option>School 3</option>",
        "<!-- School 3 -->",
        "<p>Firstly, 2 schools.</p>",
    ],
)
def test_a_name_that_is_set_apart_or_cannot_be_is_left_alone(html: str):
    assert loose_names(html) == []


@pytest.mark.parametrize(
    "html",
    [
        "<button>Go</button>",
        "<form><button type=button>Go</button></form>",
        "<a>Go</a>",
        '<a href="#">Go</a>',
        '<a href="javascript:go()">Go</a>',
        '<p onclick="go()">Go</p>',
    ],
)
def test_what_needs_a_script_is_found(html: str):
    assert needing_scripts(html)


@pytest.mark.parametrize(
    "html",
    [
        "<form><button>Go</button></form>",
        '<a href="/help/">Help</a>',
        '<a href="#main">Skip</a>',
        "<template><button>Go</button></template>",
        "<div hidden><button>Go</button></div>",
    ],
)
def test_what_works_without_one_is_left_alone(html: str):
    assert needing_scripts(html) == []


GOOD = """<html lang=en dir=ltr><title>T</title><main><h1>H</h1><label for=a>A</label><input id=a>
    <label><input type=checkbox> B</label><select aria-label=C></select><a href=/>D</a></main></html>"""


@pytest.mark.promise("L2")
def test_a_page_that_says_all_is_left_alone():
    assert barriers(GOOD) == []


@pytest.mark.promise("L2")
@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("lang=en", ""),
        ("dir=ltr", ""),
        ("<title>T</title>", ""),
        ("<h1>H</h1>", ""),
        ("<label for=a>A</label>", ""),
        ("<label><input type=checkbox> B</label>", "<input type=checkbox> B"),
        ("aria-label=C", ""),
        ("<a href=/>D</a>", "<a href=/><svg aria-hidden=true></svg></a>"),
        ("<h1>H</h1>", "<h1>H</h1><img src=/a.png>"),
    ],
)
def test_what_a_screen_reader_cannot_say_is_found(said: str, unsaid: str):
    assert barriers(GOOD.replace(said, unsaid))
