"""What the sandbox notes of browsers: how links were asked for, what hostile pages got away with."""

import pytest
import requests

from integrations.sandbox.hostile import ATTEMPTS
from integrations.sandbox.observations import KEPT

PORTAL = "http://127.0.0.1:9/portal?a=</script>"


def test_it_works(ets, child):
    url = ets.link(child.ssid, format="HTML")
    requests.get(url, headers={"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}, timeout=5)
    requests.get(url.rpartition("/")[0] + "/report.css", headers={"Range": "bytes=0-"}, timeout=5)
    assert ets.control("link_requests").json() == [
        {
            "endpoint": "link",
            "method": "GET",
            "file": "report.html",
            "headers": {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"},
        },
        {"endpoint": "asset", "method": "GET", "file": "report.css", "headers": {"Range": "bytes=0-"}},
    ]


def test_what_is_noted_of_a_link_request_names_nobody_and_opens_nothing(ets, child):
    url = ets.link(child.ssid)
    headers = {
        "Referer": f"http://portal.example.org/students/{child.ssid}/?{child.last_name}",
        "Cookie": "sessionid=canary; csrftoken=canary2",
        "Authorization": "canary",
        "User-Agent": "canary",
    }
    requests.get(url, headers=headers, timeout=5)
    requests.get(url, headers={"Referer": "http://portal.example.org/"}, timeout=5)
    reply = ets.control("link_requests")
    assert [seen["headers"] for seen in reply.json()] == [
        {
            "Referer": "http://portal.example.org/\u2026",
            "Cookie": "sessionid; csrftoken",
            "Authorization": "(sent)",
        },
        {"Referer": "http://portal.example.org/"},
    ]
    for secret in ("canary", child.ssid, child.last_name, url.rpartition("/")[2][:20]):
        assert secret not in reply.text


def test_the_list_is_bounded_and_reset_empties_it(ets, link, sandbox):
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(3):
            session.get(link, timeout=5)
    for _ in range(KEPT + 10):
        sandbox.observed.saw_attempt("cookie", "no")
    assert len(ets.control("link_requests").json()) == 3
    assert len(ets.control("hostile").json()) == KEPT
    ets.control("reset")
    assert ets.control("link_requests").json() == ets.control("hostile").json() == []


def test_a_hostile_page_tells_what_worked(ets):
    told = ets.get("/_hostile?attempt=cookie&worked=yes")
    assert (told.status_code, told.content) == (204, b"")
    ets.get("/_hostile?attempt=popup&worked=no")
    assert ets.control("hostile").json() == [
        {"attempt": "cookie", "worked": True},
        {"attempt": "popup", "worked": False},
    ]


@pytest.mark.parametrize(
    "query", ["attempt=a%20b&worked=yes", "attempt=cookie", "attempt=cookie&worked=maybe", "x=1"]
)
def test_what_no_hostile_page_tells_is_refused(ets, query):
    assert ets.get(f"/_hostile?{query}").status_code == 400
    assert ets.control("hostile").json() == []


@pytest.mark.parametrize("name", ["link_requests", "hostile"])
def test_no_web_page_may_read_the_lists(ets, name):
    assert ets.get(f"/_{name}", headers={"Origin": "https://example.org"}).status_code == 403


@pytest.mark.parametrize("form", ["HTML", "VIDEO"])
def test_hostile_html_comes_in_the_place_of_a_page(ets, child, form):
    ets.faults({"where": "link", "kind": "hostile_html", "portal": PORTAL})
    reply = requests.get(ets.link(child.ssid, format=form), timeout=5)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f'"{ets.base}/_hostile"' in reply.text
    assert all(f'"{attempt}"' in reply.text for attempt in ATTEMPTS)
    assert reply.text.count("</script>") == 1
    assert "$settings" not in reply.text


def test_hostile_html_tries_only_what_it_is_told_to(ets, child):
    ets.faults({"where": "link", "kind": "hostile_html", "portal": PORTAL, "attempts": ["cookie"]})
    assert '"attempts": ["cookie"]' in requests.get(ets.link(child.ssid, format="HTML"), timeout=5).text


def test_hostile_html_leaves_pdfs_parts_and_refusals_alone(ets, child):
    url = ets.link(child.ssid, format="HTML")
    ets.faults({"where": "all", "kind": "hostile_html", "portal": PORTAL})
    assert requests.get(ets.link(child.ssid), timeout=5).content.startswith(b"%PDF-")
    assert (
        requests.get(url.rpartition("/")[0] + "/report.js", timeout=5)
        .headers["Content-Type"]
        .startswith("text/javascript")
    )
    assert requests.get(f"{url}0", timeout=5).status_code == 403
