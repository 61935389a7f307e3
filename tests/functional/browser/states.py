"""Every page of the portal in every state that looks different, by name: for the accessibility rules and for eyes.

A state says who looks, what has to be so before (`prepare`) and how one gets there (`go`). Pages of one `kind` share a
title. A new page gets a line here, in staff_states.py or in support_states.py.
"""

from __future__ import annotations

import os
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from playwright.sync_api import Page

from accounts.models import Student, User
from integrations.sandbox.people import EtsStanding
from integrations.sandbox.server import DEFAULT_ILLUMINATE
from portal.demo import cast as demo_cast
from portal.demo import people
from scorereports.models import Configuration
from tests import factories
from tests.cast import sign_in
from tests.functional.browser.claim_states import CLAIM_STATES
from tests.functional.browser.place import REPORT_LINK, Place, content_of
from tests.functional.browser.scene import Go, Prepare, State, at, child
from tests.functional.browser.sign_in_states import SIGN_IN_STATES
from tests.functional.browser.staff_states import STAFF_STATES
from tests.functional.browser.support_states import SUPPORT_STATES


def students_page(_place: Place, page: Page) -> None:
    page.goto(_place.student_path)


def fault(**what: Any) -> Prepare:
    return lambda place: place.sandbox.faults.add(times=None, **what)


def ssid_of(standing: str) -> Prepare:
    """Give the child the number of a student about whom the state answers so."""

    def prepare(place: Place) -> None:
        there = demo_cast.world().first(EtsStanding[standing])
        Student.unscoped.filter(pk=place.cast.child.pk).update(ssid=there.ssid or "")

    return prepare


def shared_ssid(place: Place) -> None:
    factories.student(place.cast.school_a, ssid=place.cast.child.ssid)


def not_set_up(_place: Place) -> None:
    Configuration.objects.all().delete()


def display_off(place: Place) -> None:
    place.cast.school_a.shows_reports = False
    place.cast.school_a.save()


def no_places(place: Place) -> None:
    place.settings.STREAM_SLOTS = 0


def many_students(place: Place) -> None:
    for _ in range(55):
        factories.student(place.cast.school_a)


def a_parent_too(place: Place) -> None:
    who = factories.guardian(place.cast.district, place.cast.teacher)
    factories.link(who, place.cast.sibling)


def extra_addresses(place: Place) -> None:
    place.settings.ROOT_URLCONF = "tests.functional.browser.more_urls"


def demo(place: Place) -> None:
    extra_addresses(place)
    place.settings.DEMO = True
    accepted = {f"SANDBOX_ILLUMINATE_{name.upper()}": value for name, value in DEFAULT_ILLUMINATE.items()}
    with patch.dict(os.environ, accepted):
        people.bring_in(demo_cast.world(), place.sandbox.url + place.sandbox.illuminate.base_path)
    for member in demo_cast.members():
        if member.is_staff:
            people.give_second_factor(User.objects.get(email=member.email.lower()))


def openings_page(place: Place, page: Page) -> None:
    page.goto(f"{place.student_path}openings/")


def openings(place: Place, page: Page) -> None:
    place.open_report(page)
    page.request.get(place.url + content_of(urlsplit(page.url).path))
    openings_page(place, page)
    page.locator("time").first.wait_for()


def wrong_password(place: Place, page: Page) -> None:
    place.fill_in(page, place.cast.parent_of_two, password="not this one")
    page.get_by_role("alert").wait_for()


