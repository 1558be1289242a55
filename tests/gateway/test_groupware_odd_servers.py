"""The backend of calendars on servers that lack something, refuse, fail, or schedule by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from overair.items import Event
from overair.items.calendar.attendee import Attendee
from overair.mailboxes.gateway.backend import Stale
from overair.mailboxes.gateway.groupware import pulling
from overair.mailboxes.interface import (
    MailboxError,
    MailboxFull,
    MailboxUnavailable,
    NoSuchFolder,
    Refused,
)
from support.asynchronous import run
from support.scripted_dav import response
from support.small_calendar import SmallCalendar, small_calendar
from support.tiny_mirror import TinyMirror, calendars

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOLDER = "Work"


@asynccontextmanager
async def server() -> AsyncIterator[tuple[SmallCalendar, TinyMirror]]:
    async with small_calendar() as small, calendars(small.server.url, password="x") as mirror:
        await mirror.look()
        yield small, mirror


def ics(uid: str, summary: str, *lines: str) -> str:
    said = [
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        "DTSTART:20260302T090000Z",
        f"SUMMARY:{summary}",
        *lines,
    ]
    inner = "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", *said, "END:VEVENT"))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//o//EN\r\n{inner}END:VCALENDAR\r\n"


def an_event(subject: str) -> Event:
    end = START + timedelta(hours=1)
    return Event(uid=uuid4().hex, subject=subject, start_time=START, end_time=end)


def subjects(mirror: TinyMirror) -> dict[str, str | None]:
    return {key: item.subject for key, item in mirror.all(FOLDER).items() if isinstance(item, Event)}


@pytest.mark.parametrize(("tokens", "ctags"), [(True, True), (True, False), (False, True), (False, False)])
def test_changes_are_found_whatever_a_server_has_for_them(tokens: bool, ctags: bool) -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.tokens, small.ctags = tokens, ctags
            for name in "abc":
                small.put(name, ics(name, name))
            await mirror.pull(FOLDER)
            assert subjects(mirror) == {"a": "a", "b": "b", "c": "c"}
            folder = mirror.folder(FOLDER)
            # A server that tells nothing has to be asked for all of its ETags.
            assert list(await mirror.backend.changed([folder])) == ([] if tokens or ctags else [folder])
            [nothing] = await mirror.pull(FOLDER)
            assert (nothing.upserts, nothing.removed) == ((), ())
            small.put("a", ics("a", "A"))
            small.remove("b")
            small.put("d", ics("d", "d"))
            assert list(await mirror.backend.changed([mirror.folder(FOLDER)])) == [mirror.folder(FOLDER)]
            [delta] = await mirror.pull(FOLDER)
            assert {one.key for one in delta.upserts} == {"a", "d"}
            assert subjects(mirror) == {"a": "A", "c": "c", "d": "d"}

    run(work())


def test_the_cheap_question_is_one_and_small() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.put("a", ics("a", "a"))
            await mirror.pull(FOLDER)
            small.server.asked.clear()
            await mirror.backend.changed([mirror.folder(FOLDER)])
            [(method, path, headers, body)] = small.server.asked
            assert (method, path, headers["depth"]) == ("PROPFIND", "/home/", "1")
            assert "getctag" in body
            assert "sync-token" not in body

    run(work())


def test_answers_that_are_cut_are_asked_on() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.put("a", ics("a", "a"))
            await mirror.pull(FOLDER)
            small.most = 2
            for number in range(7):
                small.put(str(number), ics(str(number), "x"))
            small.remove("3")
            small.remove("a")
            await mirror.pull(FOLDER)
            assert sorted(subjects(mirror)) == ["0", "1", "2", "4", "5", "6"]

    run(work())


@pytest.mark.parametrize("rewrites", [False, True])
def test_an_etag_that_is_not_said_is_asked_for(rewrites: bool) -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.etag_after_put, small.rewrites = False, rewrites
            key = await mirror.add(FOLDER, an_event("Lunch"))
            first = "* Lunch" if rewrites else "Lunch"
            assert subjects(mirror) == {key: first}
            lunch = mirror.all(FOLDER)[key]
            assert isinstance(lunch, Event)
            await mirror.change(FOLDER, key, msgspec.structs.replace(lunch, subject="Dinner"))
            assert subjects(mirror) == {key: "* Dinner" if rewrites else "Dinner"}
            held = mirror.known_of(FOLDER, key)
            await mirror.pull(FOLDER)
            assert mirror.known_of(FOLDER, key) == held
            await mirror.remove(FOLDER, key)
            assert small.objects == {}

    run(work())


def test_a_server_without_etags() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.etags = False
            key = await mirror.add(FOLDER, an_event("Lunch"))
            await mirror.pull(FOLDER)
            lunch = mirror.all(FOLDER)[key]
            assert isinstance(lunch, Event)
            await mirror.change(FOLDER, key, msgspec.structs.replace(lunch, subject="Dinner"))
            small.put("b", ics("b", "Other"))
            await mirror.pull(FOLDER)
            assert subjects(mirror) == {key: "Dinner", "b": "Other"}
            await mirror.remove(FOLDER, key)
            assert list(small.objects) == ["b"]

    run(work())


@pytest.mark.parametrize("removes", [False, True], ids=["change", "removal"])
@pytest.mark.parametrize("at_last", [False, True], ids=["before it is read", "before it is written"])
def test_a_server_without_etags_loses_no_edit_of_others(removes: bool, at_last: bool) -> None:
    """What it holds is compared just before; where it says when that was changed last, it compares itself."""

    async def work() -> None:
        async with server() as (small, mirror):
            small.etags, small.dates = False, at_last
            small.put("a", ics("a", "Lunch"))
            await mirror.pull(FOLDER)
            [key] = mirror.all(FOLDER)
            lunch = mirror.all(FOLDER)[key]
            assert isinstance(lunch, Event)

            def edit() -> None:
                small.put("a", ics("a", "Lunch", "X-OURS:1"))

            if at_last:
                small.before_writing = edit
            else:
                edit()
            dinner = msgspec.structs.replace(lunch, subject="Dinner")
            writing = mirror.remove(FOLDER, key) if removes else mirror.change(FOLDER, key, dinner)
            with pytest.raises(Stale):
                await writing
            assert small.objects == {"a": ics("a", "Lunch", "X-OURS:1")}
            await mirror.pull(FOLDER)
            await mirror.change(FOLDER, key, dinner)
            assert "X-OURS:1" in small.objects["a"]
            assert "Dinner" in small.objects["a"]
            await mirror.remove(FOLDER, key)
            assert small.objects == {}

    run(work())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, Refused),
        (405, Refused),
        (413, MailboxFull),
        (507, MailboxFull),
        (404, NoSuchFolder),
        (409, NoSuchFolder),
        (429, MailboxUnavailable),
        (500, MailboxUnavailable),
        (503, MailboxUnavailable),
    ],
)
def test_what_a_refused_write_means(status: int, kind: type[MailboxError]) -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.fails_writing = status
            with pytest.raises(kind) as error:
                await mirror.add(FOLDER, an_event("Lunch"))
            assert "Lunch" not in str(error.value)
            assert small.objects == {}

    run(work())


def test_a_server_that_is_down_is_not_an_empty_one() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.put("a", ics("a", "a"))
            await mirror.pull(FOLDER)
            for status in (429, 502, 503):
                small.fails = status
                for question in (mirror.look(), mirror.pull(FOLDER), mirror.backend.changed([])):
                    with pytest.raises(MailboxUnavailable):
                        await question
            assert subjects(mirror) == {"a": "a"}

    run(work())


def test_an_object_that_cannot_be_read_is_tried_again_when_it_changes() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            for small.tokens in (True, False):
                small.ctags = small.tokens  # without either, all ETags are compared each time
                name = f"broken-{small.tokens}"
                small.put(name, "BEGIN:VCALENDAR\r\nno more")
                small.put("good", ics("good", str(small.tokens)))
                await mirror.pull(FOLDER)
                assert name not in subjects(mirror)
                assert subjects(mirror)["good"] == str(small.tokens)
                small.server.asked.clear()
                await mirror.pull(FOLDER)
                assert not any("multiget" in body for *_, body in small.server.asked)
                small.put(name, ics("b", "Mended"))
                await mirror.pull(FOLDER)
                assert subjects(mirror)[name] == "Mended"

    run(work())


def test_an_object_of_several_events() -> None:
    """An occurrence that no rule has is an event of its own, and goes with its object."""

    async def work() -> None:
        async with server() as (small, mirror):
            rule = "RRULE:FREQ=WEEKLY;COUNT=3"
            small.put("a", ics("a", "Class", rule, "RDATE:20260304T090000Z,20260305T090000Z"))
            await mirror.pull(FOLDER)
            keys = list(subjects(mirror))
            assert len(keys) == 3
            assert keys[0] == "a"
            assert all(key.startswith("a#") for key in keys[1:])
            small.put("a", ics("a", "Class", rule, "RDATE:20260305T090000Z"))
            await mirror.pull(FOLDER)
            assert len(subjects(mirror)) == 2
            assert set(subjects(mirror)) < set(keys)
            small.remove("a")
            await mirror.pull(FOLDER)
            assert subjects(mirror) == {}

    run(work())


@asynccontextmanager
async def scheduling() -> AsyncIterator[tuple[SmallCalendar, TinyMirror]]:
    """A server that sends meeting messages by itself."""
    async with small_calendar() as small, calendars(small.server.url, password="x") as mirror:
        boxes = "".join(
            f"<C:schedule-{box}-URL><D:href>/{box}/</D:href></C:schedule-{box}-URL>"
            for box in ("inbox", "outbox")
        )
        home = "<C:calendar-home-set><D:href>/home/</D:href></C:calendar-home-set>"
        small.server.says("PROPFIND", "/me/", response("/me/", home + boxes))
        small.server.says("PROPFIND", "/inbox/", response("/inbox/", ""))
        small.server.replies("OPTIONS", "/home/", 200, headers={"DAV": "1, calendar-auto-schedule"})
        await mirror.look()
        yield small, mirror


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_a_server_that_schedules_does_not_invite_whom_a_phone_invites() -> None:
    async def work() -> None:
        async with scheduling() as (small, mirror):
            guests = tuple(Attendee(email=f"{one}@example.org", name=one) for one in ("ada", "bob"))
            meeting = msgspec.structs.replace(
                an_event("Meeting"), attendees=guests[:1], meeting_status=1, organizer_email="joe@example.org"
            )
            key = await mirror.add(FOLDER, meeting)
            [line] = [line for line in unfolded(small.objects[key]) if line.startswith("ATTENDEE")]
            assert ";SCHEDULE-AGENT=CLIENT:mailto:ada@example.org" in line
            # Whom another client has invited stays the server's to tell.
            small.put(
                "b", ics("b", "Other", "ORGANIZER:mailto:joe@example.org", "ATTENDEE:mailto:ada@example.org")
            )
            await mirror.pull(FOLDER)
            other = mirror.all(FOLDER)["b"]
            assert isinstance(other, Event)
            await mirror.change(FOLDER, "b", msgspec.structs.replace(other, attendees=guests))
            lines = [line for line in unfolded(small.objects["b"]) if line.startswith("ATTENDEE")]
            assert [("SCHEDULE-AGENT=CLIENT" in line, line.rpartition(":")[2]) for line in lines] == [
                (False, "ada@example.org"),
                (True, "bob@example.org"),
            ]
            await mirror.remove(FOLDER, "b")
            [deleted] = [headers for method, _, headers, _ in small.server.asked if method == "DELETE"]
            assert deleted["schedule-reply"] == "F"

    run(work())


def test_a_long_pull_survives_a_folder_that_changes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "CHUNK", 2)

    async def work() -> None:
        async with server() as (small, mirror):
            for number in range(6):
                small.put(str(number), ics(str(number), "first"))
            folder = mirror.folder(FOLDER)
            delta = await mirror.backend.pull(folder, mirror)
            mirror.apply(folder, delta)
            assert delta.more
            small.put("0", ics("0", "second"))
            small.remove("5")
            small.put("6", ics("6", "new"))
            await mirror.pull(FOLDER)
            await mirror.pull(FOLDER)
            assert subjects(mirror) == {
                **dict.fromkeys("1234", "first"),
                "0": "second",
                "6": "new",
            }

    run(work())
