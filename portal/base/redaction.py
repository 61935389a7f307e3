"""Keeps secrets, links and people out of the logs: every line passes here last. Imports no Django.

`portal.logs` installs `redact_event` in structlog and `RedactingFilter` on the standard library's handlers; vendor
clients call `redact` on what they quote. Masked are: JSON web tokens, Basic, Bearer and raw Authorization values, the
query string of any address and also the path of a signed link, e-mail addresses, ten-digit numbers (SSIDs), values
beside words like password, token, cookie, ssid or last_name, and the values PostgreSQL quotes from a row. UUIDs,
other numbers and our own paths stay readable. What it cannot know is a person's name in free text: log ids, not names.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any
from uuid import UUID

MASK = "[redacted]"
_DEEPEST = 8

# Words that say "secret" wherever they stand in a key; `name` counts only as the last word, and not after these.
_SECRET_WORDS = frozenset(
    {
        *("secret", "token", "jwt", "password", "passwd", "passphrase", "pwd", "signature"),
        *("credential", "credentials", "authorization", "cookie", "cookies", "sessionid"),
        *("csrftoken", "csrfmiddlewaretoken", "apikey", "ssid", "email"),
    }
)
# `secret_id`, `token_count`: what such keys hold is no secret, and goes through the text rules anyway.
_ABOUT_A_SECRET = frozenset({"id", "ids", "uuid", "count", "counts", "seconds", "path", "purpose", "state"})
_THINGS_WITH_NAMES = frozenset(
    {
        *("logger", "file", "path", "view", "url", "task", "function", "func", "host", "event", "module"),
        *("thread", "process", "queue", "lease", "limit", "breaker", "check", "server", "vendor"),
        *("district", "school", "connection", "configuration", "app", "command", "handler", "table"),
    }
)
_WORDS = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+")

_KEY_IN_TEXT = (
    r"(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|cookie|ssid|sessionid|csrf\w{0,40}"
    r"|(?:first|last|middle|full|given|family|legal|preferred|display|student|guardian|parent|user)_?name"
    r"|birth_?date|date_of_birth)"
)
_END = r"\s\"'<>\\"  # an address ends before these
_LOCAL = r"\w.!#$&'*+/=?^`{|}~-"  # the part of an e-mail address before its @
_PATTERN = re.compile(
    "|".join(
        [
            rf"(?<![{_LOCAL}])[{_LOCAL}]++(?:@|%40)[\w-]++(?:\.[\w-]++)+",
            r"(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f]))",
            r"(?P<jwt>eyJ[\w-]{5,}(?:\.[\w-]*){0,2})",
            # A whole header: to the closing quote, or to the end of its line.
            (
                r"(?P<header>authorization|cookie)(?P<header_gap>b?\\?[\"']?\s*[:=,]\s*\(?b?)"
                r"(?:\\?\"[^\"\n]*\"?|'[^'\n]*'?|[^\"'\r\n]+)"
            ),
            # Looks back, since the word itself may have been masked as part of something else.
            r"(?P<credential>(?:(?<=basic)|(?<=bearer))(?:\s|%20|\+)+)[\w+/=.~:^%-]{4,}",
            r"(?P<raw>(?<=authorization:)\s*)[^\s\"'][^\"'\r\n]*",
            rf":(?:\\?/){{2}}(?P<address>(?:[^{_END}]|\\/)*)",
            rf"%3A%2F%2F[^{_END}]*",
            r"(?P<row>failing row contains |key \([^)\n]{0,200}\)=)\([^\n]*",
            (
                rf"(?P<key>{_KEY_IN_TEXT})(?P<key_gap>b?\\?[\"']?\s*[:=]\s*b?)"
                rf"(?:\\?\"[^\"\n]*\"?|'[^'\n]*'?|[^{_END}]+)"
            ),
            # `GET /path?query`: an address without its host.
            rf"(?<![^{_END}(=,\[])(?P<path>/[^{_END}?]*+)\?(?P<path_query>[^{_END}]+)",
            rf"\?[^{_END}=?]*+=[^{_END}]*",
            r"(?<![0-9])[0-9]{10}(?![0-9])",
        ]
    ),
    re.IGNORECASE,
)
_SIGNED = re.compile(r"x-amz-|signature=|[?&](?:sig|se|sv|token|key)=|awsaccesskeyid", re.IGNORECASE)
_LINK_HOST = re.compile(
    r"s3[.-][\w.-]*amazonaws\.com|\.blob\.core\.windows\.net|\.amazonaws\.com", re.IGNORECASE
)


def redact(text: str) -> str:
    """Return the text with everything masked that must not be written down. Over-masks rather than under-masks."""
    return _PATTERN.sub(_masked, text)


def redact_event(_logger: Any, _name: str, event_dict: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask every value of a structlog event, however deep; the last processor before the renderer."""
    if event_dict.get("exc_info"):
        event_dict["exception"] = _exception_text(event_dict.pop("exc_info"))
    for key, value in event_dict.items():
        # structlog's own bookkeeping, removed before rendering.
        if not key.startswith("_"):
            event_dict[key] = _redact_value(key, value, 0)
    return event_dict


