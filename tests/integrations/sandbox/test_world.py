import tracemalloc
from collections import Counter
from datetime import date

import pytest

from integrations.sandbox.names import (
    FAMILY_NAMES,
    FATHERS,
    GIVEN_NAMES,
    LANGUAGES,
    MOTHERS,
    SCHOOL_NAMES,
    STREETS,
)
from integrations.sandbox.people import EtsStanding, Role
from integrations.sandbox.world import World

WORLD = World(200, today=date(2026, 11, 20))
BIG = World(500_000, today=date(2026, 11, 20))
BIG_SAMPLE = [BIG.student(index) for index in range(0, 500_000, 500)]


def age(student, day):
    return (
        day.year
        - student.birth_date.year
        - ((day.month, day.day) < (student.birth_date.month, student.birth_date.day))
    )


def test_it_works():
    assert WORLD.district.name == "Sandbox Unified School District"
    assert len(WORLD.district.cds_code) == 14
    assert len(WORLD.district.lea_code) == 9
    assert {school.kind for school in WORLD.schools} == {"elementary", "middle", "high"}
    assert len(list(WORLD.students())) == 200


def test_the_same_arguments_give_the_same_people():
    assert list(WORLD.students()) == list(World(200, today=date(2026, 11, 20)).students())
    assert list(WORLD.guardians()) == list(World(200, today=date(2027, 3, 1)).guardians())


def test_another_seed_gives_other_people():
    other = World(200, seed=2, today=date(2026, 11, 20))
    same = [
        ours
        for ours, theirs in zip(WORLD.students(), other.students(), strict=True)
        if ours.name == theirs.name
    ]
    assert len(same) < 20
    assert WORLD.ssid_of(0) != other.ssid_of(0)


def test_a_world_too_small_for_its_cast_is_refused():
    with pytest.raises(ValueError, match="students"):
        World(11)


@pytest.mark.parametrize("index", [0, 1, 11, 12, 77_777, 499_999])
def test_an_ssid_leads_back_to_its_student_in_a_district_of_any_size(index):
    ssid = BIG.ssid_of(index)
    assert len(ssid) == 10
    assert ssid.startswith("99")
    expected = None if BIG.student(index).standing is EtsStanding.NO_SSID else index
    assert BIG.index_of(ssid) == expected


def test_ssids_are_unique():
    assert len({BIG.ssid_of(index) for index in range(20_000)}) == 20_000


@pytest.mark.parametrize("ssid", ["", "123", "99" + "\u0660" * 8, "1234567890", "99000000000", "9900000001"])
def test_an_ssid_of_nobody_leads_to_nobody(ssid):
    assert WORLD.index_of(ssid) is None


def test_every_standing_at_ets_exists():
    found = Counter(student.standing for student in WORLD.students())
    assert set(found) == set(EtsStanding)
    assert WORLD.first(EtsStanding.NO_SSID).ssid is None


def test_birth_dates_fit_the_grade():
    for student in WORLD.students():
        assert age(student, date(2026, 9, 1)) - student.grade == 5


def test_siblings_differ_in_name_and_grade_and_share_home_and_guardians():
    families: dict[int, list] = {}
    for student in WORLD.students():
        families.setdefault(student.family, []).append(student)
    assert {1, 2, 3} <= {len(children) for children in families.values()}
    for children in families.values():
        assert len({child.first_name for child in children}) == len(children)
        assert len({child.grade for child in children}) == len(children)
        assert len({child.address for child in children}) == 1
        guardians = {tuple(tie.guardian.id for tie in WORLD.guardians_of(child)) for child in children}
        assert len(guardians) == 1
        assert 1 <= len(guardians.pop()) <= 2


def test_no_address_could_be_a_real_mailbox():
    emails = [guardian.email for guardian in WORLD.guardians()]
    emails += [person.email for person in WORLD.staff()] + [student.email for student in WORLD.students()]
    assert {email.partition("@")[2] for email in emails if email} == {"example.org"}


def test_everybody_has_an_id_of_their_own():
    for people in (list(WORLD.guardians()), list(WORLD.staff())):
        assert len({person.id for person in people}) == len(people)
    assert len({student.local_id for student in WORLD.students()}) == 200


def test_home_languages_vary_and_are_known():
    assert {student.home_language for student in BIG_SAMPLE} == set(LANGUAGES)


def test_each_student_is_in_one_school_of_the_right_grades():
    seen = Counter(student.index for school in WORLD.schools for student in WORLD.students_of(school))
    assert seen == Counter(range(200))
    for school in WORLD.schools:
        for student in WORLD.students_of(school):
            assert student.school is school
            assert school.lowest_grade <= student.grade <= school.highest_grade


def test_a_big_district_needs_no_more_memory_than_a_small_one():
    tracemalloc.start()
    try:
        world = World(500_000)
        world.cast()
        for index in range(0, 500_000, 1000):
            world.reports_for(world.student(index))
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_every_name_can_be_printed():
    for words in (FAMILY_NAMES, GIVEN_NAMES, MOTHERS, FATHERS):
        assert set(words) == set(LANGUAGES)
        " ".join(word for names in words.values() for word in names).encode("latin-1")
    " ".join(STREETS + SCHOOL_NAMES).encode("latin-1")


