"""What has to be so before the pages of reviews and syncs show something: used by states.py."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from accounts.models import Guardianship, Student
from accounts.models.guardianship import Standing
from accounts.services import guardianships
from integrations.models import Connection, SyncRun, SyncState
from portal.base import clock
from tests import factories
from tests.functional.browser.place import Place
from tests.integrations import runs


def in_review(place: Place) -> Guardianship:
    return Guardianship.objects.get(guardian__user=place.cast.guardian_in_review)


def reviews(place: Place) -> None:
    """One who waits for each reason, at two schools."""
    for child, legal in ((place.cast.classmate, False), (place.cast.sibling, None)):
        who = factories.guardian(place.cast.district, None)
        factories.link(who, child, legal_guardian=legal, standing=Standing.REVIEW, relationship="Stepfather")


def decided(place: Place) -> None:
    guardianships.decline(guardianship=in_review(place), by=place.cast.school_admin, reason="A neighbor.")


def nobody_in_review(_place: Place) -> None:
    Guardianship.objects.filter(standing=Standing.REVIEW).update(standing=Standing.DECLINED)


def records_in_doubt(place: Place) -> None:
    Student.unscoped.filter(pk=place.cast.child.pk).update(ssid_changed_at=clock.now(), birth_date=None)
    factories.student(place.cast.school_b, ssid=place.cast.child.ssid)


def deciding(place: Place, page: Page) -> None:
    page.goto(f"/staff/reviews/{in_review(place).uuid}/")


def deciding_without_reason(place: Place, page: Page) -> None:
    deciding(place, page)
    page.get_by_label("Why").fill(" ")
    page.get_by_role("button", name="Accept").click()
    page.locator(".errorlist").first.wait_for()


def confirming(place: Place, page: Page) -> None:
    page.goto(f"/staff/reviews/ssid/{place.cast.child.uuid}/")


def held(place: Place) -> None:
    school = {"rule": "ended-at-school", "what": "links", "count": 80, "limit": 25, "of": 100}
    reasons = [runs.TOO_MANY, school | {"school": str(place.cast.school_a.uuid)}]
    SyncRun.objects.filter(pk=runs.held(place.cast).pk).update(reasons=reasons)


def working(place: Place) -> None:
    runs.run(place.cast, state=SyncState.FETCHING, finished_at=None, heartbeat_at=clock.now())


def failed(place: Place) -> None:
    runs.run(place.cast, state=SyncState.FAILED, failure="VendorMisconfigured")


def empty(place: Place) -> None:
    runs.run(place.cast, dry_run=True)


def syncs(place: Place) -> None:
    """Two connections to choose from, and a run of each kind."""
    for name in ("Illuminate", "Illuminate of the charter school"):
        Connection.objects.create(
            district=place.cast.district, vendor="illuminate", name=name, base_url="http://127.0.0.1:9"
        )
    for prepare in (empty, failed, working, held):
        prepare(place)


def a_sync(rest: str = "") -> Callable[[Place, Page], object]:
    return lambda _place, page: page.goto(f"/staff/syncs/{SyncRun.objects.order_by('-pk')[0].uuid}/{rest}")
