import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.base import field_keys, rotation, secrets
from portal.base.models import StoredSecret
from portal.base.secrets import SecretUnreadable

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)


@pytest.fixture
def keys(settings):
    settings.FIELD_KEYS = [OLD]
    return settings


@pytest.fixture(autouse=True)
def _no_other_holders(monkeypatch):
    monkeypatch.setattr(rotation, "_holders", {})


def stored(count: int = 3) -> list:
    return [secrets.put(f"secret-number-{n}", purpose="ets", set_by="x") for n in range(count)]


def rotate_keys() -> str:
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_the_whole_drill_new_key_first_rotate_drop_the_old_one(keys):
    ids = stored()
    sealed = secrets.seal("seed", purpose="totp")
    key = secrets.seal_deterministic(b"report", purpose="report", bound_to=b"1")
    keys.FIELD_KEYS = [NEW, OLD]
    assert [secrets.reveal(one, purpose="ets") for one in ids] == [f"secret-number-{n}" for n in range(3)]
    assert "stored secrets: 3" in rotate_keys()
    assert "stored secrets: 0" in rotate_keys()
    sealed = secrets.reseal(sealed, purpose="totp") or sealed
    assert secrets.unseal_deterministic(key, purpose="report", bound_to=b"1") == b"report"
    keys.FIELD_KEYS = [NEW]
    assert secrets.key_problems() == []
    assert [secrets.reveal(one, purpose="ets") for one in ids] == [f"secret-number-{n}" for n in range(3)]
    assert secrets.unseal(sealed, purpose="totp") == "seed"
    assert secrets.reseal(sealed, purpose="totp") is None


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_the_command_prints_counts_and_no_secret(keys):
    stored()
    keys.FIELD_KEYS = [NEW, OLD]
    printed = rotate_keys()
    assert printed.splitlines() == ["stored secrets: 3", "stored secrets unreadable: 0"]


@pytest.mark.django_db
@pytest.mark.promise("S1")
def test_without_its_key_nothing_opens_and_the_check_says_which_key_is_missing(keys):
    [secret_id] = stored(1)
    keys.FIELD_KEYS = [NEW]
    with pytest.raises(SecretUnreadable) as caught:
        secrets.reveal(secret_id, purpose="ets")
    assert caught.value.reason == "key-missing"
    [problem] = secrets.key_problems()
    assert "'old'" in problem


@pytest.mark.django_db
def test_what_cannot_be_read_is_left_alone_counted_and_fails_the_command(keys):
    ids = stored()
    StoredSecret.objects.filter(uuid=ids[1]).update(ciphertext="v1.gone.AAAA", key_id="gone")
    keys.FIELD_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="1 could not be read"):
        rotate_keys()
    assert StoredSecret.objects.get(uuid=ids[1]).ciphertext == "v1.gone.AAAA"
    assert StoredSecret.objects.filter(key_id="new").count() == 2


@pytest.mark.django_db
def test_a_secret_changed_while_it_was_rotated_is_not_overwritten(keys):
    ids = stored(1)
    keys.FIELD_KEYS = [NEW, OLD]
    row = StoredSecret.objects.get()
    secrets.put("changed-meanwhile", purpose="ets", set_by="x", replaces=ids[0])
    assert rotation._move(row) == 0
    assert secrets.reveal(ids[0], purpose="ets") == "changed-meanwhile"


@pytest.mark.django_db
def test_other_holders_are_rotated_too_and_their_missing_keys_are_told(keys):
    seeds = [secrets.seal("seed", purpose="totp")]

    def reseal_all() -> int:
        new = secrets.reseal(seeds[0], purpose="totp")
        seeds[0] = new or seeds[0]
        return int(new is not None)

    secrets.on_rotation("second factors", reseal_all, key_ids=lambda: [field_keys.key_id_of(seeds[0])])
    keys.FIELD_KEYS = [NEW]
    assert "'old'" in secrets.key_problems()[0]
    keys.FIELD_KEYS = [NEW, OLD]
    assert secrets.rotate()["second factors"] == 1
    assert secrets.rotate()["second factors"] == 0
    assert secrets.unseal(seeds[0], purpose="totp") == "seed"


@pytest.mark.parametrize(
    ("listed", "word"),
    [
        ([], "empty"),
        ([("a", b"short")], "32 bytes"),
        ([("a", "x" * 32)], "32 bytes"),
        ([("a", b"x" * 32), ("a", b"y" * 32)], "twice"),
        ([("a b", b"x" * 32)], "letters"),
    ],
)
def test_a_bad_list_of_keys_is_told_without_printing_a_key(settings, listed, word):
    settings.FIELD_KEYS = listed
    problems = " ".join(secrets.key_problems(look_at_rows=False))
    assert word in problems
    assert "x" * 32 not in problems


KILLED = """
import os, signal, sys, django
from django.conf import settings
django.setup()
settings.FIELD_KEYS = [("new", b"n" * 32), ("old", b"o" * 32)]
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from portal.base import rotation
move, moved = rotation._move, []
def move_and_die(row):
    moved.append(move(row))
    if len(moved) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return moved[-1]
rotation._move = move_and_die
rotation.rotate()
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
@pytest.mark.promise("S1")
def test_a_rotation_killed_half_way_has_lost_nothing_and_can_be_run_again(keys):
    ids = stored(12)
    root = Path(__file__).resolve().parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(connection.settings_dict["NAME"])],
        cwd=root,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(root)},
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    assert StoredSecret.objects.filter(key_id="new").count() == 5
    keys.FIELD_KEYS = [NEW, OLD]
    assert [secrets.reveal(one, purpose="ets") for one in ids] == [f"secret-number-{n}" for n in range(12)]
    assert secrets.rotate()["stored secrets"] == 7
    keys.FIELD_KEYS = [NEW]
    assert [secrets.reveal(one, purpose="ets") for one in ids] == [f"secret-number-{n}" for n in range(12)]