def test_schools_of_a_big_district_have_a_usual_size():
    assert len({school.cds_code for school in BIG.schools}) == len(BIG.schools) > 600
    assert len({school.name for school in BIG.schools}) == len(BIG.schools)
    school = BIG.schools[100]
    assert 300 < len(list(BIG.students_of(school))) < 700


def test_sections_hold_the_students_of_their_grade_and_teachers_their_sections():
    for school in WORLD.schools:
        sections = {section.id: section for section in WORLD.sections_of(school)}
        for section in sections.values():
            assert 0 < len(section.roster) <= 28
            assert {WORLD.student(index).grade for index in section.roster} == {section.grade}
        teachers = [person for person in WORLD.staff_of(school) if person.role is Role.TEACHER]
        taught = [identifier for teacher in teachers for identifier in teacher.section_ids]
        assert sorted(taught) == sorted(sections)


def test_ties_have_the_oddities_of_real_records():
    ties = [tie for index in range(3000) for tie in BIG.guardians_of(BIG.student(index))]
    assert {tie.legal_guardian for tie in ties} == {True, False, None}
    assert {tie.resides_with for tie in ties} == {True, False}
    assert any(tie.until for tie in ties)
    emails = Counter({tie.guardian.id: tie.guardian.email for tie in ties}.values())
    assert emails[""]
    assert any(count == 2 for email, count in emails.items() if email)


@pytest.mark.parametrize("size", [12, 50, 200, 500_000])
@pytest.mark.parametrize("day", [date(2026, 7, 1), date(2026, 11, 20), date(2027, 2, 28), date(2027, 6, 30)])
def test_the_cast_is_complete_in_every_district_and_season(size, day):
    world = World(size, today=day)
    cast = world.cast()
    younger, older = world.children_of(cast.parent_of_two)
    assert younger.school != older.school
    assert younger.home_language == "ES"
    for child in (younger, older):
        assert child.ssid
        assert len({report.year for report in world.reports_for(child)}) >= 2
    [only] = world.children_of(cast.parent_of_one)
    assert world.reports_for(only)
    assert age(cast.student_of_17, day) == 17
    assert cast.student_of_17.ssid
    assert world.reports_for(cast.student_of_17)
    assert cast.former_guardian_until < day
    for child in world.children_of(cast.former_guardian):
        present, former = world.guardians_of(child)
        assert present.until is None
        assert former.guardian == cast.former_guardian
        assert former.until == cast.former_guardian_until
    rosters = {section.id: section.roster for section in world.sections_of(younger.school)}
    assert any(younger.index in rosters[identifier] for identifier in cast.teacher.section_ids)
    assert cast.school_admin.school == younger.school
    assert cast.district_admin.school is None


def test_the_cast_is_the_same_in_a_small_and_a_big_district():
    small, big = World(50).cast(), World(5000).cast()
    assert small.parent_of_two == big.parent_of_two
    assert small.student_of_17.ssid == big.student_of_17.ssid


def test_reports_are_of_this_administration_year_and_the_two_before():
    years = {report.year for student in WORLD.students() for report in WORLD.reports_for(student)}
    assert years == {2024, 2025, 2026}


def test_tests_follow_the_grade():
    for student in WORLD.students():
        for report in WORLD.reports_for(student):
            grade = 0 if report.grade == "KN" else int(report.grade)
            assert grade == student.grade - (2027 - report.year)
            if report.type == "CAASPP":
                assert grade in {3, 4, 5, 6, 7, 8, 11}
            if report.type in {"CAST", "CAAS"}:
                assert grade in {5, 8, 11}


def test_all_current_report_types_occur():
    types = {report.type for index in range(3000) for report in BIG.reports_for(BIG.student(index))}
    assert types == {"CAASPP", "CAST", "CAAS", "CSA", "EIA", "ESA", "EIALT", "ESALT"}


def test_reports_are_in_english_and_the_home_language_if_ets_has_it():
    for student in BIG_SAMPLE:
        languages = {report.language for report in BIG.reports_for(student)}
        assert languages <= {"EN", student.home_language}
        assert languages.isdisjoint({"HY", "PA", "RU"})


def test_one_pdf_holds_all_areas_and_html_comes_one_an_area():
    child = WORLD.student(2)
    rows = [
        r for r in WORLD.reports_for(child) if r.type == "CAASPP" and r.year == 2026 and r.language == "EN"
    ]
    assert sorted((row.format, row.content_area) for row in rows) == [
        ("HTML", "ELA"),
        ("HTML", "MATH"),
        ("PDF", "ELA,MATH"),
        ("VIDEO", "ELA,MATH"),
    ]


def test_students_whom_ets_does_not_serve_have_no_reports():
    for standing in set(EtsStanding) - {EtsStanding.KNOWN}:
        assert WORLD.reports_for(WORLD.first(standing)) == []


def test_no_name_and_no_ssid_is_in_a_printed_person():
    child = WORLD.student(1)
    shown = repr([child, *WORLD.guardians_of(child), WORLD.cast()])
    assert WORLD.ssid_of(1) not in shown
    assert child.last_name not in shown
