"""Dependency × page (trust F6): whatever else is down or hangs, these pages answer, and nobody waits for it.

Each dependency is a real one that stopped: a port that nobody listens at, a server that takes connections and says
nothing. Each has its control, a page or a call that does notice.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.rights import Role
from integrations.models import Connection, Vendor
from portal.base.models import BreakerRow
from tests import factories
from tests.accounts.soft_passkey import SoftPasskey
from tests.accounts.test_login import code_of
from tests.base.redis_in_the_way import Between
from tests.base.waiting import Waiting
from tests.cast import Cast, give_second_factor, sign_in
from tests.scorereports.pages import words

pytestmark = [pytest.mark.promise("F6"), pytest.mark.slow]

PROMPTLY = 3.0
LOGIN, ASK = "/accounts/login/", "/accounts/login/code/"
SMTP = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}


@dataclass
class World:
    cast: Cast
    connection: Connection
    settings: Any
    closing: ExitStack
    noticed: Callable[[], bool] = field(default=lambda: False)

    def port(self, *, hangs: bool) -> int:
        """Return a port where nobody listens, or where somebody takes connections and falls silent."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        number = int(listener.getsockname()[1])
        if hangs:
            self.closing.callback(listener.close)
        else:
            listener.close()
        return number

    def use(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.settings, name, value)


def vendors(world: World, *, hangs: bool, vendor: str) -> None:
    """Every connection of this vendor leads to a server that is not there any more."""
    if vendor != Vendor.ETS:
        Connection.objects.create(district=world.cast.district, name="Another", vendor=vendor)
    place = f"http://127.0.0.1:{world.port(hangs=hangs)}"
    assert Connection.objects.filter(vendor=vendor).update(base_url=place)
    student = f"/students/{world.cast.child.uuid}/"
    if vendor == Vendor.ETS:
        client = sign_in(world.cast.other_parent)
        world.noticed = lambda: "not answering" in words(client.get(student))
    else:
        world.noticed = lambda: Connection.objects.get(vendor=vendor).base_url == place


def redis(world: World, *, hangs: bool) -> None:
    between = Between()
    world.closing.callback(between.stop)
    between.become("hang" if hangs else "refuse")
    # By the settings, so that each request meets it as a server's would.
    world.use(CACHES={"default": {"BACKEND": "portal.base.caching.SturdyCache", "LOCATION": between.url}})

    def noticed() -> bool:
        cache.set("asked", 1, 60)
        return between.connections > 0 and cache.get("asked") == 1

    world.noticed = noticed


def mail(world: World, *, hangs: bool) -> None:
    world.use(**SMTP, EMAIL_PORT=world.port(hangs=hangs), EMAIL_TIMEOUT=3)

    def noticed() -> bool:
        waiting = Waiting()
        answer = Client().post(ASK, {"email": world.cast.parent_of_two.email}, follow=True)
        # The code page says that mail is late, and does not wait for it.
        return "Mail can be late" in words(answer) and waiting.seconds() < PROMPTLY

    world.noticed = noticed


def sign_on(world: World, *, hangs: bool) -> None:
    issuer = f"http://127.0.0.1:{world.port(hangs=hangs)}"
    known = {"client_id": "a", "client_secret": "b", "domains": ("example.org",), "mfa": ("mfa",)}
    world.use(SSO_PROVIDERS=[{"name": "district", "label": "Example", "issuer": issuer, **known}])
    world.noticed = lambda: Client().post("/accounts/sso/district/").status_code == 503


DEPENDENCIES: dict[str, Callable[[World], None]] = {
    # Every vendor there is, a new one too.
    **{f"{one.value} refuses": partial(vendors, hangs=False, vendor=one.value) for one in Vendor},
    **{f"{one.value} hangs": partial(vendors, hangs=True, vendor=one.value) for one in Vendor},
    "Redis refuses": partial(redis, hangs=False),
    "Redis hangs": partial(redis, hangs=True),
    "mail refuses": partial(mail, hangs=False),
    "mail hangs": partial(mail, hangs=True),
    "the sign-on provider refuses": partial(sign_on, hangs=False),
    "the sign-on provider hangs": partial(sign_on, hangs=True),
}


