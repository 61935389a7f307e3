"""A person at a plain browser: follows cookies, fills in forms, and keeps every page that was shown."""

from __future__ import annotations

import re
from typing import Any

import requests

from tests.live import Portal

_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')


class Visitor:
    def __init__(self, portal: Portal, part: str | None = None) -> None:
        self._portal = portal
        self.client = portal.client(part)
        self.seen: list[str] = []

    def get(self, path: str, **options: Any) -> requests.Response:
        return self._keep(self.client.get(self._portal.url + path, timeout=60, **options))

    def post(self, path: str, data: dict[str, Any], **options: Any) -> requests.Response:
        """Open the page, then send its form with these fields."""
        found = _TOKEN.search(self.get(path).text)
        fields = {"csrfmiddlewaretoken": found[1] if found else ""} | data
        return self._keep(
            self.client.post(
                self._portal.url + path,
                data=fields,
                timeout=60,
                headers={"Referer": self._portal.url},
                **options,
            )
        )

    def fields(self, path: str) -> dict[str, str]:
        """Return what the inputs of a page's form hold, for sending them back as they are."""
        page = self.get(path).text
        inputs = [
            tag for tag in re.findall(r"<input[^>]*>", page) if "checkbox" not in tag or "checked" in tag
        ]
        named = ((re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in inputs)
        return {
            name[1]: value[1] if value else ""
            for name, value in named
            if name and not name[1].startswith("_")
        }

    def _keep(self, answer: requests.Response) -> requests.Response:
        for one in [*answer.history, answer]:
            # The addresses as well: a redirect must not carry anything either.
            self.seen.append(f"{one.url}\n{dict(one.headers)}\n{one.text if _is_text(one) else ''}")
        return answer


def _is_text(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").startswith("text/")
