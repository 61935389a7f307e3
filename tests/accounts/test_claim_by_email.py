"""An account by the address on the school's record: for whom, for which records, and what waits for staff (A8, A6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessChange, AccountQuestion, Guardian, Student, User
from accounts.models.account_question import Doubt, Verdict
from tests import factories
from tests.accounts.claiming import ASK, CONFIRM, ROSA, account, adult, by_mail, mailed_code, record_of
from tests.accounts.doors import page_of, students_in
from tests.cast import Cast, sign_in


def test_it_works(cast: Cast):
    link = adult(cast.child)
    client = by_mail("Rosa@Example.org")

    who = account(client)
    assert who
    assert (who.email, who.name, who.has_usable_password()) == (ROSA, "Rosa Example", False)
    assert record_of(link).user == who
    assert students_in(client) == {page_of(cast.child)}
    assert client.get(page_of(cast.child)).status_code == 200


@pytest.mark.promise("A8")
def test_nothing_is_made_or_joined_before_the_code_from_the_mail(cast: Cast):
    link = adult(cast.child)
    client = Client()
    client.post(ASK, {"email": ROSA})
    for _ in range(3):
        client.post(CONFIRM, {"code": "0000-0000"})

    assert not User.objects.filter(email=ROSA).exists()
    assert record_of(link).user is None


@pytest.mark.promise("A8")
def test_an_address_on_the_record_and_one_that_is_not_cannot_be_told_apart(cast: Cast):
    adult(cast.child)
    found = []
    for email in (ROSA, "stranger@example.org"):
        client, before = Client(), len(mail.outbox)
        with CaptureQueriesContext(connection) as queries:
            steps = [
                client.post(ASK, {"email": email}),
                client.get(CONFIRM),
                client.post(CONFIRM, {"code": "0000-0000"}),
            ]
        statuses = [(step.status_code, step.headers.get("Location")) for step in steps]
        text = str(mail.outbox[-1].body).replace(mailed_code(), "…")
        found.append((statuses, len(queries), len(mail.outbox) - before, mail.outbox[-1].subject, text))

    assert found[0] == found[1]


@pytest.mark.promise("A8")
def test_a_password_proves_no_address(cast: Cast):
    link = adult(cast.child)
    User.objects.create_user(ROSA, factories.PASSWORD)
    client = Client()
    client.post("/accounts/login/", {"login": ROSA, "password": factories.PASSWORD})

    assert account(client)
    assert record_of(link).user is None


@pytest.mark.promise("A8")
def test_one_adult_with_several_records_is_joined_to_those_that_have_the_address(cast: Cast):
    same = adult(cast.sibling, name="ROSA  Éxample")
    elsewhere = adult(cast.stranger_child)
    without = adult(cast.classmate, email="")
    adult(cast.child)
    client = by_mail(ROSA)

    assert students_in(client) == {page_of(one) for one in (cast.child, cast.sibling, cast.stranger_child)}
    assert record_of(same).user == record_of(elsewhere).user
    assert record_of(without).user is None


def test_a_record_that_a_later_sync_brings_is_joined_at_the_next_sign_in_by_code(cast: Cast):
    adult(cast.child)
    by_mail(ROSA)
    adult(cast.sibling)

    assert students_in(by_mail(ROSA)) == {page_of(cast.child), page_of(cast.sibling)}


@pytest.mark.promise("A8")
def test_two_adults_with_one_address_are_not_merged_and_wait_for_staff(cast: Cast):
    rosa, luis = adult(cast.child), adult(cast.child, name="Luis Example", relationship="Father")
    client = by_mail(ROSA)

    assert students_in(client) == set()
    assert "looks whose account this is" in client.get("/").content.decode()
    assert record_of(rosa).user is None
    assert record_of(luis).user is None
    questions = AccountQuestion.objects.order_by("pk").values_list("doubt", "guardian__name")
    assert list(questions) == [(Doubt.SHARED_ADDRESS, "Rosa Example"), (Doubt.SHARED_ADDRESS, "Luis Example")]
    by_mail(ROSA)
    assert AccountQuestion.objects.count() == 2, "asked once"


@pytest.mark.promise("A8")
def test_nor_is_the_second_adult_merged_who_comes_later(cast: Cast):
    adult(cast.child)
    by_mail(ROSA)
    luis = adult(cast.sibling, name="Luis Example")
    client = by_mail(ROSA)

    assert students_in(client) == {page_of(cast.child)}
    assert record_of(luis).user is None


@pytest.mark.promise("A8")
def test_an_account_that_another_record_s_adult_has_is_asked_about(cast: Cast):
    """Joined by a letter to Luis; now it proves an address that is on Rosa's record alone."""
    who = User.objects.create_user(ROSA, None)
    factories.link(factories.guardian(cast.district, who, name="Luis Example"), cast.sibling)
    rosa = adult(cast.child)
    by_mail(ROSA)

    assert record_of(rosa).user is None
    assert AccountQuestion.objects.get().doubt == Doubt.OTHER_ADULT


