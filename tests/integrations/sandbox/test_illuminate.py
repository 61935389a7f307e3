import threading
from collections import Counter
from datetime import date

import pytest
import requests

from integrations.sandbox.illuminate import catalogue
from integrations.sandbox.illuminate.sessions import nearest
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.world import World

PAGED = (
    *("Students2", "StudentContacts", "Enrollment", "Users", "UserRoles"),
    *("Terms", "MasterSchedule", "Roster", "StudentCounselors"),
)
REQUIRED = {
    "site_id": 100,
    "user_id": 400_001,
    "date": "2026-03-02",
    "start_date": "2026-03-02",
    "end_date": "2026-03-02",
    "enrollment_start_date": "2026-03-02",
    "enrollment_end_date": "2026-03-02",
}


def texts(rows, field):
    return {str(row[field]) for row in rows}


def test_it_works(illuminate, district):
    page = illuminate.get("Students2/", page=1, limit=50).json()
    assert list(page) == ["page", "num_pages", "num_results", "results"]
    assert (page["page"], page["num_pages"], page["num_results"]) == (1, 5, 201)
    first = page["results"][0]
    student = district.world.student(0)
    assert (first["last_name"], first["state_student_id"]) == (student.last_name, int(student.ssid))
    assert not [name for name in first if "grade" in name or "site" in name]


