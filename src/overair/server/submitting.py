"""Sending what a device composed, once, whichever command and version it says it in."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from overair.delivery.submission import message_id
from overair.devices.remembered import Kind, recall, remember
from overair.mailboxes.interface import Session
from overair.protocol.statuses import CommonStatus
from overair.server.context import Context
from overair.server.responses import Refused
from overair.sync.submission import SubmissionRefused
from overair.versions import Version

_BY_MESSAGE_ID: Final = "message-id "


class Names(NamedTuple):
    """By what a message is known again when it is repeated, and by what it will be known.

    A phone that takes another version of the protocol has the same outbox, so each way knows what was
    sent the other way.
    """

    known: tuple[str, ...]
    kept: tuple[str, ...]
    outgoing: str
    """By what a submission server's taking of it is known again: alike in every version where that can be."""


async def names_of(client_id: str | None, mime: bytes | None, source: str = "") -> Names:
    """The names of a message: its ClientId from 14.0 on, before its Message-ID or content.

    ``source`` is what it answers or passes on: two messages of a word each are alike.
    """
    content = None if mime is None else await asyncio.to_thread(_name_of, mime, source)
    if client_id is None:
        return Names(known=(f"{content}", f"sent {content}"), kept=(f"{content}",), outgoing=f"{content}")
    name = f"client-id {client_id}"
    if content is None:
        return Names(known=(name,), kept=(name,), outgoing=name)
    # What has no Message-ID may be alike and meant twice.
    outgoing = content if content.startswith(_BY_MESSAGE_ID) else name
    return Names(known=(name, content), kept=(name, f"sent {content}"), outgoing=outgoing)


def _name_of(mime: bytes, source: str) -> str:
    found = message_id(mime)
    if found:
        return f"{_BY_MESSAGE_ID}{found}"
    return f"content {hashlib.sha256(source.encode() + mime).hexdigest()}"


async def was_sent(session: Session, context: Context, names: Names) -> bool:
    """Whether a message of these names was sent by the device before."""
    for name in names.known:
        if await recall(session.transaction, context.device.device_key, Kind.SEND_MAIL, name) is not None:
            return True
    return False


def require_plain_sending(account_id: str | None, template_id: str | None) -> None:
    """Refuse what a message is asked to be sent with that is not served."""
    if account_id is not None:
        # The one account that a user has here has no AccountId (MS-ASCMD_R724, R729).
        raise Refused(CommonStatus.INVALID_ACCOUNT_ID, "there is no such AccountId")
    if template_id is not None:
        raise Refused(CommonStatus.IRM_FEATURE_DISABLED, "rights management is not served")  # MS-ASRM_R223


def require_new(context: Context, *, sent: bool) -> None:
    """Answer a repetition: with a status from 14.0 on (MS-ASCMD_R4848), before as the first time."""
    if not sent and context.version >= Version.V14_0:
        raise Refused(CommonStatus.MESSAGE_PREVIOUSLY_SENT, "the ClientId was used before")


async def submit(
    context: Context,
    names: Names,
    compose: Callable[[], bytes],
    size: int,
    *,
    save_in_sent: bool,
    effect: Callable[[Session], Awaitable[None]] | None = None,
) -> bool:
    """Send a message once: False where it was sent before. It is delivered when this returns.

    ``compose`` makes its bytes, in a thread, of about ``size`` bytes; ``effect`` is what else happens in
    the transaction that sends it. Raises Refused.
    """
    transport = context.services.transport
    name = f"{context.device.device_key} {names.outgoing}"

    try:
        async with context.services.delivery.turn(size):
            prepared = await asyncio.to_thread(
                lambda: transport.prepare(context.user, compose(), save_in_sent=save_in_sent, name=name)
            )

        async def work(session: Session) -> bool:
            if await was_sent(session, context, names):
                return False
            for name in names.kept:
                await remember(session.transaction, context.device.device_key, Kind.SEND_MAIL, name)
            if effect is not None:
                await effect(session)
            await transport.enqueue(session, prepared)
            return True

        sent = await context.mailbox.transact(work)
    except SubmissionRefused as error:
        raise Refused(error.status, str(error)) from None
    await transport.deliver_waiting()
    return sent
