import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.ets.client import EtsEndpoint
from integrations.ets.paths import PathsDescription, recognise

V3 = ("/v3/students/", "/score-reports", "/v3/token")


def replacements(found: PathsDescription) -> tuple[str, str, str]:
    return found.students_path, found.reports_path, found.token_path


@pytest.mark.parametrize(
    ("students", "reports", "token"),
    [
        ("/api/v1/students/", "/score-reports/", "/api/v1/token"),
        ("/api/v1/students/", "/score-reports/", "/api/v1/token/"),
        ("api/v1/students", "score-reports", "api/v1/token"),
        ("//api//v1/students//", "//score-reports", " /api/v1/token/\n"),
    ],
)
def test_the_values_of_infinite_campus_are_version_1(students, reports, token):
    found = recognise(students, reports, token)
    assert (found.version, found.is_outdated) == ("v1", True)
    assert replacements(found) == V3


@pytest.mark.parametrize(
    ("students", "token", "version", "prefix"),
    [
        ("/v2/students/", "/v2/token", "v2", ""),
        ("/api/v2/students/", "/api/v2/token", "v2", ""),
        ("/v3/students/", "/v3/token", "v3", ""),
        ("/gate/api/v1/students/", "/gate/api/v1/token", "v1", "/gate"),
        ("/gate/v3/students/", "/gate/v3/token", "v3", "/gate"),
        ("/api/v3/students/", "/api/v3/token", "v3", "/api"),
        ("/v3/students/", "/api/v1/token", "v1", ""),
        ("/v2/students/", "/v3/token", "v2", ""),
    ],
)
def test_versions_are_told_apart_and_a_prefix_is_kept(students, token, version, prefix):
    found = recognise(students, "/score-reports", token)
    assert found.version == version
    assert found.is_outdated == (version != "v3")
    assert replacements(found) == (f"{prefix}/v3/students/", "/score-reports", f"{prefix}/v3/token")


@pytest.mark.parametrize(
    ("students", "reports", "token"),
    [
        ("/v4/students/", "/score-reports", "/v4/token"),
        ("/students/", "/score-reports", "/token"),
        ("/v3/students/", "/reports", "/v3/token"),
        ("/v3/pupils/", "/score-reports", "/v3/token"),
        ("/v3/students/", "/score-reports", "/v3/token/verify"),
        ("https://x.ets.org/v3", "", ""),
        ("", "", ""),
    ],
)
def test_other_paths_are_unknown_and_get_the_documented_values(students, reports, token):
    found = recognise(students, reports, token)
    assert (found.version, found.is_outdated) == ("unknown", False)
    assert replacements(found) == V3


@given(
    st.lists(
        st.text() | st.sampled_from(["/api/v1/students/", "/v2/token", "/score-reports/"]),
        min_size=3,
        max_size=3,
    )
)
def test_no_text_makes_it_raise_and_what_it_offers_is_version_3(paths):
    found = recognise(*paths)
    assert recognise(*replacements(found)).version == "v3"
    assert replacements(recognise(*replacements(found))) == replacements(found)


@pytest.mark.parametrize(
    ("base", "students", "token", "version", "can_verify"),
    [
        ("https://x.ets.org", "/api/v1/students/", "/api/v1/token", "v1", False),
        ("https://x.ets.org", "api/v1/students", "api/v1/token/", "v1", False),
        ("https://x.ets.org/gate", "/gate/api/v1/students/", "/gate/api/v1/token", "v1", False),
        ("https://x.ets.org/api/v1", "/students/", "/token", "v1", False),
        ("https://x.ets.org/v1", "/v3/students/", "/v3/token", "v3", True),
        ("https://x.ets.org", "/students/", "/api/v1/token", "v1", False),
        ("https://x.ets.org", "/v2/students/", "/v2/token", "v2", False),
        ("https://x.ets.org", "/v3/students/", "/v3/token", "v3", True),
        ("https://x.ets.org", "/v3/students/", "/api/v1/token", "v3", False),
        ("https://x.ets.org", "/students/", "/token", "v3", True),
        ("https://x.ets.org", "/v30/students/", "/v30/token", "v3", True),
    ],
)  # fmt: skip
def test_an_endpoint_knows_its_version_from_its_paths(base, students, token, version, can_verify):
    endpoint = EtsEndpoint(base, students, "/score-reports", token)
    assert (endpoint.version, endpoint.can_verify) == (version, can_verify)
