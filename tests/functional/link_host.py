"""A host of report links for tests in a browser: files by name, and how browsers asked for them.

The portal is led to it by the sandbox's fault `hostile_links`. It serves a PDF, a page with parts of its own, a player
that asks for ranges, and a page that tries to break out.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PAGE = b"""<!doctype html><html><head><title>Report</title><link rel="stylesheet" href="parts/report.css"></head>
<body><h1>Report</h1><script src="parts/report.js"></script></body></html>"""
STYLE = b"h1 { color: rgb(1, 2, 3) }"
# What a report of several parts does: it fetches of its own origin, which it may only if it has one. (No storage:
# browsers that block other sites' cookies deny it to any frame of another site, sandboxed or not.)
SCRIPT = b"""
fetch("parts/data.json").then((answer) => answer.json()).then((data) => {
  document.documentElement.dataset.report = `${data.ready} ${self.origin === location.origin}`;
}).catch((problem) => { document.documentElement.dataset.report = String(problem); });
"""
PLAYER = b"""<!doctype html><html><body><p>Player</p><script>
fetch("parts/film.bin", {headers: {Range: "bytes=2-4"}}).then(async (answer) => {
  document.documentElement.dataset.report = answer.status + await answer.text();
}).catch((problem) => { document.documentElement.dataset.report = String(problem); });
</script></body></html>"""
FILM = b"0123456789"
HOSTILE = b"""<!doctype html><html><body><p>Hostile</p><script>
const results = {};
const attempt = async (name, way) => {
  try { results[name] = (await way()) ? "worked" : "failed"; } catch (problem) { results[name] = "failed"; }
};
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
(async () => {
  await attempt("parent", () => { parent.document.body.dataset.hostile = "here"; return parent !== window; });
  await attempt("cookies", () => document.cookie.includes("mark=") );
  await attempt("storage", () => { localStorage.setItem("a", "b"); return localStorage.getItem("a") === "b"; });
  await attempt("fetch", async () => (await fetch("/", {credentials: "include"})).ok);
  await attempt("beacon", () => new Promise((done) => {
    const picture = new Image();
    picture.onload = () => done(true); picture.onerror = () => done(false);
    picture.src = "/beacon.svg?" + Math.random();
  }));
  await attempt("form", async () => {
    const frame = document.createElement("iframe");
    frame.name = "posted";
    document.body.appendChild(frame);
    const form = document.body.appendChild(document.createElement("form"));
    form.method = "post"; form.action = "/posted"; form.target = "posted";
    const loaded = new Promise((done) => { frame.onload = () => done(true); });
    form.submit();
    return Promise.race([loaded.then(() => pause(200)).then(() => frame.contentDocument?.body.textContent === "posted"),
                         pause(1500).then(() => false)]);
  });
  await attempt("pop-up", () => {
    const opened = window.open("about:blank");
    opened?.close();
    return Boolean(opened);
  });
  await attempt("top", async () => {
    if (top === window) return false;
    top.location.hash = "hostile";
    await pause(200);
    return top.location.hash === "#hostile";
  });
  document.documentElement.dataset.report = JSON.stringify(results);
})();
</script></body></html>"""
ATTEMPTS = ("parent", "cookies", "storage", "fetch", "beacon", "form", "pop-up", "top")
_HTML, _SVG = "text/html; charset=utf-8", b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@dataclass
class LinkHost:
    """Serves on 127.0.0.1; `asked` are (path, headers) of every request, oldest first."""

    pdf: bytes
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        host = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                host.asked.append((path, dict(self.headers)))
                kind, body = host.file(path)
                self.answer(kind, body)

            def do_POST(self) -> None:
                self.answer("text/html", b"posted")

            def answer(self, kind: str, body: bytes) -> None:
                if self.headers.get("Range") == "bytes=2-4":
                    body = body[2:5]
                    self.send_response(206)
                else:
                    self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if self.path == "/around.html":
                    self.send_header("Set-Cookie", "mark=1; Path=/")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def link(self, name: str) -> str:
        return f"http://{self.place}/{name}?X-Amz-Signature=fictional"

    def documents(self) -> list[dict[str, str]]:
        """Return the headers with which browsers asked for what our redirect led to."""
        return [
            headers
            for _path, headers in self.asked
            if headers.get("Sec-Fetch-Dest") in {"iframe", "document"}
        ]

    def file(self, path: str) -> tuple[str, bytes]:
        files: dict[str, tuple[str, Any]] = {
            "/report.pdf": ("application/pdf", self.pdf),
            "/report.html": (_HTML, PAGE),
            "/parts/report.css": ("text/css", STYLE),
            "/parts/report.js": ("text/javascript", SCRIPT),
            "/parts/data.json": ("application/json", b'{"ready": "ready"}'),
            "/film.html": (_HTML, PLAYER),
            "/parts/film.bin": ("application/octet-stream", FILM),
            "/hostile.html": (_HTML, HOSTILE),
            # Without any guard: what a portal would be that framed reports as pages of its own.
            "/around.html": (_HTML, b'<!doctype html><body><iframe src="/hostile.html"></iframe></body>'),
            "/beacon.svg": ("image/svg+xml", _SVG),
        }
        return files.get(path, (_HTML, b"<!doctype html><p>Nothing here</p>"))
