"""Which faults wait for which calls. What a fault does stands in `misbehaviour.py`.

Filled by `POST /ets/_faults` and by tests; `server.py` takes from it. The first fault in the list that fits a
call is used, one a call.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrations.sandbox.exchange import Call, Vendor
from integrations.sandbox.hostile import ATTEMPTS

if TYPE_CHECKING:
    from integrations.sandbox.server import SandboxServer

_NUMBER = (int, float)
_TEXT = (str,)
_LIST = (list,)
_OPTIONAL_NUMBER = (int, float, type(None))
# The one fault of the whole listener, not of a call.
REFUSE = "refuse"
# Every kind with its options and their types; docs/sandbox.md explains them.
KINDS: dict[str, dict[str, tuple[type, ...]]] = {
    "status": {"status": (int,), "body": _TEXT, "text": _TEXT, "retry_after": (int, str), "headers": (dict,)},
    "hang": {"seconds": _OPTIONAL_NUMBER},
    "slow_headers": {"ms_per_byte": _NUMBER},
    "drip": {"ms_per_byte": _NUMBER},
    "reset": {"at": _TEXT},
    "truncate": {"keep": (int,)},
    "garbage": {"text": _TEXT},
    "shape": {"size": (int,), "bytes_per_second": _NUMBER},
    "huge": {"size": (int, type(None))},
    "wrong_type": {"as": _TEXT},
    "redirect": {"location": _TEXT, "status": (int,)},
    "gzip_bomb": {"size": (int,)},
    "set_cookie": {"value": _TEXT},
    "extra_rows": {"rows": _LIST},
    "bad_rows": {"rows": _LIST},
    "hostile_links": {"url": _TEXT},
    "hostile_html": {"portal": _TEXT, "attempts": _LIST},
    "delay": {"ms": _NUMBER},
    "lost": {},
    "late": {"ms": _NUMBER},
    "short_page": {"rows": (int,)},
    "repeated_page": {"of": (int,)},
    "miscount": {"results": (int,), "pages": (int,)},
    "changed_rows": {"rows": _LIST, "set": (dict,)},
    REFUSE: {"seconds": _NUMBER},
}
NEEDED = {"redirect": "location", "hostile_links": "url", "hostile_html": "portal"}
CHOICES = {
    ("status", "body"): ("json", "html", "gateway", "xml", "empty"),
    ("reset", "at"): ("once", "body"),
    ("wrong_type", "as"): ("html-as-pdf", "pdf-as-html"),
    ("hostile_html", "attempts"): ATTEMPTS,
}
ROW_KINDS = ("extra_rows", "bad_rows", "hostile_links")
# Where there are links: in ETS's rows, and as PowerSchool's answer to who asks for a document.
LINK_PLACES = ("reports", "document", "named_document")
# Faults of rows are ETS's alone, those of pages Illuminate's, those of files and links the two's that have any.
ROWS_OF_ETS = ("extra_rows", "bad_rows", "hostile_html")
ETS_KINDS = (*ROWS_OF_ETS, "hostile_links", "shape", "wrong_type")
# What these change has the same form in Illuminate's answers alone.
PAGE_KINDS = ("short_page", "repeated_page", "miscount", "changed_rows")
_ABSENT = {"/ets": PAGE_KINDS, "/illuminate": ETS_KINDS, "/powerschool": (*ROWS_OF_ETS, *PAGE_KINDS)}
SIGNED = ("results", "pages")
COMMON = ("where", "kind", "times", "ssid", "page")


class FaultError(Exception):
    """A fault that cannot be had; the text says why and names no student."""


@dataclass(slots=True, repr=False)
class Fault:
    """`left` None means until reset; `ssid` None means any student, `page` None any page."""

    vendor: str
    kind: str
    where: str
    left: int | None = None
    ssid: str | None = None
    page: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        described = {"where": self.where, "kind": self.kind, "times": self.left, **self.options}
        about = {"ssid": self.ssid, "page": self.page}
        return described | {name: value for name, value in about.items() if value is not None}


class FaultList:
    """The faults in force. Safe to use from many threads."""

    def __init__(self, server: "SandboxServer") -> None:
        self._server = server
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, *, vendor: str = "ets", **fault: Any) -> None:
        """Add one more: `add(where="reports", kind="status", status=503, times=2)`; FaultError if it cannot be had."""
        self._install([parse(fault, self._vendor(vendor))])

    def _vendor(self, name: str) -> Vendor:
        return next(vendor for vendor in self._server.vendors if vendor.prefix == f"/{name}")

    def replace(self, faults: Iterable[Any], vendor: Vendor | None = None) -> None:
        """Put these in the place of a vendor's others; an empty list ends them. FaultError changes nothing."""
        vendor = vendor or self._server.vendors[0]
        parsed = [parse(fault, vendor) for fault in faults]
        with self._lock:
            self._faults = [fault for fault in self._faults if fault.vendor != vendor.prefix]
        self._install(parsed)

    def clear(self) -> None:
        """End all faults of all vendors, a refusal of connections too."""
        with self._lock:
            self._faults = []
        self._server.accept_if_started()

    def take(self, vendor: Vendor, call: Call) -> Fault | None:
        """The fault for this call, counted down; None when it shall be answered well."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if self._fits(fault, vendor, call):
                    if fault.left is not None:
                        fault.left -= 1
                    return fault
        return None

    def describe(self, vendor: Vendor) -> list[dict[str, Any]]:
        """A vendor's faults that are in force, with the times left."""
        with self._lock:
            return [
                fault.describe()
                for fault in self._faults
                if fault.vendor == vendor.prefix and fault.left != 0
            ]

    def _install(self, faults: list[Fault]) -> None:
        with self._lock:
            self._faults += [fault for fault in faults if fault.kind != REFUSE]
        for fault in faults:
            if fault.kind == REFUSE:
                self._server.refuse_soon(fault.options["seconds"])

    @staticmethod
    def _fits(fault: Fault, vendor: Vendor, call: Call) -> bool:
        return (
            fault.left != 0
            and fault.where in (call.endpoint, "all")
            and fault.ssid in (None, call.ssid)
            and fault.page in (None, call.page)
            and fault.vendor == vendor.prefix
        )


