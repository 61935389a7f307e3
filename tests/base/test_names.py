from portal.base.names import LONGEST_NAME, fitted


def test_a_short_name_stays_as_it_is():
    assert fitted("ets-token:1") == "ets-token:1"


def test_long_names_that_differ_at_the_end_stay_different_and_fit():
    one, other = fitted("x" * 300 + "1"), fitted("x" * 300 + "2")
    assert one != other
    assert len(one) <= LONGEST_NAME


def test_a_nul_that_postgresql_refuses_is_taken_out():
    assert "\x00" not in fitted("a\x00b")
    assert fitted("a\x00b") != fitted("ab")
