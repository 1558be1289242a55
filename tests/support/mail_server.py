"""Mail servers on loopback that take what Overair sends to others, in the test's own event loop.

``MailServer`` is aiosmtpd with what it is told to answer; ``scripted`` is whatever a test wants to be at
the other end of a connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from overair.tls import private_ca, root_files
from overair.tls.contexts import tls_context
from overair.tls.machine import Machine

USER = "relay"
PASSWORD = "Geheim-pässwort 2"


class Taken(NamedTuple):
    """A message that a server has accepted."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    options: tuple[str, ...]
    over_tls: bool
    user: str | None


@dataclass
class MailServer:
    """What a server answers, and what it has taken."""

    answers: dict[str, str] = field(default_factory=dict)
    """To RCPT by address, to everything else by command: MAIL, DATA (after the message)."""
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    at_once: int = 0
    pause: float = 0.0
    """Seconds before a message is accepted."""
    port: int = 0

    @property
    def recipients(self) -> list[str]:
        """Everybody who got something, once for each message."""
        return [address for taken in self.taken for address in taken.recipients]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds hooks by their names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address or "<>"  # aiosmtpd takes none for a missing command
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 2.1.5 Ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.pause:
            await asyncio.sleep(self.pause)
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.original_content
        assert isinstance(content, bytes)
        auth: object = session.auth_data
        self.taken.append(
            Taken(
                (envelope.mail_from or "").removesuffix("<>"),
                tuple(envelope.rcpt_tos),
                content,
                tuple(envelope.mail_options),
                session.ssl is not None,
                auth.login.decode() if isinstance(auth, LoginPassword) else None,
            )
        )
        return "250 2.0.0 Queued"


def authenticator(passwords: Mapping[str, str]) -> Callable[..., AuthResult]:
    """aiosmtpd's authenticator of users with their passwords."""

    def authenticate(*arguments: Any) -> AuthResult:
        data = arguments[-1]
        right = (
            isinstance(data, LoginPassword) and passwords.get(data.login.decode()) == data.password.decode()
        )
        return AuthResult(success=right, handled=False, auth_data=data)

    return authenticate


class _Counted(SMTP):
    """aiosmtpd's server that says how many connections there are."""

    event_handler: MailServer
    _counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._counted:  # or it is STARTTLS on one that is there
            self._counted = True
            self.event_handler.connections += 1
            self.event_handler.at_once += 1
            self.event_handler.most_at_once = max(self.event_handler.most_at_once, self.event_handler.at_once)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.at_once -= 1
        super().connection_lost(error)


@contextlib.asynccontextmanager
async def mail_server(
    server: MailServer | None = None,
    *,
    port: int = 0,
    certificate: Path | None = None,
    implicit: bool = False,
    log_in: bool = False,
    passwords: Mapping[str, str] | None = None,
    smtp_utf8: bool = True,
    size: int = 33_554_432,
) -> AsyncIterator[MailServer]:
    """A server; with TLS where it has the directory of a ``certificate``: STARTTLS, or ``implicit``.

    ``passwords`` are those of who may log in, USER alone where they are not given.
    """
    running = server or MailServer()
    context = None if certificate is None else _context(certificate)
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return _Counted(
            running,
            loop=loop,
            hostname="mx.example.net",
            enable_SMTPUTF8=smtp_utf8,
            data_size_limit=size,
            tls_context=None if implicit else context,
            require_starttls=context is not None and not implicit,
            authenticator=authenticator(passwords or {USER: PASSWORD}) if log_in else None,
            auth_required=log_in,
            auth_require_tls=not implicit and context is not None,
        )

    listener = await loop.create_server(protocol, "127.0.0.1", port, ssl=context if implicit else None)
    running.port = int(listener.sockets[0].getsockname()[1])
    try:
        yield running
    finally:
        listener.close()


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[int]:
    """Something that listens and does what a script says; its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield int(listener.sockets[0].getsockname()[1])
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()


def trusted(directory: Path) -> Path:
    """The root that a client of a server with this certificate trusts; both are made where there are none."""
    machine = Machine(names=("localhost",), addresses=(ip_address("127.0.0.1"),))
    root = directory / "trusted.pem"
    root.write_bytes(root_files.pem(private_ca.ensure(directory, machine).root))
    return root


def _context(directory: Path) -> ssl.SSLContext:
    machine = Machine(names=("localhost",), addresses=(ip_address("127.0.0.1"),))
    made = private_ca.ensure(directory, machine)
    return tls_context(made.certificate_path, made.private_key_path)
