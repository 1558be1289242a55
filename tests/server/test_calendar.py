"""Calendars over HTTP, at every version: the answers are checked by the schemas."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from overair.items import Event
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.get_item_estimate import (
    EstimateCollectionRequest,
    EstimateOptions,
    GetItemEstimateRequest,
    GetItemEstimateResponse,
)
from overair.protocol.http import Command
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.statuses import (
    ItemOperationsStatus,
    MoveItemsStatus,
    PingStatus,
    SyncStatus,
)
from overair.protocol.sync import (
    AddResponse,
    ChangeCommand,
    CollectionRequest,
    DeleteCommand,
    ServerAdd,
    ServerChange,
    ServerDelete,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync_options import FilterType, Options
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSync, AirSyncBase, Calendar
from server.test_tasks_and_notes import Replica
from support.phone import Phone
from support.server import ANNA, RunningServer
from sync.calendar import (
    START,
    add,
    attached,
    change,
    change_day,
    compact,
    daily,
    day,
    delete_day,
    event_data,
    found_in,
    leaf,
    series,
    subjects_of_days,
)

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
SINCE_16 = [version for version in SERVED if version >= Version.V16_0]
BEFORE_16 = [version for version in SERVED if version < Version.V16_0]


def calendar(server: RunningServer, version: Version, *options: Options) -> Replica:
    """A calendar on a new phone."""
    return Replica.of(server, FolderType.CALENDAR, version, options)


def added(replica: Replica, data: list[Element], client_id: str = "new") -> str:
    """Add an event; its id."""
    response = replica.sync(add(data, client_id))
    assert response is not None
    [one] = response.responses
    assert isinstance(one, AddResponse)
    assert one.status == SyncStatus.SUCCESS
    assert one.server_id is not None
    replica.items[one.server_id] = data
    return one.server_id


def exceptions_of(data: list[Element]) -> list[Element]:
    """The exceptions of a series that a phone was told."""
    found = found_in(data, Calendar.Exceptions)
    return [] if found is None else found.children


def stored(server: RunningServer, replica: Replica, item_id: str) -> Event:
    """An event as the store has it."""

    async def read(session: Session) -> Event:
        [found] = await session.read(replica.folder_id, [item_id])
        assert found is not None
        assert isinstance(found.item, Event)
        return found.item

    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    return server.call(lambda: mailbox.inspect(read))


@pytest.mark.req("MS-ASCAL_R521", "MS-ASCAL_R537", "MS-ASCAL_R531", "MS-ASCAL_R528")
@pytest.mark.parametrize("version", SERVED)
def test_a_series_with_exceptions_goes_everywhere(server: RunningServer, version: Version) -> None:
    phones = [calendar(server, other) for other in SERVED]
    mine = calendar(server, version)
    exceptions = Element(
        Calendar.Exceptions,
        [
            Element(
                Calendar.Exception,
                [leaf(Calendar.Deleted, 1), leaf(Calendar.ExceptionStartTime, day(1))],
            ),
            Element(
                Calendar.Exception,
                [
                    leaf(Calendar.ExceptionStartTime, day(3)),
                    leaf(Calendar.Subject, "otherwise"),
                    leaf(Calendar.StartTime, day(4)),
                    leaf(Calendar.EndTime, day(5)),
                ],
            ),
        ],
    )
    if version in BEFORE_16:
        item_id = added(mine, series("series", version, exceptions))
    else:
        item_id = added(mine, series("series", version))
        times = (leaf(Calendar.StartTime, day(4)), leaf(Calendar.EndTime, day(5)))
        mine.sync(delete_day(item_id, 1), change_day(item_id, 3, leaf(Calendar.Subject, "otherwise"), *times))
    assert subjects_of_days(stored(server, mine, item_id)) == {1: "", 3: "otherwise"}
    for phone in phones:
        response = phone.sync()
        assert response is not None
        [told] = response.commands
        assert isinstance(told, ServerAdd)
        shown = exceptions_of(told.application_data)
        tag = AirSyncBase.InstanceId if phone.phone.version in SINCE_16 else Calendar.ExceptionStartTime
        assert [one.find(tag) for one in shown] == [leaf(tag, day(1)), leaf(tag, day(3))]
        assert shown[1].find(Calendar.StartTime) == leaf(Calendar.StartTime, day(4))
        fetched = phone.fetch(item_id)
        assert fetched.status == ItemOperationsStatus.SUCCESS
        assert fetched.properties is not None
        assert exceptions_of(fetched.properties.item) == shown
        # Nothing that was not asked for (MS-ASCAL_R530).
        fetched = phone.fetch(item_id, Element(Calendar.Subject), Element(Calendar.UID))
        assert fetched.properties is not None
        assert {one.tag for one in fetched.properties.item} == {Calendar.Subject, Calendar.UID}
    if version in BEFORE_16:
        mine.sync(change(item_id, *series("renamed", version)))
    else:
        mine.sync(change(item_id, leaf(Calendar.Subject, "renamed")))
    for phone in phones:
        response = phone.sync()
        assert response is not None
        [told_change] = response.commands
        assert isinstance(told_change, ServerChange)
        assert found_in(told_change.application_data, Calendar.Subject) == leaf(Calendar.Subject, "renamed")
        assert len(exceptions_of(told_change.application_data)) == 2
    assert mine.sync() is None
    mine.sync(DeleteCommand(server_id=item_id))
    for phone in phones:
        response = phone.sync()
        assert response is not None
        assert [type(one) for one in response.commands] == [ServerDelete]


@pytest.mark.req("MS-ASAIRS_R1181", "MS-ASAIRS_R1182", "MS-ASAIRS_R1183")
@pytest.mark.parametrize("version", BEFORE_16)
def test_older_versions_have_no_instance_id(server: RunningServer, version: Version) -> None:
    phone = calendar(server, version)
    item_id = added(phone, series("series", version))
    for element in (
        change_day(item_id, 2, leaf(Calendar.Subject, "x")).to_element(V16),
        delete_day(item_id, 2).to_element(V16),
    ):
        request = CollectionRequest(sync_key=phone.key, collection_id=phone.folder_id)
        tree = SyncRequest(collections=(request,)).to_element(version)
        tree.children[0].children[0].children.append(Element(AirSync.Commands, [element]))
        answer = phone.phone.post(Command.SYNC, encode(tree)).read(SyncResponse)
        assert answer.status == SyncStatus.PROTOCOL_ERROR
    assert subjects_of_days(stored(server, phone, item_id)) == {}


@pytest.mark.req(
    "MS-ASAIRS_R1178",
    "MS-ASCMD_R6238",
    "MS-ASCMD_R6420",
    "MS-ASCMD_R6408",
    "MS-ASCMD_R6409",
    "MS-ASCMD_R1151",
    "MS-ASCMD_R1152",
    "MS-ASCMD_R7069",
    "MS-ASCMD_R5256",
    "MS-ASCMD_R3834",
)
@pytest.mark.parametrize("version", SINCE_16)
def test_answers_about_occurrences_name_them(server: RunningServer, version: Version) -> None:
    phone = calendar(server, version)
    item_id = added(phone, series("series", version))
    commands = (
        change_day(item_id, 2, attached("a")),
        change_day(item_id, 99, leaf(Calendar.Subject, "x")),
        delete_day(item_id, 98),
        delete_day(item_id, 3),
    )
    lost = phone.ask(*commands)
    response = phone.sync(*commands)
    assert lost is not None
    assert response is not None
    assert lost.responses == response.responses
    answered = {
        (type(one).__name__, one.instance_id): one.status  # type: ignore[union-attr]  # no Add or Fetch
        for one in response.responses
    }
    assert answered == {
        ("ChangeResponse", compact(day(2))): SyncStatus.SUCCESS,
        ("ChangeResponse", compact(day(99))): SyncStatus.OBJECT_NOT_FOUND,
        ("DeleteResponse", compact(day(98))): SyncStatus.OBJECT_NOT_FOUND,
    }
    assert subjects_of_days(stored(server, phone, item_id)) == {2: "series", 3: ""}


@pytest.mark.parametrize("version", SERVED)
def test_a_calendar_of_the_users_own(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    key = phone.folder_sync().sync_key
    assert key is not None
    made = phone.post(
        Command.FOLDER_CREATE,
        FolderCreateRequest(
            sync_key=key,
            parent_id="0",
            display_name=f"Club {version.text}",
            type=FolderType.USER_CALENDAR,
        ),
    ).read(FolderCreateResponse)
    assert made.status == 1
    assert made.server_id is not None
    club = Replica(phone, made.server_id)
    club.sync()
    main = calendar(server, version)
    item_id = added(main, event_data(version, "match", uid="match"))
    # Moved, it has a new id in its new calendar and is gone from the old one.
    answer = main.phone.post(
        Command.MOVE_ITEMS,
        MoveItemsRequest(
            moves=(
                ItemMove(
                    source_message_id=item_id,
                    source_folder_id=main.folder_id,
                    destination_folder_id=club.folder_id,
                ),
            )
        ),
    ).read(MoveItemsResponse)
    [moved] = answer.responses
    assert moved.status == MoveItemsStatus.SUCCESS
    response = main.sync()
    assert response is not None
    assert [type(one) for one in response.commands] == [ServerDelete]
    response = club.sync()
    assert response is not None
    [told] = response.commands
    assert told.server_id == moved.destination_message_id
    # There it is changed and deleted, and thrown into Deleted Items, where no phone is shown it.
    changed = leaf(Calendar.Subject, "final")
    data = event_data(version, "final", uid="match") if version in BEFORE_16 else [changed]
    assert club.send(change(told.server_id, *data)) == ()
    assert found_in(club.fetch(told.server_id).properties.item, Calendar.Subject) == changed  # type: ignore[union-attr]  # it was found
    deleted = Replica(phone, phone.folders()[FolderType.DELETED_ITEMS].server_id)
    deleted.sync()
    club.sync(DeleteCommand(server_id=told.server_id))
    assert deleted.sync() is None
    # An event is not moved among mail or tasks.
    other_id = added(main, event_data(version, "stays", uid="stays"), "stays")
    for kind in (FolderType.INBOX, FolderType.TASKS):
        answer = main.phone.post(
            Command.MOVE_ITEMS,
            MoveItemsRequest(
                moves=(
                    ItemMove(
                        source_message_id=other_id,
                        source_folder_id=main.folder_id,
                        destination_folder_id=phone.folders()[kind].server_id,
                    ),
                )
            ),
        ).read(MoveItemsResponse)
        assert [one.status for one in answer.responses] == [MoveItemsStatus.INVALID_DESTINATION]


@pytest.mark.parametrize("version", SERVED)
def test_a_calendar_is_filtered_estimated_and_watched(server: RunningServer, version: Version) -> None:
    weeks = Options(filter_type=FilterType.TWO_WEEKS)
    phone = calendar(server, version, weeks)
    other = calendar(server, version)
    before = len(phone.items)

    def estimate() -> int:
        filtered = {"options": (EstimateOptions(filter_type=FilterType.TWO_WEEKS),)}
        if version == V12:
            filtered = {"filter_type": FilterType.TWO_WEEKS}  # type: ignore[dict-item]  # where it stands there
        request = EstimateCollectionRequest(
            sync_key=phone.key,
            collection_id=phone.folder_id,
            item_class="Calendar" if version == V12 else None,
            **filtered,  # type: ignore[arg-type]  # fields by name
        )
        answer = phone.phone.post(
            Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest(collections=(request,))
        ).read(GetItemEstimateResponse)
        [one] = answer.responses
        assert one.status == 1
        assert one.collection is not None
        assert one.collection.estimate is not None
        return one.collection.estimate

    old = added(other, event_data(version, "long ago", START.replace(year=2001), uid="a"), "a")
    assert estimate() == 0
    assert phone.sync() is None
    endless = Element(Calendar.Recurrence, [leaf(Calendar.Type, 0), leaf(Calendar.Interval, 1)])
    added(other, event_data(version, "endless", START.replace(year=2001), endless, uid="b"), "b")
    added(other, event_data(version, "ended", START.replace(year=2001), daily(5), uid="c"), "c")
    added(other, event_data(version, "to come", START.replace(year=2099), uid="d"), "d")
    assert estimate() == 2
    phone.sync()
    assert len(phone.items) == before + 2
    with ThreadPoolExecutor(1) as executor:
        folders = (PingFolder(id=phone.folder_id, item_class="Calendar"),)
        ping = executor.submit(
            phone.phone.post, Command.PING, PingRequest(heartbeat_interval=60, folders=folders)
        )
        deadline = time.monotonic() + 10
        while not len(server.application.services.hub):
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        # From the past into the window: the phone hears of it as of a new one.
        later = START.replace(year=2098)
        other.sync(change(old, *event_data(version, "long ago", later, uid="a")))
        answer = ping.result(20).read(PingResponse)
    assert answer.status == PingStatus.CHANGES
    response = phone.sync()
    assert response is not None
    assert [type(one) for one in response.commands] == [ServerAdd]


@pytest.mark.parametrize("version", SERVED)
def test_an_answer_that_is_lost_costs_nothing(server: RunningServer, version: Version) -> None:
    phone, other = calendar(server, version), calendar(server, V16)
    command = add(series("series", version), "lost")
    lost = phone.ask(command)
    response = phone.sync(command)
    assert lost is not None
    assert response is not None
    assert lost.responses == response.responses
    [one] = response.responses
    assert isinstance(one, AddResponse)
    assert one.server_id is not None
    other.sync()
    item_id = one.server_id
    data = series("renamed", version) if version in BEFORE_16 else [leaf(Calendar.Subject, "renamed")]
    edits = [change(item_id, *data)]
    if version in SINCE_16:
        edits.append(change_day(item_id, 1, leaf(Calendar.Subject, "otherwise")))
    phone.ask(*edits)
    phone.ask(*edits)
    phone.sync(*edits)
    assert phone.sync() is None
    response = other.sync()
    assert response is not None
    assert [type(told) for told in response.commands] == [ServerChange]
    gone = DeleteCommand(server_id=item_id)
    phone.ask(gone)
    assert phone.send(gone) == ()
    response = other.sync()
    assert response is not None
    assert [type(told) for told in response.commands] == [ServerDelete]
    assert other.send(ChangeCommand(server_id=item_id, application_data=[leaf(Calendar.Subject, "x")])) == (
        SyncStatus.OBJECT_NOT_FOUND,
    )
