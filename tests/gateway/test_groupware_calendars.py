"""Calendars and tasks of real CalDAV servers (Radicale, Xandikos) as the gateway's backend has them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import msgspec
import pytest

from overair.items import Event, Item, Task
from overair.mailboxes.gateway.backend import MirroredFolder, Stale, WrongCredentials
from overair.mailboxes.gateway.groupware import pulling
from overair.mailboxes.gateway.groupware.polling import Poll
from overair.mailboxes.interface import FolderType, MailboxUnavailable, NoSuchFolder, Refused
from support import cyrus as cyrus_server
from support.asynchronous import run
from support.cyrus import Cyrus, needs_cyrus
from support.dav_servers import Answer, ask
from support.packages import needs
from support.radicale import USERS, Radicale
from support.tiny_mirror import TinyMirror, calendars
from support.xandikos import CALENDAR, Xandikos

JOE = "joe@example.org"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale() as server:
        yield server


@pytest.fixture(scope="module")
def xandikos() -> Iterator[Xandikos]:
    with Xandikos() as server:
        yield server


cyrus = cyrus_server.cyrus_fixture()


@pytest.fixture(scope="module")
def cyrus_user(cyrus: Cyrus) -> str:
    return cyrus.user()


def at(server: Radicale) -> AbstractAsyncContextManager[TinyMirror]:
    return calendars(server.url, JOE, USERS[JOE])


def calendar(server: Radicale, *components: str) -> tuple[str, str]:
    """A new calendar: its name and its path."""
    name = f"calendar {uuid4().hex[:8]}"
    return name, server.make_calendar(JOE, uuid4().hex, name, components or ("VEVENT",))


def an_event(subject: str, **values: object) -> Event:
    made = Event(uid=uuid4().hex, subject=subject, start_time=START, end_time=START + HOUR)
    return msgspec.structs.replace(made, **values)


def vevent(uid: str, summary: str, *lines: str) -> str:
    """The lines of one component of another client's."""
    said = [f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{summary}"]
    if not any(line.startswith("DTSTART") for line in lines):
        said += ["DTSTART:20260302T090000Z", "DTEND:20260302T100000Z"]
    return "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", *said, *lines, "END:VEVENT"))


