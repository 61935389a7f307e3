import io
import json
import uuid
from datetime import date

import pytest
from django.core.management import call_command

from portal.base import secrets
from portal.base.models import StoredSecret
from portal.base.secrets import SecretUnreadable
from tests.base.crowd import in_threads

CANARY = "sandbox:canary^00-ACeA"


def put(plaintext: str = CANARY, purpose: str = "ets") -> uuid.UUID:
    return secrets.put(plaintext, purpose=purpose, set_by="11111111-2222-3333-4444-555555555555")


def refuses(secret_id: uuid.UUID, purpose: str = "ets") -> str:
    with pytest.raises(SecretUnreadable) as caught:
        secrets.reveal(secret_id, purpose=purpose)
    assert CANARY not in repr(caught.value)
    return caught.value.reason


@pytest.mark.django_db
def test_it_works():
    secret_id = secrets.put(CANARY, purpose="ets", set_by="someone", expires=date(2027, 11, 2))
    assert secrets.reveal(secret_id, purpose="ets") == CANARY
    shown = secrets.describe(secret_id)
    assert (shown.masked, shown.set_by, shown.expires) == ("*****ACeA", "someone", date(2027, 11, 2))
    secrets.forget(secret_id)
    assert refuses(secret_id) == "missing"
    secrets.forget(secret_id)
    with pytest.raises(SecretUnreadable):
        secrets.describe(secret_id)


@pytest.mark.django_db
@pytest.mark.parametrize("plaintext", ["a", "ünï©ode:^&=$ \n", "x" * 10_000])
def test_any_text_comes_back_as_it_went_in(plaintext):
    assert secrets.reveal(put(plaintext), purpose="ets") == plaintext


@pytest.mark.django_db
@pytest.mark.parametrize("plaintext", ["", " \n"])
def test_an_empty_secret_is_refused(plaintext):
    with pytest.raises(ValueError, match="empty"):
        put(plaintext)


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_a_short_secret_shows_none_of_itself():
    assert secrets.describe(put("elevenchars")).masked == "*********"
    assert StoredSecret.objects.get().last_four == ""
    assert secrets.describe(put("twelve-chars")).masked == "*****hars"


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_a_raw_dump_has_no_plaintext():
    put()
    dump = io.StringIO()
    call_command("dumpdata", "base", stdout=dump)
    rows = json.dumps(list(StoredSecret.objects.values()), default=str)
    for text in (dump.getvalue(), rows):
        assert "ciphertext" in text
        assert CANARY[:-4] not in text
        assert "canary" not in text


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_equal_secrets_look_different_at_rest():
    put()
    put()
    first, second = StoredSecret.objects.values_list("ciphertext", flat=True)
    assert first != second


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_swapped_ciphertexts_do_not_decrypt():
    first, second = put("first-secret-1"), put("second-secret-2")
    rows = {row.uuid: row.ciphertext for row in StoredSecret.objects.all()}
    StoredSecret.objects.filter(uuid=first).update(ciphertext=rows[second])
    StoredSecret.objects.filter(uuid=second).update(ciphertext=rows[first])
    assert refuses(first) == refuses(second) == "wrong-place-or-changed"


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_a_secret_does_not_open_for_another_purpose_even_if_its_row_says_so():
    secret_id = put()
    assert refuses(secret_id, purpose="illuminate") == "wrong-place-or-changed"
    StoredSecret.objects.update(purpose="illuminate")
    assert refuses(secret_id, purpose="illuminate") == "wrong-place-or-changed"


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_a_stored_ciphertext_does_not_open_as_a_sealed_one_nor_the_other_way_round():
    secret_id = put()
    with pytest.raises(SecretUnreadable):
        secrets.unseal(StoredSecret.objects.get().ciphertext, purpose="ets")
    StoredSecret.objects.update(ciphertext=secrets.seal(CANARY, purpose="ets"))
    assert refuses(secret_id) == "wrong-place-or-changed"


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_any_changed_character_is_noticed():
    for length in range(1, 4):  # a last character of six, four and two bits that count
        secret_id = put("x" * length)
        good = StoredSecret.objects.get(uuid=secret_id).ciphertext
        for place in range(len(good)):
            for other in "ABCDQgw+":
                if other != good[place]:
                    changed = good[:place] + other + good[place + 1 :]
                    StoredSecret.objects.filter(uuid=secret_id).update(ciphertext=changed)
                    assert refuses(secret_id) in {"malformed", "key-missing", "wrong-place-or-changed"}, (
                        changed
                    )
    for changed in ("", "v1.test.", "v1.test.AAAA", "v1.test.A", "v2." + good[3:], good + "\n"):
        StoredSecret.objects.update(ciphertext=changed)
        assert refuses(secret_id) in {"malformed", "wrong-place-or-changed"}


