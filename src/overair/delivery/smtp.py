"""SMTP to the server that takes mail for others: one transaction after the other on a connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, cast

import aiosmtplib
from aiosmtplib.errors import (
    SMTPException,
    SMTPRecipientRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.protocol import PERIOD_REGEX
from aiosmtplib.response import SMTPResponse

from overair.delivery.queue import RecipientState
from overair.delivery.smtp_answers import (
    TOO_MANY,
    Verdict,
    failed_here,
    unheard,
    verdict_of,
)
from overair.delivery.wire_form import (
    ascii_address,
    has_eight_bits,
    header_is_ascii,
    pieces,
    wire_form,
)

UNSENT: Final = 64 * 1024
"""Bytes that wait in a connection before more is put there."""
LOOK_SECONDS: Final = 0.02
"""How often a slow server is looked at."""
LAST_ANSWER: Final = 10.0
"""Times the timeout: how long a server may take over a message that it has whole (RFC 5321, 4.5.3.2.6)."""
CONVERSATION: Final = 10.0
"""Times the timeout: how long a server may take over all recipients of a transaction."""
GOODBYE_SECONDS: Final = 2.0

OUT_OF_STEP: Final = "4.5.0"
CONNECTION_LOST: Final = "4.4.2"
NOT_ALONE: Final = "4.3.0"
"""What is said of a recipient whom the server would have taken, and another one not."""
Ending = Callable[[], Awaitable[None]]
"""Called when a server has all of a message but its end."""
LOST: Final = (SMTPException, OSError)
"""What ends a connection; a timeout and a certificate that is not trusted are among the OSErrors."""


class Connection:
    """A connection on which messages are sent one after the other."""

    def __init__(self, client: aiosmtplib.SMTP, timeout: float) -> None:
        self._client = client
        self._timeout = timeout

    @property
    def is_open(self) -> bool:
        """Whether another message can be sent."""
        return self._client.is_connected

    async def close(self) -> None:
        """Say goodbye."""
        await leave(self._client)

    async def send(
        self,
        sender: str,
        addresses: Sequence[str],
        mime: bytes,
        *,
        together: bool = False,
        ending: Ending | None = None,
    ) -> list[Verdict]:
        """Send a message to some recipients in one transaction; a verdict for each, in their order.

        ``together``: to nobody where one of them is refused, other than because there are too many.
        ``ending`` is awaited before the end of the message; what it raises gives the connection up.
        """
        form = await asyncio.to_thread(wire_form, mime, eight_bit=self._offers("8bitmime"))
        unsent = self._too_large(form) or self._unwritable(sender)
        if unsent is not None:
            return [unsent] * len(addresses)
        try:
            return await self._transaction(
                ascii_address(sender), addresses, form, together=together, ending=ending
            )
        except BaseException:
            self._client.close()
            raise

    async def _transaction(
        self,
        sender: str,
        addresses: Sequence[str],
        form: bytes,
        *,
        together: bool,
        ending: Ending | None,
    ) -> list[Verdict]:
        verdicts: dict[int, Verdict] = {}
        accepted: list[int] = []
        try:
            async with asyncio.timeout(self._timeout * CONVERSATION):
                refused = await self._mail(sender, addresses, form)
                if refused is not None:
                    await self._reset()
                    return [refused] * len(addresses)
                for place, address in enumerate(addresses):
                    verdict = await self._recipient(address, others=bool(accepted))
                    if verdict.state is RecipientState.DELIVERED:
                        accepted.append(place)
                    else:
                        verdicts[place] = verdict
        except LOST:
            # What was refused until then is refused; nothing was sent to the others.
            self._client.close()
            return [verdicts.get(place, unheard(CONNECTION_LOST)) for place in range(len(addresses))]
        if together and any(not verdict.again for verdict in verdicts.values()):
            await self._reset()
            verdicts |= dict.fromkeys(accepted, unheard(NOT_ALONE))
        elif accepted:
            try:
                said = await self._content(form, ending)
            except LOST:
                self._client.close()
                said = unheard(CONNECTION_LOST)
            verdicts |= dict.fromkeys(accepted, said)
        else:
            await self._reset()
        return [verdicts[place] for place in range(len(addresses))]

    async def _mail(self, sender: str, addresses: Sequence[str], form: bytes) -> Verdict | None:
        """Begin a transaction; the verdict where the server refuses it."""
        options = []
        if self._offers("size"):
            options.append(f"SIZE={len(form)}")
        if has_eight_bits(form) and self._offers("8bitmime"):
            options.append("BODY=8BITMIME")
        plain = (
            sender.isascii()
            and header_is_ascii(form)
            and all(ascii_address(one).isascii() for one in addresses)
        )
        if not plain and self._offers("smtputf8"):
            options.append("SMTPUTF8")
        try:
            await self._client.mail(sender, options=options, encoding="utf-8")
        except SMTPSenderRefused as error:
            return _refusal(error, self._client)
        except ValueError:
            return failed_here("5.1.7")
        return None

    async def _recipient(self, address: str, *, others: bool) -> Verdict:
        """Name a recipient; DELIVERED is the server's promise to take the message for it."""
        unwritable = self._unwritable(address)
        if unwritable is not None:
            return unwritable
        try:
            said = await self._client.rcpt(ascii_address(address), encoding="utf-8")
        except SMTPRecipientRefused as error:
            verdict = _refusal(error, self._client)
            full = error.code == TOO_MANY and others
            return Verdict(verdict.state, verdict.status, verdict.answer, again=full)
        except ValueError:
            return failed_here("5.1.3")
        return verdict_of(said.code, said.message)

    async def _content(self, form: bytes, ending: Ending | None) -> Verdict:
        """Send the message itself; one verdict for all whom the server has accepted."""
        begun = await self._client.execute_command(b"DATA")
        if begun.code != 354:
            if begun.code // 100 not in (4, 5):
                raise SMTPServerDisconnected("out of step")
            await self._reset()
            return verdict_of(begun.code, begun.message)
        protocol, transport = self._client.protocol, self._client.transport
        if protocol is None or transport is None:
            raise SMTPServerDisconnected("gone")
        answer = asyncio.ensure_future(protocol.read_response(timeout=None))
        try:
            await asyncio.sleep(0)  # it listens from here on; an answer that comes before that is dropped
            whole = False
            for piece in pieces(form):
                protocol.write(PERIOD_REGEX.sub(b"..", piece))
                await self._taken(cast("asyncio.WriteTransport", transport), answer)
                if answer.done():
                    break
            else:
                if ending is not None:
                    await ending()
                protocol.write(b".\r\n")
                whole = True
            said: SMTPResponse = await asyncio.wait_for(answer, self._timeout * LAST_ANSWER)
        except TimeoutError as error:
            raise SMTPTimeoutError("no answer") from error
        finally:
            answer.cancel()
            with contextlib.suppress(asyncio.CancelledError, SMTPException):
                await answer
        if not whole:
            # It refused in the midst of the message, so nobody knows what it will read next.
            self._client.close()
            return verdict_of(said.code, said.message) if said.code // 100 in (4, 5) else unheard(OUT_OF_STEP)
        verdict = verdict_of(said.code, said.message)
        if said.code // 100 not in (2, 4, 5) or said.code == 421:
            self._client.close()
        return verdict

    async def _taken(self, transport: asyncio.WriteTransport, answer: asyncio.Future[SMTPResponse]) -> None:
        """Wait until the connection takes more. Raises TimeoutError where it does not move on."""
        waited, before = 0.0, transport.get_write_buffer_size()
        while before > UNSENT and not answer.done():
            await asyncio.wait([answer], timeout=LOOK_SECONDS)
            size = transport.get_write_buffer_size()
            waited = 0.0 if size < before else waited + LOOK_SECONDS
            before = size
            if waited > self._timeout:
                raise TimeoutError

    async def _reset(self) -> None:
        if self.is_open:
            try:
                await self._client.rset()
            except LOST:
                self._client.close()

    def _offers(self, extension: str) -> bool:
        return self._client.supports_extension(extension)

    def _too_large(self, form: bytes) -> Verdict | None:
        most = self._client.esmtp_extensions.get("size", "")
        if most.isdecimal() and 0 < int(most[:18]) < len(form):
            return failed_here("5.3.4")
        return None

    def _unwritable(self, address: str) -> Verdict | None:
        """An address that this server does not take, since it is not ASCII (RFC 6531)."""
        if ascii_address(address).isascii() or self._offers("smtputf8"):
            return None
        return failed_here("5.6.7")


def _refusal(error: SMTPRecipientRefused | SMTPSenderRefused, client: aiosmtplib.SMTP) -> Verdict:
    if error.code // 100 not in (2, 4, 5):
        raise SMTPServerDisconnected("out of step") from error
    verdict = verdict_of(error.code, str(error.message))
    if error.code == 421:
        client.close()
    return verdict


async def leave(client: aiosmtplib.SMTP) -> None:
    """End a connection, politely where it is in step."""
    if client.is_connected:
        with contextlib.suppress(*LOST):
            await client.quit(timeout=GOODBYE_SECONDS)
    client.close()
