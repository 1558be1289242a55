"""Limits: those that the server sets to a phone, and those that a phone sets to the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from overair.doctor.checks import login, protocol, push
from overair.doctor.checks.protocol import first_sync, limits
from overair.doctor.complaint import Complaint
from overair.doctor.examination import Examined
from overair.doctor.facts.push import Limited
from overair.doctor.step import State
from overair.protocol.http import Command, Request
from overair.protocol.ping import PingRequest, PingResponse
from overair.protocol.schema import Record
from overair.protocol.statuses import PingStatus, SyncStatus
from overair.protocol.sync import CollectionResponse, ServerAdd, SyncRequest, SyncResponse
from overair.ward.posing import Change, Own
from overair.ward.site import NAMES, records
from overair.ward.ward import Ward
from overair.wbxml import Element, decode
from overair.wbxml.pages import AirSyncBase, Email
from support.posed import posed
from support.practice import SERVER, Practice, found, practising, step_of

CHECKS = (*login.CHECKS, *protocol.CHECKS, *push.CHECKS)


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    yield from practising()


@asynccontextmanager
async def _limited(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    place = msgspec.structs.replace((await ward.overair()).place, address=address, port=ward.https)
    settings = {"heartbeat.longest": 450}
    async with ward.own_overair(place, ward.authority.issue(NAMES), settings):
        yield ward.complaint()


def _longest(examined: Examined) -> int | None:
    fact = examined.facts[Limited, SERVER]
    assert isinstance(fact, Limited)
    return fact.longest


def test_the_longest_heartbeat_is_told_without_waiting_for_it(practice: Practice) -> None:
    examined = practice.examine(_limited, CHECKS)

    assert found(examined) == ["heartbeat-limited"]
    assert "7.5 minutes" in examined.findings[0].says
    assert _longest(examined) == 450


def test_the_usual_limit_is_none_to_speak_of(practice: Practice) -> None:
    examined = practice.examine(posed({}), CHECKS)

    assert found(examined) == []
    assert step_of(examined, limits.CHECK).notes == ("heartbeats up to 3540 s",)


def test_a_server_without_a_limit_is_not_left_waiting(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.2)
    asked: list[int | None] = []

    async def ping(request: Request, _own: Own) -> Record:
        heartbeat = PingRequest.from_element(decode(request.body), request.version).heartbeat_interval
        asked.append(heartbeat)
        await asyncio.sleep(0 if heartbeat == limits.SHORT else 60)
        return PingResponse(status=PingStatus.EXPIRED)

    examined = practice.examine(posed({Command.PING: ping}), CHECKS)

    assert found(examined) == []
    assert _longest(examined) is None
    assert asked[-2:] == [limits.TOO_LONG, limits.SHORT]


def _inbox_of(letters: int, text: str) -> Change:
    """Sync with so many letters in the Inbox, whatever was asked for."""
    body = [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.EstimatedDataSize, "900")]
    body.append(Element(AirSyncBase.Data, text))
    adds = tuple(
        ServerAdd(
            server_id=f"9:{number}",
            application_data=[Element(Email.Subject, f"{number}"), Element(AirSyncBase.Body, list(body))],
        )
        for number in range(letters)
    )
    seen: set[str] = set()

    async def sync(request: Request, own: Own) -> Record | None:
        asked = SyncRequest.from_element(decode(request.body), request.version).collections[0]
        seen.add(asked.collection_id)
        answer = await own()
        if asked.sync_key == "0" or len(seen) > 1:
            return answer
        inbox = CollectionResponse(
            sync_key=asked.sync_key,
            collection_id=asked.collection_id,
            status=SyncStatus.SUCCESS,
            commands=adds,
        )
        return SyncResponse(collections=(inbox,))

    return sync


@pytest.mark.parametrize(
    ("letters", "text", "says"),
    [
        (first_sync.WINDOW, "a" * first_sync.TEXT_BYTES, None),
        (first_sync.WINDOW + 1, "", "11 items where 10 were asked for (Inbox)"),
        (1, "ä" * 300, "a text of 600 bytes where 512 were asked for (Inbox)"),
    ],
)
def test_a_server_keeps_to_what_a_phone_asks_for(
    practice: Practice, letters: int, text: str, says: str | None
) -> None:
    examined = practice.examine(posed({Command.SYNC: _inbox_of(letters, text)}), CHECKS)

    assert found(examined) == (["limits-ignored"] if says else [])
    assert all(says and says in one.says for one in examined.findings)
    assert step_of(examined, first_sync.CHECK).state is (State.FOUND if says else State.PASSED)
