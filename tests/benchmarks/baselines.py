"""What the portal is measured against: the vendor asked directly, with keep-alive and the same parameters."""

from __future__ import annotations

import time

import requests

from tests.live import Portal

PARAMETERS = {"format": "PDF", "final": "true"}


def _session(portal: Portal) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    pair = ("sandbox", portal.environment["LIVE_ETS_SECRET"])
    token = session.get(f"{portal.sandbox.url}/ets/v3/token", auth=pair, timeout=10).json()["token"]
    session.headers.update(
        {"Authorization": token, "Accept": "application/json", "Accept-Encoding": "identity"}
    )
    return session


def _ask(session: requests.Session, portal: Portal, student: str) -> list[dict[str, str]]:
    ssids = {one["uuid"]: one["ssid"] for one in portal.staged["students"]}
    url = f"{portal.sandbox.url}/ets/v3/students/{ssids[student]}/score-reports"
    rows: list[dict[str, str]] = session.get(url, params=PARAMETERS, timeout=10).json()
    return rows


def ets_calls(portal: Portal, students: list[str], *, rounds: int, warm_up: int) -> list[float]:
    """Return the milliseconds of each call."""
    session, times = _session(portal), []
    for number in range(warm_up + rounds):
        began = time.perf_counter()
        _ask(session, portal, students[number % len(students)])
        times.append((time.perf_counter() - began) * 1000)
    return times[warm_up:]


def links(portal: Portal, students: list[str]) -> list[str]:
    session = _session(portal)
    return [_ask(session, portal, student)[0]["url"] for student in students]


def fetch(session: requests.Session, url: str) -> int:
    """Read to the end and return the number of bytes."""
    with session.get(url, stream=True, timeout=60) as answer:
        return sum(map(len, answer.iter_content(131072)))
