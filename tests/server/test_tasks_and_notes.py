"""Tasks and notes over HTTP, between phones of different versions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from overair.items import Note, Task
from overair.items.recurrence.pattern import RecurrenceType
from overair.items.task import TaskRecurrence
from overair.mailboxes.interface import FolderType
from overair.protocol.get_item_estimate import (
    EstimateCollectionRequest,
    GetItemEstimateRequest,
    GetItemEstimateResponse,
)
from overair.protocol.http import Command
from overair.protocol.item_operations import (
    MAILBOX,
    Fetch,
    FetchOptions,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
)
from overair.protocol.statuses import (
    GetItemEstimateStatus,
    ItemOperationsStatus,
    SearchStoreStatus,
    SyncStatus,
)
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    DeleteCommand,
    ServerAdd,
    ServerChange,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync import Command as SyncCommand
from overair.protocol.sync_options import FilterType, Options
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSyncBase, Notes, Search, Tasks
from support.phone import Phone, every
from support.server import RunningServer

V12, V14, V16 = Version.V12_1, Version.V14_0, Version.V16_1
WITH_NOTES = [version for version in SERVED if version > V12]
INCOMPLETE = (Options(filter_type=FilterType.INCOMPLETE_TASKS),)
_client_ids = itertools.count(1)


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


@dataclass
class Replica:
    """A folder as one phone has it."""

    phone: Phone
    folder_id: str
    options: tuple[Options, ...] = ()
    key: str = "0"
    items: dict[str, list[Element]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, server: RunningServer, kind: FolderType, version: Version, options: tuple[Options, ...] = ()
    ) -> Replica:
        """The folder on a new phone, synchronised to the end."""
        phone = Phone(server, version)
        replica = cls(phone, phone.folders()[kind].server_id, options)
        for _ in range(9):
            if replica.sync() is None:
                return replica
        raise AssertionError("the phone never comes to rest")

    def ask(self, *commands: SyncCommand, **more: object) -> CollectionResponse | None:
        """One Sync; its answer is not taken."""
        asked = CollectionRequest(
            sync_key=self.key,
            collection_id=self.folder_id,
            commands=commands,
            **{"options": self.options, **more},  # type: ignore[arg-type]  # fields by name
        )
        answer = self.phone.post(Command.SYNC, SyncRequest(collections=(asked,)))
        if not answer.body:
            return None
        [collection] = answer.read(SyncResponse).collections
        return collection

    def sync(self, *commands: SyncCommand) -> CollectionResponse | None:
        """One Sync, whose answer is taken."""
        response = self.ask(*commands)
        if response is None:
            return None
        assert response.status == SyncStatus.SUCCESS
        self.key = response.sync_key
        for told in response.commands:
            if isinstance(told, ServerAdd | ServerChange):
                self.items[told.server_id] = told.application_data
            else:
                self.items.pop(told.server_id)
        return response

    def send(self, *commands: SyncCommand) -> tuple[int, ...]:
        """Send commands; the statuses that were answered."""
        response = self.sync(*commands)
        assert response is not None
        return tuple(one.status for one in response.responses)

    def add(self, item: Task | Note) -> str:
        """Add an item; its id."""
        response = self.sync(adding(item.to_children(self.phone.version)))
        assert response is not None
        [added] = response.responses
        assert isinstance(added, AddResponse)
        assert added.status == SyncStatus.SUCCESS
        assert added.server_id is not None
        return added.server_id

    def task(self, server_id: str) -> Task:
        """An item that the phone was told."""
        return Task.from_children(self.items[server_id], self.phone.version)

    def note(self, server_id: str) -> Note:
        """An item that the phone was told."""
        return Note.from_children(self.items[server_id], self.phone.version)

    def fetch(self, server_id: str, *schema: Element) -> FetchResponse:
        """The item by ItemOperations, with some of its elements."""
        options = FetchOptions(schema=list(schema)) if schema else None
        request = Fetch(store=MAILBOX, collection_id=self.folder_id, server_id=server_id, options=options)
        answer = self.phone.post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=(request,)))
        [fetched] = answer.read(ItemOperationsResponse).responses
        assert isinstance(fetched, FetchResponse)
        return fetched


def adding(data: Sequence[Element]) -> AddCommand:
    return AddCommand(client_id=str(next(_client_ids)), application_data=list(data))


def changing(server_id: str, item: Task | Note, version: Version) -> ChangeCommand:
    return ChangeCommand(server_id=server_id, application_data=item.to_children(version))


BINS = Task(
    subject="Bins",
    utc_due_date=day(22),
    due_date=day(22),
    recurrence=TaskRecurrence(type=RecurrenceType.WEEKLY, start=day(22), day_of_week=1),
)


@pytest.mark.req(
    *("MS-ASTASK_R2", "MS-ASTASK_R3", "MS-ASTASK_R349", "MS-ASTASK_R366", "MS-ASTASK_R368"),
    "MS-ASTASK_R438",
)
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("other", [V12, V16], ids=lambda version: version.text)
def test_an_occurrence_is_done_on_one_phone_and_the_series_goes_on_everywhere(
    server: RunningServer, version: Version, other: Version
) -> None:
    mine = Replica.of(server, FolderType.TASKS, version)
    theirs = Replica.of(server, FolderType.TASKS, other)
    to_do = Replica.of(server, FolderType.TASKS, other, INCOMPLETE)
    series = mine.add(BINS)
    theirs.sync()
    to_do.sync()
    told = theirs.task(series)
    assert (told.subject, told.complete, told.due_date) == ("Bins", False, day(22))
    assert series in to_do.items

    # MS-ASTASK_R157: the phone says that an occurrence is dead, and where the series goes on.
    assert BINS.recurrence is not None
    dead = Task(
        subject="Bins",
        due_date=day(22),
        utc_due_date=day(22),
        complete=True,
        recurrence=TaskRecurrence(type=RecurrenceType.WEEKLY, start=day(22), day_of_week=1, dead_occur=1),
    )
    next_one = Task(
        subject="Bins",
        due_date=day(29),
        utc_due_date=day(29),
        complete=False,
        recurrence=TaskRecurrence(type=RecurrenceType.WEEKLY, start=day(29), day_of_week=1, dead_occur=0),
    )
    before = set(theirs.items)
    response = theirs.sync(adding(dead.to_children(other)), changing(series, next_one, other))
    assert response is not None
    [added] = response.responses
    assert isinstance(added, AddResponse)
    assert added.server_id is not None
    mine.sync()
    to_do.sync()
    assert set(mine.items) - before == {added.server_id}
    assert added.server_id not in to_do.items
    done = mine.task(added.server_id)
    assert (done.complete, done.due_date) == (True, day(22))
    assert done.date_completed is not None
    assert done.recurrence is not None
    assert done.recurrence.dead_occur == 1
    goes_on = mine.task(series)
    assert (goes_on.complete, goes_on.due_date, goes_on.date_completed) == (False, day(29), None)
    assert goes_on.recurrence is not None
    assert (goes_on.recurrence.start, goes_on.recurrence.dead_occur) == (day(29), 0)
    assert (to_do.task(series).due_date, to_do.task(series).complete) == (day(29), False)


@pytest.mark.req("MS-ASTASK_R116", "MS-ASTASK_R124")
@pytest.mark.parametrize("version", SERVED)
def test_a_task_leaves_the_tasks_to_do_when_it_is_done_and_comes_back(
    server: RunningServer, version: Version
) -> None:
    mine = Replica.of(server, FolderType.TASKS, version)
    to_do = Replica.of(server, FolderType.TASKS, version, INCOMPLETE)
    task = mine.add(Task(subject="Call"))
    to_do.sync()
    assert to_do.task(task).complete is False
    assert mine.send(changing(task, Task(subject="Call", complete=True), version)) == ()
    to_do.sync()
    assert task not in to_do.items
    done = Replica.of(server, FolderType.TASKS, version).task(task)
    assert done.date_completed is not None
    assert abs(datetime.now(UTC) - done.date_completed) < timedelta(minutes=5)
    assert mine.send(changing(task, Task(subject="Call", complete=False), version)) == ()
    to_do.sync()
    assert to_do.task(task).date_completed is None


REFUSED = [
    [Element(Tasks.ReminderSet, "2")],
    [Element(Tasks.Complete, "2")],
    [Element(Tasks.Recurrence, [Element(Tasks.Start, "2026-11-22T00:00:00.000Z")])],
    [Element(Tasks.Recurrence, [Element(Tasks.Type, "0")])],
    *(
        [
            Element(
                Tasks.Recurrence,
                [
                    Element(Tasks.Type, kind),
                    Element(Tasks.Start, "2026-11-22T00:00:00.000Z"),
                    Element(tag, text),
                ],
            )
        ]
        for kind, tag, text in (
            ("0", Tasks.CalendarType, "1"),
            ("1", Tasks.CalendarType, "1"),
            ("1", Tasks.DayOfMonth, "1"),
            ("2", Tasks.DayOfWeek, "1"),
            ("5", Tasks.DayOfWeek, "1"),
            ("2", Tasks.WeekOfMonth, "1"),
            ("1", Tasks.FirstDayOfWeek, "7"),
        )
    ),
]


@pytest.mark.req(
    *("MS-ASTASK_R81", "MS-ASTASK_R132", "MS-ASTASK_R171", "MS-ASTASK_R252", "MS-ASTASK_R289"),
    *("MS-ASTASK_R320", "MS-ASTASK_R532", "MS-ASTASK_R533", "MS-ASTASK_R37011"),
)
@pytest.mark.parametrize("version", [V12, V16], ids=lambda version: version.text)
def test_what_is_wrong_is_answered_with_6_and_the_rest_is_done(
    server: RunningServer, version: Version
) -> None:
    mine = Replica.of(server, FolderType.TASKS, version)
    task = mine.add(Task(subject="Before"))
    known = [data for data in REFUSED if all(version in node.tag.versions for one in data for node in one)]
    commands: list[SyncCommand] = [
        *(adding(data) for data in known),
        adding(Task(subject="Good").to_children(version)),
        *(ChangeCommand(server_id=task, application_data=list(data)) for data in known),
    ]
    wrong = SyncStatus.CONVERSION_ERROR
    assert mine.send(*commands) == (*(wrong for _ in known), SyncStatus.SUCCESS, *(wrong for _ in known))
    fresh = Replica.of(server, FolderType.TASKS, version)
    assert fresh.task(task).subject == "Before"


@pytest.mark.req(
    *("MS-ASTASK_R353", "MS-ASTASK_R356", "MS-ASTASK_R358", "MS-ASTASK_R359"),
    *("MS-ASNOTE_R100", "MS-ASNOTE_R101", "MS-ASNOTE_R103", "MS-ASNOTE_R104"),
)
@pytest.mark.parametrize("version", WITH_NOTES)
def test_items_are_fetched_whole_or_in_part(server: RunningServer, version: Version) -> None:
    tasks = Replica.of(server, FolderType.TASKS, version)
    notes = Replica.of(server, FolderType.NOTES, version)
    for replica, item, subject in (
        (tasks, Task(subject="Fetched", importance=2), Tasks.Subject),
        (notes, Note(subject="Fetched"), Notes.Subject),
    ):
        server_id = replica.add(item)
        whole = replica.fetch(server_id)
        assert (whole.status, whole.item_class) == (ItemOperationsStatus.SUCCESS, item.item_class)
        assert whole.properties is not None
        tags = {element.tag for element in whole.properties.item}
        assert {subject, AirSyncBase.Body} < tags
        part = replica.fetch(server_id, Element(subject))
        assert part.properties is not None
        assert [(one.tag, one.text) for one in part.properties.item] == [(subject, "Fetched")]


@pytest.mark.req("MS-ASTASK_R364")
@pytest.mark.parametrize("version", SERVED)
def test_elements_of_tasks_are_refused_in_a_search(server: RunningServer, version: Version) -> None:
    query = Element(Search.Query, [Element(Search.And, [Element(Tasks.Subject, "x")])])
    store = Element(Search.Store, [Element(Search.Name, "Mailbox"), query])
    answer = Phone(server, version).post(Command.SEARCH, encode(Element(Search.Search, [store])))
    [found] = [element for element in every(answer.tree) if element.tag is Search.Store]
    status = found.find(Search.Status)
    assert status is not None
    assert status.text == str(int(SearchStoreStatus.INVALID_REQUEST))


@pytest.mark.req(
    *("MS-ASNOTE_R2", "MS-ASNOTE_R3", "MS-ASNOTE_R96", "MS-ASNOTE_R110", "MS-ASNOTE_R128"),
    *("MS-ASNOTE_R126", "MS-ASNOTE_R208", "MS-ASNOTE_R209"),
    *("MS-ASNOTE_R210", "MS-ASNOTE_R125", "MS-ASNOTE_R112"),
)
@pytest.mark.parametrize("version", WITH_NOTES)
def test_a_note_is_written_on_one_phone_and_edited_on_another(
    server: RunningServer, version: Version
) -> None:
    mine = Replica.of(server, FolderType.NOTES, version)
    theirs = Replica.of(server, FolderType.NOTES, V14)
    sent = [*Note(subject="Idea", categories=("A", "B")).to_children(version)]
    sent.append(Element(Notes.LastModifiedDate, "19990101T000000Z"))
    began = datetime.now(UTC).replace(microsecond=0)
    response = mine.sync(adding(sent))
    assert response is not None
    [added] = response.responses
    assert isinstance(added, AddResponse)
    assert added.server_id is not None
    theirs.sync()
    told = theirs.note(added.server_id)
    assert (told.subject, told.message_class, told.categories) == ("Idea", "IPM.StickyNote", ("A", "B"))
    assert told.last_modified_date is not None
    assert began <= told.last_modified_date <= datetime.now(UTC)
    edit = Note(subject="Better idea", message_class="IPM.StickyNote", categories=("B",))
    assert theirs.send(changing(added.server_id, edit, V14)) == ()
    mine.sync()
    told = mine.note(added.server_id)
    assert (told.subject, told.categories) == ("Better idea", ("B",))
    assert mine.send(DeleteCommand(server_id=added.server_id)) == ()
    theirs.sync()
    assert added.server_id not in theirs.items


@pytest.mark.req("MS-ASNOTE_R119")
@pytest.mark.parametrize("version", WITH_NOTES)
def test_the_message_class_of_mail_is_refused(server: RunningServer, version: Version) -> None:
    mine = Replica.of(server, FolderType.NOTES, version)
    note = mine.add(Note(subject="A note"))
    mail = Note(subject="A note", message_class="IPM.Note")
    statuses = mine.send(adding(mail.to_children(version)), changing(note, mail, version))
    assert statuses == (SyncStatus.CONVERSION_ERROR, SyncStatus.CONVERSION_ERROR)


@pytest.mark.req("MS-ASNOTE_R114")
@pytest.mark.parametrize("version", WITH_NOTES)
@pytest.mark.parametrize("supported", [[], [Element(Notes.Subject)]], ids=["empty", "subject"])
def test_supported_is_refused_for_notes(
    server: RunningServer, version: Version, supported: list[Element]
) -> None:
    mine = Replica.of(server, FolderType.NOTES, version)
    assert mine.ask(supported=supported) is None  # only a beginning has one (MS-ASCMD_R4551)
    mine.key = "0"
    response = mine.ask(supported=supported)
    assert response is not None
    assert response.status == SyncStatus.PROTOCOL_ERROR
    tasks = Replica.of(server, FolderType.TASKS, version)
    tasks.key = "0"
    response = tasks.ask(supported=[])
    assert response is not None
    assert response.status == SyncStatus.SUCCESS


@pytest.mark.req("MS-ASCMD_R6298", "MS-ASCMD_R6274")
@pytest.mark.parametrize("item_class", [None, "Notes"])
def test_notes_are_no_business_of_12_1(server: RunningServer, item_class: str | None) -> None:
    """Its folder is shown, since the types of folders are those of every version."""
    newer = Replica.of(server, FolderType.NOTES, V14)
    note = newer.add(Note(subject="Unseen"))
    phone = Phone(server, V12)
    old = Replica(phone, phone.folders()[FolderType.NOTES].server_id)
    response = old.ask(item_class=item_class)
    assert response is not None
    assert (response.status, response.sync_key) == (SyncStatus.PROTOCOL_ERROR, "0")
    question = EstimateCollectionRequest(
        collection_id=old.folder_id, sync_key="1", item_class=item_class, filter_type=FilterType.ALL
    )
    answer = phone.post(Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest(collections=(question,)))
    [estimate] = answer.read(GetItemEstimateResponse).responses
    assert estimate.status == GetItemEstimateStatus.INVALID_COLLECTION
    assert old.fetch(note).status == ItemOperationsStatus.CONVERSION_FAILED
    deleted = Replica(phone, phone.folders()[FolderType.DELETED_ITEMS].server_id)
    newer.send(DeleteCommand(server_id=note))
    while deleted.sync() is not None:
        pass
    assert deleted.items == {}
    tasks = Replica.of(server, FolderType.TASKS, V12)
    assert tasks.key != "0"
