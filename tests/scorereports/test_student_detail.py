"""The list of a student's score reports: what it shows to whom, and how it is narrowed."""

from __future__ import annotations

import pytest
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from accounts.rights import Role
from integrations.models import Connection
from scorereports import catalog
from tests import factories
from tests.cast import Cast, give_second_factor, sign_in, world
from tests.scorereports import reading
from tests.scorereports.pages import say_why
from tests.scorereports.provoking import Stage, hold

ALL = 40  # rows that the sandbox has for the child, in all formats and languages


@pytest.fixture
def stage(cast: Cast, connected: Connection, sandbox, settings) -> Stage:
    return Stage(cast, connected, sandbox, settings)


def links(answer) -> list[str]:
    return [str(link["href"]) for link in reading.page(answer).select("main a[href*='/reports/']")]


def test_it_works(stage: Stage):
    answer = sign_in(stage.cast.parent_of_two).get(stage.address)

    assert answer.status_code == 200
    assert len(links(answer)) == ALL
    assert all(href.startswith(f"{stage.address}reports/") for href in links(answer))


def test_one_page_is_one_call_to_ets(stage: Stage):
    client = sign_in(stage.cast.parent_of_two)
    client.get(stage.address)
    client.get(stage.address)

    assert stage.sandbox.calls["reports"] == 2
    assert stage.sandbox.calls["token"] == 1


@pytest.mark.promise("S2")
def test_no_link_of_the_state_stands_in_our_page(stage: Stage):
    answer = sign_in(stage.cast.parent_of_two).get(stage.address)

    assert b"X-Amz" not in answer.content
    assert stage.cast.child.ssid.encode() not in answer.content
    assert stage.sandbox.url.encode() not in answer.content


def test_each_test_of_a_year_is_one_card_with_all_its_formats(stage: Stage):
    page = reading.page(sign_in(stage.cast.parent_of_two).get(stage.address))
    headings = [heading.get_text(" ", strip=True) for heading in page.select("section h2")]
    cards = page.select("section")[0].select("article")
    first = cards[0].select_one(".language")

    year = int(reading.YEAR)
    assert [heading.split(" Grade")[0] for heading in headings] == [
        f"School year {catalog.year_label(str(last))}" for last in (year, year - 1, year - 2)
    ]
    assert len(cards) == 3
    assert first
    shown = [" ".join(link.get_text(" ").split()).rpartition(", English , ")[2] for link in first.select("a")]
    assert shown == ["Web page: English language arts", "Web page: Math", "PDF", "Video"]


@pytest.mark.parametrize(
    ("language", "first"), [("", "English"), ("es", "Español"), ("es-MX", "Español"), ("ko", "English")]
)
def test_the_readers_language_comes_first_where_there_is_one(stage: Stage, language: str, first: str):
    User.objects.filter(pk=stage.cast.parent_of_two.pk).update(language=language)
    page = reading.page(sign_in(stage.cast.parent_of_two).get(stage.address))

    shown = page.select_one("article .language > p")
    assert shown
    assert shown.get_text(strip=True) == first
    options = [option.get_text(strip=True) for option in page.select("select[name=language] option")]
    assert options[1:] == [first, *({"English", "Español"} - {first})]


def test_a_reader_of_another_language_is_told_which_there_are(stage: Stage):
    User.objects.filter(pk=stage.cast.parent_of_two.pk).update(language="vi")
    answer = sign_in(stage.cast.parent_of_two).get(stage.address)

    with translation.override("vi"):
        assert gettext("No report in %(language)s") % {"language": "Tiếng Việt"} in reading.words(answer)
    assert len(links(answer)) == ALL


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ({}, ALL),
        ({"test": "", "language": "", "year": "", "format": ""}, ALL),
        ({"language": "ES"}, 20),
        ({"format": "VIDEO"}, 8),
        ({"test": "CSA"}, 8),
        ({"year": reading.YEAR}, 18),
        ({"test": "CAASPP", "language": "ES", "year": reading.YEAR, "format": "PDF"}, 1),
    ],
)
def test_a_posted_choice_narrows_the_list(stage: Stage, choice: dict[str, str], left: int):
    answer = sign_in(stage.cast.parent_of_two).post(stage.address, choice)

    assert len(links(answer)) == left


