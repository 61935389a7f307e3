"""Every page that families see, in the states that say something of their own, by name.

A page that families come to see wants its line here: the test of the languages asks for each in every one of them. What
an outcome of ETS says is not here but in tests/scorereports/test_outcomes.py: its words come from one table, which the
catalogues have whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from accounts import access_submissions, letter_codes
from accounts.requests import RequestFacts
from accounts.services import concerns, record
from integrations.sandbox.server import SandboxServer
from scorereports.models import Configuration
from tests import factories
from tests.accounts.claiming import ASK, CLAIM, CONFIRM
from tests.accounts.mailbox import mailed_code, signed_in_a_while_ago
from tests.cast import Cast, give_second_factor, sign_in
from tests.scorereports import reading
from tests.scorereports.pages import opened


@dataclass
class Place:
    cast: Cast
    sandbox: SandboxServer
    settings: Any

    @property
    def child(self) -> str:
        return f"/students/{self.cast.child.uuid}/"


Answer = Any
Prepare = Callable[[Place], object]
Ask = Callable[[Place, Client], Answer]


def nothing(_place: Place) -> None:
    return None


@dataclass(frozen=True)
class Page:
    """Who asks how, and what was so before. `signs_in` for a client that is more than a fresh session."""

    ask: Ask
    who: str = ""
    prepare: Prepare = nothing
    status: int = 200
    signs_in: Callable[..., Client] = sign_in
    needs_ets: bool = False

    def shown(self, place: Place, language: str) -> Answer:
        """Return the page as a browser gets it that asks for this language, `prepare` having been called."""
        who = getattr(place.cast, self.who) if self.who else None
        client = self.signs_in(who) if who else Client()
        client.raise_request_exception = False
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        answer = self.ask(place, client)
        assert answer.status_code == self.status, (language, answer.status_code)
        return answer


def at(address: str) -> Ask:
    return lambda _place, client: client.get(address, follow=True)


def sent(address: str, **fields: str) -> Ask:
    return lambda _place, client: client.post(address, fields, follow=True)


def of_child(rest: str = "") -> Ask:
    return lambda place, client: client.get(place.child + rest)


def of_report(**named: Any) -> Ask:
    return lambda place, client: client.get(reading.report(place.cast.child, **named))


def frame(place: Place, client: Client) -> Answer:
    return client.get(reading.content(place.cast.child))


def in_the_viewer(place: Place, client: Client) -> Answer:
    """Ask for the content as the viewer's frame does."""
    within = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}
    return client.get(reading.content(place.cast.child), headers=within)


def fault(**what: Any) -> Prepare:
    return lambda place: place.sandbox.faults.add(times=None, **what)


def asked_by_mail(place: Place, client: Client) -> Answer:
    return client.post(ASK, {"email": place.cast.parent_of_two.email}, follow=True)


def wrong_mailed_code(place: Place, client: Client) -> Answer:
    asked_by_mail(place, client)
    return client.post(CONFIRM, {"code": "0000-0000"}, follow=True)


def proved(_place: Place, client: Client) -> Answer:
    client.post(ASK, {"email": "any.mailbox@example.net"})
    return client.post(CONFIRM, {"code": mailed_code()}, follow=True)


def letter(code: str) -> Ask:
    return lambda _place, client: client.post(CLAIM, {"letter_code": code}, follow=True)


def disowning(place: Place, client: Client) -> Answer:
    return client.get(f"/children/{place.cast.child.uuid}/not-mine/")


def asking_for_a_copy(place: Place, client: Client) -> Answer:
    return client.get(f"/children/{place.cast.child.uuid}/accessible-copy/")


def reset_link(place: Place, client: Client) -> Answer:
    who = place.cast.parent_of_two
    key = f"{user_pk_to_url_str(who)}-{default_token_generator.make_token(who)}"
    return client.get(f"/accounts/password/reset/key/{key}/", follow=True)


def address_typed(_place: Place, client: Client) -> Answer:
    client.post("/accounts/email/change/", {"email": "new.address@example.org"})
    return client.get("/accounts/email/change/confirm/")


def address_waits(place: Place, client: Client) -> Answer:
    address_typed(place, client)
    return client.get("/accounts/email/")


