"""What people come to do, walked with JavaScript off: by links, forms and buttons that work without it (L5).

The longest journeys, sign-in to sign-out, are in test_browser_reading.py, test_browser_arabic.py and
test_browser_claims.py; that nothing on any page needs a script is in test_page_faults.py.
"""

from __future__ import annotations

import pytest

from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place
from tests.functional.browser.states import STATES, show
from tests.functional.page_faults import loose_names, needing_scripts

pytestmark = [pytest.mark.browser, pytest.mark.promise("L5")]
# States whose way there is more than an address: something chosen, filled in, sent or unfolded.
JOURNEYS = (
    "login-code-wrong",
    "login-wrong",
    "mfa-wrong-code",
    "password-too-short",
    "student-narrowed",
    "student-unfolded",
    "viewer",
    "openings",
    "search-found",
    "block-wrong",
    "review-wrong",
    "csv-files-checked",
)


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_needs_no_javascript(name: str, place: Place, open_page: OpenPage):
    state = STATES[name]
    someone = getattr(place.cast, state.who) if state.who else None
    page = open_page(someone, redirects=state.redirects, java_script_enabled=False)
    show(name, place, page)

    assert page.locator("h1").count() == 1
    assert loose_names(page.content()) == []
    assert needing_scripts(page.content()) == []
