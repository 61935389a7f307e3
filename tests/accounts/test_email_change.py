"""Another address to sign in with: proved on both sides, told to the old one, and telling nobody whose it is (A8)."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import AccessChange, Guardianship, Session, User
from accounts.services import addresses
from accounts.services.addresses import AddressTaken
from tests import factories
from tests.accounts.doors import children_on_home, page_of
from tests.accounts.mailbox import by_code_alone, mailed_code, mails_to, signed_in_a_while_ago
from tests.accounts.test_login import log_in, signed_in
from tests.accounts.test_login_code import ASK, CONFIRM, Hashes, seen, traced, words
from tests.cast import Cast, sign_in

SHOW, CHANGE, TYPE = (f"/accounts/email/{page}" for page in ("", "change/", "change/confirm/"))
NEW = "new.address@example.org"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Hashes:
    return Hashes(monkeypatch)


def change(client: Client, to: str = NEW) -> Any:
    client.post(CHANGE, {"email": to})
    return client.post(TYPE, {"code": mailed_code(to)}, follow=True)


@pytest.mark.promise("A8")
def test_it_works(cast: Cast, django_capture_on_commit_callbacks: Any):
    who, old = cast.parent_of_two, cast.parent_of_two.email
    client = sign_in(who)
    assert "Change the address" in words(client.get(SHOW))
    answer = client.post(CHANGE, {"email": f" {NEW.upper()} "})
    assert answer["Location"] == TYPE
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(TYPE, {"code": mailed_code(NEW)}, follow=True)

    assert "Your address is changed" in words(answer)
    who.refresh_from_db()
    assert who.email == NEW
    [notice] = mails_to(old)
    assert "another email address" in notice.body
    assert NEW not in notice.body, "whoever reads the old mailbox need not know the new one"
    assert log_in(NEW).status_code == 302
    stranger = Client()
    log_in(old, client=stranger)
    assert not signed_in(stranger)


def test_the_notice_is_in_the_language_of_the_account(
    cast: Cast, settings: Any, django_capture_on_commit_callbacks: Any, tmp_path: Path
):
    catalogue = tmp_path / "es" / "LC_MESSAGES" / "django.mo"
    catalogue.parent.mkdir(parents=True)
    subject = "Your address for the score reports was changed"
    catalogue.write_bytes(
        compiled({subject: "La dirección cambió", "": "Content-Type: text/plain; charset=UTF-8\n"})
    )
    settings.LANGUAGES, settings.LOCALE_PATHS = [("en", "English"), ("es", "Spanish")], [tmp_path]
    old, cast.parent_of_two.language = cast.parent_of_two.email, "es"
    cast.parent_of_two.save()
    with django_capture_on_commit_callbacks(execute=True):
        change(sign_in(cast.parent_of_two))

    assert [one.subject for one in mails_to(old)] == ["La dirección cambió"]


def compiled(texts: dict[str, str]) -> bytes:
    """Return a catalogue as gettext reads it: offsets and lengths of both columns, then the texts."""
    pairs = [(one.encode(), other.encode()) for one, other in sorted(texts.items())]
    at, tables, bodies = 28 + 16 * len(pairs), [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), at + len(bodies))
            bodies += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, at)
    return head + b"".join(tables) + bodies


@pytest.mark.promise("R5")
def test_it_is_on_record_without_any_address(cast: Cast):
    old = cast.parent_of_two.email
    sign_in(cast.parent_of_two)
    change(sign_in(cast.parent_of_two))
    [row] = AccessChange.objects.filter(verb="user.email_changed")

    assert (row.subject_id, row.actor) == (cast.parent_of_two.uuid, str(cast.parent_of_two.uuid))
    assert row.after == {"sessions_ended": 1}
    assert not {old, NEW} & {*re.findall(r"[\w.@]+", f"{row.before} {row.after} {row.reason}")}


@pytest.mark.promise("A10", "S7")
def test_the_other_sessions_end_and_this_one_goes_on(cast: Cast):
    here, elsewhere = sign_in(cast.parent_of_two), sign_in(cast.parent_of_two)
    change(here)

    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert Session.objects.filter(user=cast.parent_of_two).count() == 1


@pytest.mark.promise("A8")
def test_links_stay_and_an_address_on_a_record_links_nobody_by_itself(cast: Cast):
    before = children_on_home(cast.parent_of_two)
    record = factories.guardian(cast.district, None, email=NEW)
    factories.link(record, cast.classmate)
    client = sign_in(cast.parent_of_two)
    change(client)

    assert children_on_home(User.objects.get(email=NEW)) == before
    assert client.get(page_of(cast.classmate)).status_code == 404
    assert not Guardianship.objects.filter(guardian=record, guardian__user__isnull=False).exists()


def test_without_fresh_proof_nothing_begins(cast: Cast):
    client = signed_in_a_while_ago(cast.parent_of_two)
    answer = client.post(CHANGE, {"email": NEW})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert mail.outbox == []
    answer = client.post(answer["Location"], {"password": factories.PASSWORD})

    assert answer["Location"] == TYPE, "what was typed goes on by itself"
    assert [one.to for one in mail.outbox] == [[NEW]]


def test_an_account_that_lives_by_codes_proves_the_old_mailbox_first(cast: Cast):
    who = by_code_alone(cast.parent_of_two)
    client = signed_in_a_while_ago(who, method="code")
    address = client.post(CHANGE, {"email": NEW})["Location"]
    assert mails_to(NEW) == []
    client.post(address, {"action": "send"})
    client.post(address, {"code": mailed_code(who.email)})
    client.post(TYPE, {"code": mailed_code(NEW)})

    assert User.objects.get(pk=who.pk).email == NEW


def test_three_wrong_codes_end_it(cast: Cast):
    client = sign_in(cast.parent_of_two)
    client.post(CHANGE, {"email": NEW})
    assert "not the code" in words(client.post(TYPE, {"code": "0000-0000"}))
    client.post(TYPE, {"code": "0000-0000"})
    answer = client.post(TYPE, {"code": "0000-0000"}, follow=True)
    assert "The address is as it was" in words(answer)
    client.post(TYPE, {"code": mailed_code(NEW)})

    assert not User.objects.filter(email=NEW).exists()


def test_the_code_is_for_the_address_it_went_to(cast: Cast):
    client = sign_in(cast.parent_of_two)
    client.post(CHANGE, {"email": "first@example.org"})
    code = mailed_code("first@example.org")
    client.post(CHANGE, {"email": NEW})
    client.post(TYPE, {"code": code})

    assert not User.objects.filter(email__in=[NEW, "first@example.org"]).exists()


def test_the_code_works_for_ten_minutes(cast: Cast):
    with time_machine.travel("2026-11-02T16:00:00Z", tick=False) as clock:
        client = sign_in(cast.parent_of_two)
        client.post(CHANGE, {"email": NEW})
        clock.shift(601)
        client.post(TYPE, {"code": mailed_code(NEW)})
        assert not User.objects.filter(email=NEW).exists()


def test_the_address_one_has_is_no_new_one(cast: Cast):
    client = sign_in(cast.parent_of_two)

    assert "Type the new one" in words(client.post(CHANGE, {"email": cast.parent_of_two.email.upper()}))
    assert mail.outbox == []


def test_a_code_to_sign_in_that_went_to_the_old_address_opens_nothing_more(cast: Cast):
    thief = Client()
    thief.post(ASK, {"email": cast.parent_of_two.email})
    code = mailed_code(cast.parent_of_two.email)
    change(sign_in(cast.parent_of_two))
    thief.post(CONFIRM, {"code": code})

    assert not signed_in(thief)


def test_a_link_for_a_new_password_that_went_to_the_old_address_opens_nothing_more(cast: Cast):
    Client().post("/accounts/password/reset/", {"email": cast.parent_of_two.email})
    found = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert found
    assert Client().get(found[0], follow=True).redirect_chain, "the control: it worked"
    change(sign_in(cast.parent_of_two))

    assert "does not work any more" in words(Client().get(found[0]))


def test_staff_whom_the_sync_finds_by_their_address_keep_it(cast: Cast):
    cast.teacher.staff_roles.update(source="illuminate")
    client = sign_in(cast.teacher)

    assert "only the school can change it" in words(client.get(SHOW))
    assert client.post(CHANGE, {"email": NEW})["Location"] == SHOW
    assert mail.outbox == []


# --- Whose an address is ----------------------------------------------------------------------------------------------


@pytest.mark.promise("A8")
@pytest.mark.parametrize("whose", ["other_parent", "teacher", "closed", "second"])
def test_nobody_learns_whether_an_address_is_somebody_elses(cast: Cast, hashes: Hashes, whose: str):
    owner = getattr(cast, whose, cast.nobody)
    owner.is_active = whose != "closed"
    owner.save()
    taken = owner.email
    if whose == "second":
        taken = "second@example.org"
        EmailAddress.objects.create(user=owner, email=taken, verified=True)

    def steps(email: str) -> list[Any]:
        return [
            lambda client: client.post(CHANGE, {"email": email}),
            lambda client: client.get(TYPE),
            lambda client: client.post(TYPE, {"code": "0000-0000"}),
            lambda client: client.get(SHOW),
            lambda client: client.post(CHANGE, {"email": email}),
            lambda client: client.post(TYPE, {"code": "0000-0000"}),
            lambda client: client.post(TYPE, {"code": "0000-0000"}),
            lambda client: client.post(TYPE, {"code": "0000-0000"}),
            lambda client: client.get(SHOW),
        ]

    with time_machine.travel("2026-11-02T16:00:00Z", tick=False):  # each page says when the session ends
        known = traced(steps(taken), taken, hashes, sign_in(cast.parent_of_two))
        free = traced(steps(NEW), NEW, hashes, sign_in(cast.parent_of_two))

    assert [step[0] for step in known] == [step[0] for step in free]
    assert [step[1] for step in known] == [step[1] for step in free], "queries"
    assert [step[2] for step in known] == [step[2] for step in free], "hashes"
    assert [step[3] for step in known] == [step[3] for step in free], "mails"
    assert free[0][3] == 1


@pytest.mark.promise("A8")
def test_the_owner_of_a_taken_address_is_told_and_gets_no_code(cast: Cast):
    client = sign_in(cast.parent_of_two)
    client.post(CHANGE, {"email": cast.other_parent.email})
    [message] = mails_to(cast.other_parent.email)

    assert "has an account already" in message.body
    assert not re.search(r"\d{4}-\d{4}", message.body)
    assert cast.parent_of_two.email not in message.body


@pytest.mark.promise("A8")
def test_an_address_that_somebody_takes_meanwhile_stays_theirs(cast: Cast):
    client = sign_in(cast.parent_of_two)
    client.post(CHANGE, {"email": NEW})
    code = mailed_code(NEW)
    other = factories.user(email=NEW)
    answer = client.post(TYPE, {"code": code}, follow=True)

    assert "The address is as it was" in words(answer)
    assert User.objects.get(email=NEW) == other
    with pytest.raises(AddressTaken):
        addresses.change(user=cast.parent_of_two, to=NEW, keep="", by=cast.parent_of_two)


@pytest.mark.promise("S8")
def test_nobody_floods_others_mailboxes(cast: Cast):
    client = sign_in(cast.parent_of_two)
    answers = [client.post(CHANGE, {"email": f"{n}@example.org"}).status_code for n in range(6)]

    assert answers == [302] * 5 + [429], "one person, however many addresses"
    answers = [sign_in(factories.user()).post(CHANGE, {"email": NEW}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429], "one address, however many people"


def test_the_page_seen_without_a_code_leads_back(cast: Cast):
    assert sign_in(cast.parent_of_two).get(TYPE)["Location"] == SHOW


def test_answers_compare_all_that_a_browser_gets(cast: Cast):
    """The control of the comparison above."""
    client = sign_in(cast.parent_of_two)
    assert seen(client.get(SHOW), NEW) != seen(client.get(CHANGE), NEW)
