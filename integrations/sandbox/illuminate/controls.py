"""What a rehearsal may ask of the sandbox's Illuminate beside faults: another night, pages made ahead, settings.

`control.py` of the sandbox calls these with the JSON that came in. ControlError goes back as 400.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from integrations.sandbox.exchange import ControlError
from integrations.sandbox.illuminate import cases, catalogue
from integrations.sandbox.illuminate.night import EditError, parse_edits
from integrations.sandbox.illuminate.sessions import BadRequestError
from integrations.sandbox.illuminate.vendor import IlluminateVendor

NIGHT = {"day": int, "today": str, "next_year": bool, "edits": list, "one_class_each": bool}
SETTINGS = {"token_seconds": (int, float), "revoke_tokens": (bool,), "keep_pages": (bool, str)}


def tell_night(vendor: IlluminateVendor, _: Any) -> Any:
    night = vendor.night
    return {
        "day": night.day,
        "today": night.today.isoformat(),
        "next_year": night.next_year,
        "edits": len(night.edits),
        "students": vendor.feed.enrolled.size,
    }


def set_night(vendor: IlluminateVendor, value: Any) -> Any:
    """Change what is named; the rest of the night stays."""
    if not isinstance(value, dict) or not value:
        raise ControlError(f"A night is a JSON object with any of: {', '.join(NIGHT)}.")
    for name, part in value.items():
        kind = NIGHT.get(name)
        if kind is None or not isinstance(part, kind) or (kind is int and isinstance(part, bool)):
            raise ControlError(f"A night has these parts, each of its kind: {', '.join(NIGHT)}.")
    parts = dict(value)
    one_class_each = parts.pop("one_class_each", None)
    try:
        if "today" in parts:
            parts["today"] = date.fromisoformat(parts["today"])
        if "edits" in parts:
            parts["edits"] = parse_edits(parts["edits"], catalogue.WITH_ROWS)
    except EditError as problem:
        raise ControlError(str(problem)) from problem
    except ValueError as problem:
        raise ControlError("today is written YYYY-MM-DD.") from problem
    vendor.change(**parts)
    if one_class_each is not None:
        vendor.be(vendor.night, one_class_each=one_class_each)
    return tell_night(vendor, None)


def make_ahead(vendor: IlluminateVendor, value: Any) -> Any:
    """Make and keep all pages of some questions: `[{"endpoint": "Students2", "parameters": {"limit": 30000}}]`."""
    if vendor.kept.folder is None:
        keep_pages(vendor, on=True)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ControlError('Pages are made ahead by a JSON list of {"endpoint": …, "parameters": {…}}.')
    try:
        return [
            vendor.make_ahead(
                str(one.get("endpoint")),
                {name: str(part) for name, part in one.get("parameters", {}).items()},
            )
            for one in value
        ]
    except BadRequestError as problem:
        raise ControlError(str(problem)) from problem


def change_settings(vendor: IlluminateVendor, value: dict[str, Any]) -> None:
    """Take the settings that are Illuminate's own, by the names in SETTINGS."""
    if "token_seconds" in value:
        vendor.door.token_seconds = value["token_seconds"]
    if value.get("revoke_tokens"):
        vendor.door.revoke_tokens()
    if "keep_pages" in value:
        keep_pages(vendor, on=value["keep_pages"])


def keep_pages(vendor: IlluminateVendor, *, on: bool | str) -> None:
    """Keep pages in the folder named, in a temporary one (True), or no more (False)."""
    if isinstance(on, str):
        vendor.kept.keep_in(Path(on))
    elif on:
        vendor.kept.keep_for_now()
    else:
        vendor.kept.forget()


ACTIONS: dict[tuple[str, str], Callable[[IlluminateVendor, Any], Any]] = {
    ("GET", "night"): tell_night,
    ("POST", "night"): set_night,
    ("GET", "cases"): lambda vendor, _: cases.find(vendor.feed),
    ("POST", "ahead"): make_ahead,
}