def ics(*components: str) -> str:
    """An object of another client's."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\n{''.join(components)}END:VCALENDAR\r\n"


def vtodo(uid: str, summary: str) -> str:
    return f"BEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{summary}\r\nEND:VTODO\r\n"


def subjects(items: dict[str, Item]) -> dict[str, str | None]:
    return {key: item.subject for key, item in items.items() if isinstance(item, Event | Task)}


@needs("radicale")
class TestTree:
    def test_events_and_tasks_of_one_calendar_are_two_folders(self, radicale: Radicale) -> None:
        name, path = calendar(radicale, "VEVENT", "VTODO")
        radicale.put(JOE, f"{path}e.ics", ics(vevent("e", "Event")))
        radicale.put(JOE, f"{path}t.ics", ics(vtodo("t", "Task")))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                tasks = f"{name} (tasks)"
                types = FolderType.USER_CALENDAR, FolderType.CALENDAR
                assert mirror.tree[name].type in types
                assert mirror.tree[tasks].type in (FolderType.USER_TASKS, FolderType.TASKS)
                await mirror.pull(name)
                await mirror.pull(tasks)
                assert subjects(mirror.all(name)) == {"e.ics": "Event"}
                assert subjects(mirror.all(tasks)) == {"t.ics": "Task"}
                for text, key in ((vevent("e2", "Event 2"), "e2.ics"), (vtodo("t2", "Task 2"), "t2.ics")):
                    radicale.put(JOE, path + key, ics(text))
                radicale.delete(JOE, f"{path}t.ics")
                await mirror.pull(name)
                await mirror.pull(tasks)
                assert subjects(mirror.all(name)) == {"e.ics": "Event", "e2.ics": "Event 2"}
                assert subjects(mirror.all(tasks)) == {"t2.ics": "Task 2"}
                # Neither is deleted with the other.
                for one in (name, tasks):
                    with pytest.raises(Refused):
                        await mirror.backend.delete_folder(mirror.folder(one))
                radicale.delete(JOE, f"{path}t2.ics")
                await mirror.backend.delete_folder(mirror.folder(name))
                await mirror.look()
                assert name not in mirror.tree

        run(work())

    def test_folders_are_made_renamed_and_deleted(self, radicale: Radicale) -> None:
        async def work() -> None:
            async with at(radicale) as mirror:
                backend = mirror.backend
                made = await backend.create_folder(None, "Plans", FolderType.USER_CALENDAR)
                assert (made.name, made.parent) == ("Plans", None)
                assert await backend.create_folder(None, "Plans", FolderType.USER_CALENDAR) == made
                tasks = await backend.create_folder(None, "Chores", FolderType.USER_TASKS)
                await mirror.look()
                assert {"Plans", "Chores"} <= set(mirror.tree)
                assert mirror.tree["Chores"] == tasks
                renamed = await backend.update_folder(mirror.folder("Plans"), None, "Plans & more")
                assert (renamed.path, renamed.name) == (made.path, "Plans & more")
                gone = mirror.folder("Plans")
                await backend.delete_folder(gone)
                await backend.delete_folder(gone)
                with pytest.raises(NoSuchFolder):
                    await backend.pull(gone, mirror)
                with pytest.raises(NoSuchFolder):
                    await backend.add(gone, an_event("x"), uuid4().hex)
                with pytest.raises(Refused):
                    await backend.create_folder(None, "Mail", FolderType.USER_MAIL)

        run(work())

    def test_the_first_calendar_of_all_is_the_default_one(self, radicale: Radicale) -> None:
        async def work() -> None:
            async with calendars(radicale.url, "jane@example.org", USERS["jane@example.org"]) as mirror:
                await mirror.look()
                assert mirror.tree == {}
                made = await mirror.backend.create_folder(None, "Calendar", FolderType.CALENDAR)
                assert made.type is FolderType.CALENDAR
                other = await mirror.backend.create_folder(None, "Another", FolderType.USER_CALENDAR)
                assert other.type is FolderType.USER_CALENDAR

        run(work())


@needs("radicale")
class TestPulls:
    def test_only_what_changed_elsewhere_comes(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        for key in "abc":
            radicale.put(JOE, f"{path}{key}.ics", ics(vevent(key, key)))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                assert list(await mirror.backend.changed([mirror.folder(name)])) == [mirror.folder(name)]
                await mirror.pull(name)
                assert list(await mirror.backend.changed([mirror.folder(name)])) == []
                [nothing] = await mirror.pull(name)
                assert (nothing.upserts, nothing.removed) == ((), ())
                radicale.put(JOE, f"{path}b.ics", ics(vevent("b", "B")))
                radicale.put(JOE, f"{path}d.ics", ics(vevent("d", "d")))
                radicale.delete(JOE, f"{path}c.ics")
                assert list(await mirror.backend.changed([mirror.folder(name)])) == [mirror.folder(name)]
                [delta] = await mirror.pull(name)
                assert {one.key for one in delta.upserts} == {"b.ics", "d.ics"}
                assert delta.removed == ("c.ics",)
                assert subjects(mirror.all(name)) == {"a.ics": "a", "b.ics": "B", "d.ics": "d"}

        run(work())

    def test_a_long_calendar_comes_in_chunks(
        self, radicale: Radicale, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pulling, "CHUNK", 4)
        name, path = calendar(radicale)
        for number in range(10):
            radicale.put(JOE, f"{path}{number}.ics", ics(vevent(str(number), str(number))))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                deltas = await mirror.pull(name)
                assert [len(one.upserts) for one in deltas] == [4, 4, 2]
                assert len(mirror.all(name)) == 10
                # In the middle of another one the process dies: what it has is not fetched again.
                for number in range(5):
                    radicale.put(JOE, f"{path}{number}.ics", ics(vevent(str(number), "again")))
                radicale.delete(JOE, f"{path}9.ics")
                folder = mirror.folder(name)
                first = await mirror.backend.pull(folder, mirror)
                assert first.more
                mirror.apply(folder, first)
                async with at(radicale) as anew:
                    mirror.backend = anew.backend
                    rest = await mirror.pull(name)
                    assert len({one.key for delta in rest for one in delta.upserts}) == 1
                assert len(mirror.all(name)) == 9
                assert list(subjects(mirror.all(name)).values()).count("again") == 5

        run(work())

    def test_a_token_that_the_server_has_forgotten_loses_nothing(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        for key in "abc":
            radicale.put(JOE, f"{path}{key}.ics", ics(vevent(key, key)))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                await mirror.pull(name)
                radicale.put(JOE, f"{path}b.ics", ics(vevent("b", "B")))
                radicale.delete(JOE, f"{path}c.ics")
                cache = (
                    radicale.folder / "collections" / "collection-root" / path.strip("/") / ".Radicale.cache"
                )
                for token in (cache / "sync-token").iterdir():
                    token.unlink()
                [delta] = await mirror.pull(name)
                assert [one.key for one in delta.upserts] == ["b.ics"]
                assert subjects(mirror.all(name)) == {"a.ics": "a", "b.ics": "B"}

        run(work())

    def test_what_cannot_be_read_blocks_nothing_else(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        radicale.put(JOE, f"{path}good.ics", ics(vevent("good", "Good")))
        rules = ("RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2")
        radicale.put(JOE, f"{path}odd.ics", ics(vevent("odd", "Odd", *rules)))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                await mirror.pull(name)
                assert subjects(mirror.all(name)) == {"good.ics": "Good", "odd.ics": "Odd"}
                odd = mirror.all(name)["odd.ics"]
                assert isinstance(odd, Event)
                assert (odd.recurrence, odd.start_time) == (None, START)
                # It is as it was for those who can read all of it, whatever a phone changes.
                await mirror.change(name, "odd.ics", msgspec.structs.replace(odd, subject="Even"))
                text = radicale.get(JOE, f"{path}odd.ics")
                assert all(line in text for line in ("SUMMARY:Even", *rules))

        run(work())

    def test_a_calendar_that_breaks_the_server_stays_as_it_is_alone(self, radicale: Radicale) -> None:
        (bad, path), (good, other) = calendar(radicale), calendar(radicale)
        for one in (path, other):
            radicale.put(JOE, f"{one}a.ics", ics(vevent(one, "First")))
        broken = radicale.folder / "collections" / "collection-root" / path.strip("/") / "broken.ics"

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                for name in (bad, good):
                    await mirror.pull(name)
                broken.write_text("BEGIN:VCALENDAR\r\nno calendar\r\n")
                radicale.put(JOE, f"{other}b.ics", ics(vevent("b", "Second")))
                await mirror.look()
                folders = [mirror.folder(name) for name in (bad, good)]
                assert list(await mirror.backend.changed(folders)) == folders[1:]
                for name in (bad, good):
                    await mirror.pull(name)
                assert list(subjects(mirror.all(bad)).values()) == ["First"]
                assert set(subjects(mirror.all(good)).values()) == {"First", "Second"}
                broken.unlink()
                radicale.put(JOE, f"{path}b.ics", ics(vevent("b2", "Second")))
                assert list(await mirror.backend.changed(folders[:1])) == folders[:1]
                await mirror.pull(bad)
                assert set(subjects(mirror.all(bad)).values()) == {"First", "Second"}

        try:
            run(work())
        finally:
            broken.unlink(missing_ok=True)

    def test_two_objects_with_one_uid_are_both_shown(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        radicale.put(JOE, f"{path}a.ics", ics(vevent("same", "One")))
        storage = radicale.folder / "collections" / "collection-root" / path.strip("/")
        (storage / "b.ics").write_text(ics(vevent("same", "Two")))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                await mirror.pull(name)
                assert subjects(mirror.all(name)) == {"a.ics": "One", "b.ics": "Two"}

        run(work())

    def test_a_wrong_password_and_a_server_that_is_down(self, radicale: Radicale) -> None:
        async def work() -> None:
            async with calendars(radicale.url, JOE, "wrong") as mirror:
                with pytest.raises(WrongCredentials):
                    await mirror.backend.check()
            radicale.kill()
            try:
                async with at(radicale) as mirror:
                    with pytest.raises(MailboxUnavailable):
                        await mirror.look()
                    radicale.start()
                    await mirror.look()
                    await mirror.backend.check()
            finally:
                radicale.restart()

        run(work())


RICH = (
    *("DTSTART;TZID=Europe/Berlin:20260302T090000", "DTEND;TZID=Europe/Berlin:20260302T100000"),
    *("RRULE:FREQ=WEEKLY;COUNT=10", "EXDATE;TZID=Europe/Berlin:20260309T090000"),
    *("URL:https://example.org/class", "GEO:52.5;13.4", "X-COLOR;X-OTHER=a:teal", "COMMENT:Bring tea"),
    *("ATTACH:https://example.org/plan.pdf", "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER:-P1D"),
    *("ATTENDEE:mailto:joe@example.org", "SUMMARY:Tomorrow", "DESCRIPTION:Class", "END:VALARM"),
)
MOVED = ("RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000", "DTSTART:20260316T120000Z", "X-ROOM:7")


@needs("radicale")
class TestEdits:
    def test_what_a_phone_does_not_know_survives_its_edits(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        radicale.put(
            JOE, f"{path}a.ics", ics(vevent("rich", "Class", *RICH), vevent("rich", "Class", *MOVED))
        )

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                await mirror.pull(name)
                old = mirror.all(name)["a.ics"]
                assert isinstance(old, Event)
                assert old.recurrence is not None
                assert [bool(one.deleted) for one in old.exceptions or ()] == [True, False]
                new = msgspec.structs.replace(old, subject="Lesson", busy_status=0)
                await mirror.change(name, "a.ics", new)
                text = radicale.get(JOE, f"{path}a.ics").replace("\r\n ", "")
                assert "SUMMARY:Lesson" in text
                for line in (*RICH[2:8], *RICH[9:12], "X-ROOM:7", "GEO:52.5;13.4"):
                    assert line in text, line
                after = mirror.all(name)["a.ics"]
                assert isinstance(after, Event)
                assert after.subject == "Lesson"
                assert [one.start_time for one in after.exceptions or ()] == [
                    one.start_time for one in old.exceptions or ()
                ]
                await mirror.pull(name)
                assert mirror.all(name)["a.ics"] == after

        run(work())

    def test_an_occurrence_that_no_rule_has_is_edited_and_deleted_alone(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        series = vevent("several", "Class", "RRULE:FREQ=WEEKLY;COUNT=2", "X-OTHER:kept")
        extra = vevent("several", "Extra", "RECURRENCE-ID:20260304T090000Z", "DTSTART:20260304T090000Z")
        radicale.put(JOE, f"{path}a.ics", ics(series, extra))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                await mirror.pull(name)
                first, second = subjects(mirror.all(name))
                assert (first, second[:6]) == ("a.ics", "a.ics#")
                item = mirror.all(name)[second]
                await mirror.change(name, second, msgspec.structs.replace(item, subject="Other"))
                text = radicale.get(JOE, f"{path}a.ics")
                assert all(line in text for line in ("SUMMARY:Other", "SUMMARY:Class", "X-OTHER:kept"))
                # The tag is the object's, so the series is first brought to it.
                with pytest.raises(Stale):
                    await mirror.remove(name, first)
                await mirror.pull(name)
                await mirror.remove(name, second)
                await mirror.pull(name)
                assert subjects(mirror.all(name)) == {first: "Class"}
                assert "SUMMARY:Other" not in radicale.get(JOE, f"{path}a.ics")
                await mirror.remove(name, first)
                assert radicale.names(path) == []

        run(work())


@needs("radicale")
class TestWatch:
    def test_a_change_elsewhere_is_noticed_once(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        other, _ = calendar(radicale)

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                noticed: asyncio.Queue[list[str] | None] = asyncio.Queue()
                for one in (name, other):
                    await mirror.pull(one)

                def changed(folders: Collection[MirroredFolder] | None) -> None:
                    noticed.put_nowait(None if folders is None else [one.path for one in folders])

                def watched() -> list[MirroredFolder]:
                    return [mirror.folder(one) for one in (name, other)]

                async def quiet() -> None:
                    """A question that was under way may tell of what was pulled meanwhile, no other."""
                    async with asyncio.timeout(20):
                        while True:
                            while not noticed.empty():
                                noticed.get_nowait()
                            await asyncio.sleep(0.3)
                            if noticed.empty():
                                return

                watch = mirror.backend.watch(watched, changed)
                await asyncio.sleep(0.3)
                assert noticed.empty()
                radicale.put(JOE, f"{path}a.ics", ics(vevent("watched", "New")))
                assert await asyncio.wait_for(noticed.get(), 20) == [path]
                await mirror.pull(name)
                await quiet()
                # A calendar more, and a server that was away for a while.
                calendar(radicale)
                assert await asyncio.wait_for(noticed.get(), 20) is None
                radicale.stop()
                assert isinstance(watch, Poll)
                while not watch.failures:  # noqa: ASYNC110 -- nobody tells when a question has failed
                    await asyncio.sleep(0.05)
                radicale.start()
                assert await asyncio.wait_for(noticed.get(), 20) == [one.path for one in watched()]
                await watch.close()
                radicale.put(JOE, f"{path}b.ics", ics(vevent("b", "Unnoticed")))
                await quiet()

        run(work())


class EveryServer:
    """Effects on each kind of server."""

    def at(self) -> AbstractAsyncContextManager[TinyMirror]:
        raise NotImplementedError

    def put(self, name: str, key: str, text: str) -> None:
        raise NotImplementedError

    def get(self, name: str, key: str) -> str:
        raise NotImplementedError

    def new(self) -> str:
        """The name of a calendar."""
        raise NotImplementedError

    def test_an_event_is_added_once_however_often_it_is_tried(self) -> None:
        name = self.new()

        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                event = an_event("Dentist")
                token = uuid4().hex
                keys = {await mirror.add(name, event, token) for _ in range(3)}
                assert len(keys) == 1
                await mirror.pull(name)
                [(key, item)] = mirror.all(name).items()
                assert {key} == keys
                assert isinstance(item, Event)
                assert (item.subject, item.start_time, item.uid) == ("Dentist", START, event.uid)
                assert "SUMMARY:Dentist" in self.get(name, key)

        run(work())

    def test_an_edit_is_made_once_however_often_it_is_tried(self) -> None:
        name, uid = self.new(), uuid4().hex

        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                self.put(name, "a b.ics", ics(vevent(uid, "Lunch")))
                await mirror.pull(name)
                key, folder = "a%20b.ics", mirror.folder(name)
                known, old = mirror.known_of(name, key), mirror.all(name)[key]
                new = msgspec.structs.replace(old, subject="Late lunch", reminder=15)
                first, again = [await mirror.backend.change(folder, known, old, new, "t") for _ in range(2)]
                assert first == again
                assert first.tag != known.tag
                text = self.get(name, "a b.ics")
                assert "SUMMARY:Late lunch" in text
                assert "BEGIN:VALARM" in text
                # Anything else is somebody else's.
                with pytest.raises(Stale):
                    await mirror.backend.change(
                        folder, known, old, msgspec.structs.replace(new, subject="No lunch"), "u"
                    )
                assert "SUMMARY:Late lunch" in self.get(name, "a b.ics")

        run(work())

    def test_an_edit_elsewhere_is_never_written_over(self) -> None:
        name, uid = self.new(), uuid4().hex

        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                self.put(name, "a.ics", ics(vevent(uid, "Lunch")))
                await mirror.pull(name)
                self.put(name, "a.ics", ics(vevent(uid, "Dinner")))
                mine = mirror.all(name)["a.ics"]
                assert isinstance(mine, Event)
                with pytest.raises(Stale):
                    await mirror.change(name, "a.ics", msgspec.structs.replace(mine, subject="Mine"))
                with pytest.raises(Stale):
                    await mirror.remove(name, "a.ics")
                assert "SUMMARY:Dinner" in self.get(name, "a.ics")
                await mirror.pull(name)
                await mirror.remove(name, "a.ics")
                await mirror.pull(name)
                assert mirror.all(name) == {}

        run(work())

    def test_an_event_is_moved_once_however_often_it_is_tried(self) -> None:
        here, there, uid = self.new(), self.new(), uuid4().hex

        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                self.put(here, "a.ics", ics(vevent(uid, "Lunch", "X-OTHER:kept")))
                await mirror.pull(here)
                known, item = mirror.known_of(here, "a.ics"), mirror.all(here)["a.ics"]
                folders = mirror.folder(here), mirror.folder(there)
                token = uuid4().hex
                stood = [
                    await mirror.backend.move(folders[0], known, folders[1], item, token) for _ in range(2)
                ]
                assert stood[0] == stood[1]
                assert "X-OTHER:kept" in self.get(there, stood[0].key)
                for name in (here, there):
                    await mirror.pull(name)
                assert mirror.all(here) == {}
                assert list(mirror.all(there)) == [stood[0].key]
                with pytest.raises(Stale):
                    await mirror.backend.move(folders[0], known, folders[1], item, uuid4().hex)

        run(work())

    def test_a_task_goes_both_ways(self) -> None:
        async def work() -> None:
            async with self.at() as mirror:
                await mirror.backend.create_folder(None, "Chores of all", FolderType.USER_TASKS)
                await mirror.look()
                [name] = [
                    one
                    for one in mirror.tree
                    if one.startswith("Chores of all") and "#" in mirror.tree[one].path
                ]
                day = datetime(2026, 3, 2, tzinfo=UTC)
                utc = day - HOUR
                task = Task(subject="Sweep", due_date=day, utc_due_date=utc, complete=False, importance=2)
                key = await mirror.add(name, task)
                await mirror.pull(name)
                found = mirror.all(name)[key]
                assert isinstance(found, Task)
                assert (found.subject, found.due_date, found.importance) == ("Sweep", day, 2)
                assert found.utc_due_date == utc  # which a VTODO that is due on a day cannot say
                done = msgspec.structs.replace(found, complete=True, date_completed=START)
                await mirror.change(name, key, done)
                await mirror.pull(name)
                found = mirror.all(name)[key]
                assert isinstance(found, Task)
                assert (found.complete, found.date_completed, found.utc_due_date) == (True, START, utc)

        run(work())


class ServerOfOneUid(EveryServer):
    """A server that has each UID once."""

    def test_the_uid_of_another_object_is_replaced(self) -> None:
        """What a phone has entered is not lost for it."""
        name, uid = self.new(), uuid4().hex

        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                self.put(name, "a.ics", ics(vevent(uid, "There")))
                token = uuid4().hex
                for _ in range(2):
                    await mirror.add(name, an_event("New", uid=uid), token)
                await mirror.pull(name)
                assert sorted(filter(None, subjects(mirror.all(name)).values())) == ["New", "There"]

        run(work())


@needs("radicale")
class TestRadicale(ServerOfOneUid):
    @pytest.fixture(autouse=True)
    def _server(self, radicale: Radicale) -> None:
        self._radicale = radicale
        self._paths: dict[str, str] = {}

    def at(self) -> AbstractAsyncContextManager[TinyMirror]:
        return at(self._radicale)

    def new(self) -> str:
        name, path = calendar(self._radicale)
        self._paths[name] = path
        return name

    def put(self, name: str, key: str, text: str) -> None:
        self._radicale.put(JOE, self._paths[name] + key, text)

    def get(self, name: str, key: str) -> str:
        return self._radicale.get(JOE, self._paths[name] + key)


@needs("xandikos")
class TestXandikos(EveryServer):
    @pytest.fixture(autouse=True)
    def _server(self, xandikos: Xandikos) -> None:
        self._xandikos = xandikos
        self._paths: dict[str, str] = {}

    def at(self) -> AbstractAsyncContextManager[TinyMirror]:
        return calendars(self._xandikos.url)

    def new(self) -> str:
        path = CALENDAR.replace("/calendar/", f"/{uuid4().hex}/")
        assert self._xandikos.asked("MKCALENDAR", path).status == 201
        name = path.rstrip("/").rpartition("/")[2]
        self._paths[name] = path
        return name

    def put(self, name: str, key: str, text: str) -> None:
        self._xandikos.put(self._paths[name] + key, text)

    def get(self, name: str, key: str) -> str:
        answer = self._xandikos.asked("GET", self._paths[name] + key)
        assert answer.status == 200
        return answer.body


@needs_cyrus
class TestCyrus(ServerOfOneUid):
    """A server that sends and takes meeting messages by itself."""

    @pytest.fixture(autouse=True)
    def _server(self, cyrus: Cyrus, cyrus_user: str) -> None:
        self._port = cyrus.http_port
        self._url = f"http://127.0.0.1:{cyrus.http_port}/"
        self._user = cyrus_user
        self._home = f"/dav/calendars/user/{cyrus_user}/"

    def at(self) -> AbstractAsyncContextManager[TinyMirror]:
        return calendars(self._url, self._user, cyrus_server.PASSWORD)

    def _asked(self, method: str, path: str, body: str = "") -> Answer:
        sent = {"Content-Type": "text/calendar"} if method == "PUT" else {}
        log_in = {"user": self._user, "password": cyrus_server.PASSWORD}
        return ask(self._port, method, path, body, headers=sent, **log_in)

    def new(self) -> str:
        name = uuid4().hex
        assert self._asked("MKCALENDAR", f"{self._home}{name}/").status == 201
        return name

    def put(self, name: str, key: str, text: str) -> None:
        assert self._asked("PUT", f"{self._home}{name}/{quote(key)}", text).status in (201, 204)

    def get(self, name: str, key: str) -> str:
        answer = self._asked("GET", f"{self._home}{name}/{quote(key)}")
        assert answer.status == 200
        return answer.body

    def test_an_event_of_no_length_gets_one(self) -> None:
        """Cyrus takes none without."""
        name = self.new()

        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                key = await mirror.add(name, an_event("Now", end_time=START))
                found = mirror.all(name)[key]
                assert isinstance(found, Event)
                assert (found.start_time, found.end_time) == (START, START + HOUR / 60)
                later = msgspec.structs.replace(found, start_time=START + HOUR, end_time=START + HOUR)
                await mirror.change(name, key, later)
                found = mirror.all(name)[key]
                assert isinstance(found, Event)
                assert found.end_time == START + HOUR + HOUR / 60

        run(work())
