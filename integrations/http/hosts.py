"""Which addresses the portal may call.

Owns the allow-list check, made when an address is saved and again at every call. Callers: vendor clients,
connection forms, `VendorHttp`. If it is too lax, a stolen admin session or a forged answer reaches the
inner network; if it is too strict, nothing opens.

The reading is ours and narrow on purpose: two URL parsers that disagree are how allow-lists are passed. An
address outside plain RFC 3986 ASCII is refused before any parser sees it.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from integrations.http.errors import VendorMisconfigured

LONGEST_URL = 8192
_HTTPS_PORT = 443
_HTTP_PORT = 80
_HIGHEST_PORT = 65535

# No fragment, userinfo, backslash, space, control or non-ASCII character, no half percent code.
_CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    rf"(?P<path>/{_CHARACTER}*)?"
    rf"(?:\?(?:{_CHARACTER}|\?)*)?",
    re.IGNORECASE,
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_EXTRA = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[1-9][0-9]{0,4}))?")


@dataclass(frozen=True, slots=True)
class _Place:
    scheme: str
    host: str
    port: int | None


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """An allow-list of hosts.

    `exact`: host names. `suffixes`: each begins with a dot and stands for any name below it, not for
    itself. `patterns`: matched against the whole host name. These three are https on port 443 only.
    `extra`: `host[:port]` entries of PORTAL_VENDOR_HOSTS; without a port any port goes, and loopback hosts
    among them may be called over plain http. A malformed entry raises ValueError. `pinned`, if given, is the
    one `host[:port]` of all these that still counts.
    """

    exact: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    extra: tuple[str, ...] = ()
    pinned: str = ""

    def __post_init__(self) -> None:
        for suffix in self.suffixes:
            if not suffix.startswith(".") or not _NAME.fullmatch(suffix[1:]):
                raise ValueError("a suffix is a dot and a lower-case host name")
        for entry in self.extra:
            _extra_place(entry)

    def with_extra(self, hosts: Iterable[str]) -> "HostPolicy":
        """Return the same list with more `host[:port]` entries."""
        return replace(self, extra=(*self.extra, *hosts))

    def pinned_to(self, place: str) -> "HostPolicy":
        """Return the same list narrowed to one `host[:port]` of it; an empty text narrows nothing."""
        return replace(self, pinned=place.lower())

    def check(self, url: str) -> None:
        """Return if `url` may be called; else raise VendorMisconfigured: `host-not-allowed`, `host-not-pinned`."""
        place = _read(url)
        if place is None or not (self._shipped(place) or self._listed(place)):
            raise VendorMisconfigured("host-not-allowed")
        if self.pinned and self.pinned != place_of(url):
            raise VendorMisconfigured("host-not-pinned")

    def _shipped(self, place: _Place) -> bool:
        if place.scheme != "https" or place.port not in (None, _HTTPS_PORT):
            return False
        return (
            place.host in self.exact
            or any(place.host.endswith(suffix) for suffix in self.suffixes)
            or any(pattern.fullmatch(place.host) for pattern in self.patterns)
        )

    def _listed(self, place: _Place) -> bool:
        if place.scheme != "https" and not _is_loopback(place.host):
            return False
        port = place.port or (_HTTPS_PORT if place.scheme == "https" else _HTTP_PORT)
        listed = (_extra_place(entry) for entry in self.extra)
        return any(entry.host == place.host and entry.port in (None, port) for entry in listed)


def host_of(url: str) -> str:
    """Return the host of `url` in lower case, or nothing if it is no address we would read. Never raises."""
    place = _read(url)
    return place.host if place else ""


def place_of(url: str) -> str:
    """Return `host`, or `host:port` where the port is not its scheme's own; nothing for no address. Never raises."""
    place = _read(url)
    if place is None:
        return ""
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = _HTTPS_PORT if place.scheme == "https" else _HTTP_PORT
    return host if place.port in (None, usual) else f"{host}:{place.port}"


def origin_of_extra(entry: str) -> str:
    """Return a `host[:port]` entry as a page's policy names it: http for loopback, any port where none is given."""
    place = _extra_place(entry)
    host = f"[{place.host}]" if ":" in place.host else place.host
    if _is_loopback(place.host):
        return f"http://{host}:{place.port or '*'}"
    return f"https://{host}" if place.port in (None, _HTTPS_PORT) else f"https://{host}:{place.port}"


def _read(url: str) -> _Place | None:
    if not isinstance(url, str) or len(url) > LONGEST_URL:
        return None
    match = _URL.fullmatch(url)
    host = _clean_host(match["host"]) if match else None
    if match is None or host is None:
        return None
    port = int(match["port"]) if match["port"] else None
    if port is not None and port > _HIGHEST_PORT:
        return None
    return _Place(scheme=match["scheme"].lower(), host=host, port=port)


def _extra_place(entry: str) -> _Place:
    match = _EXTRA.fullmatch(entry)
    host = _clean_host(match["host"]) if match else None
    if match is None or host is None:
        raise ValueError("an extra vendor host is host or host:port")
    return _Place(scheme="", host=host, port=int(match["port"]) if match["port"] else None)


def _clean_host(text: str) -> str | None:
    """Return the host in one spelling, or None for anything that some resolver reads differently."""
    host = text.lower()
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host.strip("[]")))
        except ValueError:
            return None
    if not _NAME.fullmatch(host):
        return None
    last = host.rpartition(".")[2]
    if last.isdigit() or last.startswith("0x"):
        # 127.1, 2130706433 and 0x7f.1 are addresses to some resolvers: only the dotted four count here.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
