"""Ping: what is kept, its limits, and what it answers for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from overair.mailboxes.interface import FolderType, Session
from overair.protocol.get_item_estimate import (
    EstimateCollectionRequest,
    EstimateOptions,
    GetItemEstimateRequest,
    GetItemEstimateResponse,
)
from overair.protocol.http import Command
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.statuses import CommonStatus, GetItemEstimateStatus, PingStatus
from overair.protocol.sync_options import FilterType
from overair.versions import Version
from server.test_sync import Syncing, soon
from support.phone import letter
from support.server import ANNA, RunningServer


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads for requests that wait."""
    with ThreadPoolExecutor(8) as executor:
        yield executor


def ping(phone: Syncing, *folder_ids: str, heartbeat: int | None = 60) -> PingResponse:
    """One Ping."""
    folders = tuple(PingFolder(id=folder_id, item_class="Email") for folder_id in folder_ids)
    request = PingRequest(heartbeat_interval=heartbeat, folders=folders or None)
    return phone.phone.post(Command.PING, request).read(PingResponse)


@pytest.mark.req("MS-ASCMD_R5639", "MS-ASCMD_R4235", "MS-ASCMD_R5632", "MS-ASCMD_R5634", "MS-ASCMD_R322")
def test_a_delivery_answers_and_what_was_said_once_is_kept(
    server: RunningServer, threads: ThreadPoolExecutor
) -> None:
    phone = Syncing.begin(server, FolderType.INBOX, FolderType.CONTACTS)
    inbox, contacts = phone.folders[FolderType.INBOX], phone.folders[FolderType.CONTACTS]
    for again in range(3):
        waiting: Future[PingResponse]
        if again == 0:
            waiting = threads.submit(ping, phone, inbox, contacts)
        elif again == 1:
            waiting = threads.submit(lambda: phone.phone.post(Command.PING).read(PingResponse))
        else:
            waiting = threads.submit(ping, phone, heartbeat=120)
        soon(server)
        server.deliver(ANNA, letter("ping").as_bytes())
        answer = waiting.result(10)
        assert answer.status == PingStatus.CHANGES
        assert answer.folders == (inbox,)
        # Until the phone has synchronised, there is something to show.
        assert ping(phone, inbox).folders == (inbox,)
        ping(phone, inbox, contacts)
        while phone.sync() is not None:
            pass


@pytest.mark.req("MS-ASCMD_R4241", "MS-ASCMD_R4240")
def test_what_was_never_said_is_missing(server: RunningServer) -> None:
    phone = Syncing.begin(server)
    inbox = phone.folders[FolderType.INBOX]
    assert phone.phone.post(Command.PING).read(PingResponse).status == PingStatus.MISSING_PARAMETERS
    assert ping(phone, inbox, heartbeat=None).status == PingStatus.MISSING_PARAMETERS
    assert ping(phone).status == PingStatus.MISSING_PARAMETERS


@pytest.mark.req("MS-ASCMD_R5690", "MS-ASCMD_R5691", "MS-ASCMD_R6699", "MS-ASCMD_R4254", "MS-ASCMD_R3259")
def test_limits(server: RunningServer) -> None:
    phone = Syncing.begin(server)
    inbox = phone.folders[FolderType.INBOX]
    for heartbeat, limit in ((59, 60), (0, 60), (3541, 3540)):
        answer = ping(phone, inbox, heartbeat=heartbeat)
        assert (answer.status, answer.heartbeat_interval) == (PingStatus.INVALID_HEARTBEAT, limit)
    assert ping(phone, inbox, inbox).status == PingStatus.SYNTAX_ERROR
    answer = ping(phone, *map(str, range(301)))
    assert (answer.status, answer.max_folders) == (PingStatus.TOO_MANY_FOLDERS, 300)


@pytest.mark.req("MS-ASCMD_R4257", "MS-ASCMD_R4258")
def test_a_changed_hierarchy_is_told(server: RunningServer, threads: ThreadPoolExecutor) -> None:
    phone = Syncing.begin(server, FolderType.INBOX)
    inbox = phone.folders[FolderType.INBOX]
    assert ping(phone, inbox, "999999").status == PingStatus.HIERARCHY_CHANGED
    waiting = threads.submit(ping, phone, inbox)
    soon(server)
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def create(session: Session) -> str:
        return await session.create_folder("0", "Novels", FolderType.USER_MAIL)

    folder_id = server.call(lambda: mailbox.transact(create))
    assert waiting.result(10).status == PingStatus.HIERARCHY_CHANGED
    phone.phone.folder_sync()
    server.call(lambda: mailbox.transact(lambda session: session.delete_folder(folder_id)))
    assert ping(phone, inbox).status == PingStatus.HIERARCHY_CHANGED


