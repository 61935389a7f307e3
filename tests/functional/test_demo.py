"""`make run` as a person meets it: a real start of the demo in a copy of the tree, on free ports, to its end."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.live import ROOT, wait_until

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("demo")]

READY_SECONDS = 30
_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
FAMILY = ("parent-of-two", "parent-of-one", "former-guardian", "student")
STAFF = ("teacher", "school-admin", "district-admin")


def two_free_ports() -> int:
    """Return a port that is free, and so is the next."""
    for _ in range(50):
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            return port
    raise AssertionError("no two ports in a row are free")


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"DEMO": "1", "PYTHONUNBUFFERED": "1"} | more


def fresh_clone(folder: Path) -> Path:
    """Copy what is in the repository into an empty folder, without var/."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="module")
def used_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which the demo ran before. Not the other tests': two at once would share one database."""
    folder = fresh_clone(tmp_path_factory.mktemp("used"))
    first = Demo(folder, two_free_ports())
    first.ready()
    first.end(signal.SIGTERM)
    return folder


class Demo:
    def __init__(self, tree: Path, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.log = tree / f"demo-{port}.log"
        self.began = time.monotonic()
        self.took = 0.0  # seconds until it was ready
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=tree,
                env=environment(PORT=str(port)),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def ready(self) -> float:
        """Wait for its announcement and return the seconds since the start."""
        wait_until(self._announced, seconds=READY_SECONDS + 15, what="for the demo")
        return time.monotonic() - self.began

    def family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.wait(30)

    def _announced(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the demo ended:\n{self.said()[-3000:]}")
        return "Ctrl-C ends everything." in self.said()


@pytest.fixture(scope="module")
def demo(tree: Path) -> Iterator[Demo]:
    running = Demo(tree, two_free_ports())
    try:
        running.took = running.ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGTERM)


def click(demo: Demo, who: str) -> tuple[requests.Session, requests.Response]:
    client = requests.Session()
    token = _TOKEN.search(client.get(f"{demo.url}/demo/", timeout=30).text)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "who": who}
    return client, client.post(f"{demo.url}/demo/", data=fields, timeout=30)


def test_it_is_ready_in_time_and_says_where_and_who(demo: Demo):
    assert demo.took < READY_SECONDS
    said = demo.said()
    assert f"{demo.url}/demo/" in said
    for title in ("Parent of two", "Former guardian", "Student, 17", "Teacher", "District administrator"):
        assert title in said


@pytest.mark.parametrize("who", FAMILY)
def test_one_click_signs_a_family_member_in(demo: Demo, who: str):
    client, answer = click(demo, who)

    assert answer.url == f"{demo.url}/"
    students = set(re.findall(r"/students/[0-9a-f-]{36}/", answer.text))
    assert len(students) == {"parent-of-two": 2, "former-guardian": 0}.get(who, 1)
    for student in students:
        page = client.get(demo.url + student, timeout=30)
        report = re.search(rf"format-pdf\"\s+href=\"({student}reports/[^\"/]+/)", page.text)
        shown = " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]).split())
        assert report, f"a report is listed, not: {page.status_code} {shown[:600]}"
        assert client.get(f"{demo.url}{report[1]}content/", timeout=30).content.startswith(b"%PDF-")


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.promise("A9")
def test_staff_need_the_code_that_the_page_shows(demo: Demo, who: str):
    client, asked = click(demo, who)
    assert "/accounts/security/authenticate/" in asked.url
    assert client.get(f"{demo.url}/", timeout=30, allow_redirects=False).status_code == 302
    code = re.search(r"ode of this person[^<]*: (\d{6})", asked.text)
    token = _TOKEN.search(asked.text)
    assert code
    assert token

    fields = {"csrfmiddlewaretoken": token[1], "code": code[1]}
    answer = client.post(asked.url, data=fields, timeout=30)

    assert answer.url == f"{demo.url}/"
    assert "/students/" in answer.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_process_and_a_second_start_works_on_what_was_kept(used_tree: Path, number: int):
    second = Demo(used_tree, two_free_ports())
    second.ready()
    family = second.family()
    assert len(family) >= 5, "itself, the sandbox, the worker, the server and its processes"
    assert click(second, "parent-of-two")[1].status_code == 200

    second.end(number)

    _gone, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []
    assert "Traceback" not in second.said()


PUBLIC = {
    "ALLOWED_HOSTS": {"ALLOWED_HOSTS": "localhost,portal.example.org"},
    "SITE_URL": {"SITE_URL": "https://portal.example.org"},
    "vendor hosts": {"PORTAL_VENDOR_HOSTS": "api.ets.org"},
}


@pytest.mark.parametrize("what", PUBLIC)
def test_the_demo_refuses_what_could_be_reached_from_elsewhere(tree: Path, what: str):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=tree,
        env=environment(**PUBLIC[what]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert "is not a loopback name" in done.stderr


def test_the_demos_server_refuses_to_listen_to_other_machines(tree: Path):
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"0.0.0.0:{two_free_ports()}"],
        cwd=tree,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode != 0
    assert "bind 127.0.0.1" in done.stdout + done.stderr
