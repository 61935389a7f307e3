"""The admin's screens as a browser fills them: read the form from the page, change a few fields, send it back."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from django.test import Client

from integrations.models import Connection
from scorereports.models import Configuration

CONNECTIONS = "/admin/integrations/connection/"
CONFIGURATIONS = "/admin/scorereports/configuration/"


def page_of(row: Connection | Configuration) -> str:
    base = CONNECTIONS if isinstance(row, Connection) else CONFIGURATIONS
    return f"{base}{row.pk}/change/"


def fields_of(client: Client, address: str) -> dict[str, Any]:
    """Return what a browser would send from the page's main form without touching anything."""
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    form = soup.select_one("form[id$=_form]")
    assert form is not None, "no form for this person"
    return filled_in(form)


def filled_in(form: Tag) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if kind == "submit" or field.has_attr("disabled") or name == "csrfmiddlewaretoken":
            continue
        if field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            sent[name] = str(chosen[0].get("value", ""))
        elif field.name == "textarea":
            sent[name] = field.get_text().removeprefix("\n")  # which a browser leaves out too
        elif kind == "checkbox":
            if field.has_attr("checked"):
                sent.setdefault(name, []).append(str(field.get("value", "on")))
        else:
            sent[name] = str(field.get("value", ""))
    return sent


def send(client: Client, address: str, **changed: Any) -> Any:
    """Send the page's form with a few fields changed; `connection__key` stands for `connection-key`."""
    fields = fields_of(client, address) | {name.replace("__", "-"): value for name, value in changed.items()}
    return client.post(address, {name: value for name, value in fields.items() if value is not None})


def errors_in(answer: Any) -> str:
    """Return the words of every complaint on the page; nothing for an answer that leads away."""
    soup = BeautifulSoup(answer.content, "html.parser")
    return " ".join(part.get_text(" ", strip=True) for part in soup.select(".errorlist, .errornote"))


def text_of(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())