class RedactingFilter(logging.Filter):
    """Masks a standard library record: message with its arguments, traceback and stack. Put it on every handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):
            return True  # a structlog event on its way to ProcessorFormatter; redact_event has seen it
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg!r} {record.args!r}"
        record.msg, record.args = redact(message), None
        if record.exc_info and record.exc_info[0] is not None:
            # In the message, since formatters drop or re-make the cached text of an exception.
            record.msg = f"{record.msg}\n{_exception_text(record.exc_info)}"
        elif record.exc_text:
            record.msg = f"{record.msg}\n{redact(record.exc_text)}"
        record.exc_info = record.exc_text = None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def _masked(found: re.Match[str]) -> str:
    groups = found.groupdict()
    if groups["uuid"]:
        return found[0]
    if groups["address"] is not None:
        return "://" + _masked_address(groups["address"])
    if groups["path"]:
        signed = _SIGNED.search("?" + groups["path_query"])
        return ("/" + MASK if signed else redact(groups["path"])) + "?" + MASK
    for name in ("header", "key"):
        if groups[name]:
            return groups[name] + groups[f"{name}_gap"] + MASK
    for name in ("credential", "raw", "row"):
        if groups[name] is not None:
            return groups[name] + MASK
    return "?" + MASK if found[0].startswith("?") else MASK


def _masked_address(address: str) -> str:
    """Mask what follows `://`: user and password, query, fragment, and the path as well when it is a bearer link."""
    host, mark, rest = _split(address.replace("\\/", "/"), "/?#")
    if "@" in host or "%40" in host:
        host = MASK + "@" + re.split("@|%40", host)[-1]
    host = redact(host)
    if _SIGNED.search(address) or _LINK_HOST.search(host) or "://" in rest:
        return f"{host}/{MASK}" if rest else host + mark
    if mark != "/":
        return f"{host}{mark}{MASK}" if mark else host
    path, mark, _ = _split(rest, "?#")
    return f"{host}/{redact(path)}" + (f"{mark}{MASK}" if mark else "")


def _split(text: str, marks: str) -> tuple[str, str, str]:
    """Split at the first of the marks: before, the mark, after."""
    at = min((place for place in map(text.find, marks) if place >= 0), default=len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]


def _redact_value(key: str, value: Any, depth: int) -> Any:  # noqa: PLR0911 - one return per type is the plainest table
    if value is None or isinstance(value, bool):
        return value
    if _is_secret(key):
        return MASK
    if isinstance(value, int):
        return MASK if len(str(abs(value))) == 10 else value  # noqa: PLR2004 - an SSID has ten digits
    if isinstance(value, float | UUID | date):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return redact(bytes(value).decode("utf-8", "replace"))
    if isinstance(value, BaseException):
        return redact(f"{type(value).__name__}: {value}")
    if isinstance(value, Mapping | list | tuple | AbstractSet):
        return _redact_inside(value, depth + 1)
    return redact(value) if isinstance(value, str) else _redact_object(value)


def _redact_object(value: object) -> str:
    try:
        return redact(repr(value))
    except Exception:  # noqa: BLE001 - a broken repr must not turn a log line into a failed request
        return f"<{type(value).__name__}>"


def _redact_inside(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {_redact_key(key): _redact_value(str(key), item, depth) for key, item in value.items()}
    if len(value) == 2 and not isinstance(value, AbstractSet):  # noqa: PLR2004 - a pair, as header lists are made of
        first, second = value
        key = first.decode("latin-1") if isinstance(first, bytes) else first
        if isinstance(key, str):
            return [redact(key), _redact_value(key, second, depth)]
    return [_redact_value("", item, depth) for item in value]


def _redact_key(key: object) -> object:
    return key if key is None or isinstance(key, bool | float) else redact(str(key))


def _is_secret(key: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(key)]
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    if not _SECRET_WORDS.isdisjoint(words):
        return True
    if words[-1] in {"name", "names"} or words[-1] in {
        "firstname",
        "lastname",
        "fullname",
        "username",
        "surname",
    }:
        return len(words) == 1 or words[-2] not in _THINGS_WITH_NAMES
    return words[-1] in {"birthdate", "dob"} or words[-2:] in (
        ["birth", "date"],
        ["api", "key"],
        ["secret", "key"],
    )


def _exception_text(exc_info: Any) -> str:
    """Format an exception as the log would, chained ones too, and mask it."""
    if isinstance(exc_info, BaseException):
        error: BaseException | None = exc_info
    elif isinstance(exc_info, tuple):
        error = exc_info[1]
    else:
        import sys  # noqa: PLC0415 - only for structlog's exc_info=True outside its own formatter

        error = sys.exc_info()[1]
    return redact("".join(traceback.format_exception(error))) if error else ""
