"""What phones do to events and tasks, made once on real CalDAV servers (Radicale, Xandikos, Cyrus)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

import msgspec
import pytest

from overair.items import Event, Task
from overair.mailboxes.gateway.backend import Stale
from overair.mailboxes.interface import FolderType
from support import cyrus as cyrus_server
from support.asynchronous import run
from support.cyrus import Cyrus, needs_cyrus
from support.dav_objects import HOUR, JOE, START, an_event, at, calendar, ics, subjects, vevent
from support.dav_servers import Answer, ask
from support.packages import needs
from support.radicale import Radicale
from support.tiny_mirror import TinyMirror, calendars
from support.xandikos import CALENDAR, Xandikos


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