def proof_sent(_place: Place, client: Client) -> Answer:
    return client.post("/accounts/reauthenticate/mail/", {"send": "1"}, follow=True)


def of_passkey(page_name: str) -> Ask:
    def ask(place: Place, client: Client) -> Answer:
        row = Authenticator.objects.get(user=place.cast.parent_of_two, type=Authenticator.Type.WEBAUTHN)
        return client.get(f"/accounts/security/webauthn/keys/{row.pk}/{page_name}/")

    return ask


def said_something(place: Place) -> None:
    """One thing said and answered, one that waits, and a question whose account it is."""
    who = place.cast.parent_of_two
    first = concerns.raise_missing(school=place.cast.school_b, text="Ana", by=who)
    concerns.answer(concern=first, text="2 + 2", end_link=False, by=place.cast.office)
    factories.concern(who, place.cast.child)
    factories.question(who, place.cast.child)


def opened_by_all(place: Place) -> None:
    """A report that its other parent and people of each role have opened, and a document that the office has."""
    office = access_submissions.open_student(place.cast.office, place.cast.child.uuid)
    # What a district calls a document is its own word.
    record.opened(office, record.ReportNamed(document="2 + 2"), RequestFacts())
    for who in ("other_parent", "teacher", "counselor", "office", "district_admin"):
        opened(sign_in(getattr(place.cast, who)), reading.report(place.cast.child))


def passkey(place: Place) -> None:
    kind, data = Authenticator.Type.WEBAUTHN, {"name": "1", "credential": {}}
    Authenticator.objects.create(user=place.cast.parent_of_two, type=kind, data=data)


def second_step(place: Place) -> None:
    give_second_factor(place.cast.parent_of_two)
    RecoveryCodes.activate(place.cast.parent_of_two)


def extra_addresses(place: Place) -> None:
    place.settings.ROOT_URLCONF = "tests.functional.browser.more_urls"


def sign_on(place: Place) -> None:
    known = {"client_id": "a", "client_secret": "b", "domains": ("example.org",), "mfa": ("mfa",)}
    place.settings.SSO_PROVIDERS = [
        {"name": "district", "label": "District 2027", "issuer": "http://127.0.0.1:1", **known}
    ]


def no_places(place: Place) -> None:
    place.settings.STREAM_SLOTS = 0


def too_often(place: Place) -> None:
    place.settings.THROTTLES = place.settings.THROTTLES | {"sign-in": {"account": (0, 3600)}}


def not_set_up(_place: Place) -> None:
    Configuration.objects.all().delete()