def test_the_choice_is_folded_until_something_is_chosen(stage: Stage):
    client = sign_in(stage.cast.parent_of_two)

    assert not reading.page(stage.listed()(client)).select("details.choose[open]")
    assert reading.page(stage.chosen(language="ES")(client)).select("details.choose[open]")
    assert reading.page(stage.chosen(language="VI")(client)).select("details.choose[open]"), (
        "and nothing is left"
    )


def test_no_address_takes_a_choice(stage: Stage):
    answer = sign_in(stage.cast.parent_of_two).get(f"{stage.address}?language=ES&test=CSA")

    assert len(links(answer)) == ALL


def test_the_choice_offers_what_came_back_and_the_years_that_are_kept(stage: Stage):
    page = reading.page(sign_in(stage.cast.parent_of_two).get(stage.address))
    offered = {
        select["name"]: [str(option["value"]) for option in select.select("option")]
        for select in page.select("select")
    }
    year = int(reading.YEAR)

    assert offered == {
        "test": ["", "CAASPP", "CSA", "ESA"],
        "language": ["", "EN", "ES"],
        "year": ["", str(year), str(year - 1), str(year - 2), "earlier"],
        "format": ["", "HTML", "PDF", "VIDEO"],
    }


@pytest.mark.parametrize("junk", ["x" * 5000, "<script>", "\x00", "%(language)s"])
def test_junk_in_the_choice_is_a_calm_page(stage: Stage, junk: str):
    answer = sign_in(stage.cast.parent_of_two).post(
        stage.address, {"language": junk, "test": junk, "year": junk}
    )

    assert answer.status_code == 200
    assert b"<script>" not in answer.content


def test_both_codes_of_one_test_are_one_choice_and_one_card(stage: Stage):
    rows = [{"type": "CST", "content area": "SC"}, {"type": "CAST", "lang": "ES", "content area": "SC"}]
    stage.sandbox.faults.add(where="reports", kind="extra_rows", rows=rows)
    client = sign_in(stage.cast.parent_of_two)
    page = reading.page(client.get(stage.address))

    titles = [card.get_text(strip=True) for card in page.select("article h3")]
    assert titles.count("California Science Test (CAST)") == 1
    assert [option["value"] for option in page.select("select[name=test] option")].count("CAST") == 1
    assert len(links(client.post(stage.address, {"test": "CAST"}))) == 2


def test_math_has_one_name_under_both_its_codes(stage: Stage):
    stage.sandbox.faults.add(
        where="reports",
        kind="extra_rows",
        rows=[{"format": "HTML", "content area": area} for area in ("MA", "MATH")],
    )
    words = reading.words(sign_in(stage.cast.parent_of_two).get(stage.address))

    assert "Web page: Math" in words
    assert "MATH" not in words


def test_a_student_reads_their_own_page(cast: Cast, connected, sandbox):
    words = reading.words(sign_in(cast.student).get(f"/students/{cast.student_17.uuid}/"))

    assert words.startswith("Home Your score reports")


# --- What is not final, and what only staff see ---------------------------------------------------------------------


@pytest.fixture
def not_final(stage: Stage) -> Stage:
    """A child of whom ETS holds the newest reports in both states, at a district that shows them to staff."""
    stage.cast.child.ssid = world().student(11).ssid or ""
    stage.cast.child.save()
    reading.configure(staff_see_not_final=True)
    return stage


def test_staff_see_both_states_by_two_calls_with_a_label_each(not_final: Stage):
    words = reading.words(sign_in(not_final.cast.office).get(not_final.address))

    assert not_final.sandbox.calls["reports"] == 2
    assert "Not final" in words
    assert "Final" in words.replace("Not final", "")


def test_families_see_final_reports_only_and_no_label(not_final: Stage):
    answer = sign_in(not_final.cast.parent_of_two).get(not_final.address)

    assert not_final.sandbox.calls["reports"] == 1
    assert not reading.page(answer).select(".badge")


