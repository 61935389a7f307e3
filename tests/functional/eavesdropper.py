"""Stands between the portal and its vendor and remembers what must never be seen again: tokens and links."""

from __future__ import annotations

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

HERE = "127.0.0.1"


class Eavesdropper:
    """Passes every GET on to `target` ("host:port"), the same `Host` included, so that links lead through here too."""

    def __init__(self) -> None:
        self.target = ""
        self.tokens: set[str] = set()
        self.links: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.pass_on(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer((HERE, 0), Handler)
        self._server.daemon_threads = True
        self.netloc = f"{HERE}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def link_parts(self) -> set[str]:
        """Return the links whole, and the pieces of each that would open it."""
        found = set(self.links)
        for link in self.links:
            parts = urlsplit(link)
            found.add(parts.path.rpartition("/")[2])
            found |= {
                value
                for name, value in parse_qsl(parts.query)
                if name.lower().endswith(("signature", "token"))
            }
        return {part for part in found if len(part) >= 12}

    def pass_on(self, client: BaseHTTPRequestHandler) -> None:
        client.close_connection = True
        upstream = http.client.HTTPConnection(self.target, timeout=30)
        try:
            upstream.putrequest("GET", client.path, skip_host=True, skip_accept_encoding=True)
            for name, value in client.headers.items():
                upstream.putheader(name, value)
            upstream.endheaders()
            answer = upstream.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return  # the vendor broke off, and so do we
        finally:
            upstream.close()
        self._remember(body)
        client.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection", "server", "date"}:
                client.send_header(name, value)
        client.send_header("Connection", "close")
        client.end_headers()
        client.wfile.write(body)

    def _remember(self, body: bytes) -> None:
        try:
            found = json.loads(body)
        except ValueError:
            return
        if isinstance(found, dict) and isinstance(found.get("token"), str):
            self.tokens.add(found["token"])
        if isinstance(found, list):
            rows = (row for row in found if isinstance(row, dict))
            self.links |= {row["url"] for row in rows if isinstance(row.get("url"), str) and row["url"]}
