"""A real SMTP server on this machine (PyPI aiosmtpd) that delivers, refuses, asks to come again, or falls silent."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from portal import environment

USER, PASSWORD = "portal", "p@ss:w/rd"
SILENCE = 8.0
REFUSALS = {
    "refuses the recipient": "550 5.1.1 <{address}> no such mailbox",
    "greylists": "451 4.7.1 <{address}> greylisted, come again",
}


class PostOffice:
    """`mood`: deliver, one of REFUSALS, "refuses the text", or "falls silent" in the middle of the conversation."""

    def __init__(
        self, *, starttls: Path | None = None, implicit: Path | None = None, asks: bool = False
    ) -> None:
        self.mood = "deliver"
        self.received: list[tuple[Envelope, Message]] = []
        self.encrypted: list[bool] = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        more: dict[str, Any] = {}
        if asks:
            more = {"authenticator": self._known, "auth_required": True, "auth_require_tls": True}
        if starttls:
            more |= {"tls_context": _server_side(starttls), "require_starttls": True}
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=_server_side(implicit) if implicit else None,
            ready_timeout=10,
            **more,
        )
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def settings(self, url: str = "smtp://127.0.0.1:{port}") -> dict[str, Any]:
        return environment.email_settings(url.format(port=self.port)) | {"EMAIL_TIMEOUT": 3}

    def texts(self) -> list[str]:
        """Return the decoded bodies, the oldest first."""
        return [bytes(message.get_payload(decode=True)).decode() for _envelope, message in self.received]

    def _known(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=right)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls the handler by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mood in REFUSALS:
            return REFUSALS[self.mood].format(address=address)
        if self.mood == "falls silent":
            await asyncio.sleep(SILENCE)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls the handler by this name
        if self.mood == "refuses the text":
            return "554 5.7.1 looks like spam"
        self.received.append((envelope, message_from_bytes(envelope.content or b"")))  # type: ignore[arg-type] # aiosmtpd gives bytes unless asked to decode, which nobody here does
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)  # type: ignore[union-attr] # a server that handles a mail has its transport
        return "250 OK"


def certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 and its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    plain = serialization.NoEncryption()
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(pem, kind, plain) + made.public_bytes(pem))
    return file


def _server_side(file: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
