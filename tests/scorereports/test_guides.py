"""The guide beside a report: every test that ETS has is explained, and none that it may add fails."""

from __future__ import annotations

import pytest

from scorereports import catalog, guides


@pytest.mark.parametrize("code", [code for kind in catalog.TYPES for code in (kind.code, *kind.also)])
def test_every_test_is_explained(code: str):
    guide = guides.guide(code)

    assert guide is not None
    assert str(guide.what).strip()
    assert str(guide.reading).strip()
    assert guide.link.startswith("https://")


def test_a_test_that_is_not_known_has_no_guide():
    assert guides.guide("NEW") is None


@pytest.mark.parametrize(
    ("code", "year", "former"),
    [
        ("CAASPP", "2025", True),
        ("CAASPP", "2026", False),
        ("CST", "2025", True),
        ("ESA", "2025", False),
        ("CAASPP", "", False),
    ],
)
def test_older_reports_name_the_levels_as_they_did_then(code: str, year: str, former: bool):
    assert guides.has_former_level_names(code, year) == former
