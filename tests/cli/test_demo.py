"""The demo's letters, people and diaries: enough of them, of every kind, and well formed."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
import vobject

from overair.cli.demo import documents, pictures
from overair.cli.demo.letters import ACCOUNTS, Posted, posted
from overair.cli.demo.mailboxes import diary
from overair.cli.demo.people import vcards
from overair.items.calendar.event import Event
from overair.items.contact import PICTURE_LIMIT
from overair.items.note import Note
from overair.items.recurrence.occurrences import occurrences
from overair.items.task import Task

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module", name="letters")
def all_letters() -> list[Posted]:
    return list(posted("overair.test", NOW))


def parse(letter: Posted) -> EmailMessage:
    return message_from_bytes(letter.mime, policy=default)


def parts(letters: list[Posted]) -> list[EmailMessage]:
    return [part for letter in letters for part in parse(letter).walk()]


def test_each_mailbox_has_life_in_it(letters: list[Posted]) -> None:
    for account in ACCOUNTS:
        own = [letter for letter in letters if letter.account == account]
        assert len(own) >= 20
        assert {"Inbox", "Sent Items"} < {letter.folder for letter in own}
        assert {letter.read for letter in own} == {True, False}
        assert any(letter.flagged for letter in own)
        assert any(letter.answered for letter in own)


def test_the_kinds_of_content_are_there(letters: list[Posted]) -> None:
    every = parts(letters)
    types = {part.get_content_type() for part in every}
    assert {"text/html", "application/pdf", "image/png", "text/csv", "message/rfc822"} <= types
    charsets = {part.get_content_charset() for part in every if part.get_content_maintype() == "text"}
    assert len(charsets) >= 8
    shown = [part for part in every if part["Content-ID"]]
    assert len(shown) >= 3


def test_pictures_are_shown_by_the_html_beside_them(letters: list[Posted]) -> None:
    for letter in letters:
        message = parse(letter)
        ids = [part["Content-ID"].strip("<>") for part in message.walk() if part["Content-ID"]]
        html = "".join(
            part.get_content() for part in message.walk() if part.get_content_type() == "text/html"
        )
        assert all(f"cid:{identifier}" in html for identifier in ids)
        assert html.count("cid:") == len(ids)


def test_threads_refer_to_letters_that_exist(letters: list[Posted]) -> None:
    messages = [parse(letter) for letter in letters]
    known = {str(message["Message-ID"]) for message in messages}
    answers = [message for message in messages if message["In-Reply-To"]]
    assert len(answers) >= 8
    assert {str(message["In-Reply-To"]) for message in answers} <= known


def test_letters_are_well_formed_and_in_the_past(letters: list[Posted]) -> None:
    for letter in letters:
        message = parse(letter)
        assert not message.defects
        assert letter.received < NOW
        assert b"\n" not in letter.mime.replace(b"\r\n", b"")


def test_people_have_photos_that_phones_take() -> None:
    for account in ACCOUNTS:
        cards = [vobject.readOne(card) for card in vcards(account, "overair.test")]
        assert len(cards) >= 6
        for card in cards:
            assert card.photo.value.startswith(b"\x89PNG")
            assert len(card.photo.value) <= PICTURE_LIMIT


def test_a_painted_picture_is_a_png_of_its_size() -> None:
    png = pictures.paint(4, 3, lambda x, y: (255 * x, 255 * y, 0))
    assert struct.unpack(">II", png[16:24]) == (4, 3)
    length = struct.unpack(">I", png[33:37])[0]
    rows = zlib.decompress(png[41 : 41 + length])
    assert len(rows) == 3 * (1 + 4 * 3)
    assert rows[1:4] == bytes((31, 42, 0))


def test_the_pdfs_table_points_at_its_objects() -> None:
    file = documents.pdf("Title (one)", ("é",))
    start = int(file.rsplit(b"startxref\n", 1)[1].split()[0])
    assert file[start:].startswith(b"xref")
    offsets = [int(line.split()[0]) for line in file[start:].splitlines()[3:8]]
    assert [file[offset:].split(b" ", 1)[0] for offset in offsets] == [b"1", b"2", b"3", b"4", b"5"]


ZONE = "Europe/London"


@pytest.fixture(scope="module", name="diaries")
def all_diaries() -> dict[str, list[Event | Task | Note]]:
    """What each account has to do, of every day of a week on which the demo may be started."""
    return {
        f"{account} {day}": [one.item for one in diary(account, ZONE, NOW + timedelta(day))]
        for account in ACCOUNTS
        for day in range(7)
    }


def test_nothing_of_the_diary_is_left_out() -> None:
    for account in ACCOUNTS:
        assert not [one.dropped for one in diary(account, ZONE, NOW) if one.dropped]


def test_the_days_that_a_phone_shows_first_have_events(diaries: dict[str, list[Event | Task | Note]]) -> None:
    for name, items in diaries.items():
        now = NOW + timedelta(int(name.split()[1]))
        shown = [
            occurrence
            for event in items
            if isinstance(event, Event)
            for occurrence in occurrences(event, now, now + timedelta(14), ZONE)
        ]
        assert len(shown) >= 10, name
        assert any(one.start.date() == now.date() for one in shown), name
        assert any(one.all_day for one in shown), name


def test_the_kinds_of_events_are_there(diaries: dict[str, list[Event | Task | Note]]) -> None:
    for name, items in diaries.items():
        now = NOW + timedelta(int(name.split()[1]))
        events = [item for item in items if isinstance(item, Event)]
        series = [event for event in events if event.recurrence is not None]
        assert {event.recurrence.type for event in series if event.recurrence} >= {1, 5}
        coming = [
            exception
            for event in series
            if event.attendees
            for exception in event.exceptions or ()
            if exception.exception_start_time > now
        ]
        assert any(exception.deleted for exception in coming), name
        assert any(exception.start_time for exception in coming), name
        assert {event.meeting_status for event in events} == {0, 1, 3}
        assert {event.response_type for event in events if event.meeting_status == 3} >= {
            2 if "ben" in name else 5
        }
        zones = {event.zone for event in events if not event.all_day_event}
        assert zones >= {ZONE, "Asia/Tokyo"}
        [holiday] = [event for event in events if event.subject == "Japan"]
        inside = [event for event in events if event.categories == ("Travel",) and event.zone in zones]
        assert holiday.start_time is not None
        assert holiday.end_time is not None
        for event in inside:
            assert event.start_time is not None
            assert event.end_time is not None
            assert event.start_time < event.end_time
            if event.zone == "Asia/Tokyo":
                assert holiday.start_time < event.start_time < event.end_time < holiday.end_time
        assert any(event.sensitivity == 2 for event in events)


def test_tasks_are_done_open_recurring_and_remind(diaries: dict[str, list[Event | Task | Note]]) -> None:
    for name, items in diaries.items():
        tasks = [item for item in items if isinstance(item, Task)]
        assert len(tasks) >= 4
        assert {task.complete for task in tasks} == {True, False}
        assert any(task.recurrence for task in tasks)
        assert any(task.reminder_set for task in tasks)
        assert any(task.due_date is None for task in tasks)
        assert {0, 1, 2} == {task.importance for task in tasks}, name


def test_notes_have_categories(diaries: dict[str, list[Event | Task | Note]]) -> None:
    for items in diaries.values():
        notes = [item for item in items if isinstance(item, Note)]
        assert len(notes) >= 3
        assert all(note.body is not None and note.last_modified_date for note in notes)
        assert any(note.categories for note in notes)


def test_a_meeting_is_the_same_in_both_calendars() -> None:
    uids = [
        {
            one.item.uid
            for one in diary(account, ZONE, NOW)
            if isinstance(one.item, Event) and one.item.attendees
        }
        for account in ACCOUNTS
    ]
    assert len(uids[0] & uids[1]) >= 3
