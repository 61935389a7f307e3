"""No secret, token, link, SSID or name where it does not belong (trust S2), looked for in everything a portal leaves.

The server logs at its most talkative, the wire included. With redaction off the same grep finds what it looks for.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis

from tests import live
from tests.functional import flows, registration_flows
from tests.functional.eavesdropper import HERE, Eavesdropper
from tests.live import Portal

CHATTY = ("-c", "tests/functional/chatty_gunicorn.py")
SSID_HOME = "accounts_student.ssid"


def chatty_portal(folder: Path, eavesdropper: Eavesdropper, **environment: str):
    """A portal whose vendor is behind the eavesdropper, with everything logged."""
    return live.running(
        folder,
        gunicorn=CHATTY,
        environment={
            "DJANGO_SETTINGS_MODULE": "tests.functional.chatty_settings",
            "LOG_LEVEL": "DEBUG",
            "LIVE_ETS": f"http://{eavesdropper.netloc}/ets",
            # PowerSchool is asked by POST, and so not through the eavesdropper, which passes GET on.
            "PORTAL_VENDOR_HOSTS": f"{eavesdropper.netloc},{HERE}",
            "EMAIL_URL": f"file://{folder}/mail",
            **environment,
        },
    )


@pytest.fixture
def eavesdropper() -> Iterator[Eavesdropper]:
    listening = Eavesdropper()
    yield listening
    listening.stop()


def hits(text: str, canaries: set[str]) -> set[str]:
    """Return the canaries in a text, as they are or as a URL or JSON would write them."""
    return {
        one
        for one in canaries
        if one and (one in text or quote(one) in text or json.dumps(one)[1:-1] in text)
    }


def credentials(portal: Portal, heard: Eavesdropper) -> set[str]:
    """Return what opens something: secrets, tokens, links and what makes them up."""
    secret = portal.environment["LIVE_ETS_SECRET"]
    typed = {flows.TYPED_SECRET, flows.WRONG_PASSWORD, portal.staged["password"], "canary-signature-8812"}
    pairs = {base64.b64encode(f"sandbox:{one}".encode()).decode() for one in (secret, flows.TYPED_SECRET)}
    bodies = {token.split(".")[1] for token in heard.tokens} | {token.split(".")[2] for token in heard.tokens}
    opening = {secret, *typed, *pairs, *heard.tokens, *bodies, *heard.link_parts()}
    return opening | registration_flows.KEYS


def ssids(portal: Portal) -> set[str]:
    return {student["ssid"] for student in portal.staged["students"] if student["ssid"]}


def people(portal: Portal) -> set[str]:
    """Return names and addresses of people, and the cookies of their sessions."""
    staged = portal.staged
    found = {student["name"] for student in staged["students"]}
    for person in staged["people"].values():
        found |= {person["name"], person["email"], person["session"]}
    return found | registration_flows.PERSONS | registration_flows.NOTES


def database(portal: Portal) -> dict[str, str]:
    """Return every column with all its values in one text."""
    columns: dict[str, str] = {}
    for line in portal.run("-m", "tests.functional.dump").stdout.splitlines():
        if line.startswith('{"where"'):
            value = json.loads(line)
            columns[value["where"]] = columns.get(value["where"], "") + value["text"] + "\n"
    return columns


def redis_dump(url: str) -> str:
    """Return every key with its value."""
    with redis.Redis.from_url(url) as client:
        readers: dict[bytes, Callable[[bytes], Any]] = {
            b"string": client.get,
            b"set": client.smembers,
            b"hash": client.hgetall,
            b"list": lambda key: client.lrange(key, 0, -1),
            b"zset": lambda key: client.zrange(key, 0, -1),
        }
        return "\n".join(f"{key!r} {readers[client.type(key)](key)!r}" for key in client.scan_iter())


def files(folder: Path) -> str:
    return "\n".join(file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file())


def everything_left(portal: Portal) -> dict[str, str]:
    """Return all places but pages: what processes wrote, database, raw files, broker, Redis, mail."""
    portal_folder = portal.folder
    left = {f"database {column}": text for column, text in database(portal).items()}
    # The dump itself went through a log of the test's own.
    logs = [file for file in portal_folder.glob("*.log") if file.name != "commands.log"]
    left |= {f"log {file.name}": file.read_text(errors="replace") for file in logs}
    left["broker folder"] = files(portal_folder / "broker")
    left["mail"] = files(portal_folder / "mail")
    if url := portal.environment.get("REDIS_URL"):
        left["redis"] = redis_dump(url)
    return left


def in_logs(portal: Portal) -> str:
    return "\n".join(text for place, text in everything_left(portal).items() if place.startswith("log "))


def check_registrations(left: dict[str, str]) -> None:
    """What a family wrote, and what staff noted of it, lies sealed; a mother's own row holds her address and name."""
    persons = registration_flows.PERSONS | registration_flows.NOTES
    sealed = {place: text for place, text in left.items() if place.startswith("database integrations_enroll")}
    assert sealed, "registrations are there"
    assert hits(left["database accounts_guardian.email"], persons), "the grep sees the mother's address"
    nowhere = sealed | {"mail": left["mail"]}
    assert {place: found for place, text in nowhere.items() if (found := hits(text, persons))} == {}
    noted = {registration_flows.ADMIN_NOTE}
    assert {place for place, text in left.items() if place != "pages" and hits(text, noted)} == set()