@pytest.mark.django_db
def test_replacing_keeps_the_uuid_and_exchanges_everything_else():
    secret_id = put()
    again = secrets.put("a-new-secret-9999", purpose="ets", set_by="other", replaces=secret_id)
    assert again == secret_id
    assert secrets.reveal(secret_id, purpose="ets") == "a-new-secret-9999"
    assert secrets.describe(secret_id).masked == "*****9999"
    assert secrets.describe(secret_id).set_by == "other"
    assert StoredSecret.objects.count() == 1


@pytest.mark.django_db
def test_replacing_for_another_purpose_is_refused_and_replacing_what_is_gone_makes_it_anew():
    secret_id = put()
    with pytest.raises(ValueError, match="purpose"):
        secrets.put("x", purpose="illuminate", set_by="other", replaces=secret_id)
    secrets.forget(secret_id)
    again = secrets.put("new", purpose="ets", set_by="other", replaces=secret_id)
    assert secrets.reveal(again, purpose="ets") == "new"


@pytest.mark.promise("S1")
def test_a_sealed_text_opens_for_its_purpose_alone():
    sealed = secrets.seal(CANARY, purpose="totp")
    assert "canary" not in sealed
    assert sealed != secrets.seal(CANARY, purpose="totp")
    assert secrets.unseal(sealed, purpose="totp") == CANARY
    with pytest.raises(SecretUnreadable):
        secrets.unseal(sealed, purpose="ets-token")


def test_a_deterministic_seal_is_the_same_each_time_and_bound_to_purpose_and_owner():
    def seal(data: bytes = b"CAST|2026|EN|PDF", purpose: str = "report", owner: bytes = b"student-1") -> str:
        return secrets.seal_deterministic(data, purpose=purpose, bound_to=owner)

    sealed = seal()
    assert sealed == seal()
    assert len({sealed, seal(purpose="other"), seal(owner=b"student-2"), seal(b"CAST|2026|EN|PDg")}) == 4
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert (
        secrets.unseal_deterministic(sealed, purpose="report", bound_to=b"student-1") == b"CAST|2026|EN|PDF"
    )
    for purpose, owner in (("other", b"student-1"), ("report", b"student-2")):
        with pytest.raises(SecretUnreadable):
            secrets.unseal_deterministic(sealed, purpose=purpose, bound_to=owner)


@pytest.mark.parametrize("sealed", ["", "A", "AAAA", "A" * 88, "not base64!", "ü", "=" * 8])
def test_a_made_up_deterministic_text_does_not_open(sealed):
    with pytest.raises(SecretUnreadable):
        secrets.unseal_deterministic(sealed, purpose="report", bound_to=b"student-1")


def test_a_deterministic_text_has_one_spelling():
    sealed = secrets.seal_deterministic(b"x" * 46, purpose="report", bound_to=b"1")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = sealed[:-1] + alphabet[alphabet.index(sealed[-1]) ^ 1]
    for other in (twin, sealed + "=", sealed + "=="):
        with pytest.raises(SecretUnreadable):
            secrets.unseal_deterministic(other, purpose="report", bound_to=b"1")


@pytest.mark.django_db(transaction=True)
def test_many_threads_read_and_write_only_their_own():
    def run() -> bool:
        mine = f"secret-of-{uuid.uuid4()}"
        secret_id = put(mine)
        key = secrets.seal_deterministic(mine.encode(), purpose="report", bound_to=secret_id.bytes)
        opened = secrets.unseal_deterministic(key, purpose="report", bound_to=secret_id.bytes)
        return secrets.reveal(secret_id, purpose="ets") == mine == opened.decode()

    assert all(in_threads(20, lambda: all(run() for _ in range(5))))
