import pytest
from django.db import connection

from portal.base.meanwhile import Meanwhile


def test_it_works():
    done: list[str] = []

    def work() -> str:
        done.append("once")
        return "page"

    meanwhile = Meanwhile(work)
    meanwhile()
    meanwhile()

    assert meanwhile.result() == "page"
    assert done == ["once"]


def test_what_nobody_waited_for_is_done_when_it_is_wanted():
    assert Meanwhile(lambda: "page").result() == "page"


def test_what_fails_while_waiting_fails_where_it_is_wanted_and_not_before():
    tries: list[int] = []

    def work() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise ValueError("not yet")
        return "page"

    meanwhile = Meanwhile(work)
    meanwhile()
    with pytest.raises(ValueError, match="not yet"):
        meanwhile.result()
    assert meanwhile.result() == "page"


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_on_with_a_connection_in_hand():
    def work() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'page'")
            return str(cursor.fetchone()[0])

    meanwhile = Meanwhile(work)
    meanwhile()

    assert connection.connection is None
    assert meanwhile.result() == "page"
