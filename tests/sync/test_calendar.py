"""Events: what the server makes of them, how they are known again, and what of them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.items import Event
from overair.items.body import Body
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeResponse,
    CollectionResponse,
    DeleteCommand,
    FetchCommand,
    ServerAdd,
    ServerChange,
    ServerDelete,
)
from overair.sync import applying
from overair.versions import SERVED, Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from sync.calendar import (
    CLIENT_WINS,
    HOUR,
    START,
    add,
    attached,
    change,
    change_day,
    daily,
    delete_day,
    event_data,
    found_in,
    leaf,
    phone_of,
    play,
    series,
    the_event,
)
from sync.phone import Phone, fetched, shown_of, statuses
from sync.world import World

V14, V16 = Version.V14_1, Version.V16_1
BEFORE_16 = [version for version in SERVED if version < Version.V16_0]
SINCE_16 = [version for version in SERVED if version >= Version.V16_0]


def made(answer: CollectionResponse | None) -> dict[Tag, Element]:
    """What the one response says that the server made."""
    assert answer is not None
    [response] = answer.responses
    assert isinstance(response, AddResponse | ChangeResponse)
    assert response.status == SyncStatus.SUCCESS
    return shown_of(response.application_data or [])


def told(answer: CollectionResponse | None) -> list[type]:
    """What a phone is told."""
    return [] if answer is None else [type(one) for one in answer.commands]


@pytest.mark.req("MS-ASCAL_R2223", "MS-ASCAL_R46311")
@pytest.mark.parametrize("version", SINCE_16)
def test_the_server_makes_the_uid_and_says_it(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = add(event_data(version, "one"))
        lost = made(await phone.ask(command))
        answer = await phone.sync(command)
        event = await the_event(there, phone)
        assert event.uid
        assert made(answer) == lost == {Calendar.UID: leaf(Calendar.UID, event.uid)}
        assert told(answer) == []
        assert await phone.sync() is None

    play(tmp_path, scenario, version)


@pytest.mark.parametrize("version", BEFORE_16)
def test_a_client_that_makes_the_uid_is_told_nothing(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        answer = await phone.sync(add(event_data(version, "one", uid="mine")))
        assert made(answer) == {}
        assert told(answer) == []
        assert (await the_event(there, phone)).uid == "mine"
        assert await phone.sync() is None

    play(tmp_path, scenario, version)


@pytest.mark.req("MS-ASCAL_R46311", "MS-ASCAL_R52514")
@pytest.mark.parametrize("version", BEFORE_16)
def test_what_the_server_makes_is_told_as_a_change_before_16(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = add([leaf(Calendar.Subject, "bare")])
        await phone.ask(command)
        answer = await phone.sync(command)
        assert made(answer) == {}
        assert told(answer) == [ServerChange]
        [shown] = phone.items.values()
        event = await the_event(there, phone)
        assert shown[Calendar.UID].text == event.uid
        assert event.start_time is not None
        assert shown[Calendar.StartTime] == leaf(Calendar.StartTime, event.start_time)
        assert await phone.sync() is None

    play(tmp_path, scenario, version)


@pytest.mark.req("MS-ASCAL_R52514")
def test_times_that_the_server_makes_are_said_with_the_uid(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        answer = await phone.sync(add([leaf(Calendar.Subject, "bare")]))
        assert set(made(answer)) == {Calendar.UID, Calendar.StartTime, Calendar.EndTime}
        assert told(answer) == []

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R6236")
@pytest.mark.parametrize("version", SINCE_16)
def test_a_change_says_only_what_changes_since_16(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        other = await phone_of(there, "OTHER", version)
        place = Element(AirSyncBase.Location, [leaf(AirSyncBase.DisplayName, "here")])
        await phone.sync(add(event_data(version, "one", START, place, leaf(Calendar.Reminder, 5))))
        await other.rest()
        [item_id] = phone.items
        # One after the other they change different fields: nothing is lost, and nobody hears of itself.
        await phone.sync(change(item_id, leaf(Calendar.Subject, "two")))
        await other.rest()
        there_now = Element(AirSyncBase.Location, [leaf(AirSyncBase.DisplayName, "there")])
        await other.sync(change(item_id, there_now))
        await phone.rest()
        for shown in (phone.items[item_id], other.items[item_id]):
            assert shown[Calendar.Subject].text == "two"
            assert shown[AirSyncBase.Location] == there_now
            assert shown[Calendar.Reminder].text == "5"
        assert phone.echoes == other.echoes == 0
        # Without having heard of each other the server's form stays, and the loser sees it.
        await phone.sync(change(item_id, leaf(Calendar.Subject, "three")))
        answer = await other.sync(change(item_id, leaf(Calendar.Reminder, 30)))
        assert statuses(answer) == [SyncStatus.CONFLICT]
        assert told(answer) == [ServerChange]
        other.options = CLIENT_WINS
        await other.sync()
        await phone.sync(change(item_id, leaf(Calendar.Subject, "four")))
        answer = await other.sync(change(item_id, leaf(Calendar.Reminder, 45)))
        assert statuses(answer) == []
        await phone.rest()
        for shown in (phone.items[item_id], other.items[item_id]):
            assert shown[Calendar.Subject].text == "four"
            assert shown[Calendar.Reminder].text == "45"

    play(tmp_path, scenario, version)


def test_what_is_repeated_in_part_after_a_lost_answer_is_no_news(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(add(event_data(V16, "one")))
        [item_id] = phone.items
        await phone.ask(change(item_id, leaf(Calendar.Subject, "two")))
        both = change(item_id, leaf(Calendar.Subject, "two"), leaf(Calendar.Reminder, 5))
        answer = await phone.sync(both)
        assert statuses(answer) == []
        assert told(answer) == []
        # What it no longer says, it may have given up: it is shown what there is.
        await phone.ask(change(item_id, leaf(Calendar.Subject, "three")))
        answer = await phone.sync(change(item_id, leaf(Calendar.Reminder, 10)))
        assert told(answer) == [ServerChange]
        assert phone.names == ["three"]
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCAL_R2231")
@pytest.mark.parametrize("version", SINCE_16)
def test_what_an_event_lost_is_told_by_empty_elements(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        other, old = await phone_of(there, "OTHER", version), await phone_of(there, "OLD", V14)
        attendee = Element(
            Calendar.Attendee, [leaf(Calendar.Email, "ben@example.org"), leaf(Calendar.Name, "Ben")]
        )
        full = [
            Element(AirSyncBase.Location, [leaf(AirSyncBase.DisplayName, "here")]),
            leaf(Calendar.Reminder, 5),
            Element(Calendar.Categories, [leaf(Calendar.Category, "red")]),
            Element(Calendar.Attendees, [attendee]),
            attached("a"),
        ]
        await phone.sync(add(event_data(version, "one", START, *full)))
        for one in (other, old):
            await one.rest()
        [item_id] = phone.items
        emptied = (AirSyncBase.Location, Calendar.Reminder, Calendar.Categories, Calendar.Attendees)
        gone = Element(AirSyncBase.Delete, [leaf(AirSyncBase.FileReference, f"{item_id}:1")])
        await phone.sync(
            change(
                item_id,
                *(Element(tag) for tag in emptied),
                Element(AirSyncBase.Attachments, [gone]),
                leaf(Calendar.Subject, None),
            )
        )
        event = await the_event(there, phone)
        kept = (event.location, event.reminder, event.categories, event.attendees, event.subject)
        assert kept == (None,) * 5
        assert event.stored_attachments is None
        answer = await other.sync()
        assert answer is not None
        [change_told] = answer.commands
        assert isinstance(change_told, ServerChange)
        empty = {one.tag for one in change_told.application_data if not one.content}
        assert empty == {*emptied, AirSyncBase.Attachments, Calendar.Subject}
        # Before 16.0 absence says it, and says it of what did not change, too.
        answer = await old.sync()
        assert answer is not None
        [change_told] = answer.commands
        assert isinstance(change_told, ServerChange)
        assert not [one.tag for one in change_told.application_data if not one.content]
        # The next change says nothing of them.
        await phone.sync(change(item_id, leaf(Calendar.Reminder, 1)))
        answer = await other.sync()
        assert answer is not None
        [change_told] = answer.commands
        assert isinstance(change_told, ServerChange)
        assert not [one.tag for one in change_told.application_data if not one.content]

    play(tmp_path, scenario, version)


@pytest.mark.req(
    "MS-ASCAL_R434", "MS-ASCMD_R748", "MS-ASCMD_R749", "MS-ASCMD_R5255", "MS-ASCMD_R5433", "MS-ASCMD_R3835"
)
@pytest.mark.parametrize("version", SERVED)
def test_events_are_added_changed_fetched_and_deleted(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        others = [await phone_of(there, f"OTHER{number}", one) for number, one in enumerate(SERVED)]
        await phone.sync(add(event_data(version, "one", uid="u")))
        [item_id] = phone.items
        for other in others:
            answer = await other.sync()
            assert told(answer) == [ServerAdd]
        await phone.sync(change(item_id, *event_data(version, "two", START + HOUR, uid="u")))
        for other in others:
            answer = await other.sync()
            assert told(answer) == [ServerChange]
            assert answer is not None
            [change_told] = answer.commands
            assert isinstance(change_told, ServerChange)
            start = found_in(change_told.application_data, Calendar.StartTime)
            assert start == leaf(Calendar.StartTime, START + HOUR)
            [whole] = fetched(await other.sync(FetchCommand(server_id=item_id)))
            assert found_in(whole.application_data, Calendar.Subject) == leaf(Calendar.Subject, "two")
        assert await phone.sync() is None
        await phone.sync(DeleteCommand(server_id=item_id))
        for other in others:
            answer = await other.sync()
            assert told(answer) == [ServerDelete]
            assert other.items == {}
        assert await there.items(phone.folder) == {}
        bin_ = await there.folder(FolderType.DELETED_ITEMS)
        [deleted] = (await there.items(bin_)).values()
        assert isinstance(deleted, Event)
        assert deleted.subject == "two"

    play(tmp_path, scenario, version)


@pytest.mark.req("MS-ASCMD_R876", "MS-ASCAL_R541", "MS-ASCMD_R877", "MS-ASCAL_R542")
def test_series_are_changed_by_phones_of_both_kinds(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        old = await phone_of(there, "OLD", V14)
        await old.sync(add(series("series", V14)))
        await phone.rest()
        [item_id] = phone.items
        deleted = Element(
            Calendar.Exceptions,
            [
                Element(
                    Calendar.Exception,
                    [leaf(Calendar.Deleted, 1), leaf(Calendar.ExceptionStartTime, START + 24 * HOUR)],
                )
            ],
        )
        uid = old.items[item_id][Calendar.UID].text
        await old.sync(change(item_id, *event_data(V14, "series", START, daily(), deleted, uid=uid)))
        # A series without its Exceptions keeps them.
        await old.sync(change(item_id, *event_data(V14, "renamed", START, daily(), uid=uid)))
        await phone.rest()
        shown = phone.items[item_id]
        assert shown[Calendar.Subject].text == "renamed"
        assert len(shown[Calendar.Exceptions].children) == 1
        assert old.echoes == phone.echoes == 0

    play(tmp_path, scenario)


def test_what_changes_nothing_is_no_news(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        other = await phone_of(there, "OTHER", V14)
        await phone.sync(add(event_data(V16, "one")))
        await other.rest()
        [item_id] = phone.items
        there.clock.forward(minutes=10)
        await phone.sync(change(item_id, leaf(Calendar.Subject, "one")))
        assert await other.sync() is None
        shown = [
            element
            for tag, element in other.items[item_id].items()
            if tag not in (Calendar.DtStamp, Calendar.ResponseType, AirSyncBase.NativeBodyType)
        ]
        await other.sync(change(item_id, *shown, leaf(Calendar.DtStamp, there.clock())))
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_an_add_for_a_folder_of_another_class_is_refused(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        tasks = Phone(there, phone.partner, await there.folder(FolderType.TASKS))
        await tasks.begin()
        command = AddCommand(client_id="1", item_class="Calendar", application_data=event_data(V16, "one"))
        assert statuses(await tasks.sync(command)) == [SyncStatus.CONVERSION_ERROR]
        assert await there.items(tasks.folder) == {}

    play(tmp_path, scenario)


def test_an_event_does_not_grow_for_ever(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(add(series()))
        [item_id] = phone.items
        text = "x" * 1_000_000
        found: list[int] = []
        for number in range(10):
            command = change_day(item_id, number, leaf(Calendar.Subject, text))
            found += statuses(await phone.sync(command))
        assert found == [SyncStatus.CONVERSION_ERROR] * 3
        other = await phone_of(there, "OTHER")
        answer = await other.sync()
        assert told(answer) == [ServerAdd]
        # What makes it smaller is taken.
        assert statuses(await phone.sync(delete_day(item_id, 0))) == []

    play(tmp_path, scenario)


def test_an_event_in_a_zone_that_is_not_known_any_more_is_shown(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        lost = Event(subject="lost", start_time=START, end_time=START, uid="lost", zone="Mars/Olympus")
        await there.add(phone.folder, lost)
        for one in (phone, await phone_of(there, "OLD", V14)):
            await one.rest()
            assert one.names == ["lost"]

    play(tmp_path, scenario)


def test_many_edits_of_a_huge_event_do_not_hold_the_writer_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "MAXIMUM_WORK", 2_000_000)

    async def scenario(there: World, phone: Phone) -> None:
        body = Body(type=BodyType.PLAIN_TEXT, data="x" * 200_000)
        stored = await there.add(phone.folder, Event(subject="huge", start_time=START, uid="huge", body=body))
        await phone.rest()
        edits = [change(stored.item_id, leaf(Calendar.Reminder, number)) for number in range(30)]
        found = statuses(await phone.ask(*edits))
        assert 15 <= len(found) <= 21
        assert set(found) == {SyncStatus.SERVER_ERROR}
        # What was refused is refused as often as it is repeated, and may be sent again.
        assert statuses(await phone.sync(*edits)) == found
        assert statuses(await phone.sync(edits[-1])) == []
        assert (await the_event(there, phone)).reminder == 29

    play(tmp_path, scenario)