def test_staff_of_other_districts_settings_see_final_reports_only(not_final: Stage):
    reading.configure(staff_see_not_final=False)
    sign_in(not_final.cast.office).get(not_final.address)

    assert not_final.sandbox.calls["reports"] == 1


def test_a_family_never_opens_what_is_not_final(not_final: Stage):
    staff, parent = sign_in(not_final.cast.office), sign_in(not_final.cast.parent_of_two)
    say_why(staff, not_final.address)
    page = reading.page(staff.get(not_final.address))
    card = next(card for card in page.select("article") if "Not final" in card.get_text())
    viewer = str(card.select("a.format-pdf")[0]["href"]).partition("?")[0]

    assert "Not final" in reading.words(staff.get(viewer))
    assert staff.get(f"{viewer}content/").status_code == 200
    assert parent.get(viewer).status_code == 404
    assert parent.get(f"{viewer}content/").status_code == 404
    reading.configure(staff_see_not_final=False)
    assert staff.get(f"{viewer}content/").status_code == 404


def test_staff_see_which_connection_was_asked_and_families_do_not(stage: Stage):
    assert stage.connected.name in reading.words(sign_in(stage.cast.office).get(stage.address))
    assert stage.connected.name not in reading.words(sign_in(stage.cast.parent_of_two).get(stage.address))


@pytest.mark.promise("A11")
@pytest.mark.parametrize(
    ("grade", "warned"),
    [("03", True), ("04", False), ("05", False), ("06", False), ("07", True), ("", False)],
)
def test_a_grade_far_from_ours_warns_staff_and_not_families(stage: Stage, grade: str, warned: bool):
    stage.cast.child.grade = grade  # ETS's newest report is of grade 4, last year
    stage.cast.child.save()

    assert (
        "Is this the right student?" in reading.words(sign_in(stage.cast.office).get(stage.address))
    ) is warned
    family = reading.words(sign_in(stage.cast.parent_of_two).get(stage.address))
    assert "Is this the right student?" not in family


# --- Where ETS is not even asked ------------------------------------------------------------------------------------


@pytest.mark.promise("A4")
@pytest.mark.slow
def test_under_a_hold_nobody_but_custodians_makes_us_ask_ets(stage: Stage):
    hold(stage)
    for part, user in stage.cast.users().items():
        if part == "records_custodian":
            continue
        client = sign_in(user)
        client.get(stage.address)
        client.post(stage.address, {"language": "ES"})
        assert client.get(reading.report(stage.cast.child)).status_code in {302, 404}
        for form in ("PDF", "VIDEO"):
            assert client.get(reading.content(stage.cast.child, form=form)).status_code in {302, 404}

    assert stage.sandbox.calls["reports"] == 0
    assert "on hold" in reading.words(sign_in(stage.cast.parent_of_two).get(stage.address))


@pytest.mark.promise("A4")
def test_a_records_custodian_opens_reports_under_a_hold(stage: Stage):
    hold(stage)
    custodian = factories.staff(Role.RECORDS_CUSTODIAN, stage.cast.district)
    give_second_factor(custodian)
    client = sign_in(custodian)
    say_why(client, stage.address)

    assert len(links(client.get(stage.address))) == ALL
    assert client.get(reading.report(stage.cast.child)).status_code == 200
    assert reading.body(client.get(reading.content(stage.cast.child))).startswith(b"%PDF-")


@pytest.mark.promise("A11")
def test_students_who_share_an_ssid_are_not_asked_about(stage: Stage):
    stage.cast.classmate.ssid = stage.cast.child.ssid
    stage.cast.classmate.save()
    for user in (stage.cast.parent_of_two, stage.cast.office, stage.cast.district_admin):
        client = sign_in(user)
        client.get(stage.address)
        client.get(reading.report(stage.cast.child))
        assert client.get(reading.content(stage.cast.child)).status_code == 404

    assert stage.sandbox.calls["reports"] == 0
    assert "Two student records" in reading.words(sign_in(stage.cast.parent_of_two).get(stage.address))
