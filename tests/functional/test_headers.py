"""What every answer tells the browser (trust S6), header by header, from a server set up as in production."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests import live
from tests.access_rows_of_the_admin import ADMIN
from tests.live import Portal
from tests.test_access_matrix import ROWS

pytestmark = [pytest.mark.promise("S6"), pytest.mark.services, pytest.mark.xdist_group("headers")]

SITE = "portal.example.org"
PRODUCTION = {"SITE_URL": f"https://{SITE}", "ALLOWED_HOSTS": SITE, "TRUSTED_PROXIES": "1"}
PROXY = {"Host": SITE, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
PAGE_POLICY = {
    "default-src 'none'",
    "script-src 'nonce-?'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
# Without a script there is no nonce, and a list without entries allows nothing.
SCRIPTLESS_POLICY = PAGE_POLICY - {"script-src 'nonce-?'"} | {"script-src"}
FRAMED_POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
}
PDF_POLICY = {"default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'"}
EVERYWHERE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), "
        "usb=()"
    ),
}


@dataclass(frozen=True)
class Seen:
    part: str | None
    url: str
    answer: requests.Response


WHO = (None, "parent_of_two", "superuser")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with live.running(tmp_path_factory.mktemp("headers"), environment=PRODUCTION) as running:
        yield running


def ask(portal: Portal, part: str | None, path: str, method: str = "GET") -> requests.Response:
    headers = dict(PROXY)
    if part:
        headers["Cookie"] = f"__Host-session={portal.person(part)['session']}"
    return requests.request(method, portal.url + path, headers=headers, allow_redirects=False, timeout=30)


def addresses(portal: Portal) -> list[str]:
    """Return every address of the access matrix, filled in; the logs have rows by then."""
    child = portal.staged["ids"]["child"]
    page = ask(portal, "parent_of_two", f"/students/{child}/").text
    found = re.search(rf"format-pdf\"\s+href=\"/students/{child}/reports/([^/\"]+)/", page)
    assert found, "the child's page lists a report"
    # What the stage does not name (a block, a session …) is crawled as something that does not exist.
    ids = defaultdict(
        lambda: "00000000-0000-0000-0000-000000000007", portal.staged["ids"] | {"key": found[1]}
    )
    filled = []
    for row in (row for rows in (ROWS | ADMIN).values() for row in rows):
        log = "accessrecord" if "accessrecord" in row.url else "accesschange"
        ids["log"] = portal.rows(f"SELECT max(id) FROM accounts_{log}")[0][0] or 1  # noqa: S608 - no input: names and values of this test
        filled.append(row.url.format_map(ids))
    return sorted({*filled, "/no/such/page", "/admin/no/such/page/", "/static/portal.css"})


@pytest.fixture(scope="module")
def crawled(portal: Portal) -> list[Seen]:
    """Every address as seen by nobody, by a parent and by somebody who may open every page of the admin."""
    return [Seen(part, url, ask(portal, part, url)) for url in addresses(portal) for part in WHO]


def policy(answer: requests.Response) -> set[str]:
    """Return the policy's directives; their order means nothing and changes from start to start."""
    text = re.sub(r"'nonce-[\w+/=-]{16,}'", "'nonce-?'", answer.headers.get("Content-Security-Policy", ""))
    return {directive.strip() for directive in text.split(";")}


def is_expected(seen: Seen) -> bool:
    found = policy(seen.answer)
    if not seen.url.endswith("/content/") or found in (PAGE_POLICY, SCRIPTLESS_POLICY):
        # At content/ only those who are not let in meet an ordinary page: sign-in, second factor, no such page.
        return found in (PAGE_POLICY, SCRIPTLESS_POLICY)
    return found == (
        PDF_POLICY if seen.answer.headers["Content-Type"] == "application/pdf" else FRAMED_POLICY
    )


