"""Reads the environment into values that settings can use, and refuses what is unsafe.

Called by `portal.settings` alone, before Django is there, so it imports nothing of it. Each function raises
`BadEnvironment` with a sentence that says what to set; nothing here ever prints a value, since values are secrets.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_KEY_BYTES = 32  # AES-256


class BadEnvironment(RuntimeError):
    """A setting in the environment is missing or cannot be used."""


def field_keys(text: str) -> list[tuple[str, bytes]]:
    """Parse `id:base64(32 bytes)[,id:base64…]`. The first key encrypts, all decrypt."""
    keys: list[tuple[str, bytes]] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id or len(key) != _KEY_BYTES:
            raise BadEnvironment(
                "FIELD_KEYS wants a comma list of id:base64(32 bytes), for example the output of "
                "`python -c \"import base64,os;print('k1:'+base64.b64encode(os.urandom(32)).decode())\"`."
            )
        if key_id in dict(keys):
            raise BadEnvironment(f"FIELD_KEYS names the key id {key_id!r} twice.")
        keys.append((key_id, key))
    if not keys:
        raise BadEnvironment("FIELD_KEYS is empty: without it no vendor secret can be stored or read.")
    return keys


def email_settings(url: str) -> dict[str, Any]:
    """Turn EMAIL_URL into Django's settings: smtp://, smtps://, console://, memory://, file:///folder."""
    parts = urlsplit(url)
    backends = {
        "console": "console",
        "memory": "locmem",
        "file": "filebased",
        "smtp": "smtp",
        "smtps": "smtp",
    }
    if parts.scheme not in backends:
        raise BadEnvironment(
            "EMAIL_URL is missing or wrong. It wants smtp://user:password@host:587/?tls=1, smtps://…, console:// or file:///folder."
        )
    values: dict[str, Any] = {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend"
    }
    if parts.scheme == "file":
        values["EMAIL_FILE_PATH"] = parts.path
    if backends[parts.scheme] == "smtp":
        query = parse_qs(parts.query)
        values |= {
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": query.get("tls", ["0"])[0] == "1",
            "EMAIL_TIMEOUT": 5,
        }
    return values


def sso_providers(names: list[str], read: Callable[[str], str]) -> list[dict[str, Any]]:
    """Read the providers of sign-on: `SSO_<NAME>_ISSUER` and so on. `read` returns a variable, empty if not set."""
    return [_sso_provider(name, read) for name in names]


def _sso_provider(name: str, read: Callable[[str], str]) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z][a-z0-9]{0,29}", name):
        raise BadEnvironment(
            "SSO_PROVIDERS wants short names of small letters and digits, by commas: google,district."
        )
    prefix = f"SSO_{name.upper()}_"
    values = {part: read(prefix + part.upper()).strip() for part in ("issuer", "client_id", "client_secret")}
    domains = [one.strip().lower() for one in read(prefix + "DOMAINS").split(",") if one.strip()]
    missing = [prefix + part.upper() for part, value in {**values, "domains": domains}.items() if not value]
    if missing:
        raise BadEnvironment(f"SSO_PROVIDERS names {name!r}, but {', '.join(missing)} is missing.")
    issuer = urlsplit(values["issuer"])
    if not (issuer.scheme == "https" or (issuer.scheme == "http" and is_loopback(issuer.netloc))):
        raise BadEnvironment(f"{prefix}ISSUER must begin with https://.")
    if any(shared in issuer.path.split("/") for shared in ("common", "organizations", "consumers")):
        # Microsoft's doors for everybody: any company's administrator could vouch for any address.
        raise BadEnvironment(
            f"{prefix}ISSUER must name one tenant: https://login.microsoftonline.com/<tenant>/v2.0."
        )
    mfa = [one for one in read(prefix + "MFA").split(",") if one] or ["mfa"]
    label = read(prefix + "LABEL") or name.capitalize()
    return {"name": name, "label": label, **values, "domains": tuple(domains), "mfa": tuple(mfa)}


def is_loopback(host: str) -> bool:
    """Say whether a host name or address (with or without port) is this machine's own."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refuse_public_demo(*, site_url: str, allowed_hosts: list[str], vendor_hosts: list[str]) -> None:
    """The demo's people and keys are printed on a page: it must not be reachable, nor reach a real vendor."""
    hosts = [urlsplit(site_url).netloc, *allowed_hosts, *vendor_hosts]
    strangers = [host for host in hosts if not is_loopback(host)]
    if strangers:
        raise BadEnvironment(
            f"DEMO runs on this machine alone, but {', '.join(strangers)} is not a loopback name. "
            "Unset DEMO for a real set-up."
        )


def demo_keys(folder: Path) -> dict[str, str]:
    """Keys for the demo, made once and kept under `var/` so that a restart can still read what it stored.

    A file of an older version keeps its keys and gets those that it lacks.
    """
    file = folder / "demo.env"
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": "demo:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "SANDBOX_ETS_SECRET": "demo:" + secrets.token_urlsafe(24) + "^00",
        "SANDBOX_ILLUMINATE_SECRET": secrets.token_urlsafe(24),
        "SANDBOX_ILLUMINATE_TOKEN_SECRET": secrets.token_urlsafe(24),
        "SANDBOX_POWERSCHOOL_KEY": secrets.token_urlsafe(24),
    }
    lines = file.read_text().splitlines() if file.exists() else []
    kept = {name: value for name, _, value in (line.partition("=") for line in lines) if name}
    missing = {name: value for name, value in made.items() if name not in kept}
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w") as out:
            out.writelines(f"{name}={value}\n" for name, value in missing.items())
    return kept | missing
