"""Asks Illuminate for rows as they are, for whoever looks after a district's data.

Called by `manage.py illuminate`. It hands on what the vendor sends, names and addresses of families included: nothing
else may call it, and nothing logs what it yields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations import clients
from integrations.http import VendorError
from integrations.illuminate.endpoints import CATALOGUE, Endpoint, readable
from integrations.models import Connection, Vendor
from portal.base import secrets


class CannotAsk(ValueError):
    """The question cannot be asked or was not answered; the message says why and what there is instead."""


def connection_named(name: str | None) -> Connection:
    """Return the one connection to Illuminate, or the one of this name. Raises CannotAsk."""
    found = Connection.objects.filter(vendor=Vendor.ILLUMINATE).select_related("district")
    if name is not None:
        found = found.filter(name=name)
    rows = list(found.order_by("district__cds_code", "name"))
    if len(rows) == 1:
        return rows[0]
    there = ", ".join(
        f"{row.name} ({row.district.cds_code})" for row in Connection.objects.filter(vendor=Vendor.ILLUMINATE)
    )
    if not there:
        raise CannotAsk("There is no connection to Illuminate yet: manage.py connect illuminate …")
    raise CannotAsk(f"Which connection? --connection with one of: {there}.")


def checked(name: str, arguments: dict[str, str]) -> Endpoint:
    """Return the endpoint if it can be read with these parameters. Raises CannotAsk, which lists what there is."""
    endpoint = CATALOGUE.get(name)
    if endpoint is not None and endpoint.deprecated:
        raise CannotAsk(f"{name} is deprecated: use {endpoint.deprecated}.")
    if endpoint is None or endpoint.method != "GET":
        names = " ".join(sorted(each.name for each in readable()))
        raise CannotAsk(f"Illuminate has no endpoint {name!r} to read. There are: {names}")
    known = {each.name: each for each in endpoint.parameters}
    unknown = sorted(set(arguments) - set(known) - set(endpoint.in_path))
    lacking = {each.name for each in endpoint.parameters if each.required} | set(endpoint.in_path)
    lacking -= {*arguments, "page"}
    if not unknown and not lacking:
        return endpoint
    says = [
        f"{each.name} ({each.type}{', required' if each.required else ''})" for each in endpoint.parameters
    ]
    says += [f"{each} (id, required)" for each in endpoint.in_path]
    wrong = f"knows no {', '.join(unknown)}" if unknown else f"needs {', '.join(sorted(lacking))}"
    raise CannotAsk(f"{name} {wrong}. Its parameters are: {', '.join(says) or 'none'}.")


def rows(connection: Connection, name: str, arguments: dict[str, str]) -> Iterator[Any]:
    """Yield the rows of all pages, or of one if `page` is given; objects are one row. Raises CannotAsk."""
    endpoint = checked(name, arguments)
    try:
        client = clients.illuminate_client(connection)
        if not endpoint.is_paged or "page" in arguments:
            answer = client.get(name, **arguments)
            found = answer.get("results", []) if endpoint.is_paged and isinstance(answer, dict) else answer
            yield from found if isinstance(found, list) else [found]
            return
        pages = client.pages(name, typed=False, ahead=None, **arguments)
        for page in pages:
            yield from page.rows
    except VendorError as problem:
        raise CannotAsk(f"Illuminate did not answer: {problem.reason}.") from None
    except secrets.SecretUnreadable:
        raise CannotAsk("The stored credentials cannot be read with this server's FIELD_KEYS.") from None
    if not pages.complete:
        raise CannotAsk(f"What came is not all there is: {pages.reason}.")
