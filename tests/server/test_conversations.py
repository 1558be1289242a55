"""Conversations over HTTP: synchronised whole, moved for good, deleted, flagged."""

from __future__ import annotations

import pytest

from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.get_item_estimate import (
    EstimateCollectionRequest,
    EstimateOptions,
    GetItemEstimateRequest,
    GetItemEstimateResponse,
)
from overair.protocol.http import Command
from overair.protocol.sync import (
    ChangeCommand,
    CollectionRequest,
    DeleteCommand,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync_options import FilterType, Options
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import Email
from support.conversations import VERSIONS, Screen, Thread, within
from support.phone import Phone
from support.server import ANNA, RunningServer


@pytest.mark.req(
    "MS-ASCON_R180", "MS-ASCON_R330", "MS-ASCMD_R2107", "MS-ASCMD_R2110", "MS-ASCMD_R2111", "MS-ASCON_R228"
)
@pytest.mark.parametrize("version", VERSIONS)
def test_whole_conversations_are_shown(server: RunningServer, version: Version) -> None:
    thread, old, lone = Thread(server), Thread(server), Thread(server)
    for days_ago in (40, 20, 0):
        thread.deliver(days_ago)
    for days_ago in (40, 20):
        old.deliver(days_ago)
    lone.deliver(20)
    plain = Screen.open(server, version=version)
    whole = Screen.open(server, version=version, conversations=True)
    assert (plain.of(thread), plain.of(old), plain.of(lone)) == (["3"], [], [])
    assert (whole.of(thread), whole.of(old), whole.of(lone)) == (["1", "2", "3"], [], [])
    old.deliver()
    assert plain.of(old) == ["3"]
    assert whole.of(old) == ["1", "2", "3"]
    assert not whole.soft | plain.soft


@pytest.mark.req("MS-ASCMD_R2109", "MS-ASCMD_R2110", "MS-ASCON_R116")
def test_the_mode_changes_between_syncs_and_stays(server: RunningServer) -> None:
    thread = Thread(server)
    for days_ago in (30, 10, 0):
        thread.deliver(days_ago)
    screen = Screen.open(server)
    assert screen.of(thread) == ["3"]
    screen.conversations = True
    assert screen.of(thread) == ["1", "2", "3"]
    screen.conversations = None
    assert screen.of(thread) == ["1", "2", "3"], "what was said stays"
    screen.conversations = False
    assert screen.of(thread) == ["3"]
    assert len(screen.soft) >= 2
    screen.options = Options(filter_type=FilterType.ALL)
    screen.conversations = True
    assert screen.of(thread) == ["1", "2", "3"]
    screen.options = Options(filter_type=FilterType.TWO_WEEKS)
    screen.conversations = False
    assert screen.of(thread) == ["2", "3"]


@pytest.mark.req(
    "MS-ASCON_R211", "MS-ASCON_R261", "MS-ASCON_R343", "MS-ASCMD_R2096", "MS-ASCMD_R2097", "MS-ASCMD_R2098"
)
def test_estimates_count_conversations(server: RunningServer) -> None:
    screen = Screen.open(server)
    thread = Thread(server)
    for days_ago in (30, 10, 0):
        thread.deliver(days_ago)

    def estimate(mode: bool | None) -> int:
        asked = EstimateCollectionRequest(
            sync_key=screen.key,
            collection_id=screen.folder_id,
            conversation_mode=mode,
            options=(EstimateOptions(filter_type=FilterType.THREE_DAYS),),
        )
        answer = screen.phone.post(Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest(collections=(asked,)))
        [one] = answer.read(GetItemEstimateResponse).responses
        assert one.collection is not None
        return one.collection.estimate or 0

    told = len(screen.shown)
    plain, whole = estimate(False), estimate(True)
    assert (plain, estimate(None)) == (1, 1)
    screen.conversations = True
    assert len(screen.rest()) == told + whole
    assert whole >= 3


@pytest.mark.req("MS-ASCON_R336", "MS-ASCMD_R2117", "MS-ASCMD_R2100")
@pytest.mark.parametrize("mode", [True, False])
def test_only_mail_has_conversations(server: RunningServer, mode: bool) -> None:
    phone = Phone(server, Version.V14_1)
    folder_id = phone.folders()[FolderType.CONTACTS].server_id

    def ask(key: str, mode: bool | None) -> SyncResponse:
        one = CollectionRequest(sync_key=key, collection_id=folder_id, conversation_mode=mode)
        return phone.post(Command.SYNC, SyncRequest(collections=(one,))).read(SyncResponse)

    key = ask("0", None).collections[0].sync_key
    assert ask(key, mode).collections[0].status == 4
    asked = EstimateCollectionRequest(sync_key=key, collection_id=folder_id, conversation_mode=mode)
    answer = phone.post(Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest(collections=(asked,)))
    assert [one.status for one in answer.read(GetItemEstimateResponse).responses] == [103]


@pytest.mark.req("MS-ASCON_R223", "MS-ASCON_R157")
def test_the_rest_of_a_conversation_stays_until_it_ages(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver(20)
    thread.deliver()
    screen = Screen.open(server, conversations=True)
    [newest] = [item_id for item_id, subject in screen.shown.items() if subject == f"{thread.name} 2"]
    screen.sync(DeleteCommand(server_id=newest))
    assert screen.of(thread) == ["1"]
    assert not screen.soft


@pytest.mark.req("MS-ASCON_R203", "MS-ASCON_R284", "MS-ASCON_R204", "MS-ASCON_R207", "MS-ASCON_R208")
def test_what_is_said_of_old_messages_of_a_conversation_is_no_conflict(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver(20)
    screen = Screen.open(server, options=Options(filter_type=FilterType.ALL))
    [first] = [item_id for item_id, subject in screen.shown.items() if subject == f"{thread.name} 1"]
    thread.deliver()  # which lifts the first one
    screen.sync(ChangeCommand(server_id=first, application_data=[Element(Email.Read, "1")]))
    assert screen.of(thread) == ["1", "2"]
    assert screen.phone is not None

    async def read(session: Session) -> bool:
        [stored] = await session.read(screen.folder_id, [first])
        assert stored is not None
        assert isinstance(stored.item, Message)
        return bool(stored.item.read)

    assert within(server, ANNA, read)
