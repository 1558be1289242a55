"""Tasks and notes of the client against a real server, in every version that has them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from overair.client import Client, Collection, StatusError, TaskList
from overair.items import Contact, ItemClass, Note, Task
from overair.items.body import Body
from overair.items.recurrence.pattern import RecurrenceType
from overair.items.task import TaskRecurrence
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync_options import FilterType, Options
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import Contacts
from support.asynchronous import run

MakeClient = Callable[..., Client]

TASKS, CONTACTS, NOTES = 7, 9, 10
WITH_NOTES = [version for version in SERVED if version >= Version.V14_0]
DUE, NEXT = datetime(2027, 3, 15, tzinfo=UTC), datetime(2027, 3, 22, tzinfo=UTC)
NOW = datetime(2027, 3, 16, 12, tzinfo=UTC)
_names = itertools.count(1)


def words(text: str) -> Body:
    return Body(type=BodyType.PLAIN_TEXT, data=text)


async def open_tasks(client: Client, **arguments: object) -> TaskList:
    """The tasks of a new client, synchronised."""
    await client.folder_sync()
    folder = client.folder_of_type(TASKS).server_id
    tasks = client.task_list(folder, time_zone="Europe/Berlin", **arguments)  # type: ignore[arg-type]  # by name
    await tasks.sync()
    return tasks


async def added(collection: Collection, item: Task | Note | Contact) -> str:
    made = await collection.add(item)
    outcome = await collection.sync()
    assert not outcome.refused
    return outcome.created[made]


def test_a_task_is_added_changed_and_done(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client() as other:
            mine, theirs = await open_tasks(client), await open_tasks(other)
            server_id = await added(
                mine, Task(subject=f"Call {next(_names)}", due_date=DUE, categories=("A",), body=words("Ben"))
            )
            await theirs.sync()
            for tasks in (mine, theirs):
                told = tasks.item(server_id)
                assert (told.complete, told.due_date, told.categories) == (False, DUE, ("A",))
                assert told.utc_due_date == datetime(2027, 3, 14, 23, tzinfo=UTC)
                assert told.body is not None
                assert told.body.data == "Ben"
            await mine.update(server_id, Task(due_date=NEXT, importance=2), clear=["categories"])
            await mine.sync()
            assert await mine.complete(server_id) is None
            await mine.sync()
            await theirs.sync()
            for tasks in (mine, theirs):
                told = tasks.item(server_id)
                assert (told.complete, told.due_date, told.importance) == (True, NEXT, 2)
                assert told.utc_due_date == datetime(2027, 3, 21, 23, tzinfo=UTC)
                assert told.date_completed is not None
                assert not told.categories
                assert told.body is not None
                assert told.body.data == "Ben"

    run(work())


@pytest.mark.req("MS-ASTASK_R156", "MS-ASTASK_R157")
def test_an_occurrence_is_done_and_the_series_goes_on(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        cut = Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=4),))
        to_do = Options(filter_type=FilterType.INCOMPLETE_TASKS)
        async with make_client(version=version) as client, make_client(version=version) as other:
            mine, theirs = await open_tasks(client, options=cut), await open_tasks(other, options=to_do)
            server_id = await added(
                mine,
                Task(
                    subject=f"Bins {next(_names)}",
                    due_date=DUE,
                    recurrence=TaskRecurrence(
                        type=RecurrenceType.WEEKLY, start=DUE, day_of_week=2, occurrences=2
                    ),
                    body=words("All of them"),
                ),
            )
            made = await mine.complete(server_id, NOW)
            assert made is not None
            outcome = await mine.sync()
            assert not outcome.refused
            done, series = mine.item(outcome.created[made]), mine.item(server_id)
            assert (done.complete, done.date_completed, done.due_date) == (True, NOW, DUE)
            assert done.recurrence is not None
            assert done.recurrence.dead_occur
            assert (series.complete, series.due_date, series.date_completed) == (False, NEXT, None)
            await theirs.sync()
            assert outcome.created[made] not in theirs.elements
            whole = await client.fetch_item(mine.collection_id, outcome.created[made])
            body = Task.from_children(whole.item, version).body
            assert body is not None
            assert body.data == "All of them"
            assert await mine.complete(server_id, NOW) is None
            await mine.sync()
            assert mine.item(server_id).complete
            await theirs.sync()
            assert server_id not in theirs.elements

    run(work())


@pytest.mark.parametrize("version", WITH_NOTES, ids=lambda version: version.text)
def test_a_note_is_written_edited_and_thrown_away(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client() as other:
            collections = []
            for one in (client, other):
                await one.folder_sync()
                notes = one.collection(one.folder_of_type(NOTES).server_id, ItemClass.NOTES)
                await notes.sync()
                collections.append(notes)
            mine, theirs = collections
            server_id = await added(mine, Note(subject="Idea", categories=("A", "B"), body=words("Think")))
            await mine.update(server_id, Note(subject="Better idea"))
            await mine.sync()
            await theirs.sync()
            for notes in collections:
                told = notes.item(server_id)
                assert isinstance(told, Note)
                assert (told.subject, told.categories) == ("Better idea", ("A", "B"))
                assert told.message_class == "IPM.StickyNote"
                assert told.last_modified_date is not None
                assert told.body is not None
                assert told.body.data == "Think"
            mine.delete(server_id)
            await mine.sync()
            await theirs.sync()
            assert server_id not in theirs.elements

    run(work())


def test_12_1_has_no_notes(make_client: MakeClient) -> None:
    async def work() -> None:
        async with make_client(version=Version.V12_1) as client:
            await client.folder_sync()
            notes = client.collection(client.folder_of_type(NOTES).server_id, ItemClass.NOTES)
            with pytest.raises(StatusError) as caught:
                await notes.sync()
            assert caught.value.status == SyncStatus.PROTOCOL_ERROR

    run(work())


@pytest.mark.parametrize("ghosted", [False, True], ids=["all managed", "some ghosted"])
def test_a_replica_knows_what_its_own_change_deleted(make_client: MakeClient, ghosted: bool) -> None:
    """Contacts are not fetched anew after a change: the replica has to know by itself."""

    async def work() -> None:
        async with make_client() as client, make_client() as other:
            await client.folder_sync()
            await other.folder_sync()
            folder = client.folder_of_type(CONTACTS).server_id
            supported = [Element(Contacts.LastName), Element(Contacts.FirstName)] if ghosted else None
            mine = client.collection(folder, ItemClass.CONTACTS, supported=supported)
            theirs = other.collection(folder, ItemClass.CONTACTS)
            await mine.sync()
            person = Contact(
                first_name="Ada", last_name="Lovelace", job_title="Countess", body=words("Notes")
            )
            server_id = await added(mine, person)
            await mine.change(server_id, Contact(first_name="Augusta"))
            await mine.sync()
            await theirs.sync()
            for collection in (mine, theirs):
                told = collection.item(server_id)
                assert isinstance(told, Contact)
                assert (told.first_name, told.last_name) == ("Augusta", None)
                assert told.job_title == ("Countess" if ghosted else None)
                assert told.body is not None
                assert told.body.data == "Notes"
            await mine.update(server_id, Contact(last_name="King"))
            await mine.sync()
            told = mine.item(server_id)
            assert isinstance(told, Contact)
            assert (told.first_name, told.last_name) == ("Augusta", "King")
            with pytest.raises(ValueError, match="cannot be deleted"):
                await mine.update(server_id, Contact(), clear=["alias"])
            mine.delete(server_id)
            await mine.sync()

    run(work())
