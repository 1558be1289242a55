"""The message to oneself: sent, told, found, and taken away for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from overair.client import Client
from overair.doctor.checks import login, protocol, push
from overair.doctor.checks.protocol import message
from overair.doctor.complaint import Complaint
from overair.doctor.step import State
from overair.items import ItemClass
from overair.protocol.http import PATH, Command, Request
from overair.protocol.ping import PingResponse
from overair.protocol.schema import Record
from overair.protocol.send_mail import SendMailResponse
from overair.protocol.statuses import CommonStatus, PingStatus
from overair.protocol.sync import SyncResponse
from overair.ward.posing import Change, Own, posing
from overair.ward.ward import Ward
from support.posed import posed
from support.practice import Practice, found, practising, step_of

CHECKS = (*login.CHECKS, *protocol.CHECKS, *push.CHECKS)
OF_MAIL = (2, 3, 4, 5, 6)
"""Types of folders: Inbox, Drafts, Deleted Items, Sent Items, Outbox."""


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    yield from practising()


async def _letters(ward: Ward) -> int:
    """How many there are in all folders."""
    place = (await ward.overair()).place
    url = f"http://{place.address}:{place.port}{PATH}"
    async with Client(url, ward.user, ward.password, device_id="LOOKER", device_type="Looker") as looker:
        await looker.folder_sync()
        found = 0
        for entry in looker.folders.values():
            if entry.type in OF_MAIL:
                folder = looker.collection(entry.server_id, ItemClass.EMAIL)
                await folder.sync()
                found += len(folder.elements)
        return found


def test_it_arrives_is_told_and_leaves_nothing_behind(practice: Practice) -> None:
    left: list[int] = []

    @asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        async with posing(ward, {}):
            yield ward.complaint(send=True)
            left.append(await _letters(ward))

    examined = practice.examine(start, CHECKS)

    assert found(examined) == []
    assert step_of(examined, message.CHECK).notes[0].startswith("told after")
    assert left == [0]


def test_without_leave_nothing_is_sent(practice: Practice) -> None:
    sent: list[Request] = []

    async def send_mail(request: Request, _own: Own) -> Record | None:
        sent.append(request)
        return None

    examined = practice.examine(posed({Command.SEND_MAIL: send_mail}), CHECKS)

    assert sent == []
    assert step_of(examined, message.CHECK).reason == "only with --send"


def _answering(record: Record | None) -> Change:
    async def change(_request: Request, _own: Own) -> Record | None:
        return record

    return change


@pytest.mark.parametrize(
    ("command", "answer", "illnesses"),
    [
        (
            Command.SEND_MAIL,
            SendMailResponse(status=CommonStatus.MAILBOX_QUOTA_EXCEEDED),
            ["message-not-sent"],
        ),
        (Command.SEND_MAIL, None, ["message-not-arriving"]),
        # A Ping that is refused at once says nothing of the message, which is there.
        (Command.PING, PingResponse(status=PingStatus.SERVER_ERROR), ["arrival-not-told", "ping-refused"]),
        (Command.PING, PingResponse(status=CommonStatus.SERVER_ERROR), ["arrival-not-told", "ping-refused"]),
    ],
)
def test_what_stands_in_its_way(
    practice: Practice, command: Command, answer: Record | None, illnesses: list[str]
) -> None:
    examined = practice.examine(posed({command: _answering(answer)}, send=True), CHECKS, minute=0.2)

    assert found(examined) == illnesses


def test_a_sync_that_fails_is_not_taken_for_mail_that_is_not_sent(practice: Practice) -> None:
    """It failed after the first Sync of each class, so somebody else has said so, or nobody can."""
    asked: list[Request] = []

    async def sync(request: Request, own: Own) -> Record | None:
        asked.append(request)
        return await own() if len(asked) <= 10 else SyncResponse(status=CommonStatus.SERVER_ERROR)

    examined = practice.examine(posed({Command.SYNC: sync}, send=True), CHECKS)

    assert found(examined) == []
    assert step_of(examined, message.CHECK).state is State.NOT_REACHED
