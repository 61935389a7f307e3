import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import BigIntegerField, CharField, DateTimeField, F, Q, UUIDField

from portal.base.models import BreakerRow, StoredSecret
from portal.base.questions import Given, Question

pytestmark = pytest.mark.django_db

NAME = Given("name", CharField())
MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


def breakers(*names: str) -> None:
    BreakerRow.objects.bulk_create([BreakerRow(name=name, open_until=MONDAY) for name in names])


def test_it_works():
    breakers("ets", "illuminate")
    question = Question(BreakerRow.objects.filter(name=NAME))

    assert [row.name for row in question.ask(name="ets")] == ["ets"]
    assert [row.name for row in question.ask(name="illuminate")] == ["illuminate"]
    assert question.ask(name="nobody") == []


def test_an_answer_is_never_kept():
    question = Question(BreakerRow.objects.filter(name=NAME))
    assert question.first(name="ets") is None
    breakers("ets")
    found = question.first(name="ets")
    assert found is not None
    assert found.open_until == MONDAY
    BreakerRow.objects.all().delete()
    assert question.first(name="ets") is None


def test_rows_are_what_the_same_question_put_anew_brings():
    breakers("ets", "ets:links", "illuminate")
    anew = BreakerRow.objects.filter(Q(name="ets") | Q(open_until__lt=MONDAY)).annotate(also=F("name"))
    kept = Question(
        BreakerRow.objects.filter(Q(name=NAME) | Q(open_until__lt=Given("before", DateTimeField()))).annotate(
            also=F("name")
        )
    )

    assert [vars(row) | {"_state": 0} for row in kept.ask(name="ets", before=MONDAY)] == [
        vars(row) | {"_state": 0} for row in anew
    ]
    as_dicts = Question(BreakerRow.objects.filter(name=NAME).values("name", "open_until"))
    assert as_dicts.ask(name="ets") == list(
        BreakerRow.objects.filter(name="ets").values("name", "open_until")
    )


def test_a_value_is_bound_as_its_column_wants_it():
    kept = StoredSecret.objects.create(
        purpose="a", ciphertext="b", key_id="k", set_by="somebody", set_at=MONDAY
    )
    question = Question(StoredSecret.objects.filter(uuid=Given("uuid", UUIDField())))

    assert question.ask(uuid=kept.uuid) == [kept]
    assert question.ask(uuid=uuid.uuid4()) == []


def test_a_value_that_says_sql_is_a_value():
    breakers("ets")

    assert Question(BreakerRow.objects.filter(name=NAME)).ask(name="ets' OR '1'='1") == []


def test_a_missing_value_is_an_error_and_no_wider_answer():
    breakers("ets")

    with pytest.raises(TypeError):
        Question(BreakerRow.objects.filter(name=NAME)).ask()


def test_a_value_without_a_place_is_an_error_and_no_forgotten_condition():
    breakers("ets")

    with pytest.raises(TypeError):
        Question(BreakerRow.objects.all()).ask(name="ets")


def test_a_question_that_nobody_can_answer_is_not_put(django_assert_num_queries):
    question = Question(BreakerRow.objects.filter(name=NAME, pk__in=[]))

    with django_assert_num_queries(0):
        assert question.ask(name="ets") == []


def test_none_finds_nothing():
    breakers("ets")

    assert Question(BreakerRow.objects.filter(name=NAME)).ask(name=None) == []
    assert Question(BreakerRow.objects.filter(pk=Given("pk", BigIntegerField()))).ask(pk=None) == []


@pytest.mark.django_db(transaction=True)
def test_threads_get_each_their_own_answer():
    names = [f"breaker-{number}" for number in range(8)]
    breakers(*names)
    question = Question(BreakerRow.objects.filter(name=NAME))

    def ask(name: str) -> set[str]:
        try:
            return {row.name for _ in range(50) for row in question.ask(name=name)}
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, names)) == [{name} for name in names]
