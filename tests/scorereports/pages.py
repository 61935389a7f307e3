"""Walks through the pages of a student's reports as a browser would, and asks ETS beside the portal for comparison."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bs4 import BeautifulSoup
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import Student, User
from accounts.services import staff_roles
from integrations.sandbox.server import DEFAULT_API_TOKEN, DEFAULT_USERNAME, SandboxServer


def listed_reports(client: Client, student: Student) -> list[str]:
    """Return the addresses of the viewers of PDFs that the student's page lists, in its order."""
    page = BeautifulSoup(client.get(f"/students/{student.uuid}/").content, "html.parser")
    return [str(link["href"]).partition("?")[0] for link in page.select("main a.format-pdf")]


def first_report(client: Client, student: Student) -> str:
    return listed_reports(client, student)[0]


def say_why(client: Client, address: str, purpose: str = "teaching") -> None:
    """Choose the purpose for the student in this address, as staff do once a session; families are answered 404."""
    client.post(f"/students/{address.split('/')[2]}/purpose/", {"purpose": purpose})


def opened(client: Client, report: str, **headers: Any) -> Any:
    """Open a report's content and read all of it; staff say why before."""
    who = User.objects.get(pk=client.session["_auth_user_id"])
    if staff_roles.is_staff_member(who):
        say_why(client, report)
    answer = client.get(f"{report}content/", **headers)
    read(answer)
    return answer


def read(answer: HttpResponseBase) -> bytes:
    """Return the whole body, as a browser that stays to the end receives it."""
    streamed: Any = answer
    if answer.streaming:
        return b"".join(streamed.streaming_content)
    body: bytes = streamed.content
    return body


def leave(answer: Any) -> None:
    """Read the first bytes and go, as a browser whose tab is closed."""
    next(iter(answer.streaming_content))
    answer._iterator.close()


def words(answer: Any) -> str:
    """Return what a page says, with every run of white space as one blank."""
    return re.sub(r"\s+", " ", BeautifulSoup(answer.content, "html.parser").get_text(" ")).strip()


def asked(sandbox: SandboxServer) -> dict[str, int]:
    """Return how often each part of ETS was asked so far."""
    return {name: sandbox.calls[name] for name in ("token", "verify", "reports", "link")}


def ets_rows(sandbox: SandboxServer, ssid: str, **parameters: Any) -> list[dict[str, Any]]:
    """Ask the sandbox's ETS as another vendor of the district would; it counts as two calls."""
    pair = base64.b64encode(f"{DEFAULT_USERNAME}:{DEFAULT_API_TOKEN}".encode()).decode()
    token = _json(f"{sandbox.url}/ets/v3/token", f"Basic {pair}")["token"]
    query = urlencode({"final": "true", **parameters})
    rows: list[dict[str, Any]] = _json(f"{sandbox.url}/ets/v3/students/{ssid}/score-reports?{query}", token)
    return rows


def ets_file(url: str) -> bytes:
    with urlopen(url, timeout=10) as answer:  # noqa: S310 - always http, to the sandbox that the test started
        content: bytes = answer.read()
    return content


def _json(url: str, authorization: str) -> Any:
    request = Request(url, headers={"Authorization": authorization})  # noqa: S310 - always http, to the sandbox that the test started
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - always http to the sandbox's own address
        return json.load(answer)
