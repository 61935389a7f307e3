"""The purpose for which staff open reports: asked once a session and student, kept, on record; families never (A7)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.access import open_student
from accounts.models import AccessRecord, SessionPurpose
from accounts.purposes import Purpose
from accounts.requests import RequestFacts
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from scorereports.services import opening
from scorereports.services.failures import NoPurpose
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports import reading
from tests.scorereports.pages import asked, say_why

pytestmark = [pytest.mark.promise("A7"), pytest.mark.usefixtures("connected")]
STAFF_OF_THE_CHILD = ("teacher", "counselor", "office", "school_admin", "district_admin", "records_custodian")


@pytest.fixture
def office(cast: Cast) -> Client:
    return sign_in(cast.office)


def asking(cast: Cast) -> str:
    return f"/students/{cast.child.uuid}/purpose/"


def test_it_works(cast: Cast, office: Client):
    viewer = reading.report(cast.child)
    asks = office.get(viewer)
    assert (asks.status_code, asks["Location"].partition("?")[0]) == (302, asking(cast))
    page = reading.page(office.get(asks["Location"]))
    hidden = page.select_one("input[name=next]")
    assert hidden
    answer = office.post(asking(cast), {"purpose": "advising", "next": hidden["value"]})

    assert (answer.status_code, answer["Location"]) == (302, viewer)
    assert office.get(viewer).status_code == 200
    assert reading.body(office.get(f"{viewer}content/")).startswith(b"%PDF-")


def test_the_page_names_every_purpose_and_no_other(cast: Cast, office: Client):
    options = reading.page(office.get(asking(cast))).select("select[name=purpose] option")

    assert [option["value"] for option in options] == ["", *Purpose.values]


@pytest.mark.promise("R2")
@pytest.mark.parametrize("part", STAFF_OF_THE_CHILD)
def test_it_is_on_record_with_each_opening(cast: Cast, part: str):
    client = sign_in(getattr(cast, part))
    say_why(client, reading.report(cast.child), "placement")
    for _ in range(2):
        reading.body(client.get(reading.content(cast.child)))

    assert [row.purpose for row in AccessRecord.objects.filter(action="opened")] == ["placement"] * 2


@pytest.mark.promise("R1")
@pytest.mark.parametrize("part", STAFF_OF_THE_CHILD)
def test_content_without_one_asks_ets_nothing_and_is_on_record_as_refused(
    cast: Cast, sandbox: SandboxServer, part: str
):
    answer = sign_in(getattr(cast, part)).get(reading.content(cast.child))

    assert answer.status_code == 403
    assert not any(asked(sandbox).values())
    assert reading.recorded() == [("refused", "no-purpose")]
    assert "Say first why you open this report" in reading.words(answer)


def test_in_a_frame_there_are_words_and_a_way_out_of_it(cast: Cast, office: Client):
    answer = office.get(reading.content(cast.child), headers={"Sec-Fetch-Dest": "iframe"})
    link = reading.page(answer).select_one("a.button")
    assert link

    assert "Say first why you open this report" in reading.words(answer)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert link["target"] == "_top"
    office.post(str(link["href"]), {"purpose": "teaching"})
    assert office.get(reading.report(cast.child)).status_code == 200


def test_in_a_tab_of_its_own_it_leads_to_the_question_and_back(cast: Cast, office: Client):
    content = f"{reading.content(cast.child)}?save=1"
    answer = office.get(content, headers={"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"})
    back = office.post(answer["Location"], {"purpose": "teaching"})

    assert (answer.status_code, back["Location"]) == (302, content)


@pytest.mark.parametrize("part", ["parent_of_two", "other_parent"])
def test_families_are_never_asked(cast: Cast, part: str):
    client = sign_in(getattr(cast, part))
    page = client.get(f"/students/{cast.child.uuid}/")

    assert not reading.page(page).select("[name=purpose]")
    assert client.post(asking(cast), {"purpose": "teaching"}).status_code == 404
    assert reading.body(client.get(reading.content(cast.child))).startswith(b"%PDF-")
    assert [row.purpose for row in AccessRecord.objects.filter(action="opened")] == [""]


def test_students_are_never_asked(cast: Cast):
    client = sign_in(cast.student)
    client.get(reading.content(cast.student_17))

    assert client.get(f"/students/{cast.student_17.uuid}/purpose/").status_code == 404
    assert ("refused", "no-purpose") not in reading.recorded()


def test_a_parent_who_teaches_the_child_opens_as_a_parent(cast: Cast):
    factories.link(factories.guardian(cast.district, cast.teacher), cast.child)

    assert reading.body(sign_in(cast.teacher).get(reading.content(cast.child))).startswith(b"%PDF-")


def test_another_student_is_asked_about_anew(cast: Cast, office: Client):
    say_why(office, reading.report(cast.child))

    assert office.get(reading.report(cast.classmate)).status_code == 302
    assert office.get(reading.content(cast.classmate)).status_code == 403


def test_another_session_is_asked_anew(cast: Cast, office: Client):
    say_why(office, reading.report(cast.child))
    office.post("/accounts/logout/")

    assert not SessionPurpose.objects.exists()
    assert sign_in(cast.office).get(reading.content(cast.child)).status_code == 403


@pytest.mark.parametrize("posted", [{}, {"purpose": ""}, {"purpose": "curious"}, {"purpose": "x" * 100}])
def test_a_purpose_that_is_none_is_not_taken(cast: Cast, office: Client, posted: dict[str, str]):
    assert office.post(asking(cast), posted).status_code == 200
    assert not SessionPurpose.objects.exists()


def test_an_address_alone_chooses_nothing(cast: Cast, office: Client):
    office.get(f"{asking(cast)}?purpose=teaching")
    office.get(f"/students/{cast.child.uuid}/?purpose=teaching")

    assert office.get(f"{reading.content(cast.child)}?purpose=teaching").status_code == 403


@pytest.mark.parametrize(
    "there",
    ["https://example.net/", "//example.net", "/admin/", "/students/", "javascript:1", "\\\\example.net"],
)
def test_it_leads_on_to_this_students_pages_alone(cast: Cast, office: Client, there: str):
    answer = office.post(asking(cast), {"purpose": "teaching", "next": there})

    assert answer["Location"] == f"/students/{cast.child.uuid}/"


def test_nobody_opens_past_the_page_that_asks(cast: Cast, connected: Connection):
    """The service refuses too, whichever page or job calls it."""
    may_see = open_student(cast.office, cast.child.uuid)
    key = reading.report(cast.child).rstrip("/").rpartition("/")[2]
    with pytest.raises(NoPurpose):
        opening.open_report(may_see, key, RequestFacts())


# --- Paperless Assessment Reporting: the staff page of one student --------------------------------------------------


def test_the_staff_page_asks_for_test_language_year_format_and_purpose(cast: Cast, office: Client):
    page = reading.page(office.get(f"/students/{cast.child.uuid}/"))
    form = page.select_one("main form[method=post]")
    assert form
    heading, button = page.select_one("h1"), form.select_one("button")
    assert heading
    assert button

    assert "Paperless Assessment Reporting" in heading.get_text()
    assert [str(field["name"]) for field in form.select("select")] == [
        "test",
        "language",
        "year",
        "format",
        "purpose",
    ]
    assert button.get_text(strip=True) == "Get score report"


def test_everything_left_open_is_all_there_is(cast: Cast, office: Client):
    address = f"/students/{cast.child.uuid}/"
    listed = len(reading.page(office.get(address)).select("main a[href*='/reports/']"))
    answer = office.post(address, {"purpose": "teaching"})

    assert len(reading.page(answer).select("main a[href*='/reports/']")) == listed > 0


def test_choosing_there_narrows_and_says_why_at_once(cast: Cast, office: Client):
    address = f"/students/{cast.child.uuid}/"
    answer = office.post(address, {"language": "ES", "format": "PDF", "purpose": "transfer"})
    links = [str(link["href"]) for link in reading.page(answer).select("main a.format-pdf")]
    chosen = reading.page(office.get(address)).select_one("select[name=purpose] option[selected]")
    assert chosen

    assert links
    assert office.get(links[0]).status_code == 200
    assert chosen["value"] == "transfer"
    assert SessionPurpose.objects.get().purpose == "transfer"


def test_without_a_purpose_the_list_is_there_and_the_field_says_what_to_do(cast: Cast, office: Client):
    answer = office.post(f"/students/{cast.child.uuid}/", {"language": "ES"})

    assert "Choose why before you open a report." in reading.words(answer)
    assert reading.page(answer).select("main a[href*='/reports/']")


def test_another_purpose_counts_from_the_next_opening_on(cast: Cast, office: Client):
    for purpose in ("teaching", "family_asked"):
        say_why(office, reading.report(cast.child), purpose)
        reading.body(office.get(reading.content(cast.child)))

    rows = AccessRecord.objects.filter(action="opened").order_by("pk")
    assert [row.purpose for row in rows] == ["teaching", "family_asked"]