def test_a_folder_that_was_never_synchronised_is_silent(
    server: RunningServer, threads: ThreadPoolExecutor
) -> None:
    """iOS pings such folders; an answer of 2 would come for ever."""
    server.deliver(ANNA, letter("there already").as_bytes())
    phone = Syncing.begin(server, FolderType.CONTACTS)
    waiting = threads.submit(ping, phone, phone.folders[FolderType.INBOX])
    soon(server)
    server.deliver(ANNA, letter("and another").as_bytes())
    newer = threads.submit(ping, phone, phone.folders[FolderType.CONTACTS])
    assert waiting.result(10).status == PingStatus.EXPIRED
    soon(server)
    phone.sync()
    assert newer.result(10).status == PingStatus.EXPIRED


@pytest.mark.req("MS-ASCMD_R4129", "MS-ASCMD_R4140", "MS-ASCMD_R4136", "MS-ASCMD_R4594", "MS-ASCMD_R4591")
def test_estimates(server: RunningServer) -> None:
    phone = Syncing.begin(server, FolderType.INBOX)
    inbox, contacts = phone.folders[FolderType.INBOX], phone.folders[FolderType.CONTACTS]
    server.deliver(ANNA, letter("one more").as_bytes())

    def estimate(collection: EstimateCollectionRequest, user_agent: str = "Test") -> tuple[int, int | None]:
        request = GetItemEstimateRequest(collections=(collection,))
        answer = phone.phone.post(Command.GET_ITEM_ESTIMATE, request, user_agent=user_agent)
        [response] = answer.read(GetItemEstimateResponse).responses
        return response.status, None if response.collection is None else response.collection.estimate

    key = phone.keys[inbox]
    good = EstimateCollectionRequest(sync_key=key, collection_id=inbox)
    assert estimate(good) == (GetItemEstimateStatus.SUCCESS, 1)
    assert estimate(good) == (GetItemEstimateStatus.SUCCESS, 1)
    bad = EstimateCollectionRequest(sync_key="77", collection_id=inbox)
    assert estimate(bad) == (GetItemEstimateStatus.INVALID_SYNC_KEY, None)
    assert estimate(bad, "Android/6.0.1-EAS-2.0") == (GetItemEstimateStatus.SUCCESS, 1)
    unprimed = EstimateCollectionRequest(sync_key=key, collection_id=contacts)
    assert estimate(unprimed) == (GetItemEstimateStatus.NOT_PRIMED, None)
    unknown = EstimateCollectionRequest(sync_key=key, collection_id="999999")
    assert estimate(unknown) == (GetItemEstimateStatus.INVALID_COLLECTION, None)
    wrong = EstimateOptions(filter_type=FilterType.INCOMPLETE_TASKS)
    filtered = EstimateCollectionRequest(sync_key=key, collection_id=inbox, options=(wrong,))
    assert estimate(filtered) == (CommonStatus.SERVER_ERROR, None)
    many = EstimateCollectionRequest(
        sync_key=key, collection_id=inbox, options=(EstimateOptions(max_items=5),)
    )
    assert estimate(many) == (GetItemEstimateStatus.INVALID_COLLECTION, None)


def test_an_estimate_in_the_oldest_version(server: RunningServer) -> None:
    phone = Syncing.begin(server, FolderType.INBOX, version=Version.V12_1)
    inbox = phone.folders[FolderType.INBOX]
    server.deliver(ANNA, letter("old").as_bytes())
    request = GetItemEstimateRequest(
        collections=(
            EstimateCollectionRequest(
                item_class="Email",
                sync_key=phone.keys[inbox],
                collection_id=inbox,
                filter_type=FilterType.ONE_MONTH,
            ),
        )
    )
    answer = phone.phone.post(Command.GET_ITEM_ESTIMATE, request)
    [response] = answer.read(GetItemEstimateResponse).responses
    assert response.status == GetItemEstimateStatus.SUCCESS
    assert response.collection is not None
    assert response.collection.estimate == 1