def every_flow(portal: Portal, eavesdropper: Eavesdropper, folder: Path) -> list[str]:
    """Do all that people do here, with a worker beside it; return the pages they saw."""
    eavesdropper.target = portal.sandbox.url.removeprefix("http://")
    if url := portal.environment.get("REDIS_URL"):
        redis.Redis.from_url(url).flushdb()
    beat = ("-s", str(folder / "beat")) if live.SERVICES else ()
    portal.start(
        "worker", "-m", "celery", "-A", "portal", "worker", "-B", "-P", "threads", "-l", "DEBUG", *beat
    )
    pages = flows.signing_in(portal) + flows.reading(portal) + flows.reading(portal, "teacher")
    pages += flows.with_every_fault(portal) + flows.breaking_ourselves(portal)
    pages += flows.administering(portal)
    pages += registration_flows.searching(portal) + registration_flows.registering(portal)
    flows.operating(portal, eavesdropper)
    live.wait_until(
        lambda: "portal.base.tasks.sweep" in (folder / "worker.log").read_text(), what="for a task"
    )
    return pages


@pytest.mark.promise("S2")
@pytest.mark.services
def test_no_canary_is_found_anywhere_after_every_flow(tmp_path: Path, eavesdropper: Eavesdropper):
    with chatty_portal(tmp_path, eavesdropper) as portal:
        pages = every_flow(portal, eavesdropper, tmp_path)
        commands = (tmp_path / "commands.log").read_text()
        left = everything_left(portal) | {"pages": "\n".join(pages), "commands": commands}

        opening, numbers, persons = credentials(portal, eavesdropper), ssids(portal), people(portal)
        assert len(eavesdropper.tokens) > 1, "tokens went over the wire"
        assert len(eavesdropper.links) > 1, "and links"
        assert {place: found for place, text in left.items() if (found := hits(text, opening))} == {}
        assert hits(left.pop(f"database {SSID_HOME}"), numbers) == numbers, (
            "the grep sees SSIDs in their one column"
        )
        assert {place: found for place, text in left.items() if (found := hits(text, numbers))} == {}
        logs = {
            place: text
            for place, text in left.items()
            if place.startswith(("log", "broker", "redis", "commands"))
        }
        assert {place: found for place, text in logs.items() if (found := hits(text, persons))} == {}
        check_registrations(left)
        assert b"canary:" not in b"".join(file.read_bytes() for file in tmp_path.glob("portal.sqlite3*"))
        assert "ets-token:" in left.get("redis", "ets-token:"), "the token was in Redis, sealed"


@pytest.mark.promise("S2")
@pytest.mark.services
def test_with_redaction_off_the_same_grep_finds_secret_token_link_and_ssid(
    tmp_path: Path, eavesdropper: Eavesdropper
):
    with chatty_portal(tmp_path, eavesdropper, GUARDS="off") as portal:
        eavesdropper.target = portal.sandbox.url.removeprefix("http://")
        if url := portal.environment.get("REDIS_URL"):
            redis.Redis.from_url(url).flushdb()
        flows.reading(portal)

        text = in_logs(portal)
        secret = base64.b64encode(f"sandbox:{portal.environment['LIVE_ETS_SECRET']}".encode()).decode()
        assert hits(text, {secret}), "the pair from TOMS"
        assert hits(text, eavesdropper.tokens), "the token"
        assert hits(text, eavesdropper.link_parts()), "the links"
        assert hits(text, ssids(portal)), "the SSID"
        assert HERE in text

        registration_flows.asking(portal)
        said = (tmp_path / "commands.log").read_text()
        assert hits(said, registration_flows.KEYS), "the key to PowerSchool, as the wire has it"
