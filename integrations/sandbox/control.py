"""The addresses by which a rehearsal steers the sandbox and asks what it saw: `/ets/_faults`, `/illuminate/_calls`.

`server.py` calls it. Only programs on this machine are answered, and no web page in a browser: a page of
another site could otherwise steer the sandbox of whoever looks at it.
"""

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from integrations.sandbox.exchange import ControlError, Reply, Request, Vendor, json_reply
from integrations.sandbox.faults import FaultError
from integrations.sandbox.illuminate import controls as illuminate
from integrations.sandbox.illuminate.vendor import IlluminateVendor
from integrations.sandbox.powerschool import controls as powerschool
from integrations.sandbox.powerschool.vendor import PowerSchoolVendor
from integrations.sandbox.storage import VIDEO_FORMS

if TYPE_CHECKING:
    from integrations.sandbox.server import SandboxServer

COMMON_SETTINGS: dict[str, tuple[type, ...]] = {"latency_ms": (int, float)}
SETTINGS: dict[str, tuple[type, ...]] = {
    **COMMON_SETTINGS,
    "link_latency_ms": (int, float),
    "token_seconds": (int, float),
    "username": (str,),
    "api_token": (str,),
    "revoke_tokens": (bool,),
    "v1": (bool,),
    "video": (str,),
}


def answer(server: "SandboxServer", vendor: Vendor, request: Request) -> Reply:
    """Answer a control request: 200, 400 with the reason, 403 for strangers, 404 for unknown addresses."""
    if not is_loopback(request.client_address) or "Origin" in request.headers:
        return json_reply(403, {"message": "Only programs on this machine may steer the sandbox."})
    action = _action(vendor, request.method, request.path.removeprefix(f"{vendor.prefix}/_"))
    if action is None:
        return json_reply(404, {"message": "The sandbox has no such control."})
    try:
        value = json.loads(request.body) if request.body else None
        if request.method == "GET":
            value = dict(parse_qsl(request.query))
        found = action(server, vendor, value)
        return Reply(204) if found is None else json_reply(200, found)
    except (ControlError, FaultError) as problem:
        return json_reply(400, {"message": str(problem)})
    except ValueError:
        return json_reply(400, {"message": "The body is not JSON."})


def _action(vendor: Vendor, method: str, name: str) -> "_Action | None":
    common = _ACTIONS.get((method, name))
    actions: dict[tuple[str, str], Callable[[Any, Any], Any]] = {}
    if isinstance(vendor, IlluminateVendor):
        actions = dict(illuminate.ACTIONS)
    elif isinstance(vendor, PowerSchoolVendor):
        actions = dict(powerschool.ACTIONS)
    elif not common:
        return _ETS_ACTIONS.get((method, name))
    own = actions.get((method, name))
    return common if own is None else lambda _server, _vendor, value: own(vendor, value)


def is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _calls(server: "SandboxServer", vendor: Vendor, _: Any) -> Any:
    names = (*vendor.endpoints, "link_aborted", "link_open")
    return {name: server.calls[name] for name in names}


def _faults(server: "SandboxServer", vendor: Vendor, _: Any) -> Any:
    return server.faults.describe(vendor)


def _set_faults(server: "SandboxServer", vendor: Vendor, value: Any) -> Any:
    if not isinstance(value, list):
        raise ControlError("Faults are a JSON list.")
    server.faults.replace(value, vendor)
    return server.faults.describe(vendor)


def _clock(server: "SandboxServer", _: Vendor, value: Any) -> Any:
    if not isinstance(value, dict) or not _is_number(value.get("advance_seconds")):
        raise ControlError('The clock takes {"advance_seconds": number}.')
    server.clock.advance(value["advance_seconds"])
    return {"now": server.clock.now().isoformat()}


def _settings(server: "SandboxServer", vendor: Vendor, value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ControlError("Settings are a JSON object.")
    own = _own_settings(vendor)
    known = SETTINGS if own is None else {**COMMON_SETTINGS, **own[0]}
    for name, setting in value.items():
        kinds = known.get(name)
        if kinds is None:
            raise ControlError(f"Settings are: {', '.join(known)}.")
        if not isinstance(setting, kinds) or (isinstance(setting, bool) and bool not in kinds):
            raise ControlError(f"The setting {name} has a value of the wrong kind.")
        if isinstance(setting, int | float) and setting < 0:
            raise ControlError(f"The setting {name} cannot be below zero.")
    if value.get("video", VIDEO_FORMS[0]) not in VIDEO_FORMS:
        raise ControlError(f"The setting video is one of: {', '.join(VIDEO_FORMS)}.")
    if ("username" in value) != ("api_token" in value):
        raise ControlError("username and api_token change together.")
    if own is not None:
        own[1](vendor, value)
        value = {name: setting for name, setting in value.items() if name in COMMON_SETTINGS}
    server.configure(value)
    return {"ok": True}


def _own_settings(
    vendor: Vendor,
) -> "tuple[Mapping[str, tuple[type, ...]], Callable[[Any, dict[str, Any]], None]] | None":
    """Names and kinds of a vendor's own settings, and what changes them; None for ETS's, which are the server's."""
    if isinstance(vendor, IlluminateVendor):
        return illuminate.SETTINGS, illuminate.change_settings
    if isinstance(vendor, PowerSchoolVendor):
        return powerschool.SETTINGS, powerschool.change_settings
    return None


def _link_requests(server: "SandboxServer", _vendor: Vendor, _: Any) -> Any:
    return server.observed.link_requests()


def _hostile(server: "SandboxServer", _vendor: Vendor, value: dict[str, str]) -> Any:
    """List what hostile pages have told; with a query it is such a page that tells."""
    if not value:
        return server.observed.attempts()
    if not server.observed.saw_attempt(value.get("attempt", ""), value.get("worked", "")):
        raise ControlError("A hostile page tells attempt=name and worked=yes or no.")
    return None


def _reset(server: "SandboxServer", _vendor: Vendor, _: Any) -> Any:
    server.reset()
    return {"ok": True}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_Action = Callable[["SandboxServer", Vendor, Any], Any]
_ACTIONS: dict[tuple[str, str], _Action] = {
    ("GET", "calls"): _calls,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("POST", "clock"): _clock,
    ("POST", "settings"): _settings,
    ("POST", "reset"): _reset,
}
_ETS_ACTIONS: dict[tuple[str, str], _Action] = {
    ("GET", "link_requests"): _link_requests,
    ("GET", "hostile"): _hostile,
}