@pytest.mark.promise("A8")
def test_a_record_without_a_name_is_nobody_known(cast: Cast):
    link = adult(cast.child, name="")
    by_mail(ROSA)

    assert record_of(link).user is None
    assert AccountQuestion.objects.count() == 1


@pytest.mark.promise("A3", "A8")
def test_a_blocked_adult_gets_no_second_way_in_by_another_record(cast: Cast):
    factories.block(adult(cast.child, email="old@example.org"))
    second = adult(cast.child)
    client = by_mail(ROSA)

    assert students_in(client) == set()
    assert record_of(second).user is None
    assert AccountQuestion.objects.get().doubt == Doubt.BLOCKED_NAMESAKE


@pytest.mark.promise("A8")
def test_a_closed_account_stays_closed(cast: Cast):
    adult(cast.child)
    User.objects.create_user(ROSA, None, is_active=False)
    client = by_mail(ROSA)

    assert account(client) is None
    assert Guardian.objects.get(email=ROSA).user is None


@pytest.mark.promise("R5")
def test_the_account_and_what_it_was_joined_to_are_on_record(cast: Cast):
    link = adult(cast.child)
    who = account(by_mail(ROSA))
    assert who

    made, joined = AccessChange.objects.filter(verb__in=["user.made", "guardian.joined"]).order_by("pk")
    assert (made.subject_id, made.after) == (who.uuid, {"how": "e-mail"})
    assert joined.subject_id == record_of(link).uuid
    assert joined.after == {"user": str(who.uuid), "how": "e-mail"}
    assert joined.actor == str(who.uuid)


# --- Students ---------------------------------------------------------------------------------------------------------

SAM = "sam@students.example.org"


def a_student(cast: Cast, *, years: int = 17, grade: str = "11", **fields: Any) -> Student:
    born = factories.years_ago(years)
    return factories.student(cast.school_a, email=SAM, birth_date=born, grade=grade, **fields)


@pytest.mark.promise("A6")
@pytest.mark.parametrize(
    ("years", "grade", "allowed", "gets_in"),
    [
        (15, "10", True, False),
        (15, "11", True, True),
        (16, "10", True, True),
        (17, "12", False, False),
        (18, "12", False, True),
        (17, "", True, True),
    ],
)
def test_a_student_gets_an_account_where_the_rule_lets_them(
    cast: Cast, years: int, grade: str, allowed: bool, gets_in: bool
):
    student = a_student(cast, years=years, grade=grade)
    cast.district.students_sign_in = allowed
    cast.district.save()
    client = by_mail(SAM)

    assert (account(client) is not None) == gets_in
    assert User.objects.filter(email=SAM).exists() == gets_in
    if gets_in:
        assert students_in(client) == {page_of(student)}


@pytest.mark.promise("A6")
def test_without_a_birth_date_the_grade_alone_lets_a_student_in(cast: Cast):
    factories.student(cast.school_a, email=SAM, birth_date=None, grade="09")
    assert account(by_mail(SAM)) is None
    Student.unscoped.filter(email=SAM).update(grade="11")

    assert account(by_mail(SAM))


@pytest.mark.promise("A6", "A8")
def test_an_address_that_two_students_have_is_nobody_s(cast: Cast):
    a_student(cast)
    a_student(cast)

    assert account(by_mail(SAM)) is None