PARENT = "parent_of_two"
MFA = "/accounts/security/"
LOGIN = "/accounts/login/"
PAGES: dict[str, Page] = {
    "login": Page(at(LOGIN)),
    "login-password": Page(at(f"{LOGIN}?with=password")),
    "login-empty": Page(sent(LOGIN, login="", password="")),
    "login-wrong": Page(sent(LOGIN, login="nobody@example.org", password="wrong")),
    "login-no-address": Page(sent(ASK, email="no@address")),
    "login-code": Page(asked_by_mail),
    "login-code-wrong": Page(wrong_mailed_code),
    "login-sign-on": Page(at(LOGIN), prepare=sign_on),
    "sign-on-down": Page(sent("/accounts/sso/district/"), prepare=sign_on, status=503),
    "sign-on-failed": Page(at("/accounts/sso/district/return/"), prepare=sign_on, status=404),
    "sign-up": Page(at("/accounts/signup/")),
    "inactive": Page(at("/accounts/inactive/")),
    "help": Page(at("/help/")),
    "help-signed-in": Page(at("/help/"), PARENT),
    "home": Page(at("/"), PARENT),
    "home-student": Page(at("/"), "student"),
    "home-nobody": Page(at("/"), "nobody"),
    "home-said-something": Page(at("/"), PARENT, said_something),
    "claim": Page(at(CLAIM)),
    "claim-signed-in": Page(at(CLAIM), PARENT),
    "claim-proved": Page(proved),
    "claim-slip": Page(letter("7K3QM"), PARENT),
    "claim-unknown": Page(letter(letter_codes.new()), PARENT),
    "child-missing": Page(at("/children/missing/"), PARENT),
    "child-missing-empty": Page(sent("/children/missing/", school="", text=""), PARENT),
    "not-my-child": Page(disowning, PARENT),
    "accessible-copy": Page(asking_for_a_copy, PARENT),
    "accessibility": Page(at("/accessibility/")),
    "registration": Page(of_child("registration/"), PARENT),
    "student": Page(of_child(), PARENT, needs_ets=True),
    "student-not-set-up": Page(of_child(), PARENT, not_set_up, needs_ets=True),
    "report": Page(of_report(), PARENT, needs_ets=True),
    "report-page": Page(of_report(form="HTML", areas="ELA"), PARENT, needs_ets=True),
    "report-gone": Page(of_child("reports/nothing/"), PARENT, status=404),
    "report-busy": Page(frame, PARENT, no_places, status=503, needs_ets=True),
    "report-down": Page(
        in_the_viewer, PARENT, fault(where="reports", kind="status", status=503), status=503, needs_ets=True
    ),
    "report-expired": Page(
        in_the_viewer, PARENT, fault(where="link", kind="status", status=403), status=502, needs_ets=True
    ),
    "report-bad": Page(
        in_the_viewer, PARENT, fault(where="link", kind="wrong_type"), status=502, needs_ets=True
    ),
    "openings-none": Page(of_child("openings/"), PARENT),
    "openings": Page(of_child("openings/"), PARENT, opened_by_all, needs_ets=True),
    "security": Page(at(MFA), PARENT),
    "security-on": Page(at(MFA), PARENT, second_step),
    "step-on": Page(at(f"{MFA}totp/activate/"), PARENT),
    "step-on-wrong": Page(sent(f"{MFA}totp/activate/", code="000000"), PARENT),
    "step-off": Page(at(f"{MFA}totp/deactivate/"), PARENT, second_step),
    "codes": Page(at(f"{MFA}recovery-codes/"), PARENT, second_step),
    "codes-new": Page(at(f"{MFA}recovery-codes/generate/"), PARENT, second_step),
    "passkeys-none": Page(at(f"{MFA}webauthn/"), PARENT),
    "passkeys": Page(at(f"{MFA}webauthn/"), PARENT, passkey),
    "passkey-add": Page(at(f"{MFA}webauthn/add/"), PARENT),
    "passkey-rename": Page(of_passkey("edit"), PARENT, passkey),
    "passkey-remove": Page(of_passkey("remove"), PARENT, passkey),
    "again": Page(at("/accounts/email/change/"), PARENT, signs_in=signed_in_a_while_ago),
    "password-change": Page(at("/accounts/password/change/"), PARENT),
    "password-change-wrong": Page(
        sent("/accounts/password/change/", oldpassword="x", password1="short", password2="other"), PARENT
    ),
    "password-reset": Page(at("/accounts/password/reset/")),
    "password-reset-sent": Page(sent("/accounts/password/reset/", email="nobody@example.org")),
    "password-reset-link": Page(reset_link),
    "password-reset-old-link": Page(at("/accounts/password/reset/key/1-x/")),
    "password-reset-done": Page(at("/accounts/password/reset/key/done/")),
    "email": Page(at("/accounts/email/"), PARENT),
    "email-change": Page(at("/accounts/email/change/"), PARENT),
    "email-change-empty": Page(sent("/accounts/email/change/", email=""), PARENT),
    "email-typed": Page(address_typed, PARENT),
    "email-waits": Page(address_waits, PARENT),
    "email-sent": Page(at("/accounts/confirm-email/")),
    "email-confirm": Page(at("/accounts/confirm-email/none/")),
    "sessions": Page(at("/accounts/sessions/"), PARENT, lambda place: sign_in(place.cast.parent_of_two)),
    "sign-out": Page(at("/accounts/logout/"), PARENT),
    "signed-out": Page(sent("/accounts/logout/"), PARENT),
    "error-404": Page(at("/nowhere/"), status=404),
    "error-400": Page(at("/broken/400"), prepare=extra_addresses, status=400),
    "error-403": Page(at("/broken/403"), PARENT, extra_addresses, status=403),
    "error-429": Page(sent(LOGIN, login="a@example.org", password="x"), prepare=too_often, status=429),
    "error-500": Page(at("/broken/500"), prepare=extra_addresses, status=500),
}