@pytest.mark.parametrize("endpoint", PAGED)
def test_pages_hold_every_row_once_and_in_order(illuminate, endpoint):
    whole = illuminate.rows(endpoint)
    pages = [
        illuminate.get(endpoint, page=page, limit=7).json() for page in range(1, -(-len(whole) // 7) + 1)
    ]
    assert [row for page in pages for row in page["results"]] == whole
    assert {int(page["num_results"]) for page in pages} == {len(whole)}
    assert {page["num_pages"] for page in pages} == {len(pages)}


def test_a_page_beyond_the_last_is_empty(illuminate):
    assert illuminate.get("Users/", page=999).json()["results"] == []


def test_a_page_has_at_most_1000_rows_and_students2_30000():
    with SandboxServer(World(2400, today=date(2026, 3, 2))) as server:
        vendor = server.illuminate
        most = {endpoint.name: endpoint.most_rows for endpoint in catalogue.ENDPOINTS}
        assert most["Students2"] == 30_000
        assert {rows for name, rows in most.items() if name != "Students2"} == {1000}
        endpoint = next(one for one in catalogue.ENDPOINTS if one.name == "Enrollment")
        reply = vendor._page(endpoint, {"limit": "5000"})
        assert reply.body.count(b'"student_id"') == 1000


@pytest.mark.parametrize(
    "wrong",
    [
        {"page": 0},
        {"page": "x"},
        {"limit": 0},
        {"date": "1.3.2026"},
        {"start_date": "2026-03-02", "end_date": "2026-03-01"},
    ],
)
def test_a_bad_parameter_gets_400_with_a_body(illuminate, wrong):
    reply = illuminate.get("Enrollment/", **wrong)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"]


def test_other_refusals_are_blank(illuminate):
    missing, method = (
        illuminate.get("Pupils/"),
        illuminate.session.post(f"{illuminate.base}/Sites/", auth=illuminate.signed(), timeout=10),
    )
    assert (missing.status_code, missing.content) == (404, b"")
    assert (method.status_code, method.content) == (405, b"")


def test_every_endpoint_answers(illuminate):
    for endpoint in catalogue.ENDPOINTS:
        if endpoint.method != "GET":
            continue
        path = endpoint.path.format(assessment_id=12)
        needed = {name: REQUIRED[name] for name in endpoint.required}
        for form in (path, f"{path}/", f" {path}/"):
            reply = illuminate.get(form, **needed)
            assert reply.status_code == 200, form
            assert isinstance(reply.json(), list if endpoint.shape == catalogue.LIST else dict)
        for name in endpoint.required:
            assert illuminate.get(path, **{**needed, name: ""}).status_code == 400


def test_the_posts_answer(illuminate):
    def post(path, value):
        return illuminate.session.post(
            f"{illuminate.base}/{path}", json=value, auth=illuminate.signed(), timeout=10
        )

    scores = [{"local_student_id": 1, "responses": ["A"]}, {"local_student_id": 2, "responses": ["B"]}]
    assert post("Assessment/12/Scores/", scores).json()["students_count"] == 2
    assert post(" Assessment/local_assessment_id/a1/Scores/", scores).json()["responses_count"] == 2
    assert post("Repository/local_repository_id/abc/Data/", []).json() == {"success": True}
    refused = post("CreateUserApiKeys/", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_credentials")


def test_an_empty_answer_has_no_pages(illuminate):
    page = illuminate.get("Students2/", page=1, district_student_id=1).json()
    assert page == {"page": 1, "num_pages": 0, "num_results": 0, "results": []}


# Filters


def test_a_site_leaves_its_own_people(illuminate):
    enrolled = illuminate.rows("Enrollment", site_id=102)
    assert texts(enrolled, "site_id") == {"102"}
    assert texts(illuminate.rows("Students2", site_id=102), "student_id") == texts(enrolled, "student_id")
    contacts = illuminate.rows("StudentContacts", site_id=102)
    assert texts(contacts, "site_id") == {"102"}
    assert texts(contacts, "student_id") < texts(enrolled, "student_id")
    for endpoint in ("MasterSchedule", "Roster", "Terms", "UserRoles"):
        assert texts(illuminate.rows(endpoint, site_id=102), "site_id") == {"102"}
    assert illuminate.rows("Roster", site_id=999) == []


def test_sites_together_have_everybody(illuminate):
    sites = [row["site_id"] for row in illuminate.rows("Sites") if row["site_id"] != row["parent_site_id"]]
    year = {"start_date": "2025-08-10", "end_date": "2026-06-05"}
    for endpoint, days in (("Enrollment", {}), ("Enrollment", year), ("StudentContacts", {}), ("Roster", {})):
        apart = [row for site in sites for row in illuminate.rows(endpoint, site_id=site, **days)]
        assert Counter(map(str, apart)) == Counter(map(str, illuminate.rows(endpoint, **days)))


def test_a_student_is_found_by_either_id(illuminate, cases):
    for local in (cases["two_schools"]["student"], *cases["twins"]["students"]):
        row = illuminate.rows("Students2", district_student_id=local)[0]
        assert str(row["district_student_id"]) == local
        assert illuminate.rows("Students2", student_id=row["student_id"]) == [row]
        assert texts(illuminate.rows("Enrollment", student_id=row["student_id"]), "district_student_id") == {
            local
        }


def test_flags_filter_contacts(illuminate):
    whole = len(illuminate.rows("StudentContacts"))
    legal = illuminate.rows("StudentContacts", legal_guardian="true")
    others = illuminate.rows("StudentContacts", legal_guardian=0)
    assert legal
    assert others
    assert len(legal) + len(others) == whole


def test_a_teacher_sees_the_classes_taught(illuminate):
    section = illuminate.rows("MasterSchedule", site_id=102)[0]
    roster = illuminate.rows("Roster", section_id=section["section_id"])
    assert roster
    assert texts(roster, "user_id") == {str(section["user_id"])}
    taught = illuminate.rows("Roster", user_id=section["user_id"])
    assert texts(illuminate.rows("Students2", user_id=section["user_id"]), "student_id") == texts(
        taught, "student_id"
    )


def test_one_user_has_the_roles_of_each_term(illuminate):
    roles = illuminate.rows("UserRoles", user_id=400_001, academic_year=2026)
    assert [row["role_name"] for row in roles] == ["District Administrator"] * 2
    assert illuminate.rows("UserRoles", user_id=400_001, academic_year=2020) == []


# Sessions


def test_without_a_date_the_nearest_day_in_session_counts():
    assert nearest(date(2026, 3, 2)) == date(2026, 3, 2)
    assert nearest(date(2026, 6, 20)) == date(2026, 6, 5)
    assert nearest(date(2026, 7, 30)) == date(2026, 8, 10)
    assert nearest(date(2026, 8, 10)) == date(2026, 8, 10)


@pytest.mark.parametrize("day", ["2026-07-15", "2026-06-06", "2026-08-09"])
@pytest.mark.parametrize(
    "endpoint", ["Students2", "Enrollment", "Roster", "MasterSchedule", "StudentCounselors", "Terms"]
)
def test_out_of_session_nobody_is_there(illuminate, endpoint, day):
    assert illuminate.rows(endpoint, date=day) == []


def test_in_august_nobody_is_there_until_students_are_promoted(illuminate):
    assert illuminate.rows("Students2", date="2026-08-15") == []
    illuminate.night(next_year=True)
    before = {row["student_id"]: row for row in illuminate.rows("Enrollment", date="2026-03-02")}
    after = {row["student_id"]: row for row in illuminate.rows("Enrollment", date="2026-08-20")}
    assert {row["academic_year"] for row in after.values()} == {2027}
    assert all(
        row["grade_level_id"] == before[student]["grade_level_id"] + 1 for student, row in after.items()
    )
    gone = {before[student]["grade_level_id"] for student in before.keys() - after.keys()}
    assert 13 in gone


def test_a_range_shows_who_moved_in_winter(illuminate):
    today = Counter(texts_list(illuminate.rows("Enrollment", date="2026-03-02")))
    year = Counter(texts_list(illuminate.rows("Enrollment", start_date="2025-08-10", end_date="2026-06-05")))
    assert set(today) == set(year)
    assert year.total() > today.total()


def texts_list(rows):
    return [row["student_id"] for row in rows]


def test_who_came_late_is_not_there_before(illuminate):
    september = illuminate.rows("Students2", date="2025-09-15")
    assert texts(september, "student_id") < texts(
        illuminate.rows("Students2", date="2026-03-02"), "student_id"
    )


# How things are written


def test_ids_are_numbers_here_and_text_there(illuminate):
    assert isinstance(illuminate.rows("Students2")[0]["student_id"], int)
    contact = illuminate.rows("StudentContacts")[0]
    assert isinstance(contact["student_id"], str)
    assert isinstance(contact["contact_id"], str)
    assert "state_student_id" not in contact
    role = illuminate.rows("UserRoles")[0]
    assert isinstance(role["user_id"], int)
    assert isinstance(role["site_id"], str)
    assert isinstance(illuminate.get("StudentCounselors/").json()["num_results"], str)
    assert isinstance(illuminate.get("Roster/").json()["num_results"], int)


def test_leading_zeros_are_lost(illuminate, cases):
    assert illuminate.rows("Sites")[0]["zip"] == 0
    twin = illuminate.rows("Students2", district_student_id=cases["twins"]["students"][1])[0]
    assert len(str(twin["state_student_id"])) < 10


def test_flags_and_blanks_come_in_many_ways(illuminate):
    contacts = illuminate.rows("StudentContacts")
    flags = {repr(row[name]) for row in contacts for name in ("legal_guardian", "is_primary", "is_mailing")}
    assert {"'t'", "'f'", "1", "0", "True", "False"} <= flags
    ways = {
        row["state_student_id"]
        for row in illuminate.rows("Students2")
        if not isinstance(row["state_student_id"], int)
    }
    ways |= {row["email_address"] for row in contacts if "@" not in str(row["email_address"])}
    assert {None, "", "NULL", "null"} <= ways
    assert {"00", "English", "SPANISH"} <= {row["correspondence_language_code"] for row in contacts}


def test_terms_start_under_either_name(illuminate):
    names = {("state_date" in row, "start_date" in row) for row in illuminate.rows("Terms")}
    assert names == {(True, True), (False, True), (True, False)}


# People


def test_the_awkward_families_are_there(cases):
    assert set(cases) >= {
        *("mother_not_legal", "legal_blank", "no_relationship", "no_email", "stepfather", "shared_email"),
        *("two_homes", "siblings_at_two_schools", "two_schools", "twins", "parent_on_staff"),
        *("no_birth_date", "no_ssid"),
    }


def contact_rows(illuminate, case):
    return [
        row
        for row in illuminate.rows("StudentContacts")
        if (row["district_student_id"], row["contact_id"]) == (case["student"], case["contact"])
    ]


def test_two_homes_list_a_contact_twice_with_two_addresses(illuminate, cases):
    rows = contact_rows(illuminate, cases["two_homes"])
    assert len(rows) == 2
    assert rows[0]["address"] != rows[1]["address"]


def test_twins_share_family_school_and_birthday(illuminate, cases):
    one, other = (
        illuminate.rows("Students2", district_student_id=local)[0] for local in cases["twins"]["students"]
    )
    assert one["birth_date"] == other["birth_date"]
    assert one["first_name"] != other["first_name"]
    families = [
        {
            row["contact_id"]
            for row in illuminate.rows("StudentContacts")
            if row["district_student_id"] == local
        }
        for local in cases["twins"]["students"]
    ]
    assert families[0] == families[1]


def test_a_parent_on_staff_has_one_email(illuminate, cases):
    user = illuminate.rows("Users", user_id=cases["parent_on_staff"]["user"])[0]
    contacts = [
        row
        for row in illuminate.rows("StudentContacts")
        if row["contact_id"] == cases["parent_on_staff"]["contact"]
    ]
    assert {row["email_address"].strip().lower() for row in contacts} == {user["email1"]}


def test_a_student_at_two_schools_has_one_primary_enrolment(illuminate, cases):
    local = cases["two_schools"]["student"]
    student = illuminate.rows("Students2", district_student_id=local)[0]["student_id"]
    rows = illuminate.rows("Enrollment", student_id=student)
    assert len({row["site_id"] for row in rows}) == 2
    assert [str(row["is_primary_ada"]).lower()[0] in "t1" for row in rows] == [True, False]


def test_ets_and_illuminate_have_the_same_people(illuminate, district):
    world = district.world
    rows = {row["student_id"]: row for row in illuminate.rows("Students2")}
    for student in world.students():
        row = rows[int(student.internal_id)]
        assert (row["last_name"], row["first_name"]) == (student.last_name, student.first_name)
        assert (
            row["state_student_id"] == int(student.ssid)
            if student.ssid
            else not str(row["state_student_id"]).isdigit()
        )


def test_half_a_million_students_are_not_held_in_memory():
    with SandboxServer(World(500_000, today=date(2026, 3, 2))) as server:
        feed = server.illuminate.feed
        last = next(feed.listing("Students2", {"student_id": "1499999"}).slice(0, 1))
        assert last["district_student_id"] == 40_499_999
        section = next(feed.listing("Roster", {"site_id": "800"}).slice(10, 11))
        assert section["site_id"] == 800


def test_four_are_served_at_once(illuminate):
    illuminate.control("settings", {"latency_ms": 300})
    barrier = threading.Barrier(4)
    seen = []

    def ask():
        barrier.wait()
        seen.append(
            requests.get(
                f"{illuminate.base}/Sites/", auth=illuminate.signed(), timeout=10
            ).elapsed.total_seconds()
        )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert max(seen) < 0.9