def asked_by_mail(place: Place, page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(place.cast.parent_of_two.email)
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_label("Code").wait_for()


def wrong_mailed_code(place: Place, page: Page) -> None:
    asked_by_mail(place, page)
    page.get_by_label("Code").fill("0000-0000")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.locator(".errorlist").first.wait_for()


def wrong_address(_place: Place, page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("no@address")
    page.get_by_role("button", name="Email me a code").click()
    page.locator(".errorlist").first.wait_for()


def too_often(place: Place) -> None:
    place.settings.THROTTLES = place.settings.THROTTLES | {"sign-in": {"account": (1, 3600)}}


def many_tries(place: Place, page: Page) -> None:
    wrong_password(place, page)
    place.fill_in(page, place.cast.parent_of_two, password="nor this one")
    page.get_by_text("pause").wait_for()


def without_cookies(place: Place, page: Page) -> None:
    page.goto("/accounts/login/")
    page.context.clear_cookies()
    page.get_by_label("Email").fill("somebody@example.org")
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_text("cookies").first.wait_for()


def asked_for_code(place: Place, page: Page) -> None:
    place.fill_in(page, place.cast.teacher)
    page.get_by_label("code").wait_for()


def wrong_code(place: Place, page: Page) -> None:
    asked_for_code(place, page)
    page.get_by_label("code").fill("000000")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.locator(".errorlist, [role=alert]").first.wait_for()


def recovery_codes(place: Place) -> None:
    RecoveryCodes.activate(place.cast.teacher)


def passkey(place: Place) -> None:
    """Give the parent a row for a passkey; the device itself is in test_browser_passkeys.py."""
    data = {"name": "My phone", "credential": {}}
    kind = Authenticator.Type.WEBAUTHN
    Authenticator.objects.create(user=place.cast.parent_of_two, type=kind, data=data)


def of_passkey(page_name: str) -> Go:
    def go(place: Place, page: Page) -> None:
        row = Authenticator.objects.get(user=place.cast.parent_of_two, type=Authenticator.Type.WEBAUTHN)
        page.goto(f"/accounts/security/webauthn/keys/{row.pk}/{page_name}/")

    return go


def another_device(place: Place) -> None:
    sign_in(place.cast.parent_of_two)


def warns_at_once(place: Place) -> None:
    place.settings.SESSION_WARNING_SECONDS = 10**6


def warned(_place: Place, page: Page) -> None:
    page.goto("/")
    page.get_by_role("dialog").wait_for()


def reset_link(place: Place, page: Page) -> None:
    who = place.cast.parent_of_two
    page.goto(
        f"/accounts/password/reset/key/{user_pk_to_url_str(who)}-{default_token_generator.make_token(who)}/"
    )


def short_password(_place: Place, page: Page) -> None:
    page.goto("/accounts/password/change/")
    for field in page.locator("input[type=password]").all():
        field.fill("short")
    page.get_by_role("main").get_by_role("button").first.click()
    page.locator(".errorlist").first.wait_for()


def unfold_choice(page: Page) -> None:
    page.get_by_text("Choose test, language, year or format").click()


def narrowed(place: Place, page: Page) -> None:
    """Choose one language and one format; the other reports leave the page."""
    page.goto(place.student_path)
    listed = page.locator(REPORT_LINK).count()
    unfold_choice(page)
    page.get_by_label("Language").select_option("ES")
    page.get_by_label("Format").select_option("PDF")
    page.get_by_role("button", name="Get score reports").click()
    page.get_by_role("link", name="Show all").wait_for()
    assert 0 < page.locator(REPORT_LINK).count() < listed


def narrowed_to_nothing(place: Place, page: Page) -> None:
    page.goto(place.student_path)
    unfold_choice(page)
    page.get_by_label("School year", exact=True).select_option(label="Earlier years")
    page.get_by_role("button", name="Get score reports").click()
    page.get_by_role("link", name="Show all").wait_for()


def unfolded(place: Place, page: Page) -> None:
    """Show every language of every test."""
    page.goto(place.student_path)
    for folded in page.locator("main summary").all():
        folded.click()
    assert page.locator("main details[open]").count() > 0


def viewer(place: Place, page: Page) -> None:
    place.open_report(page)


def viewer_of_page(place: Place, page: Page) -> None:
    place.open_report(page, "main a.format-html")


def bare_content(place: Place, page: Page) -> None:
    """The page that stands in the frame, by itself."""
    place.open_report(page)
    page.goto(content_of(page.url))


def unknown_report(place: Place, page: Page) -> None:
    page.goto(place.student_path + "reports/nothing/")


PARENT, TEACHER = "parent_of_two", "teacher"
STUDENT: dict[str, Any] = {"go": students_page, "who": PARENT, "kind": "student"}
FAILED: dict[str, Any] = {"go": bare_content, "who": PARENT}
STATES: dict[str, State] = {
    **STAFF_STATES,
    **SIGN_IN_STATES,
    **SUPPORT_STATES,
    **CLAIM_STATES,
    "login": State(at("/accounts/login/"), kind="login"),
    "login-password": State(at("/accounts/login/?with=password"), kind="login"),
    "login-code-wrong-address": State(wrong_address, kind="login"),
    "login-code": State(asked_by_mail, kind="login-code"),
    "login-code-wrong": State(wrong_mailed_code, kind="login-code"),
    "login-wrong": State(wrong_password, kind="login"),
    "home-parent": State(at("/"), PARENT, kind="children"),
    "home-student": State(at("/"), "student"),
    "home-nobody": State(at("/"), "nobody", kind="children"),
    "home-teacher": State(at("/"), TEACHER, kind="students"),
    "home-many": State(at("/"), "school_admin", many_students, kind="students"),
    "home-staff-empty": State(at("/"), "integrations_admin", kind="students"),
    "home-teacher-and-parent": State(at("/"), TEACHER, a_parent_too, kind="children"),
    "student": State(**STUDENT),
    "student-narrowed": State(narrowed, PARENT, kind="student"),
    "student-narrowed-to-nothing": State(narrowed_to_nothing, PARENT, kind="student"),
    "student-unfolded": State(unfolded, PARENT, kind="student"),
    "student-for-staff": State(students_page, TEACHER, kind="student"),
    "student-no-number": State(prepare=child(ssid=""), **STUDENT),
    "student-shared-number": State(prepare=shared_ssid, **STUDENT),
    "student-unknown": State(prepare=ssid_of("UNKNOWN"), **STUDENT),
    "student-elsewhere": State(prepare=ssid_of("ELSEWHERE"), **STUDENT),
    "student-none-yet": State(prepare=ssid_of("NO_REPORTS"), **STUDENT),
    "student-malformed": State(prepare=fault(where="reports", kind="status", status=400), **STUDENT),
    "student-not-set-up": State(prepare=not_set_up, **STUDENT),
    "student-credentials": State(prepare=fault(where="token", kind="status", status=401), **STUDENT),
    "student-down": State(prepare=fault(where="reports", kind="status", status=503), **STUDENT),
    "student-display-off": State(prepare=display_off, **STUDENT),
    "student-down-for-staff": State(
        students_page, TEACHER, fault(where="reports", kind="status", status=503), kind="student"
    ),
    "outcome-list": State(at("/staff/outcomes/"), TEACHER),
    "gallery": State(at("/staff/gallery/"), TEACHER),
    "viewer": State(viewer, PARENT, kind="viewer"),
    "viewer-of-page": State(viewer_of_page, PARENT, kind="viewer", redirects=True),
    "report-gone": State(unknown_report, PARENT),
    "report-bad": State(prepare=fault(where="link", kind="wrong_type"), **FAILED),
    "report-down": State(prepare=fault(where="link", kind="status", status=503), **FAILED),
    "report-busy": State(prepare=no_places, **FAILED),
    "openings": State(openings, PARENT, kind="openings"),
    "openings-none": State(openings_page, PARENT, kind="openings"),
    "error-404": State(at("/nowhere/")),
    "error-404-signed-in": State(at("/nowhere/"), PARENT, kind="error-404"),
    "error-csrf": State(without_cookies),
    "error-429": State(many_tries, prepare=too_often),
    "error-400": State(at("/broken/400"), prepare=extra_addresses),
    "error-403": State(at("/broken/403"), PARENT, extra_addresses),
    "error-500": State(at("/broken/500"), prepare=extra_addresses),
    "mfa-set-up": State(at("/accounts/security/totp/activate/"), PARENT),
    "mfa-authenticate": State(asked_for_code, kind="mfa-authenticate"),
    "mfa-wrong-code": State(wrong_code, kind="mfa-authenticate"),
    "mfa-again": State(at("/accounts/security/reauthenticate/"), TEACHER, kind="again"),
    "mfa-index-off": State(at("/accounts/security/"), PARENT, kind="mfa-index"),
    "mfa-index-on": State(at("/accounts/security/"), TEACHER, recovery_codes, kind="mfa-index"),
    "mfa-turn-off": State(at("/accounts/security/totp/deactivate/"), TEACHER),
    "mfa-codes": State(at("/accounts/security/recovery-codes/"), TEACHER, recovery_codes),
    "mfa-new-codes": State(at("/accounts/security/recovery-codes/generate/"), TEACHER),
    "password-again": State(at("/accounts/reauthenticate/"), PARENT, kind="again"),
    "password-change": State(at("/accounts/password/change/"), PARENT, kind="password-change"),
    "password-too-short": State(short_password, PARENT, kind="password-change"),
    "password-reset": State(at("/accounts/password/reset/")),
    "password-reset-sent": State(at("/accounts/password/reset/done/")),
    "password-reset-link": State(reset_link, kind="password-choose"),
    "password-reset-old-link": State(at("/accounts/password/reset/key/1-x/"), kind="password-choose"),
    "password-reset-done": State(at("/accounts/password/reset/key/done/")),
    "email": State(at("/accounts/email/"), PARENT, kind="email"),
    "email-sent": State(at("/accounts/confirm-email/")),
    "email-confirm": State(at("/accounts/confirm-email/none/")),
    "sign-up": State(at("/accounts/signup/")),
    "inactive": State(at("/accounts/inactive/")),
    "passkeys-none": State(at("/accounts/security/webauthn/"), PARENT, kind="passkeys"),
    "passkeys": State(at("/accounts/security/webauthn/"), PARENT, passkey, kind="passkeys"),
    "passkey-add": State(at("/accounts/security/webauthn/add/"), PARENT),
    "passkey-rename": State(of_passkey("edit"), PARENT, passkey),
    "passkey-remove": State(of_passkey("remove"), PARENT, passkey),
    "sessions": State(at("/accounts/sessions/"), PARENT, another_device),
    "session-ends": State(warned, PARENT, warns_at_once, kind="children"),
    "sign-out": State(at("/accounts/logout/"), PARENT),
    "demo": State(at("/demo/"), prepare=demo),
}


def show(name: str, place: Place, page: Page) -> State:
    """Bring a page into a state. The page must be signed in as the state's `who` already."""
    state = STATES[name]
    state.prepare(place)
    state.go(place, page)
    return state