@pytest.mark.promise("A6", "A8")
def test_an_address_of_a_parent_and_one_student_waits_for_staff(cast: Cast):
    student = a_student(cast)
    link = adult(student, email=SAM)
    client = by_mail(SAM)

    assert students_in(client) == set()
    assert AccountQuestion.objects.get(guardian=link.guardian).doubt == Doubt.STUDENTS_ADDRESS
    assert Student.unscoped.get(pk=student.pk).user is None, "as a parent, not as the student"


@pytest.mark.promise("A6")
def test_a_student_s_join_is_on_record(cast: Cast):
    student = a_student(cast)
    by_mail(SAM)

    assert AccessChange.objects.get(verb="student.joined").subject_id == student.uuid


# --- What staff decide ------------------------------------------------------------------------------------------------

ACCOUNTS = "/staff/reviews/accounts/"


def questions_of_two(cast: Cast) -> dict[str, AccountQuestion]:
    adult(cast.child)
    adult(cast.child, name="Luis Example")
    by_mail(ROSA)
    return {
        question.guardian.name: question for question in AccountQuestion.objects.select_related("guardian")
    }


def decide(
    cast: Cast, question: AccountQuestion, answer: str, by: str = "school_admin", **fields: str
) -> Any:
    form = {"reason": "Saw her license.", "answer": answer} | fields
    return sign_in(getattr(cast, by)).post(f"{ACCOUNTS}{question.uuid}/", form, follow=True)


@pytest.mark.promise("A8")
def test_staff_say_which_of_two_adults_an_account_is(cast: Cast):
    questions = questions_of_two(cast)
    page = sign_in(cast.school_admin).get(ACCOUNTS).content.decode()
    assert "Rosa Example" in page
    assert "Luis Example" in page
    decide(cast, questions["Rosa Example"], "join")
    decide(cast, questions["Luis Example"], "decline")

    client = by_mail(ROSA)
    assert students_in(client) == {page_of(cast.child)}
    assert [one.name for one in Guardian.objects.filter(user=account(client))] == ["Rosa Example"]
    assert sorted(AccountQuestion.objects.values_list("verdict", flat=True)) == [
        Verdict.DECLINED,
        Verdict.JOINED,
    ]
    assert AccessChange.objects.get(verb="guardian.joined").actor == str(cast.school_admin.uuid)


def test_a_decision_wants_a_reason_and_one_of_the_two_answers(cast: Cast):
    question = questions_of_two(cast)["Rosa Example"]
    decide(cast, question, "join", reason="")
    decide(cast, question, "maybe")

    question.refresh_from_db()
    assert question.verdict == Verdict.OPEN


def test_who_decides_second_changes_nothing(cast: Cast):
    question = questions_of_two(cast)["Rosa Example"]
    decide(cast, question, "decline")

    assert decide(cast, question, "join", by="district_admin").status_code == 404
    assert Guardian.objects.get(name="Rosa Example").user is None


@pytest.mark.promise("A8")
def test_nobody_decides_about_an_account_of_their_own(cast: Cast):
    record = factories.guardian(cast.district, None, name="Other Name", email=cast.school_admin.email)
    factories.link(record, cast.child)
    factories.link(factories.guardian(cast.district, None, email=cast.school_admin.email), cast.sibling)
    by_mail(cast.school_admin.email)
    question = factories.question(cast.school_admin, cast.child)

    assert decide(cast, question, "join").status_code == 404
    assert decide(cast, question, "join", by="district_admin").status_code == 200


@pytest.mark.promise("A8", "A10")
def test_a_disconnected_account_sees_nothing_and_does_not_come_back_by_itself(cast: Cast):
    link = adult(cast.child)
    client = by_mail(ROSA)
    assert client.get(page_of(cast.child)).status_code == 200
    address = f"/staff/guardianships/{link.uuid}/disconnect/"
    sign_in(cast.school_admin).post(address, {"reason": "The mailbox is the stepfather's."})

    assert client.get(page_of(cast.child)).status_code == 404
    assert students_in(by_mail(ROSA)) == set()
    row = AccessChange.objects.get(verb="guardian.disconnected")
    assert (row.actor, row.reason) == (str(cast.school_admin.uuid), "The mailbox is the stepfather's.")