@pytest.fixture
def world(cast: Cast, connected: Connection, settings: Any) -> Iterator[World]:
    with ExitStack() as closing:
        yield World(cast, connected, settings, closing)
    BreakerRow.objects.all().delete()


def by_password(world: World) -> Any:
    form = {"login": world.cast.parent_of_two.email, "password": factories.PASSWORD}
    return Client().post(LOGIN, form, follow=True)


def staff_by_password_and_code(world: World) -> Any:
    # Somebody who had no factor yet, so that its code is this test's alone.
    factories.grant(world.cast.nobody, Role.TEACHER, world.cast.district, world.cast.school_a)
    seed = give_second_factor(world.cast.nobody)
    client = Client()
    form = {"login": world.cast.nobody.email, "password": factories.PASSWORD}
    answer = client.post(LOGIN, form, follow=True)
    assert "Enter your code" in words(answer)
    return client.post("/accounts/security/authenticate/", {"code": code_of(seed)}, follow=True)


def by_passkey(world: World) -> Any:
    client = Client()
    answer = SoftPasskey(world.cast.other_parent).sign_in(client)
    assert answer["Location"] == "/"
    return client.get("/")


def page(path: str, part: str = "") -> Callable[[World], Any]:
    def go(world: World) -> Any:
        client = sign_in(getattr(world.cast, part) if part else None)
        facts = {
            "child": world.cast.child.uuid,
            "connection": world.connection.pk,
            "school": world.cast.school_a.pk,
        }
        return client.get(path.format(**facts))

    return go


# What to do, and what the page says when it is the right one.
PAGES: dict[str, tuple[Callable[[World], Any], str]] = {
    "the sign-in page": (page(LOGIN), "Email me a code"),
    "sign-in by password": (by_password, "Your children"),
    "sign-in by password and second factor": (staff_by_password_and_code, "Students"),
    "sign-in by passkey": (by_passkey, "Your children"),
    "list of children": (page("/", "parent_of_two"), "Your children"),
    "list of students": (page("/", "teacher"), "Students"),
    "access history": (page("/students/{child}/openings/", "parent_of_two"), "opened"),
    "help": (page("/help/"), "Whom to call"),
    "help, signed in": (page("/help/", "parent_of_two"), "555-0199"),
    "own security": (page("/accounts/security/", "teacher"), "Account security"),
    "own devices": (page("/accounts/sessions/", "district_admin"), "signed in"),
    "who can see a student": (page("/staff/students/{child}/access/", "district_admin"), "see"),
    "syncs": (page("/staff/syncs/", "district_admin"), "sync"),
    "settings: connections": (page("/admin/integrations/connection/", "district_admin"), "ETS"),
    "settings: a connection": (
        page("/admin/integrations/connection/{connection}/change/", "district_admin"),
        "ETS",
    ),
    "settings: a school": (page("/admin/accounts/school/{school}/change/", "district_admin"), "School"),
    "settings: configurations": (
        page("/admin/scorereports/configuration/", "district_admin"),
        "onfiguration",
    ),
}


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_the_pages_work_while_it_is_down(world: World, dependency: str):
    DEPENDENCIES[dependency](world)
    wrong = []
    for name, (go, says) in PAGES.items():
        waiting = Waiting()
        answer = go(world)
        took = waiting.seconds()
        if answer.status_code != 200 or says not in words(answer):
            wrong.append(f"{name}: {answer.status_code}, without “{says}”")
        if took > PROMPTLY:
            wrong.append(f"{name}: waited {took:.1f} s")

    assert wrong == []
    assert world.noticed(), "the control: this dependency is down indeed"
