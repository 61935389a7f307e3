"""Signing in and out through the real pages: password, second factor, and what strangers can learn (nothing)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client

from accounts.models import Session, User
from accounts.rights import Role
from portal.base.models import StoredSecret
from tests import factories
from tests.accounts.doors import page_of, without_tokens
from tests.cast import Cast, give_second_factor, sign_in

LOGIN, LOGOUT = "/accounts/login/", "/accounts/logout/"
SET_UP, CODE, CODE_AGAIN = (
    f"/accounts/security/{page}/" for page in ("totp/activate", "authenticate", "reauthenticate")
)


@pytest.fixture(autouse=True)
def _no_counts_of_earlier_tests(db: None) -> None:
    cache.clear()


def log_in(who: User | str, password: str = factories.PASSWORD, client: Client | None = None) -> Any:
    client = client or Client()
    email = who if isinstance(who, str) else who.email
    return client.post(LOGIN, {"login": email, "password": password})


def code_of(seed: str) -> str:
    """Return what the phone shows now."""
    return str(format_hotp_value(hotp_value(seed, next(iter(yield_hotp_counters_from_time())))))


def set_up_page(client: Client) -> Any:
    """Open the page that sets a second factor up; it asks for nothing more right after the sign-in."""
    return client.get(SET_UP)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.promise("A10")
def test_it_works(cast: Cast):
    client = Client()
    answer = client.get(page_of(cast.child))
    assert answer["Location"] == f"{LOGIN}?next={page_of(cast.child)}"
    answer = client.post(
        answer["Location"], {"login": cast.parent_of_two.email, "password": factories.PASSWORD}, follow=True
    )

    assert answer.redirect_chain[-1][0] == page_of(cast.child)
    assert answer.status_code == 200


def test_an_address_is_read_without_regard_to_case_and_blanks(cast: Cast):
    assert log_in(f" {cast.parent_of_two.email.upper()} ").status_code == 302


@pytest.mark.promise("A8")
def test_a_wrong_password_looks_the_same_whether_the_address_is_known(cast: Cast):
    pages = []
    for email in (cast.parent_of_two.email, "nobody.knows@example.org"):
        answer = log_in(email, "wrong password, long enough")
        assert answer.status_code == 200
        pages.append(without_tokens(answer.content).replace(email, "…"))

    assert pages[0] == pages[1]
    assert "password" in pages[0]


@pytest.mark.promise("A8", "A10")
def test_a_disabled_account_looks_like_an_unknown_one_to_who_lacks_the_password(cast: Cast):
    cast.nobody.is_active = False
    cast.nobody.save()
    answer = log_in(cast.nobody, "wrong password, long enough")
    unknown = log_in("nobody.knows@example.org", "wrong password, long enough")

    assert without_tokens(answer.content).replace(cast.nobody.email, "…") == without_tokens(
        unknown.content
    ).replace("nobody.knows@example.org", "…")
    client = Client()
    log_in(cast.nobody, client=client)
    assert not signed_in(client)


@pytest.mark.promise("A8")
def test_a_forgotten_password_says_the_same_for_every_address(cast: Cast, mailoutbox):
    answers = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (cast.parent_of_two.email, "nobody.knows@example.org")
    ]

    assert without_tokens(answers[0].content) == without_tokens(answers[1].content)
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert len(mailoutbox) == 2


@pytest.mark.promise("S8")
def test_the_admin_s_own_door_is_the_same_door(cast: Cast):
    answer = Client().get("/admin/", follow=True)
    client = Client()
    form = {"username": cast.superuser.email, "password": factories.PASSWORD}
    posted = client.post("/admin/login/", form)

    assert answer.redirect_chain[-1][0].startswith(LOGIN)
    assert posted.status_code in {302, 403, 405}
    assert not signed_in(client)


def test_the_way_back_leads_to_this_site_alone(cast: Cast):
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        form = {"login": cast.parent_of_two.email, "password": factories.PASSWORD, "next": elsewhere}
        answer = Client().post(LOGIN, form)
        assert answer.status_code == 302
        assert answer["Location"] == "/"


@pytest.mark.promise("S7")
def test_signing_in_begins_a_new_session(cast: Cast):
    client = Client()
    client.get(LOGIN)
    client.session["planted"] = "before"
    client.session.save()
    before = client.session.session_key
    log_in(cast.parent_of_two, client=client)

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.promise("S7")
def test_signing_out_ends_the_session_and_asks_for_a_click(cast: Cast):
    client = Client()
    log_in(cast.parent_of_two, client=client)
    key = client.session.session_key
    assert client.get(LOGOUT).status_code == 200
    assert signed_in(client)  # a picture on another site must not sign people out
    client.post(LOGOUT)

    assert not signed_in(client)
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get(page_of(cast.child)).status_code == 302


def test_a_form_without_its_token_is_refused(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    answer = log_in(cast.parent_of_two, client=client)

    assert answer.status_code == 403
    assert not signed_in(client)


@pytest.mark.promise("A8")
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up_by_themselves(db: None, method: str):
    form = {"email": "new@example.org", "password1": factories.PASSWORD}
    answer = getattr(Client(), method)("/accounts/signup/", form)

    assert answer.status_code == 200
    assert not BeautifulSoup(answer.content, "html.parser").select("main input[name=email]")
    assert not User.objects.exists()


# --- The second factor ---------------------------------------------------------------------------------------------

STUDENT_PAGES = ("/", "{child}", "{child}reports/x/", "{child}reports/x/content/", "/admin/")


def everywhere(client: Client, cast: Cast) -> set[str]:
    """Return where the pages that could name a student lead to."""
    pages = (page.format(child=page_of(cast.child)) for page in STUDENT_PAGES)
    return {client.get(page).headers.get("Location", "").partition("?")[0] for page in pages}


@pytest.mark.promise("A9")
@pytest.mark.parametrize("part", ["teacher", "counselor", "office", "district_admin", "superuser"])
def test_staff_without_a_second_factor_reach_the_page_that_sets_it_up(cast: Cast, part: str):
    who = getattr(cast, part)
    Authenticator.objects.filter(user=who).delete()
    client = Client()
    log_in(who, client=client)

    assert everywhere(client, cast) == {SET_UP}
    assert set_up_page(client).status_code == 200
    for page in ("/accounts/security/", "/accounts/password/change/", "/accounts/security/recovery-codes/"):
        assert client.get(page)["Location"] == SET_UP


@pytest.mark.promise("A9", "S1")
def test_a_real_code_sets_it_up_and_opens_the_pages(cast: Cast):
    Authenticator.objects.filter(user=cast.teacher).delete()
    client = Client()
    log_in(cast.teacher, client=client)
    set_up_page(client)
    seed = client.session["mfa.totp.secret"]
    assert client.post(SET_UP, {"code": "000000" if code_of(seed) != "000000" else "1"}).status_code == 200
    assert everywhere(client, cast) == {SET_UP}
    assert client.post(SET_UP, {"code": code_of(seed)}).status_code == 302
    row = Authenticator.objects.get(user=cast.teacher, type=Authenticator.Type.TOTP)

    assert seed not in str(row.data)
    location = client.get(page_of(cast.child)).headers.get("Location", "")
    assert location == "" or location.startswith(CODE_AGAIN)


@pytest.mark.promise("A9")
def test_the_password_alone_signs_nobody_with_a_factor_in(cast: Cast):
    client = Client()
    answer = log_in(cast.teacher, client=client)

    assert answer["Location"].startswith(CODE)
    assert not signed_in(client)
    assert everywhere(client, cast) == {LOGIN, "/admin/login/"}


@pytest.mark.promise("A9")
def test_the_code_signs_in_and_works_once(cast: Cast):
    Authenticator.objects.filter(user=cast.teacher).delete()
    seed = give_second_factor(cast.teacher)
    client, code = Client(), code_of(seed)
    log_in(cast.teacher, client=client)
    assert client.post(CODE, {"code": code}).status_code == 302
    assert client.get(page_of(cast.child)).status_code == 200

    again = Client()
    log_in(cast.teacher, client=again)
    again.post(CODE, {"code": code})
    assert not signed_in(again)


@pytest.mark.promise("A9", "S8")
def test_guessing_codes_comes_to_an_end(cast: Cast):
    Authenticator.objects.filter(user=cast.teacher).delete()
    seed = give_second_factor(cast.teacher)
    client = Client()
    log_in(cast.teacher, client=client)
    right = code_of(seed)
    for guess in range(10):
        assert client.post(CODE, {"code": f"{(int(right) + 1 + guess) % 10**6:06d}"}).status_code == 200
    assert client.post(CODE, {"code": right}).status_code == 429
    other = Client(REMOTE_ADDR="127.0.0.77")
    log_in(cast.teacher, client=other)
    assert other.post(CODE, {"code": right}).status_code == 429

    assert not signed_in(client)


@pytest.mark.promise("A9")
def test_a_session_from_before_the_factor_has_to_give_a_code(cast: Cast):
    """Else whoever sits at a session that is open would be vouched for by a factor added elsewhere."""
    Authenticator.objects.filter(user=cast.teacher).delete()
    client = sign_in(cast.teacher)
    seed = give_second_factor(cast.teacher)

    assert everywhere(client, cast) == {CODE_AGAIN}
    answer = client.post(f"{CODE_AGAIN}?next={page_of(cast.child)}", {"code": code_of(seed)})
    assert answer["Location"] == page_of(cast.child)
    assert client.get(page_of(cast.child)).status_code == 200


@pytest.mark.promise("A9", "A10")
def test_a_parent_who_becomes_staff_is_asked_at_the_next_request(cast: Cast):
    client = sign_in(cast.parent_of_two)
    assert client.get(page_of(cast.child)).status_code == 200
    factories.grant(cast.parent_of_two, Role.OFFICE, cast.district, cast.school_b)

    assert everywhere(client, cast) == {SET_UP}


@pytest.mark.promise("A9")
def test_a_password_given_again_is_no_second_factor(cast: Cast):
    client = sign_in(cast.teacher)
    session = client.session
    key = "account_authentication_methods"
    session[key] = [record for record in session[key] if record["method"] == "password"]
    session.save()
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})

    assert everywhere(client, cast) == {CODE_AGAIN}


def test_staff_are_offered_no_password_where_only_a_code_leads_on(cast: Cast):
    code, password = "/accounts/security/reauthenticate/", "/accounts/reauthenticate/"
    staff, family = sign_in(cast.teacher), sign_in(cast.parent_of_two)

    assert password not in staff.get(code).content.decode()
    assert staff.get(password)["Location"].startswith(code)
    assert family.get(password).status_code == 200

    give_second_factor(cast.parent_of_two)
    assert password in family.get(code).content.decode(), "families go on by either"


@pytest.mark.promise("A9")
def test_the_code_of_one_person_vouches_for_nobody_else(cast: Cast):
    client = sign_in(cast.teacher)
    methods = client.session["account_authentication_methods"]
    client.force_login(cast.other_teacher, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["account_authentication_methods"] = methods
    session.save()

    assert everywhere(client, cast) == {CODE_AGAIN}


def test_families_are_asked_for_no_factor(cast: Cast):
    client = Client()
    log_in(cast.parent_of_two, client=client)

    assert client.get(page_of(cast.child)).status_code == 200


def test_no_seed_is_kept_among_the_vendors_secrets(cast: Cast):
    assert not StoredSecret.objects.exists()
