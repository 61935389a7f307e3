"""Asks a vendor for rows as they are, for whoever looks after a district's data.

Called by `manage.py illuminate` and `manage.py powerschool`. It hands on what the vendor sends, names and addresses of
families included: nothing else may call it, and nothing logs what it yields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations import clients
from integrations.http import VendorError
from integrations.illuminate.endpoints import CATALOGUE, Endpoint, readable
from integrations.models import Connection, Vendor
from integrations.powerschool import endpoints as powerschool
from portal.base import secrets


class CannotAsk(ValueError):
    """The question cannot be asked or was not answered; the message says why and what there is instead."""


def connection_named(name: str | None, vendor: Vendor = Vendor.ILLUMINATE) -> Connection:
    """Return the one connection to a vendor, or the one of this name. Raises CannotAsk."""
    all_of_it = Connection.objects.filter(vendor=vendor).select_related("district")
    found = all_of_it if name is None else all_of_it.filter(name=name)
    rows = list(found.order_by("district__cds_code", "name"))
    if len(rows) == 1:
        return rows[0]
    there = ", ".join(f"{row.name} ({row.district.cds_code})" for row in all_of_it)
    if not there:
        raise CannotAsk(f"There is no connection to {vendor.label} yet: manage.py connect {vendor.value} …")
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


def check_powerschool(name: str, arguments: dict[str, str]) -> powerschool.Endpoint:
    """Return the call if it reads and can be asked like this. Raises CannotAsk, which lists what there is."""
    endpoint = powerschool.CATALOGUE.get(name)
    readable_ones = list(powerschool.readable())
    if endpoint not in readable_ones or endpoint is None:
        names = " ".join(each.name for each in readable_ones)
        raise CannotAsk(f"PowerSchool Enrollment has no call {name!r} to read. There are: {names}")
    known = [*endpoint.in_path, *endpoint.parameters]
    unknown = sorted(set(arguments) - set(known))
    lacking = [each for each in known if each not in endpoint.optional and each not in arguments]
    if not unknown and not lacking:
        return endpoint
    says = [each if each in endpoint.optional else f"{each} (required)" for each in known]
    wrong = f"knows no {', '.join(unknown)}" if unknown else f"needs {', '.join(lacking)}"
    raise CannotAsk(f"{name} {wrong}. Its parameters are: {', '.join(says) or 'none'}.")


def powerschool_rows(connection: Connection, name: str, arguments: dict[str, str]) -> Iterator[Any]:
    """Yield what a call lists, all pages of it or the one that is named; an object is one row. Raises CannotAsk."""
    endpoint = check_powerschool(name, arguments)
    pages = None
    try:
        client = clients.powerschool_client(connection)
        if endpoint.shape is powerschool.Shape.PAGED and "page" not in arguments:
            pages = client.rows_as_sent(name, **arguments)
            yield from pages.rows()
        else:
            answer = client.get(name, **arguments)
            yield from answer if isinstance(answer, list) else [answer]
    except VendorError as problem:
        raise CannotAsk(f"PowerSchool Enrollment did not answer: {problem.reason}.") from None
    except secrets.SecretUnreadable:
        raise CannotAsk("The stored API key cannot be read with this server's FIELD_KEYS.") from None
    if pages is not None and not pages.complete:
        raise CannotAsk(f"What came is not all there is: {pages.reason}.")
