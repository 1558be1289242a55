"""What attendees are told of a meeting: by the server from 16.0 on, before by the client (MS-ASCMD_R7478)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from overair.items import Event, Item, Message
from overair.items.calendar.data_types import instance_id_of
from overair.items.mail.meetings import Meeting
from overair.items.mail.message import read_message
from overair.mailboxes.interface import FolderType, Session, View
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import AddResponse, DeleteCommand
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import Calendar
from server.test_tasks_and_notes import Replica
from support.phone import Phone
from support.server import ANNA, BEN, DOMAIN, RunningServer, running_server
from sync.calendar import add, change, compact, leaf

CLARA = f"clara@{DOMAIN}"
V16 = Version.V16_1
START = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0)
HOUR = timedelta(hours=1)
_numbers = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    people = {ANNA: "Anna Amund", BEN: "Ben Beck", CLARA: "Clara Cohn"}
    with running_server(tmp_path_factory.mktemp("house"), people) as running:
        yield running


def invited(*people: str) -> Element:
    return Element(
        Calendar.Attendees,
        [
            Element(Calendar.Attendee, [leaf(Calendar.Email, one), leaf(Calendar.Name, one[:5])])
            for one in people
        ],
    )


def meeting(*people: str, start: datetime = START) -> list[Element]:
    return [
        leaf(Calendar.StartTime, compact(start)),
        leaf(Calendar.EndTime, compact(start + HOUR)),
        leaf(Calendar.Subject, f"Meeting {next(_numbers)}"),
        leaf(Calendar.MeetingStatus, 1),
        *([invited(*people)] if people else []),
    ]


def made(replica: Replica, data: list[Element]) -> str:
    response = replica.sync(add(data, f"new {next(_numbers)}"))
    assert response is not None
    [one] = response.responses
    assert isinstance(one, AddResponse)
    assert one.status == SyncStatus.SUCCESS
    assert one.server_id is not None
    return one.server_id


def held(server: RunningServer, address: str, kind: FolderType) -> list[Item]:
    """What a folder holds, the oldest first."""

    async def read(session: Session) -> list[Item]:
        folder_id = (await session.folder_of_type(kind)).folder_id
        changes = await session.changes(folder_id, View(), await session.start(folder_id), 1_000)
        ids = sorted((one.item_id for one in changes.items), key=lambda one: int(one.partition(":")[2]))
        return [one.item for one in await session.read(folder_id, ids) if one is not None]

    mailbox = server.application.services.mailbox(server.users[address].account_id)
    return server.call(lambda: mailbox.inspect(read))


class Post:
    """What comes into an Inbox after this was made."""

    def __init__(self, server: RunningServer, address: str) -> None:
        self._server = server
        self._address = address
        self._before = len(self._all())

    def _all(self) -> list[Item]:
        return held(self._server, self._address, FolderType.INBOX)

    def came(self) -> list[tuple[str, Message, Meeting]]:
        """The methods, the messages and what they are about; each is told once."""
        found = []
        everything = self._all()
        for item in everything[self._before :]:
            assert isinstance(item, Message)
            mime = self._server.application.services.blobs.read(item.blob or "")
            about = read_message(mime, START).meeting
            assert about is not None
            found.append((about.method.value, item, about))
        self._before = len(everything)
        return found

    def methods(self) -> list[str]:
        return [method for method, _, _ in self.came()]


def theirs(server: RunningServer, address: str, uid: str | None) -> Event:
    [event] = [
        one for one in held(server, address, FolderType.CALENDAR) if isinstance(one, Event) and one.uid == uid
    ]
    return event


@pytest.mark.req("MS-ASCMD_R7478")
@pytest.mark.parametrize("version", SERVED)
def test_who_tells_attendees(server: RunningServer, version: Version) -> None:
    ben, clara, anna = (Post(server, address) for address in (BEN, CLARA, ANNA))
    replica = Replica.of(server, FolderType.CALENDAR, version)
    before = [leaf(Calendar.UID, f"by-{version.text}"), leaf(Calendar.DtStamp, compact(START))]
    own = before if version < Version.V16_0 else []
    made(replica, meeting(BEN, CLARA, ANNA, "nobody") + own)
    if version < Version.V16_0:
        assert ben.methods() == []
        return
    [(method, message, about)] = ben.came()
    assert method == "REQUEST"
    assert about.event.organizer_email == ANNA
    assert about.event.start_time == START
    assert message.from_ == '"Anna Amund" <anna@example.org>'
    assert {one.email for one in about.event.attendees or ()} == {ANNA, BEN, CLARA}
    assert theirs(server, BEN, about.event.uid).busy_status == 1
    assert clara.methods() == ["REQUEST"]
    assert anna.methods() == []


def test_what_is_changed_later(server: RunningServer) -> None:
    ben, clara = Post(server, BEN), Post(server, CLARA)
    replica = Replica.of(server, FolderType.CALENDAR, V16)
    item_id = made(replica, meeting(BEN))
    [(_, _, first)] = ben.came()
    uid = first.event.uid

    def edit(*data: Element) -> tuple[list[str], list[str]]:
        replica.sync(change(item_id, *data))
        return ben.methods(), clara.methods()

    # What is the organizer's own is told to nobody.
    assert edit(leaf(Calendar.Reminder, 5)) == ([], [])
    assert edit(leaf(Calendar.BusyStatus, 3)) == ([], [])
    later = START + 3 * HOUR
    moved = (leaf(Calendar.StartTime, compact(later)), leaf(Calendar.EndTime, compact(later + HOUR)))
    assert edit(*moved) == (["REQUEST"], [])
    assert theirs(server, BEN, uid).start_time == later
    # Who is new is invited, and nobody else hears of it.
    assert edit(invited(BEN, CLARA)) == ([], ["REQUEST"])
    assert theirs(server, CLARA, uid).start_time == later
    assert edit(invited(CLARA)) == (["CANCEL"], [])
    assert theirs(server, BEN, uid).meeting_status == 7
    assert theirs(server, CLARA, uid).meeting_status == 3
    replica.sync(DeleteCommand(server_id=item_id))
    [(method, message, _)] = clara.came()
    assert (method, (message.subject or "")[:17]) == ("CANCEL", "Canceled: Meeting")
    assert theirs(server, CLARA, uid).meeting_status == 7
    assert ben.methods() == []


def test_a_repeated_request_tells_nobody_twice(server: RunningServer) -> None:
    ben = Post(server, BEN)
    replica = Replica.of(server, FolderType.CALENDAR, V16)
    command = add(meeting(BEN), "lost")
    replica.ask(command)
    response = replica.sync(command)
    assert response is not None
    assert ben.methods() == ["REQUEST"]
    [one] = response.responses
    assert isinstance(one, AddResponse)
    edit = change(one.server_id or "", leaf(Calendar.Subject, "otherwise"))
    replica.ask(edit)
    replica.sync(edit)
    assert ben.methods() == ["REQUEST"]


def test_an_add_that_was_lost_with_all_that_is_known_of_it_names_the_same_meeting(
    server: RunningServer,
) -> None:
    """As where the mail had gone and the calendar's server was away then."""
    ben = Post(server, BEN)
    data = [*meeting(BEN), leaf(Calendar.ClientUid, "of-the-phone")]
    for _ in range(2):
        replica = Replica.of(server, FolderType.CALENDAR, V16)
        response = replica.sync(add(data, "lost"))
        assert response is not None
        [one] = response.responses
        assert isinstance(one, AddResponse)
        replica.sync(DeleteCommand(server_id=one.server_id or ""))
    assert len({about.event.uid for _, _, about in ben.came()}) == 1


