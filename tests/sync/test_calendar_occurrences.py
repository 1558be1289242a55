"""Occurrences of a series from 16.0 on: changed and deleted by their InstanceId."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.items import Event
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    ChangeCommand,
    ChangeResponse,
    CollectionResponse,
    DeleteCommand,
    DeleteResponse,
    ServerChange,
)
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, Calendar
from sync.calendar import (
    CLIENT_WINS,
    add,
    attached,
    change,
    change_day,
    compact,
    day,
    delete_day,
    event_data,
    found_in,
    leaf,
    phone_of,
    play,
    series,
    subjects_of_days,
    the_event,
)
from sync.phone import Phone, statuses
from sync.scenarios import phone_of as phone_with_contacts
from sync.world import World, contact

OK, CONFLICT, GONE = SyncStatus.SUCCESS, SyncStatus.CONFLICT, SyncStatus.OBJECT_NOT_FOUND


async def with_series(there: World, phone: Phone, *others: Phone) -> str:
    """The id of a series that the phones know."""
    await phone.sync(add(series()))
    for other in others:
        await other.rest()
    [item_id] = phone.items
    return item_id


def told(answer: CollectionResponse | None) -> list[type]:
    """What a phone is told."""
    return [] if answer is None else [type(one) for one in answer.commands]


@pytest.mark.req("MS-ASCMD_R6238", "MS-ASCMD_R6420", "MS-ASAIRS_R1184", "MS-ASAIRS_R1001006")
@pytest.mark.parametrize("version", [Version.V16_0, Version.V16_1])
def test_occurrences_are_changed_and_deleted(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        old = await phone_of(there, "OLD", Version.V14_1)
        item_id = await with_series(there, phone, old)
        answer = await phone.sync(
            change_day(item_id, 2, leaf(Calendar.Subject, "otherwise")), delete_day(item_id, 4)
        )
        assert answer is not None
        assert answer.responses == ()  # MS-ASCMD_R6414: no answer is success
        assert answer.commands == ()
        event = await the_event(there, phone)
        assert subjects_of_days(event) == {2: "otherwise", 4: ""}
        assert event.subject == "series"
        # Only the occurrence is gone; nothing came to Deleted Items.
        assert not await there.items(await there.folder(FolderType.DELETED_ITEMS))
        assert await phone.sync() is None
        answer = await old.sync()
        assert answer is not None
        [change_told] = answer.commands
        assert isinstance(change_told, ServerChange)
        exceptions = found_in(change_told.application_data, Calendar.Exceptions)
        assert exceptions is not None
        starts = [one.find(Calendar.ExceptionStartTime) for one in exceptions]
        assert starts == [leaf(Calendar.ExceptionStartTime, day(number)) for number in (2, 4)]

    play(tmp_path, scenario, version)


@pytest.mark.req("MS-ASAIRS_R1178")
def test_an_occurrence_that_is_not_there_is_refused_and_the_series_shown(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        item_id = await with_series(there, phone)
        await phone.sync(delete_day(item_id, 1))
        subject = leaf(Calendar.Subject, "otherwise")
        for command in (change_day(item_id, 77, subject), change_day(item_id, 1, subject)):
            await phone.ask(command)
            answer = await phone.sync(command)
            assert answer is not None
            [response] = answer.responses
            assert isinstance(response, ChangeResponse)
            assert (response.status, response.server_id) == (GONE, item_id)
            assert response.instance_id == command.instance_id
            assert told(answer) == [ServerChange]
        answer = await phone.sync(delete_day(item_id, 78))
        assert answer is not None
        [refused] = answer.responses
        assert isinstance(refused, DeleteResponse)
        assert (refused.status, refused.instance_id) == (GONE, compact(day(78)))
        assert subjects_of_days(await the_event(there, phone)) == {1: ""}
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_what_has_no_occurrences_is_refused(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(add(event_data(Version.V16_1, "single")))
        [item_id] = phone.items
        subject = leaf(Calendar.Subject, "otherwise")
        answer = await phone.sync(
            change_day(item_id, 0, subject),
            delete_day(item_id, 0),
            change_day(f"{phone.folder.folder_id}:99999", 0, subject),
            delete_day(f"{phone.folder.folder_id}:99999", 0),
            ChangeCommand(server_id=item_id, instance_id="tomorrow", application_data=[subject]),
            DeleteCommand(server_id=item_id, instance_id="tomorrow"),
        )
        assert statuses(answer) == [GONE] * 4 + [SyncStatus.CONVERSION_ERROR] * 2
        event = await the_event(there, phone)
        assert event.subject == "single"
        assert event.exceptions is None
        friend = await phone_with_contacts(there, "FRIEND")
        await friend.sync(friend.add(contact("Ada")))
        [ada] = friend.items
        answer = await friend.ask(change_day(ada, 0, subject), delete_day(ada, 0))
        assert statuses(answer) == [SyncStatus.PROTOCOL_ERROR] * 2
        assert list(await there.items(friend.folder)) == [ada]

    play(tmp_path, scenario)


def test_edits_of_occurrences_are_recognised_when_they_are_repeated(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        other = await phone_of(there, "OTHER")
        item_id = await with_series(there, phone, other)
        commands = (
            change_day(item_id, 2, leaf(Calendar.Subject, "two"), attached("a")),
            delete_day(item_id, 55),
            delete_day(item_id, 4),
            change(item_id, leaf(Calendar.Subject, "all"), attached("a", "b")),
            change_day(item_id, 3, leaf(Calendar.Subject, "three"), attached("a")),
        )
        first = await phone.ask(*commands)
        revisions = await revision(there, phone, item_id)
        # Meanwhile somebody else is there, too.
        await other.rest()
        await other.sync(change_day(item_id, 7, leaf(Calendar.Subject, "seven")))
        again = await phone.ask(*commands)
        assert first is not None
        assert again is not None
        assert first.responses == again.responses
        assert await revision(there, phone, item_id) == revisions + 1
        last = await phone.sync(*commands)
        assert last is not None
        assert last.responses == first.responses
        assert statuses(first) == [OK, GONE, OK, OK]
        event = await the_event(there, phone)
        assert subjects_of_days(event) == {2: "two", 3: "three", 4: "", 7: "seven"}
        assert event.subject == "all"
        # An occurrence with attachments of its own has those of the series, too, under their numbers.
        kept = {one.number: one.display_name for one in event.attachments_kept()}
        assert kept == {1: "a.txt", 2: "a.txt", 3: "b.txt", 4: "a.txt"}
        await phone.rest()
        assert len(phone.items[item_id][Calendar.Exceptions].children) == 4

    play(tmp_path, scenario)


async def revision(there: World, phone: Phone, item_id: str) -> int:
    """How often the calendar was changed."""
    return await there.do(lambda session: session.last_revision(phone.folder.folder_id, item_id))


def test_a_request_that_is_doubled_on_its_way_gets_one_key(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        item_id = await with_series(there, phone)
        commands = (change_day(item_id, 2, leaf(Calendar.Subject, "two")), delete_day(item_id, 4))
        one, other = await phone.ask(*commands), await phone.ask(*commands)
        assert one is not None
        assert other is not None
        assert one.sync_key == other.sync_key
        phone.take(one)
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_the_same_edit_of_another_occurrence_is_another_edit(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        item_id = await with_series(there, phone)
        subject = leaf(Calendar.Subject, "otherwise")
        await phone.ask(change_day(item_id, 2, subject))
        await phone.sync(change_day(item_id, 3, subject))
        await phone.ask(delete_day(item_id, 5))
        await phone.sync(delete_day(item_id, 6))
        found = subjects_of_days(await the_event(there, phone))
        assert found == {2: "otherwise", 3: "otherwise", 5: "", 6: ""}

    play(tmp_path, scenario)


def test_a_refusal_that_is_repeated_shows_the_series_again(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        item_id = await with_series(there, phone)
        commands = (delete_day(item_id, 2), delete_day(item_id, 77))
        lost = await phone.ask(*commands)
        answer = await phone.sync(*commands)
        for one in (lost, answer):
            assert statuses(one) == [GONE]
            assert told(one) == [ServerChange]
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_more_is_said_after_a_lost_answer(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        item_id = await with_series(there, phone)
        subject = leaf(Calendar.Subject, "two")
        await phone.ask(delete_day(item_id, 4), change_day(item_id, 2, subject, attached("a")))
        # The same and more: what was done already is no fault now, and no attachment is doubled.
        more = attached("a", "b")
        answer = await phone.sync(
            delete_day(item_id, 4), change_day(item_id, 2, subject, more), delete_day(item_id, 5)
        )
        assert answer is not None
        [response] = answer.responses
        assert isinstance(response, ChangeResponse)
        assert response.status == OK
        assert told(answer) == []
        event = await the_event(there, phone)
        assert subjects_of_days(event) == {2: "two", 4: "", 5: ""}
        assert [kept.number for kept in event.attachments_kept()] == [1, 2]
        assert [kept.display_name for kept in event.attachments_kept()] == ["a.txt", "b.txt"]
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_what_is_given_up_after_a_lost_answer_is_shown_whole(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        item_id = await with_series(there, phone)
        await phone.ask(change_day(item_id, 2, leaf(Calendar.Subject, "two")))
        answer = await phone.sync(delete_day(item_id, 5))
        assert told(answer) == [ServerChange]
        exceptions = phone.items[item_id][Calendar.Exceptions].children
        assert len(exceptions) == 2
        # Of an occurrence that is deleted, nothing is given up.
        await phone.ask(change_day(item_id, 3, leaf(Calendar.Subject, "three")))
        answer = await phone.sync(delete_day(item_id, 3))
        assert told(answer) == []
        assert subjects_of_days(await the_event(there, phone)) == {2: "two", 3: "", 5: ""}

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2066", "MS-ASCMD_R2069", "MS-ASCMD_R4444")
def test_the_server_wins_over_changes_of_occurrences(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        other = await phone_of(there, "OTHER")
        item_id = await with_series(there, phone, other)
        await other.sync(change_day(item_id, 2, leaf(Calendar.Subject, "theirs")))
        commands = (
            change_day(item_id, 3, leaf(Calendar.Subject, "mine")),
            change(item_id, leaf(Calendar.Subject, "mine")),
        )
        await phone.ask(*commands)
        answer = await phone.sync(*commands)
        assert answer is not None
        assert statuses(answer) == [CONFLICT, CONFLICT]
        first, second = answer.responses
        assert isinstance(first, ChangeResponse)
        assert isinstance(second, ChangeResponse)
        assert (first.instance_id, second.instance_id) == (compact(day(3)), None)
        assert told(answer) == [ServerChange]
        assert subjects_of_days(await the_event(there, phone)) == {2: "theirs"}
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2067", "MS-ASCMD_R2064")
def test_the_client_wins_where_it_says_so_and_sees_the_rest(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = CLIENT_WINS
        other = await phone_of(there, "OTHER")
        item_id = await with_series(there, phone, other)
        await other.sync(change_day(item_id, 2, leaf(Calendar.Subject, "theirs")))
        commands = (change_day(item_id, 3, leaf(Calendar.Subject, "mine")), delete_day(item_id, 4))
        await phone.ask(*commands)
        answer = await phone.sync(*commands)
        assert told(answer) == [ServerChange]
        assert statuses(answer) == []
        assert subjects_of_days(await the_event(there, phone)) == {2: "theirs", 3: "mine", 4: ""}
        assert len(phone.items[item_id][Calendar.Exceptions].children) == 3
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2076")
def test_the_deletion_of_an_occurrence_stands(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        other = await phone_of(there, "OTHER")
        item_id = await with_series(there, phone, other)
        await other.sync(
            change(item_id, leaf(Calendar.Subject, "theirs")),
            change_day(item_id, 2, leaf(Calendar.Subject, "theirs, too")),
        )
        answer = await phone.sync(delete_day(item_id, 2))
        assert statuses(answer) == []
        assert told(answer) == [ServerChange]
        assert phone.items[item_id][Calendar.Subject].text == "theirs"
        event = await the_event(there, phone)
        assert subjects_of_days(event) == {2: ""}
        await other.rest()
        assert len(other.items[item_id][Calendar.Exceptions].children) == 1
        # One that the other deleted is deleted for both.
        await other.sync(delete_day(item_id, 6))
        answer = await phone.sync(delete_day(item_id, 6))
        assert statuses(answer) == [GONE]
        assert told(answer) == [ServerChange]
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_both_may_change_an_occurrence_alike(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        other = await phone_of(there, "OTHER")
        item_id = await with_series(there, phone, other)
        there.clock.forward(minutes=5)
        command = change_day(item_id, 2, leaf(Calendar.Subject, "both"))
        await other.sync(command)
        there.clock.forward(minutes=5)
        answer = await phone.sync(command)
        assert statuses(answer) == []
        assert subjects_of_days(await the_event(there, phone)) == {2: "both"}

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASAIRS_R1082", "MS-ASAIRS_R1367", "MS-ASAIRS_R1000955", "MS-ASAIRS_R1052")
@pytest.mark.parametrize("version", [Version.V16_0, Version.V16_1])
def test_attachments_of_occurrences_are_answered(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        item_id = await with_series(there, phone)
        answer = await phone.sync(
            change_day(item_id, 2, attached("x")), change(item_id, attached("x", "y")), delete_day(item_id, 3)
        )
        assert answer is not None
        references = []
        for response, instance_id in zip(answer.responses, (compact(day(2)), None), strict=True):
            assert isinstance(response, ChangeResponse)
            assert (response.server_id, response.instance_id) == (item_id, instance_id)
            attachments = found_in(response.application_data, AirSyncBase.Attachments)
            assert attachments is not None
            for one in attachments:
                client_id, reference = one.find(AirSyncBase.ClientId), one.find(AirSyncBase.FileReference)
                assert client_id is not None
                assert reference is not None
                references.append((client_id.text, reference.text))
        assert references == [("x", f"{item_id}:1"), ("x", f"{item_id}:2"), ("y", f"{item_id}:3")]
        event = await the_event(there, phone)
        assert isinstance(event, Event)
        for kept in event.attachments_kept():
            content = there.storage.blobs.read(kept.blob)
            assert content == f"content{kept.display_name.removesuffix('.txt')}".encode()

    play(tmp_path, scenario, version)