def parse(value: Any, vendor: Vendor) -> Fault:
    """Check one fault as it came in as JSON; FaultError says what is wrong with it."""
    if not isinstance(value, dict):
        raise FaultError("A fault is a JSON object.")
    kind = value.get("kind")
    absent = _ABSENT[vendor.prefix]
    if kind not in KINDS or kind in absent:
        raise FaultError(f"Kinds of faults are: {', '.join(name for name in KINDS if name not in absent)}.")
    where = value.get("where", "all")
    if where not in (*vendor.endpoints, "all"):
        raise FaultError(f"Faults happen at: {', '.join(vendor.endpoints)}, all.")
    places = LINK_PLACES if kind == "hostile_links" else ("reports",)
    if kind in ROW_KINDS and where not in places:
        raise FaultError(f"The fault {kind} needs where {' or '.join(places)}.")
    times, ssid, page = value.get("times"), value.get("ssid"), value.get("page")
    if not (times is None or (type(times) is int and times > 0)):
        raise FaultError("times is a number above zero, or null.")
    if not (ssid is None or isinstance(ssid, str)):
        raise FaultError("ssid is text.")
    if not (page is None or (type(page) is int and page > 0)):
        raise FaultError("page is a number above zero.")
    options = {name: option for name, option in value.items() if name not in COMMON}
    _check_options(kind, options)
    return Fault(vendor.prefix, kind, where, times, ssid, page, options)


def _check_options(kind: str, options: dict[str, Any]) -> None:
    for name, option in options.items():
        types = KINDS[kind].get(name)
        if types is None:
            raise FaultError(f"The fault {kind} takes: {', '.join(KINDS[kind])}.")
        if not isinstance(option, types) or isinstance(option, bool):
            raise FaultError(f"The option {name} of {kind} has a value of the wrong kind.")
        if isinstance(option, int | float) and option < 0 and name not in SIGNED:
            raise FaultError(f"The option {name} of {kind} cannot be below zero.")
        chosen = option if isinstance(option, list) else [option]
        if any(one not in CHOICES.get((kind, name), chosen) for one in chosen):
            raise FaultError(f"The option {name} of {kind} is one of: {', '.join(CHOICES[kind, name])}.")
    if kind in NEEDED and NEEDED[kind] not in options:
        raise FaultError(f"The fault {kind} needs {NEEDED[kind]}.")
    if kind == REFUSE and not isinstance(options.get("seconds"), int | float):
        raise FaultError(
            "The fault refuse needs seconds: nobody could end it, the sandbox takes no calls meanwhile."
        )
