"""Staff sign on with their district's accounts: end to end with a real provider, and with one that lies (A8, A9)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts import sso
from accounts.models import AccessChange, AccessRecord, SignOn, User
from accounts.rights import Role
from tests import factories
from tests.accounts.doors import page_of
from tests.accounts.mailbox import mails_to
from tests.accounts.provider import Claims, OidcProvider, challenge_of
from tests.accounts.signing_on import BEGIN, LOGIN, RETURN, SITE, comes_back, goes, known, refused
from tests.accounts.test_login import CODE, SET_UP, code_of, log_in, signed_in
from tests.accounts.test_login_code import seen, words
from tests.cast import Cast, give_second_factor
from tests.scorereports.pages import first_report, leave, say_why


@pytest.mark.promise("A9")
def test_it_works(cast: Cast, provider: OidcProvider):
    subject = known(provider, cast.teacher)
    login = words(Client().get(LOGIN))
    assert "School staff: sign in with Example Unified" in login
    answer = comes_back(provider, subject, next=page_of(cast.child))

    assert answer["Location"] == page_of(cast.child)
    assert answer.client.get(page_of(cast.child)).status_code == 200


def test_without_configuration_there_is_no_button_and_no_page(cast: Cast, settings: Any):
    settings.SSO_PROVIDERS = []

    assert "School staff" not in words(Client().get(LOGIN))
    assert Client().post(BEGIN).status_code == 404
    assert Client().get(RETURN).status_code == 404


@pytest.mark.slow
def test_state_nonce_and_proof_key_are_new_each_time_and_the_secret_stays_here(
    cast: Cast, provider: OidcProvider, settings: Any
):
    subject = known(provider, cast.teacher)
    asked = []
    for _ in range(2):
        client, place = goes()
        asked.append({name: values[0] for name, values in parse_qs(urlsplit(place).query).items()})
        back = urlsplit(provider.agree(place, subject))
        client.get(f"{back.path}?{back.query}")
        client.logout()
    form, authorization = provider.between.token_requests[-1]
    configured = settings.SSO_PROVIDERS[0]

    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name]) >= 43
    assert asked[1]["code_challenge_method"] == "S256"
    assert challenge_of(form["code_verifier"]) == asked[1]["code_challenge"]
    assert asked[1]["redirect_uri"] == f"{SITE}{RETURN}" == form["redirect_uri"]
    pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    assert pair == f"{configured['client_id']}:{configured['client_secret']}"
    assert "client_secret" not in form
    assert configured["client_secret"] not in str(asked)


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    cast: Cast, provider: OidcProvider, settings: Any
):
    settings.SSO_PROVIDERS = [provider.register(SITE, method="client_secret_post")]
    place = "/.well-known/openid-configuration"
    found = requests.get(provider.issuer + place, timeout=10).json()
    found["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    provider.between.answers[place] = json.dumps(found).encode()

    assert comes_back(provider, known(provider, cast.teacher)).status_code == 302
    assert provider.between.token_requests[-1][1] == ""


def test_the_page_leads_on_without_a_script_and_no_form_leaves_the_site(provider: OidcProvider):
    answer = Client().post(BEGIN)
    policy = str(answer["Content-Security-Policy"])

    assert "form-action 'self'" in policy
    assert not BeautifulSoup(answer.content, "html.parser").select(f"form[action^='{provider.issuer}']")
    assert Client().get(BEGIN).status_code == 405, "a picture on another site begins nothing"


# --- Whom it lets in -----------------------------------------------------------------------------------------------


@pytest.mark.promise("A8")
@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"xms_edov": False, "email_verified": None},
    ],
)
def test_an_unverified_address_opens_nothing(cast: Cast, provider: OidcProvider, claims: Claims):
    told = {"email": cast.teacher.email, "amr": ["mfa"]} | {k: v for k, v in claims.items() if v is not None}
    provider.person("s-1", **told)

    assert refused(comes_back(provider, "s-1"))
    assert not SignOn.objects.exists()


def test_microsoft_s_word_for_a_verified_address_counts(cast: Cast, provider: OidcProvider):
    provider.person("s-1", email=cast.teacher.email, xms_edov=True, amr=["mfa"])

    assert comes_back(provider, "s-1").status_code == 302


@pytest.mark.promise("A8")
@pytest.mark.parametrize(
    "email", ["{name}@elsewhere.example", "{name}@sub.example.org", "{name}@evil-example.org", ""]
)
def test_another_domain_opens_nothing(cast: Cast, provider: OidcProvider, email: str):
    address = email.format(name=cast.teacher.email.partition("@")[0])
    User.objects.filter(pk=cast.teacher.pk).update(email=address or "x@elsewhere.example")
    provider.person("s-1", email=address, email_verified=True, amr=["mfa"])

    assert refused(comes_back(provider, "s-1"))


@pytest.mark.slow
def test_a_private_google_account_with_an_address_of_the_district_opens_nothing(
    cast: Cast, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
):
    """The hosted domain says who runs the account; google itself is not asked here, so its name stands for it."""
    monkeypatch.setattr(sso, "_GOOGLE", provider.issuer)
    assert refused(comes_back(provider, known(provider, cast.teacher)))
    assert refused(comes_back(provider, known(provider, cast.teacher, hd="elsewhere.example")))
    assert comes_back(provider, known(provider, cast.teacher, hd="example.org")).status_code == 302


@pytest.mark.promise("A8")
@pytest.mark.parametrize("part", ["parent_of_two", "nobody", "student", "superuser"])
def test_only_accounts_with_a_staff_role_open(cast: Cast, provider: OidcProvider, part: str):
    assert refused(comes_back(provider, known(provider, getattr(cast, part))))


@pytest.mark.promise("A8")
def test_an_unknown_person_gets_no_account(cast: Cast, provider: OidcProvider):
    before = User.objects.count()
    provider.person("s-1", email="new@example.org", email_verified=True, amr=["mfa"])

    assert refused(comes_back(provider, "s-1"))
    assert User.objects.count() == before


@pytest.mark.promise("A8", "A10")
@pytest.mark.slow
def test_a_role_that_ended_and_an_account_that_is_closed_open_nothing(cast: Cast, provider: OidcProvider):
    subject = known(provider, cast.teacher)
    assert comes_back(provider, subject).status_code == 302
    cast.teacher.staff_roles.all().delete()
    assert refused(comes_back(provider, subject))
    factories.grant(cast.teacher, Role.TEACHER, cast.district, cast.school_a)
    User.objects.filter(pk=cast.teacher.pk).update(is_active=False)
    assert refused(comes_back(provider, subject))


@pytest.mark.promise("A8")
@pytest.mark.slow
def test_who_is_refused_learns_nothing_from_the_page(cast: Cast, provider: OidcProvider):
    """Unknown, family, unverified, other domain, wrong state, no answer: one page, header by header."""
    provider.person("unknown", email="new@example.org", email_verified=True)
    provider.person("elsewhere", email="a@elsewhere.example", email_verified=True)
    known(provider, cast.parent_of_two, "family")
    known(provider, cast.teacher, "unverified", email_verified=False)
    answers = [comes_back(provider, who) for who in ("unknown", "elsewhere", "family", "unverified")]
    answers += [goes()[0].get(f"{RETURN}?{query}") for query in ("code=x&state=y", "error=access_denied", "")]
    pages = {str(seen(answer, "…")) for answer in answers}

    assert len(pages) == 1
    assert mail.outbox == []


# --- Whom an identity is bound to ------------------------------------------------------------------------------------


@pytest.mark.promise("A8", "R5")
@pytest.mark.slow
def test_the_first_use_binds_and_tells(
    cast: Cast, provider: OidcProvider, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True):
        comes_back(provider, known(provider, cast.teacher))
        comes_back(provider, "s-1")
    [row] = SignOn.objects.all()
    [change] = AccessChange.objects.filter(verb="sign_on.bound")

    assert (row.user, row.issuer, row.subject) == (cast.teacher, provider.issuer, "s-1")
    assert change.after == {"user": str(cast.teacher.uuid), "issuer": provider.issuer}
    [told] = mails_to(cast.teacher.email)
    assert "Example Unified" in told.body


@pytest.mark.promise("A8")
@pytest.mark.slow
def test_whoever_gets_the_address_later_does_not_get_the_account(cast: Cast, provider: OidcProvider):
    comes_back(provider, known(provider, cast.teacher, "first-owner"))

    assert refused(comes_back(provider, known(provider, cast.teacher, "second-owner")))
    assert comes_back(provider, "first-owner").status_code == 302


@pytest.mark.promise("A8")
@pytest.mark.slow
def test_an_identity_stays_its_person_s_when_its_address_becomes_somebody_else_s(
    cast: Cast, provider: OidcProvider
):
    comes_back(provider, known(provider, cast.teacher, "moved"))
    answer = comes_back(provider, known(provider, cast.counselor, "moved"))

    assert int(answer.client.session["_auth_user_id"]) == cast.teacher.pk


@pytest.mark.slow
def test_an_operator_can_unbind(cast: Cast, provider: OidcProvider, capsys: pytest.CaptureFixture[str]):
    comes_back(provider, known(provider, cast.teacher, "old"))
    call_command("unbind_sign_on", str(cast.teacher.uuid))

    assert "1 forgotten" in capsys.readouterr().out
    assert comes_back(provider, known(provider, cast.teacher, "new")).status_code == 302
    assert AccessChange.objects.filter(verb="sign_on.unbound", actor="command:unbind_sign_on").count() == 1


# --- The second factor -----------------------------------------------------------------------------------------------


@pytest.mark.promise("A9")
def test_a_provider_that_asked_for_a_second_factor_is_enough(cast: Cast, provider: OidcProvider):
    Authenticator.objects.filter(user=cast.teacher).delete()
    answer = comes_back(provider, known(provider, cast.teacher))

    assert answer.client.get(page_of(cast.child)).status_code == 200
    assert answer.client.get("/accounts/security/").status_code == 200


@pytest.mark.promise("A9")
@pytest.mark.parametrize(
    "claims", [{"amr": ["pwd"]}, {"amr": []}, {"amr": "mfa"}, {"amr": [["mfa"]]}, {"acr": "1"}]
)
def test_without_its_word_ours_is_asked_for(cast: Cast, provider: OidcProvider, claims: Claims):
    Authenticator.objects.filter(user=cast.teacher).delete()
    seed = give_second_factor(cast.teacher)
    provider.person("s-1", email=cast.teacher.email, email_verified=True, **claims)
    answer = comes_back(provider, "s-1", next=page_of(cast.child))

    assert answer["Location"].startswith(CODE)
    assert not signed_in(answer.client)
    answer.client.post(CODE, {"code": code_of(seed)})
    assert answer.client.get(page_of(cast.child)).status_code == 200


@pytest.mark.promise("A9")
def test_without_either_the_page_that_sets_one_up_is_all_there_is(cast: Cast, provider: OidcProvider):
    Authenticator.objects.filter(user=cast.teacher).delete()
    answer = comes_back(provider, known(provider, cast.teacher, amr=["pwd"]))

    assert answer.client.get(page_of(cast.child))["Location"] == SET_UP


@pytest.mark.promise("A9")
@pytest.mark.slow
def test_a_district_may_name_what_its_provider_says(cast: Cast, provider: OidcProvider, settings: Any):
    Authenticator.objects.filter(user=cast.teacher).delete()
    settings.SSO_PROVIDERS = [settings.SSO_PROVIDERS[0] | {"mfa": ("urn:example:two",)}]
    provider.person("s-1", email=cast.teacher.email, email_verified=True, acr="urn:example:two")
    assert comes_back(provider, "s-1").client.get(page_of(cast.child)).status_code == 200
    known(provider, cast.teacher)
    assert comes_back(provider, "s-1").client.get(page_of(cast.child))["Location"] == SET_UP


@pytest.mark.promise("A9")
def test_a_provider_s_factor_vouches_for_no_later_password(cast: Cast, provider: OidcProvider):
    client = comes_back(provider, known(provider, cast.teacher)).client
    client.post("/accounts/logout/")
    answer = log_in(cast.teacher, client=client)

    assert answer["Location"].startswith(CODE)


def test_a_colleague_who_is_a_parent_too_sees_both(cast: Cast, provider: OidcProvider):
    factories.link(factories.guardian(cast.district, cast.teacher), cast.sibling)
    client = comes_back(provider, known(provider, cast.teacher)).client

    assert client.get(page_of(cast.sibling)).status_code == 200


@pytest.mark.promise("R2")
def test_the_record_says_how_they_signed_in(cast: Cast, provider: OidcProvider, connected: Any, sandbox: Any):
    client = comes_back(provider, known(provider, cast.teacher)).client
    report = first_report(client, cast.child)
    say_why(client, report)
    leave(client.get(f"{report}content/"))

    assert AccessRecord.objects.get(action="opened").sign_in_method == "sso+sso-mfa"
