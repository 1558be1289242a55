"""Does a message to oneself go out, arrive, and wake the phone? Only where the user allows it."""

from __future__ import annotations

import asyncio
import time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Final
from uuid import uuid4

from overair.client import Client, ClientError, MailFolder
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.protocol import illnesses
from overair.doctor.checks.protocol.failures import told
from overair.doctor.checks.protocol.first_sync import TEXT
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Provisioned, Sent, Synchronised
from overair.doctor.facts.web import Endpoint
from overair.doctor.phone import phone
from overair.items import ItemClass
from overair.protocol.ping import PingFolder
from overair.protocol.statuses import PingStatus
from overair.protocol.sync_options import FilterType, Options
from overair.wbxml.pages import Email

HEARTBEAT: Final = 60
"""Seconds, the shortest that every server takes."""
PAUSE: Final = 0.05
"""Seconds between two Pings, for servers that answer at once."""
LOOKS: Final = 5
"""How often the inbox is looked at while a message is on its way."""


async def examine(bedside: Bedside) -> Sent | None:
    """Send, wait, look; and take the message away again."""
    if not bedside.complaint.send:
        raise NotReached("only with --send")
    word = f"overair doctor {uuid4().hex[:12]}"
    async with phone(bedside) as client:
        inbox = client.mail_folder(
            bedside.fact(Synchronised).inbox,
            options=Options(filter_type=FilterType.ONE_DAY, body_preferences=(TEXT,)),
            deletes_as_moves=False,  # else the message would stay in Deleted Items
        )
        try:
            await inbox.sync()
            return await _sent(bedside, client, inbox, word)
        except ClientError as error:
            raise NotReached(told(error)) from None


async def _sent(bedside: Bedside, client: Client, inbox: MailFolder, word: str) -> Sent | None:
    """Send the message with a Ping waiting, and look for it. Raises ClientError."""
    patience = max(bedside.surroundings.minute, bedside.surroundings.answer_seconds)
    folder = PingFolder(inbox.collection_id, ItemClass.EMAIL.value)
    waiting = asyncio.create_task(_waken(client, folder))
    try:
        try:
            await client.send_mail(_message(bedside.complaint.address, word), save_in_sent_items=False)
        except ClientError as error:
            bedside.find(illnesses.MESSAGE_NOT_SENT, told=told(error))
            return None
        started = time.monotonic()
        done, _ = await asyncio.wait((waiting,), timeout=patience)
        took = time.monotonic() - started
        woken = bool(done) and waiting.exception() is None and waiting.result()
        arrived = await _arrived(inbox, word, patience / LOOKS if done else 0.0)
        if arrived is None:
            bedside.find(illnesses.MESSAGE_NOT_ARRIVING, seconds=round(patience))
            return None
        inbox.delete(arrived)
        await inbox.sync()
        if not woken:
            bedside.find(illnesses.ARRIVAL_NOT_TOLD)
            return None
        bedside.note(f"told after {took:.1f} s")
        return Sent(took)
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def _waken(client: Client, folder: PingFolder) -> bool:
    """Wait as a phone does, again when the heartbeat has passed; whether changes were told."""
    while True:
        answer = await client.ping((folder,), HEARTBEAT)
        if answer.status != PingStatus.EXPIRED:
            return answer.status == PingStatus.CHANGES
        await asyncio.sleep(PAUSE)


async def _arrived(inbox: MailFolder, word: str, pause: float) -> str | None:
    """The id of the message; a Ping may have been answered for another one, so it is looked for again."""
    for look in range(LOOKS if pause else 1):
        if look:
            await asyncio.sleep(pause)
        await inbox.sync()
        for server_id, elements in inbox.elements.items():
            if any(one.tag is Email.Subject and one.text == word for one in elements):
                return server_id
    return None


def _message(address: str, word: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = message["To"] = address
    message["Subject"] = word
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{uuid4().hex}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        "The doctor of Overair tries whether mail arrives. It takes this message away again.\n"
    )
    return message.as_bytes()


CHECK: Final = Check(
    id="message",
    title="Send a message to oneself",
    section=Section.PROTOCOL,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Endpoint, LoggedIn, Spoken, Provisioned, Synchronised),
    yields=Sent,
    finds=(
        illnesses.MESSAGE_NOT_SENT,
        illnesses.MESSAGE_NOT_ARRIVING,
        illnesses.ARRIVAL_NOT_TOLD,
    ),
)
