"""Calendars and tasks of a real CalDAV server as the gateway's backend has them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest

from overair.items import Event
from overair.mailboxes.gateway.backend import WrongCredentials
from overair.mailboxes.gateway.groupware import pulling
from overair.mailboxes.interface import FolderType, MailboxUnavailable, NoSuchFolder, Refused
from support.asynchronous import run
from support.dav_objects import JOE, START, an_event, at, calendar, ics, subjects, vevent, vtodo
from support.packages import needs
from support.radicale import USERS, Radicale
from support.tiny_mirror import calendars


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale() as server:
        yield server


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
