"""The attachments of events: what the client calls them, their numbers, their bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from overair.mailboxes.embedded.maintenance import collect_blobs
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    DeleteCommand,
)
from overair.versions import SERVED, Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Calendar
from sync.calendar import (
    START,
    add,
    attached,
    change,
    change_day,
    day,
    delete_day,
    event_data,
    leaf,
    phone_of,
    play,
    series,
    the_event,
)
from sync.phone import Phone, statuses
from sync.test_calendar import made
from sync.world import World

V14, V16 = Version.V14_1, Version.V16_1
SINCE_16 = [version for version in SERVED if version >= Version.V16_0]


def test_a_lost_add_that_is_edited_stays_the_event_that_others_know(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        first = made(await phone.ask(add(event_data(V16, "one", START, attached("a")), "1")))
        other = await phone_of(there, "OTHER")
        await other.rest()
        answer = await phone.sync(add(event_data(V16, "two", START, attached("b")), "1"))
        again = made(answer)
        assert again[Calendar.UID] == first[Calendar.UID]
        event = await the_event(there, phone)
        # A number that meant one attachment never means another one.
        assert [(kept.number, kept.display_name) for kept in event.attachments_kept()] == [(2, "b.txt")]
        [reference] = again[AirSyncBase.Attachments].children
        assert reference.find(AirSyncBase.FileReference) == leaf(
            AirSyncBase.FileReference, f"{next(iter(phone.items))}:2"
        )
        await other.rest()
        assert other.names == ["two"]
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASAIRS_R1082", "MS-ASAIRS_R1368", "MS-ASAIRS_R1001000", "MS-ASCMD_R6234")
@pytest.mark.parametrize("version", SINCE_16)
def test_attachments_of_events_are_kept_and_answered(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = add(event_data(version, "one", START, attached("a", "b")))
        lost = made(await phone.ask(command))
        answer = await phone.sync(command)
        assert made(answer) == lost
        [item_id] = phone.items
        references = {
            one.children[0].tag: one.children[0].text
            for one in made(answer)[AirSyncBase.Attachments].children
        }
        assert set(references) <= {AirSyncBase.FileReference, AirSyncBase.ClientId}
        event = await the_event(there, phone)
        assert [kept.display_name for kept in event.attachments_kept()] == ["a.txt", "b.txt"]
        # Of one that is deleted the number is not used again.
        gone = Element(AirSyncBase.Delete, [leaf(AirSyncBase.FileReference, f"{item_id}:1")])
        both = Element(AirSyncBase.Attachments, [gone, *attached("c").children])
        answer = await phone.sync(change(item_id, both))
        [reference] = made(answer)[AirSyncBase.Attachments].children
        assert reference.find(AirSyncBase.FileReference) == leaf(AirSyncBase.FileReference, f"{item_id}:3")
        event = await the_event(there, phone)
        assert [(kept.number, kept.display_name) for kept in event.attachments_kept()] == [
            (2, "b.txt"),
            (3, "c.txt"),
        ]
        assert await phone.sync() is None

    play(tmp_path, scenario, version)


def test_attachments_that_bring_nothing_are_passed_over(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        # iOS 16.2 names the attachments of an event so that changes its calendar.
        bare = attached("a")
        [added] = bare.children
        added.children.remove(added.children[2])
        answer = await phone.sync(add(event_data(V16, "one", START, bare)))
        assert set(made(answer)) == {Calendar.UID}
        event = await the_event(there, phone)
        assert list(event.attachments_kept()) == []
        [item_id] = phone.items
        answer = await phone.sync(change(item_id, leaf(Calendar.Subject, "two"), bare))
        assert statuses(answer) == []
        both = Element(AirSyncBase.Attachments, [added, *attached("b").children])
        [reference] = made(await phone.sync(change(item_id, both)))[AirSyncBase.Attachments].children
        assert reference.find(AirSyncBase.ClientId) == leaf(AirSyncBase.ClientId, "b")
        assert reference.find(AirSyncBase.FileReference) == leaf(AirSyncBase.FileReference, f"{item_id}:1")

    play(tmp_path, scenario)


@pytest.mark.parametrize("version", SINCE_16)
def test_files_that_no_event_has_any_more_are_removed(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        async def left() -> list[str]:
            for path in (tmp_path / "blobs").rglob("*"):
                if path.is_file():
                    os.utime(path, (0, 0))
            await collect_blobs(there.storage.database, there.storage.blobs)
            return sorted(path.name for path in (tmp_path / "blobs").rglob("*") if path.is_file())

        await phone.sync(add(series("series", version, attached("a", "b"))))
        [item_id] = phone.items
        await phone.sync(change_day(item_id, 2, attached("c")))
        event = await the_event(there, phone)
        assert len(event.blob_keys) == 3
        assert await left() == sorted(event.blob_keys)
        await phone.sync(delete_day(item_id, 2))
        assert len(await left()) == 2
        gone = Element(AirSyncBase.Delete, [leaf(AirSyncBase.FileReference, f"{item_id}:1")])
        await phone.sync(change(item_id, Element(AirSyncBase.Attachments, [gone])))
        assert len(await left()) == 1
        await phone.sync(DeleteCommand(server_id=item_id))  # to Deleted Items
        assert len(await left()) == 1
        wrong = Element(Calendar.Recurrence, [leaf(Calendar.Type, 0), leaf(Calendar.DayOfMonth, 3)])
        answer = await phone.sync(add(event_data(version, "refused", START, attached("d"), wrong), "x"))
        assert statuses(answer) == [SyncStatus.CONVERSION_ERROR]
        await phone.sync(add(event_data(version, "one", START, attached("e")), "y"))
        [one] = phone.items
        await phone.sync(DeleteCommand(server_id=one), deletes_as_moves=False)
        assert len(await left()) == 1

    play(tmp_path, scenario, version)


def test_exceptions_of_an_add_bring_attachments(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        second = Element(Calendar.Exception, [leaf(AirSyncBase.InstanceId, day(1)), attached("b")])
        data = series("series", V16, attached("a"), Element(Calendar.Exceptions, [second]))
        command = add(data, "1")
        await phone.ask(command)
        answer = await phone.sync(command)
        [reference] = made(answer)[AirSyncBase.Attachments].children
        event = await the_event(there, phone)
        assert [kept.number for kept in event.stored_attachments or ()] == [1]
        [exception] = event.exceptions or ()
        assert [kept.number for kept in exception.stored_attachments or ()] == [1, 2]
        found = reference.find(AirSyncBase.FileReference)
        assert found is not None
        assert found.text.endswith(":1")
        for kept in event.attachments_kept():
            assert there.storage.blobs.read(kept.blob)
        # Where those of an exception are, only the event itself can say.
        [shown] = phone.items.values()
        [told_exception] = shown[Calendar.Exceptions].children
        attachments = told_exception.find(AirSyncBase.Attachments)
        assert attachments is not None
        assert len(attachments.children) == 2
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_an_attachment_may_be_deleted_that_is_gone_already(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(add(event_data(V16, "one", START, attached("a", "b"))))
        [item_id] = phone.items
        other = await phone_of(there, "OTHER")
        await other.rest()

        def without(number: str) -> Element:
            reference = leaf(AirSyncBase.FileReference, f"{item_id}:{number}")
            return Element(AirSyncBase.Attachments, [Element(AirSyncBase.Delete, [reference])])

        # The client does not know that it did, and says more.
        await phone.ask(change(item_id, without("1")))
        both = change(item_id, without("1"), leaf(Calendar.Subject, "two"))
        assert statuses(await phone.sync(both)) == []
        event = await the_event(there, phone)
        assert (event.subject, [kept.number for kept in event.attachments_kept()]) == ("two", [2])
        # Somebody else did.
        await other.rest()
        await other.sync(change(item_id, without("2")))
        await phone.rest()
        assert statuses(await phone.sync(change(item_id, without("2")))) == []
        for number in ("3", "0", "-1", "", "x", "²", "1" * 5000):
            answer = await phone.sync(change(item_id, without(number)))
            assert statuses(answer) == [SyncStatus.CONVERSION_ERROR], number

    play(tmp_path, scenario)