def test_what_is_over_is_told_to_nobody(server: RunningServer) -> None:
    ben = Post(server, BEN)
    replica = Replica.of(server, FolderType.CALENDAR, V16)
    item_id = made(replica, meeting(BEN, start=START - timedelta(days=30)))
    replica.sync(DeleteCommand(server_id=item_id))
    assert ben.methods() == []


def test_a_series_of_which_an_occurrence_is_deleted(server: RunningServer) -> None:
    ben = Post(server, BEN)
    replica = Replica.of(server, FolderType.CALENDAR, V16)
    pattern = (leaf(Calendar.Type, 0), leaf(Calendar.Interval, 1), leaf(Calendar.Occurrences, 5))
    item_id = made(replica, [*meeting(BEN), Element(Calendar.Recurrence, [*pattern])])
    [(_, _, first)] = ben.came()
    replica.sync(DeleteCommand(server_id=item_id, instance_id=instance_id_of(START + timedelta(days=1))))
    [(method, _, about)] = ben.came()
    assert method == "REQUEST"
    assert about.event.uid == first.event.uid
    [gone] = about.event.exceptions or ()
    assert gone.deleted
    [mine] = theirs(server, BEN, first.event.uid).exceptions or ()
    assert mine.deleted


def test_a_meeting_of_somebody_else_is_theirs(server: RunningServer) -> None:
    """Whatever an attendee does with it is told to nobody."""
    ben = Post(server, BEN)
    made(Replica.of(server, FolderType.CALENDAR, V16), meeting(BEN, CLARA))
    [(_, _, about)] = ben.came()
    phone = Phone(server, V16, login=BEN)
    replica = Replica(phone, phone.folders()[FolderType.CALENDAR].server_id, ())
    while replica.sync() is not None:
        pass
    uid = leaf(Calendar.UID, about.event.uid).text
    [item_id] = [
        item_id
        for item_id, data in replica.items.items()
        if any(one.tag is Calendar.UID and one.text == uid for one in data)
    ]
    clara, anna = Post(server, CLARA), Post(server, ANNA)
    replica.sync(change(item_id, leaf(Calendar.Subject, "mine"), invited(CLARA, ANNA)))
    replica.sync(DeleteCommand(server_id=item_id))
    assert (clara.methods(), anna.methods()) == ([], [])