def test_every_answer_carries_every_header_and_the_exact_policy(crawled: list[Seen]):
    wrong = []
    for seen in crawled:
        headers = seen.answer.headers
        found = {
            f"{name}: {headers.get(name)}" for name, value in EVERYWHERE.items() if headers.get(name) != value
        }
        if not is_expected(seen):
            found.add(f"policy: {sorted(policy(seen.answer))}")
        if headers.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
            found.add(f"Referrer-Policy: {headers.get('Referrer-Policy')}")
        ours = "frame-ancestors 'self'" in policy(seen.answer)
        if headers.get("X-Frame-Options") != ("SAMEORIGIN" if ours else "DENY"):
            found.add(f"X-Frame-Options: {headers.get('X-Frame-Options')}")
        wrong += [(seen.part, seen.url, seen.answer.status_code, fault) for fault in sorted(found)]

    assert wrong == []
    assert len(crawled) > 150


def test_only_content_may_be_framed_and_only_by_us(crawled: list[Seen]):
    framed = {seen.url for seen in crawled if "frame-ancestors 'none'" not in policy(seen.answer)}

    # Who is not let in meets an ordinary page there; of those who crawl here nobody reads registrations.
    content = [seen for seen in crawled if seen.url.endswith("/content/")]
    assert framed == {seen.url for seen in content if seen.answer.status_code not in {302, 404}}
    assert framed


def test_signed_in_pages_are_never_kept_by_a_browser_or_a_proxy(crawled: list[Seen]):
    private = [
        seen
        for seen in crawled
        if seen.part
        and seen.answer.status_code == 200
        and seen.answer.headers.get("Content-Type", "").startswith(("text/html", "application/pdf"))
    ]

    assert {
        seen.url for seen in private if "no-store" not in seen.answer.headers.get("Cache-Control", "")
    } == set()
    assert len(private) > 30


def test_no_page_names_a_script_a_style_or_a_picture_of_somebody_else(crawled: list[Seen]):
    loaded = re.compile(
        r"<(?:script|link|img|iframe|object|embed|source)\b[^>]*\b(?:src|href|data)=\"([^\"]+)\""
    )
    targets = {target for seen in crawled if _is_page(seen) for target in loaded.findall(seen.answer.text)}

    assert {
        one for one in targets if not one.startswith(("/", "data:image/")) or one.startswith("//")
    } == set()
    assert any(target.startswith("/static/") for target in targets)


def _is_page(seen: Seen) -> bool:
    return seen.answer.headers.get("Content-Type", "").startswith("text/html")


def test_cookies_are_host_bound_secure_httponly_and_lax(portal: Portal):
    form = ask(portal, None, "/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"', form.text)
    assert token
    csrf = form.headers["Set-Cookie"]
    answer = requests.post(
        f"{portal.url}/accounts/login/",
        data={
            "csrfmiddlewaretoken": token[1],
            "login": portal.person("parent_of_two")["email"],
            "password": portal.staged["password"],
        },
        headers=PROXY | {"Cookie": csrf.partition(";")[0], "Referer": f"https://{SITE}/accounts/login/"},
        allow_redirects=False,
        timeout=30,
    )

    assert answer.status_code == 302
    cookies = [csrf, *answer.raw.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"__Host-csrf", "__Host-session"}
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith("__Host-")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


def test_plain_http_is_led_to_https_but_for_the_probes(portal: Portal):
    plain = {"Host": SITE, "X-Forwarded-For": "127.0.0.1"}
    page = requests.get(f"{portal.url}/", headers=plain, allow_redirects=False, timeout=30)
    probe = requests.get(f"{portal.url}/healthz", headers=plain, allow_redirects=False, timeout=30)

    assert (page.status_code, page.headers["Location"]) == (301, f"https://{SITE}/")
    assert probe.status_code == 200


def test_the_deployment_check_finds_nothing(tmp_path: Path, portal: Portal):
    found = portal.run("-W", "error", "manage.py", "check", "--deploy", "--fail-level", "DEBUG")

    assert "System check identified no issues (0 silenced)." in found.stdout + found.stderr
