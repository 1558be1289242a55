"""Mail in by LMTP (RFC 2033), from the mail server of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import re
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from overair.delivery.lmtp_reading import LINE_LENGTH, LineTooLong, MessageReader, MessageTooLarge
from overair.delivery.local import LocalDelivery
from overair.directory.interface import User
from overair.items.mail.message import Arrived
from overair.mailboxes.interface import MailboxError, MailboxFull
from overair.metrics import DEFERRED, DELIVERED, DELIVERIES, REFUSED
from overair.sockets import is_loopback, tcp_listeners, unix_listener
from overair.storage.interface import DatabaseUnavailable

SOCKET_MODE: Final = 0o660
COMMAND_LENGTH: Final = 4096
RECIPIENTS_AT_ONCE: Final = 50
"""Recipients that have a message in one transaction, so that nobody waits long for the writer."""
IDLE_SECONDS: Final = 300
CLOSE_SECONDS: Final = 0.5
"""How long deliveries may take to end when the server leaves."""
FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

BY_FIRST_DIGIT: Final = {"2": DELIVERED, "4": DEFERRED, "5": REFUSED}
UNKNOWN: Final = "550 5.1.1 No such user here"
TOO_MANY: Final = "452 4.5.3 Too many recipients"
TOO_LARGE: Final = "552 5.3.4 Message too large"
LINE_TOO_LONG: Final = "500 5.5.2 Line too long"
UNAVAILABLE: Final = "451 4.3.0 Mailbox temporarily not available"
FULL: Final = "452 4.2.2 Mailbox full"
"""The mail server keeps the message and tries again: the user may make room."""
NEVER_FITS: Final = "552 5.2.2 Message larger than the mailbox may be"
NO_SPACE: Final = "452 4.3.1 Insufficient system storage"

_ATOMS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++)*"
_LETTERS_AND_DIGITS: Final = "[A-Za-z0-9=.-]++"
_PLAIN_ADDRESS: Final = re.compile(
    rf"<({_ATOMS}@{_ATOMS})>(| {_LETTERS_AND_DIGITS}(?: {_LETTERS_AND_DIGITS})*)"
)
"""An address as nearly all are, and parameters behind it: what the library takes long for."""

log = structlog.get_logger()
logging.getLogger("mail.log").setLevel(logging.WARNING)  # at DEBUG aiosmtpd logs the lines of messages


class OpenToStrangers(ValueError):
    """LMTP was asked for on an address that is not loopback."""


class Addressed(Envelope):
    """An envelope that knows whose the accepted recipients are."""

    def __init__(self) -> None:
        super().__init__()
        self.users: list[User] = []
        """One for each of ``rcpt_tos``."""


class LmtpConnection(LMTP):
    """One connection: aiosmtpd's LMTP, with another way to take the message."""

    line_length_limit = LINE_LENGTH
    command_size_limit = COMMAND_LENGTH

    def __init__(self, handler: LmtpHandler, *, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(handler, loop=loop, **options)
        # Once more, with another reader than aiosmtpd's own.
        self._messages = MessageReader(limit=self.line_length_limit, loop=loop)
        asyncio.StreamReaderProtocol.__init__(
            self, self._messages, client_connected_cb=self._cb_client_connected, loop=loop
        )

    def _create_envelope(self) -> Envelope:
        return Addressed()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address and the rest of an argument; None for both where it is malformed."""
        plain = _PLAIN_ADDRESS.fullmatch(arg)
        if plain is not None:
            return plain[1], plain[2].lstrip()
        try:
            found: tuple[str | None, str | None] = super()._getaddr(arg)
        except (IndexError, RecursionError):
            # The standard library's parser runs past the end of half an address, and calls itself for
            # each comment in a comment.
            return None, None
        return found

    async def push(self, status: str | bytes) -> None:
        """Send an answer. What a peer sent may stand in it, but no second answer, and nothing but text."""
        answer = status if isinstance(status, str) else status.decode("utf-8", "replace")
        await super().push("\r\n".join(map(_printable, answer.split("\r\n"))))

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds commands by their names
        """RFC 2033 4.2: as many answers after the final dot as there were accepted recipients."""
        if await self.check_helo_needed("LHLO"):
            return
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            content = await self._messages.read_message(self.data_size_limit or sys.maxsize)
        except MessageTooLarge:
            answer = "\r\n".join([TOO_LARGE] * len(envelope.rcpt_tos))
        except LineTooLong:
            answer = "\r\n".join([LINE_TOO_LONG] * len(envelope.rcpt_tos))
        else:
            envelope.content = envelope.original_content = content
            answer = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call]  # aiosmtpd leaves it untyped
        await self.push(answer)


def _printable(line: str) -> str:
    return line if line.isprintable() else "".join(c if c.isprintable() else "?" for c in line)


class LmtpHandler:
    """What happens to the recipients and the message of a transaction (aiosmtpd's handler)."""

    def __init__(self, delivery: LocalDelivery, hostname: str, maximum_recipients: int) -> None:
        self._delivery = delivery
        self._hostname = hostname
        self._maximum_recipients = maximum_recipients
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def finish(self) -> None:
        """Wait until no delivery is under way."""
        await self._idle.wait()

    async def handle_exception(self, error: Exception) -> str:
        """What nobody foresaw is told as temporary: the mail server keeps the message and tries again."""
        log.error("LMTP command failed", exc_info=error)
        return UNAVAILABLE

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds hooks by their names
        self, _server: SMTP, _session: Session, envelope: Addressed, address: str, options: list[str]
    ) -> str:
        """Accept an address that is somebody's here."""
        if len(envelope.rcpt_tos) >= self._maximum_recipients:
            return TOO_MANY
        try:
            user = await self._delivery.recipient(address)
        except DatabaseUnavailable as error:
            log.warning("recipient not looked up", error=str(error))
            return UNAVAILABLE
        if user is None:
            log.info("unknown recipient", recipient=address)
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.users.append(user)
        envelope.rcpt_options.extend(options)
        return f"250 2.1.5 <{address}> is here"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Addressed) -> str:  # noqa: N802 - as above
        """Deliver; an answer for each recipient, in the order of their RCPT commands."""
        self._under_way += 1
        self._idle.clear()
        try:
            return "\r\n".join(self._count(await self._deliver(session, envelope)))
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _deliver(self, session: Session, envelope: Addressed) -> list[str]:
        recipients = envelope.users
        received = datetime.now(UTC)
        try:
            mime = self._trace(session, envelope, received) + (envelope.original_content or b"")
            arrived = await self._delivery.accept(mime, received)
            return await self._deliver_to_all(arrived, recipients, envelope.mail_from or "")
        except (DatabaseUnavailable, OSError) as error:
            log.error("message not delivered", error=str(error), recipients=len(recipients))
            answer = NO_SPACE if getattr(error, "errno", None) in FULL_DISK else UNAVAILABLE
            return [answer] * len(recipients)
        except Exception:
            log.exception("message not taken", recipients=len(recipients))
            return [UNAVAILABLE] * len(recipients)  # the mail server keeps it and tries again

    async def _deliver_to_all(self, arrived: Arrived, users: list[User], sender: str) -> list[str]:
        """An answer for each; where some have the message, only the others are to be tried again."""
        present = list({user.account_id: user for user in users}.values())
        outcome: dict[int, str] = {}
        for first in range(0, len(present), RECIPIENTS_AT_ONCE):
            some = present[first : first + RECIPIENTS_AT_ONCE]
            outcome |= await self._deliver_to_some(arrived, some, sender)
        return [outcome[user.account_id] for user in users]

    @staticmethod
    def _count(answers: list[str]) -> list[str]:
        """The answers, counted by what the mail server does with them."""
        for answer in answers:
            DELIVERIES.labels("lmtp", BY_FIRST_DIGIT[answer[0]]).inc()
        return answers

    async def _deliver_to_some(self, arrived: Arrived, users: list[User], sender: str) -> dict[int, str]:
        """One transaction for everybody, or for all whose mailbox is not full.

        Where it fails for another reason, each alone, so that one holds up no other.
        """
        try:
            await self._delivery.deliver(arrived, users, sender)
        except MailboxFull as error:
            log.warning("mailbox full", account_id=error.account_id, message_id=arrived.message.message_id)
            answer = {error.account_id: NEVER_FITS if error.too_large else FULL}
            others = [user for user in users if user.account_id != error.account_id]
            return answer | (await self._deliver_to_some(arrived, others, sender) if others else {})
        except MailboxError:
            return {user.account_id: await self._deliver_to_one(arrived, user, sender) for user in users}
        except DatabaseUnavailable as error:
            log.error("message not delivered", error=str(error), recipients=len(users))
        except Exception:
            log.exception("message not delivered", recipients=len(users))
        else:
            log.info("message delivered", recipients=len(users), message_id=arrived.message.message_id)
            return {user.account_id: "250 2.0.0 Delivered" for user in users}
        return {user.account_id: UNAVAILABLE for user in users}

    async def _deliver_to_one(self, arrived: Arrived, user: User, sender: str) -> str:
        try:
            await self._delivery.deliver(arrived, [user], sender)
        except MailboxFull as error:
            return NEVER_FITS if error.too_large else FULL
        except MailboxError as error:
            found = await self._delivery.recipient(user.address)
            if found is None or found.account_id != user.account_id:
                return UNKNOWN  # the account went after RCPT
            log.error("message not delivered", account=user.address, error=repr(error))
            return UNAVAILABLE
        return "250 2.0.0 Delivered"

    def _trace(self, session: Session, envelope: Envelope, received: datetime) -> bytes:
        """The header fields of a final delivery (RFC 5321 4.4).

        Delivered-To stands only in a message with one recipient: it would betray the blind copies.
        """
        lines = [f"Return-Path: <{envelope.mail_from or ''}>"]
        if len(envelope.rcpt_tos) == 1:
            lines.append(f"Delivered-To: {envelope.rcpt_tos[0]}")
        lines += [
            f"Received: from {session.host_name or 'localhost'}",
            f"\tby {self._hostname} (Overair) with LMTP;",
            f"\t{format_datetime(received)}",
            "",
        ]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape")


