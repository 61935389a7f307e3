"""The set-up pages in the Django admin against the accessibility rules. Its scripts are refused, which is no fault."""

from __future__ import annotations

import pytest

from scorereports.models import Configuration
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place
from tests.functional.browser.test_axe_pages import findings

pytestmark = [pytest.mark.axe, pytest.mark.promise("L2")]

CONNECTION, CONFIGURATION = "/admin/integrations/connection/", "/admin/scorereports/configuration/"
PAGES = ("list", "add", "change", "delete", "history")


@pytest.mark.parametrize("base", [CONNECTION, CONFIGURATION])
@pytest.mark.parametrize("name", PAGES)
def test_a_set_up_page_has_no_barrier(base: str, name: str, place: Place, open_page: OpenPage):
    row = place.connection.pk if base == CONNECTION else Configuration.objects.get().pk
    page = open_page(place.cast.district_admin, objections=True)
    page.goto({"list": base, "add": f"{base}add/"}.get(name, f"{base}{row}/{name}/"))
    violations, _open = findings(page)

    assert violations == []
    assert page.locator("h1").count() == 1


def test_the_look_of_a_district_has_no_barrier_and_says_what_is_wrong(place: Place, open_page: OpenPage):
    page = open_page(place.cast.district_admin, objections=True)
    page.goto(f"/admin/accounts/district/{place.cast.district.pk}/change/")
    page.get_by_label("Color:").fill("#ffd200")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The nearest shade that can be read is").wait_for()
    violations, _open = findings(page)

    assert violations == []
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("vendor", ["illuminate", "powerschool"])
def test_the_form_of_each_vendor_has_no_barrier(vendor: str, place: Place, open_page: OpenPage):
    page = open_page(place.cast.district_admin, objections=True)
    page.goto(f"{CONNECTION}add/?vendor={vendor}")
    violations, _open = findings(page)

    assert violations == []
    assert page.locator("h1").count() == 1


def test_the_result_of_a_test_has_no_barrier(place: Place, open_page: OpenPage):
    page = open_page(place.cast.district_admin, objections=True)
    page.goto(f"{CONNECTION}{place.connection.pk}/change/")
    page.get_by_role("button", name="Test connection").click()
    page.get_by_text("It works").wait_for()
    violations, _open = findings(page)

    assert violations == []
