"""Pieces of the backends of calendars and address books by themselves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from overair.dav.collections import Collection
from overair.dav.discovery import Home
from overair.items import Contact, Event, Item, Task
from overair.items.calendar.event import EventException, OrganizerRevision, StoredAttachment
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.mailboxes.gateway.groupware.formats import (
    ContactFormat,
    EventFormat,
    Format,
    TaskFormat,
    Unreadable,
)
from overair.mailboxes.gateway.groupware.overlay import overlaid
from overair.mailboxes.gateway.groupware.places import Place, calendar_place
from overair.mailboxes.gateway.groupware.polling import AT_ONCE, Polls
from overair.mailboxes.gateway.groupware.scheduling import told_by_client
from overair.mailboxes.gateway.groupware.states import State, read_state, written
from overair.mailboxes.gateway.groupware.tree import ADDRESS_BOOKS, CALENDARS, TASKS, folders
from overair.mailboxes.interface import FolderType, MailboxUnavailable
from support.asynchronous import run

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVENTS, TASKS_FORMAT, CONTACTS = (
    EventFormat("Europe/Berlin", lambda: ("joe@example.org",), None, None),
    TaskFormat("Europe/Berlin", tuple, None, None),
    ContactFormat(),
)


def home(**values: object) -> Home:
    return msgspec.structs.replace(Home("/me/", ("/home/",)), **values)


def collection(
    place: str, name: str, *components: str, owner: str = "/me/", writable: bool = True
) -> Collection:
    return Collection(f"/home/{place}/", name, frozenset(components), writable, owner)


class TestTree:
    def test_the_default_one_is_that_which_the_server_names(self) -> None:
        found = [collection(one, one, "VEVENT") for one in ("default", "personal", "named")]
        types = {one.name: one.type for one in folders(found, home(default="/home/named"), [CALENDARS])}
        assert types.pop("named") is FolderType.CALENDAR
        assert set(types.values()) == {FolderType.USER_CALENDAR}

    @pytest.mark.parametrize(
        ("collections", "default"),
        [
            ([("a", "Work"), ("personal", "Mine"), ("default", "x")], "x"),
            ([("a", "Work"), ("b", "Kalender")], "Kalender"),
            ([("a", "Work"), ("b", "Play")], "Work"),
        ],
    )
    def test_else_that_of_a_usual_name_else_the_first(
        self, collections: list[tuple[str, str]], default: str
    ) -> None:
        found = [collection(place, name, "VEVENT") for place, name in collections]
        [one] = [one for one in folders(found, home(), [CALENDARS]) if one.type is FolderType.CALENDAR]
        assert one.name == default

    def test_what_is_not_the_users_own_is_named_after_its_owner_and_no_default(self) -> None:
        found = [
            collection("jane", "Default", "VEVENT", owner="/principals/jane%40example.org/"),
            collection("read", "Calendar", "VEVENT", writable=False),
            collection("mine", "Mine", "VEVENT"),
        ]
        listed = {one.name: one for one in folders(found, home(), [CALENDARS])}
        assert set(listed) == {"Default (jane@example.org)", "Calendar", "Mine"}
        assert listed["Mine"].type is FolderType.CALENDAR
        assert not listed["Calendar"].writable

    def test_where_there_is_nothing_else_it_is_the_default_though(self) -> None:
        found = [collection("read", "Calendar", "VEVENT", writable=False)]
        assert [one.type for one in folders(found, home(), [CALENDARS])] == [FolderType.CALENDAR]

    def test_no_two_folders_have_one_name(self) -> None:
        found = [collection(one, "work", "VEVENT", "VTODO") for one in "ab"] + [
            collection("c", "Work", "VEVENT")
        ]
        names = [one.name for one in folders(found, home(), [CALENDARS, TASKS])]
        assert names == ["work", "work (2)", "Work (3)", "work (tasks)", "work (tasks) (2)"]

    def test_a_collection_without_a_name_is_called_as_its_url(self) -> None:
        found = [collection("f%C3%BCr%20alle", "  ")]
        assert [one.name for one in folders(found, home(), [ADDRESS_BOOKS])] == ["für alle"]

    def test_the_paths_of_tasks(self) -> None:
        assert calendar_place("/home/a/#VTODO") == Place("/home/a/", "VTODO")
        assert calendar_place("/home/a/") == Place("/home/a/", "VEVENT")
        assert [calendar_place(one).path for one in ("/a/", "/a/#VTODO")] == ["/a/", "/a/#VTODO"]


def changed_elsewhere(form: Format, old: Item, **values: object) -> Item:
    """What a server says of an item after an edit elsewhere, over what the mirror has."""
    said = form.spoken(old)
    assert said is not None
    return overlaid(msgspec.structs.replace(said, **values), old, form)


class TestOverlay:
    """An edit elsewhere takes away nothing that the server cannot say."""

    def test_of_a_contact(self) -> None:
        born = START.replace(year=1980)
        old = Contact(first_name="Ada", birthday=born, alias="ada", weighted_rank=7, file_as="Countess")
        new = msgspec.structs.replace(old, job_title="Analyst")
        assert changed_elsewhere(CONTACTS, old, job_title="Analyst") == new
        moved = changed_elsewhere(CONTACTS, old, birthday=born.replace(day=3, hour=0))
        assert isinstance(moved, Contact)
        assert moved.birthday == born.replace(day=3, hour=0)

    def test_of_a_task(self) -> None:
        day = START.replace(hour=0)
        old = Task(
            uid="t",
            subject="Sweep",
            importance=1,
            complete=False,
            reminder_set=False,
            reminder_time=START,
            due_date=day,
            utc_due_date=day - HOUR,
            start_date=day,
            utc_start_date=day - HOUR,
            sub_ordinal_date="5555",
            ordinal_date=START,
            sensitivity=0,
        )
        new = msgspec.structs.replace(old, subject="Mop")
        assert changed_elsewhere(TASKS_FORMAT, old, subject="Mop") == new
        moved = changed_elsewhere(TASKS_FORMAT, old, due_date=day + DAY)
        assert isinstance(moved, Task)
        assert moved.due_date == day + DAY

    def test_of_an_event(self) -> None:
        revision = OrganizerRevision(3, START, "ada@example.org")
        attached = tuple(StoredAttachment(number, f"blob{number}", 1, "x") for number in (4, 7))
        recurrence = Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=5, first_day_of_week=0)
        exceptions = (
            EventException(exception_start_time=START + DAY, subject="Else", organizer_revision=revision),
            EventException(exception_start_time=START + 2 * DAY, deleted=True),
        )
        old = Event(
            uid="u",
            subject="Class",
            start_time=START,
            end_time=START + HOUR,
            client_uid="c",
            organizer_revision=revision,
            stored_attachments=attached,
            next_attachment=9,
            recurrence=recurrence,
            exceptions=exceptions,
            zone="UTC",
            dt_stamp=START,
        )
        again = tuple(msgspec.structs.replace(one, number=place) for place, one in enumerate(attached, 1))
        new = changed_elsewhere(EVENTS, old, subject="Lesson", stored_attachments=again, next_attachment=3)
        assert new == msgspec.structs.replace(old, subject="Lesson")
        # A new attachment has a number that none had, and the other one keeps its own.
        more = (StoredAttachment(1, "new", 1, "y"), again[1])
        new = changed_elsewhere(EVENTS, old, stored_attachments=more, next_attachment=3)
        assert isinstance(new, Event)
        assert [(one.blob, one.number) for one in new.stored_attachments or ()] == [("new", 9), ("blob7", 7)]
        assert new.next_attachment == 10
        assert new.exceptions == exceptions

    def test_another_class_in_its_place_takes_over_nothing(self) -> None:
        assert overlaid(Task(subject="x"), Event(subject="y"), TASKS_FORMAT) == Task(subject="x")
        assert overlaid(Task(subject="x"), None, TASKS_FORMAT) == Task(subject="x")


def vevent(*lines: str) -> str:
    inner = "".join(
        f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:u", "SUMMARY:Class", *lines, "END:VEVENT")
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inner}END:VCALENDAR\r\n"


class TestStandIns:
    @pytest.mark.parametrize(
        "lines",
        [
            ("DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;COUNT=3"),
            ("DTSTART:20260302T090000Z", "RRULE:FREQ=SECONDLY"),
            ("DTSTART:20260302T090000Z", "RRULE:FREQ=DAI", " LY;BYHOUR=1,2,3"),
        ],
    )
    def test_a_series_that_no_phone_can_be_told_of_is_shown_once(self, lines: tuple[str, ...]) -> None:
        [found] = EVENTS.read(vevent(*lines))
        assert isinstance(found, Event)
        assert (found.subject, found.start_time, found.recurrence) == ("Class", START, None)

    @pytest.mark.parametrize(
        "data", ["", "no calendar", vevent(), "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"\xff\xfe\0"]
    )
    def test_what_shows_nothing_is_unreadable(self, data: str | bytes) -> None:
        with pytest.raises(Unreadable):
            EVENTS.read(data)

    def test_what_holds_another_class_is_not(self) -> None:
        text = vevent("DTSTART:20260302T090000Z")
        assert TASKS_FORMAT.read(text) == []
        assert EVENTS.read(text.replace("VEVENT", "VTODO")) == []

    def test_bytes_in_other_character_sets_are_read(self) -> None:
        text = vevent("DTSTART:20260302T090000Z").replace("Class", "Schröder")
        for codec in ("utf-8", "utf-8-sig", "utf-16", "latin-1"):
            [found] = EVENTS.read(text.encode(codec))
            assert isinstance(found, Event)
            assert found.subject == "Schröder", codec


class TestScheduling:
    def test_people_are_marked_on_folded_lines_within_their_width(self) -> None:
        name = "é" * 30
        text = vevent(
            "ORGANIZER;CN=Joe:mailto:joe@example.org",
            f'ATTENDEE;CN="{name}; a:',
            ' b";PARTSTAT=NEEDS-ACTION:mailto:Ada@example.org',
            "ATTENDEE;SCHEDULE-AGENT=NONE:mailto:bob@example.org",
            "DESCRIPTION:ATTENDEE:mailto:no@example.org",
        )
        said = told_by_client(text)
        assert all(len(line.encode()) <= 75 for line in said.split("\r\n"))
        whole = said.replace("\r\n ", "")
        assert whole.count(";SCHEDULE-AGENT=CLIENT:") == 2
        assert whole.replace(";SCHEDULE-AGENT=CLIENT", "") == text.replace("\r\n ", "")
        assert told_by_client(said) == said

    def test_those_who_were_there_are_not(self) -> None:
        before = vevent("ATTENDEE:mailto:ada@example.org")
        after = vevent("ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:ADA@example.org", "ATTENDEE:mailto:bob@example.org")
        said = told_by_client(after, before)
        assert "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:ADA@example.org\r\n" in said
        assert "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:bob@example.org\r\n" in said


def test_a_state_is_what_it_was_or_nothing() -> None:
    state = State("token", "ctag", "", {"a": '"1"'}, {"b": ("b#1",)})
    assert read_state(written(state)) == state
    for data in (b"", b"\xc1", b"text", written(state)[:-3]):
        assert read_state(data) == State()


class TestPolls:
    def test_each_is_asked_again_and_again_by_one_timer(self) -> None:
        async def work() -> None:
            polls = Polls(0.01)
            asked = [0] * 50
            at_a_time = [0, 0]
            enough = asyncio.Event()

            def question(number: int) -> object:
                async def ask() -> None:
                    at_a_time[0] += 1
                    at_a_time[1] = max(at_a_time)
                    await asyncio.sleep(0.001)
                    at_a_time[0] -= 1
                    asked[number] += 1
                    if min(asked) >= 3:
                        enough.set()

                return polls.add(ask)

            before = len(asyncio.all_tasks())
            for number in range(50):
                question(number)
            assert len(asyncio.all_tasks()) == before  # an entry, not a task
            assert len(polls) == 50
            await asyncio.wait_for(enough.wait(), 20)
            assert at_a_time[1] <= AT_ONCE
            await polls.close()
            assert len(polls) == 0

        run(work())

    def test_a_server_that_fails_is_asked_more_and_more_seldom(self) -> None:
        async def work() -> None:
            polls = Polls(0.01)
            times: list[float] = []
            enough = asyncio.Event()

            async def ask() -> None:
                times.append(asyncio.get_running_loop().time())
                if len(times) == 8:
                    enough.set()
                if len(times) < 6:
                    raise MailboxUnavailable("down")

            polls.add(ask)
            await asyncio.wait_for(enough.wait(), 20)
            # The timer never rings early; how late it does depends on the machine.
            gaps = [later - earlier for earlier, later in pairwise(times)]
            assert all(gap >= 0.009 * 2**failures for failures, gap in enumerate(gaps[:5], 1))
            await polls.close()

        run(work())

    def test_one_that_is_closed_is_asked_no_more(self) -> None:
        async def work() -> None:
            polls = Polls(0.01)
            asked: list[str] = []
            begun, forever = asyncio.Event(), asyncio.Event()

            async def one() -> None:
                asked.append("one")

            async def stuck() -> None:
                begun.set()
                await forever.wait()

            first, second = polls.add(one), polls.add(stuck)
            await asyncio.wait_for(begun.wait(), 20)
            await first.close()
            await second.close()
            await first.close()
            count = len(asked)
            await asyncio.sleep(0.05)
            assert len(asked) == count
            assert len(polls) == 0
            # All of them, in the middle of a question.
            begun.clear()
            polls.add(stuck)
            await asyncio.wait_for(begun.wait(), 20)
            await polls.close()
            assert len(polls) == 0

        run(work())
