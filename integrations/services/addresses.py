"""Where a connection may lead: the servers that a screen offers, the allow-list, and paths in one spelling.

Called by the connection's form, the service that saves it and `manage.py connect`. The allow-list itself is asked again
at every call (`integrations.http`): this is the first of two gates.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations import clients
from integrations.http import VendorMisconfigured
from integrations.models import Vendor

# What several vendors' public pages print for districts to enter.
SHIPPED = ("https://caaspp-aws.ets.org",)
# How the addresses of those end whose paths are not a district's own: where Illuminate's paths begin, and beside which
# its tokens are asked for; the version of PowerSchool's API, beside which its health is asked for.
_ENDINGS = {
    Vendor.ILLUMINATE: re.compile(r".*/rest_server\.php"),
    Vendor.POWERSCHOOL: re.compile(r".*/api[0-9]*/v[0-9]+"),
}
_NOT_LISTED = {
    Vendor.ETS: gettext_lazy(
        "This server is not on the allow-list: https://…ets.org, or a host that the operator added to "
        "PORTAL_VENDOR_HOSTS."
    ),
    Vendor.ILLUMINATE: gettext_lazy(
        "This server is not on the allow-list: https://….illuminateed.com/…, or a host that the operator added "
        "to PORTAL_VENDOR_HOSTS."
    ),
    Vendor.POWERSCHOOL: gettext_lazy(
        "This server is not on the allow-list: https://secure.infosnap.com/…, https://registration.powerschool.com/…, "
        "or a host that the operator added to PORTAL_VENDOR_HOSTS."
    ),
}
_ENDS_OTHERWISE = {
    Vendor.ILLUMINATE: gettext_lazy(
        "The address ends in rest_server.php, such as https://example.illuminateed.com/live/rest_server.php."
    ),
    Vendor.POWERSCHOOL: gettext_lazy(
        "The address ends in /api/v1, such as https://secure.infosnap.com/api/v1."
    ),
}
_PIECE = re.compile(r"[A-Za-z0-9_~.-]+")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")


class BadAddress(ValueError):
    """The server, path or link host cannot be saved; the message says what to change."""


def offered(saved: str = "") -> list[str]:
    """Return the servers to choose from: shipped ones, the operator's, and the saved one. All are on the allow-list."""
    plain = (f"http://{entry}" for entry in settings.PORTAL_VENDOR_HOSTS)
    safe = (f"https://{entry}" for entry in settings.PORTAL_VENDOR_HOSTS)
    # Plain http passes for this machine alone, and there it is the one that works.
    listed = [http if _is_allowed(http) else https for http, https in zip(plain, safe, strict=True)]
    found = dict.fromkeys([*SHIPPED, *listed, *([saved] if saved else [])])
    return [server for server in found if _is_allowed(server)]


def check_server(base_url: str, vendor: str = Vendor.ETS) -> None:
    """Raise BadAddress unless the address is on the vendor's allow-list, and of its form."""
    kind = Vendor(vendor)
    if not _is_allowed(base_url, kind):
        raise BadAddress(str(_NOT_LISTED[kind]))
    ending = _ENDINGS.get(kind)
    if ending and not ending.fullmatch(base_url):
        raise BadAddress(str(_ENDS_OTHERWISE[kind]))


def tidy_server(typed: str) -> str:
    """Return a typed host as an address: https unless it says otherwise, without a slash at its end."""
    server = typed.strip().rstrip("/")
    if server and "://" not in server:
        server = f"https://{server}"
    return server


def tidy_path(typed: str, *, closed: bool = False) -> str:
    """Return the path with one slash before each piece, and after the last if `closed`. Raises BadAddress."""
    pieces = [piece for piece in typed.strip().split("/") if piece]
    if not pieces or any(piece in {".", ".."} or not _PIECE.fullmatch(piece) for piece in pieces):
        raise BadAddress(_("Only the part after the server belongs here, such as /v3/students/."))
    return "/" + "/".join(pieces) + ("/" if closed else "")


def check_link_host(host: str, *, seen: str, vendor: str = Vendor.ETS) -> None:
    """Raise BadAddress unless links may lead to this host; the one that was seen passed at the time."""
    if host == seen:
        return
    try:
        if not _HOST.fullmatch(host):
            raise VendorMisconfigured("host-not-allowed")
        clients.link_policy(vendor).check(f"https://{host}/")
    except VendorMisconfigured:
        if vendor == Vendor.POWERSCHOOL:
            raise BadAddress(
                _("Document links may not lead there: a host of Azure’s blob storage.")
            ) from None
        raise BadAddress(
            _("Report links may not lead there: a host of S3 in the United States, or …ets.org.")
        ) from None


def _is_allowed(base_url: str, vendor: str = Vendor.ETS) -> bool:
    try:
        clients.api_policy(vendor).check(base_url)
    except VendorMisconfigured:
        return False
    return "?" not in base_url  # paths are put behind it