class LmtpServer:
    """Listens for the mail server of this machine, nobody else."""

    def __init__(
        self, delivery: LocalDelivery, hostname: str, *, maximum_size: int, maximum_recipients: int
    ) -> None:
        self._handler = LmtpHandler(delivery, hostname, maximum_recipients)
        self._hostname = hostname
        self._maximum_size = maximum_size
        self._servers: list[asyncio.Server] = []
        self._socket_path: Path | None = None

    @property
    def is_listening(self) -> bool:
        """Whether mail is taken in."""
        return any(server.is_serving() for server in self._servers)

    async def listen_on_address(self, host: str, port: int) -> int:
        """Listen on a loopback address; returns the port. Raises OpenToStrangers, OSError."""
        if not is_loopback(host):
            raise OpenToStrangers(f"{host} is not a loopback address: LMTP has no log-in")
        listeners = tcp_listeners(host, port)
        loop = asyncio.get_running_loop()
        for listener in listeners:
            self._servers.append(await loop.create_server(self._protocol, sock=listener))
        return int(listeners[0].getsockname()[1])

    async def listen_on_socket(self, path: Path, mode: int = SOCKET_MODE) -> None:
        """Listen on a unix socket. Raises OSError."""
        listener = unix_listener(path, mode)
        self._servers.append(
            await asyncio.get_running_loop().create_unix_server(self._protocol, sock=listener)
        )
        self._socket_path = path

    async def close(self) -> None:
        """Listen no more, and finish the deliveries under way."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        if self._socket_path is not None:
            self._socket_path.unlink(missing_ok=True)
        with contextlib.suppress(TimeoutError):  # then it is answered by nobody, and tried again
            await asyncio.wait_for(self._handler.finish(), CLOSE_SECONDS)

    def _protocol(self) -> LmtpConnection:
        return LmtpConnection(
            self._handler,
            data_size_limit=self._maximum_size,
            enable_SMTPUTF8=True,
            hostname=self._hostname,
            ident="Overair",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
