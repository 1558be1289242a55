"""The DAV client against real servers (Radicale, Xandikos)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from overair.credentials import Credentials
from overair.dav.changes import TokenExpired, changes_since, listing
from overair.dav.collections import (
    Collection,
    collections,
    make_address_book,
    make_calendar,
    rename,
    tags_of,
    tags_of_all,
)
from overair.dav.discovery import Home, Service, find_home
from overair.dav.errors import Clash, NotAllowed, NotAuthorized, NotThere, Unreachable
from overair.dav.free_busy import Period, free_busy
from overair.dav.objects import delete, get, move, multiget, put
from overair.dav.transport import Connections, DavClient
from support import cyrus as cyrus_server
from support.asynchronous import run
from support.cyrus import Cyrus, needs_cyrus
from support.packages import needs
from support.radicale import USERS, Radicale
from support.xandikos import Xandikos

JOE = "joe@example.org"
CALDAV, CARDDAV = Service.CALDAV, Service.CARDDAV


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


def event(uid: str, summary: str = "Dentist") -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nSUMMARY:{summary}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@asynccontextmanager
async def client(
    url: str, user: str = JOE, password: str | None = None
) -> AsyncIterator[tuple[Connections, DavClient]]:
    connections = Connections()
    try:
        yield connections, DavClient(connections, url, Credentials(user, password or USERS[user]))
    finally:
        await connections.close()


async def at_home(connections: Connections, dav: DavClient, service: Service = CALDAV) -> Home:
    return await find_home(connections, dav, service)


async def the(dav: DavClient, home: Home, place: str, service: Service = CALDAV) -> Collection:
    [found] = [one for one in await collections(dav, home, service) if one.place == place]
    return found


class EveryServer:
    """What holds of each of them."""

    def client(self) -> AbstractAsyncContextManager[tuple[Connections, DavClient]]:
        raise NotImplementedError

    def test_calendars_are_made_renamed_listed_and_deleted(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                home = await at_home(connections, dav)
                place = await make_calendar(dav, home, "Wörk & <play>", ["VEVENT"])
                found = await the(dav, home, place)
                assert (found.name, found.writable) == ("Wörk & <play>", True)
                assert "VEVENT" in found.components
                await rename(dav, place, "Other")
                assert (await the(dav, home, place)).name == "Other"
                assert place in await tags_of_all(dav, home, tokens=True)
                await delete(dav, place)
                await delete(dav, place)
                assert place not in [one.place for one in await collections(dav, home, CALDAV)]
                with pytest.raises(NotThere):
                    await tags_of(dav, place)

        run(work())

    def test_an_address_book_is_none_of_the_calendars(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                books = await at_home(connections, dav, CARDDAV)
                place = await make_address_book(dav, books, "People")
                assert (await the(dav, books, place, CARDDAV)).components == frozenset()
                calendars = await collections(dav, await at_home(connections, dav), CALDAV)
                assert place not in [one.place for one in calendars]

        run(work())

    def test_objects_are_found_again_under_names_of_any_characters(self) -> None:
        names = ["a%20b.ics", "p%25c.ics", "at@.ics", "%C3%A9.ics", "q%3F.ics", "h%23.ics"]

        async def work() -> None:
            async with self.client() as (connections, dav):
                place = await make_calendar(dav, await at_home(connections, dav), "Names", ["VEVENT"])
                etags = {name: await put(dav, place + name, event(name), CALDAV) for name in names}
                assert await listing(dav, place) == etags
                assert await listing(dav, place, "VEVENT") == etags
                found = await multiget(dav, place, [*names, "none.ics"], CALDAV)
                assert {name: one.etag for name, one in found.items()} == etags
                assert all(f"UID:{name}" in str(one.data) for name, one in found.items())
                alone = await get(dav, place + names[0])
                assert isinstance(alone.data, bytes)
                assert f"UID:{names[0]}".encode() in alone.data

        run(work())

    def test_writing_needs_the_right_etag(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                place = await make_calendar(dav, await at_home(connections, dav), "Etags", ["VEVENT"])
                where = f"{place}a.ics"
                first = await put(dav, where, event("a"), CALDAV)
                with pytest.raises(Clash):
                    await put(dav, where, event("a", "Again"), CALDAV)
                second = await put(dav, where, event("a", "Changed"), CALDAV, replaces=first)
                assert second != first
                with pytest.raises(Clash):
                    await put(dav, where, event("a", "Late"), CALDAV, replaces=first)
                with pytest.raises(Clash):
                    await delete(dav, where, expects=first)
                await delete(dav, where, expects=second)
                await delete(dav, where, expects=second)
                with pytest.raises(NotThere):
                    await get(dav, where)

        run(work())

    def test_changes_since_a_token(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                place = await make_calendar(dav, await at_home(connections, dav), "Token", ["VEVENT"])
                gone = await put(dav, f"{place}gone.ics", event("gone"), CALDAV)
                kept = await put(dav, f"{place}kept.ics", event("kept"), CALDAV)
                await put(dav, f"{place}still.ics", event("still"), CALDAV)
                before = await tags_of(dav, place)
                assert (await changes_since(dav, place, before.sync_token)).changed == {}
                await delete(dav, f"{place}gone.ics", expects=gone)
                kept = await put(dav, f"{place}kept.ics", event("kept", "Later"), CALDAV, replaces=kept)
                new = await put(dav, f"{place}new.ics", event("new"), CALDAV)
                found = await changes_since(dav, place, before.sync_token)
                assert found.changed == {"kept.ics": kept, "new.ics": new}
                assert (found.removed, found.more) == (("gone.ics",), False)
                after = await tags_of(dav, place)
                assert (after.sync_token, after.ctag == before.ctag) == (found.token, False)
                with pytest.raises(TokenExpired):
                    await changes_since(dav, place, before.sync_token[:-8] + "00000000")

        run(work())


@needs("radicale")
class TestRadicale(EveryServer):
    @pytest.fixture(autouse=True)
    def _server(self, radicale: Radicale) -> None:
        self._radicale = radicale

    def client(self) -> AbstractAsyncContextManager[tuple[Connections, DavClient]]:
        return client(self._radicale.url)

    def test_a_wrong_password_is_told_from_a_server_that_is_down(self, radicale: Radicale) -> None:
        async def work() -> None:
            async with client(radicale.url, password="wrong") as (connections, dav):
                with pytest.raises(NotAuthorized):
                    await at_home(connections, dav)
            radicale.kill()
            try:
                async with self.client() as (connections, dav):
                    with pytest.raises(Unreachable):
                        await at_home(connections, dav)
            finally:
                radicale.start()

        run(work())

    def test_the_calendars_of_others_are_not_to_be_had(self, radicale: Radicale) -> None:
        place = radicale.make_calendar("jane@example.org", "hers")

        async def work() -> None:
            async with self.client() as (_, dav):
                with pytest.raises(NotAllowed):
                    await put(dav, f"{place}a.ics", event("a"), CALDAV)

        run(work())

    def test_an_object_is_moved_where_nothing_is(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                home = await at_home(connections, dav)
                here, there = [await make_calendar(dav, home, name, ["VEVENT"]) for name in ("From", "To")]
                etag = await put(dav, f"{here}a.ics", event("a"), CALDAV)
                await move(dav, f"{here}a.ics", f"{there}b.ics", expects=etag)
                assert (await listing(dav, here), await listing(dav, there)) == ({}, {"b.ics": etag})
                with pytest.raises(NotThere):
                    await move(dav, f"{here}a.ics", f"{there}c.ics")
                await put(dav, f"{here}a.ics", event("a2"), CALDAV)
                with pytest.raises(Clash):
                    await move(dav, f"{here}a.ics", f"{there}b.ics")

        run(work())

    def test_a_second_object_with_the_same_uid_is_refused_by_name(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                place = await make_calendar(dav, await at_home(connections, dav), "Twins", ["VEVENT"])
                await put(dav, f"{place}a.ics", event("same"), CALDAV)
                with pytest.raises(Clash) as refused:
                    await put(dav, f"{place}b.ics", event("same"), CALDAV)
                assert refused.value.conditions == {"{urn:ietf:params:xml:ns:caldav}no-uid-conflict"}

        run(work())


@needs("xandikos")
@pytest.mark.full
class TestXandikos(EveryServer):
    @pytest.fixture(autouse=True)
    def _server(self, xandikos: Xandikos) -> None:
        self._xandikos = xandikos

    def client(self) -> AbstractAsyncContextManager[tuple[Connections, DavClient]]:
        return client(self._xandikos.url)

    def test_it_cannot_move(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                place = await make_calendar(dav, await at_home(connections, dav), "Stays", ["VEVENT"])
                await put(dav, f"{place}a.ics", event("a"), CALDAV)
                with pytest.raises(NotAllowed):
                    await move(dav, f"{place}a.ics", f"{place}b.ics")

        run(work())


@needs_cyrus
@pytest.mark.full
class TestCyrus(EveryServer):
    @pytest.fixture(autouse=True)
    def _server(self, cyrus: Cyrus, cyrus_user: str) -> None:
        self._url = f"http://127.0.0.1:{cyrus.http_port}/"
        self._user = cyrus_user

    def client(self) -> AbstractAsyncContextManager[tuple[Connections, DavClient]]:
        return client(self._url, self._user, cyrus_server.PASSWORD)

    def test_what_it_says_of_a_user(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                home = await at_home(connections, dav)
                default = await the(dav, home, home.default)
                assert default.components == {"VEVENT", "VTODO"}
                assert default.owner == home.principal
                assert home.schedules
                assert home.addresses == (f"{self._user}@internal",)

        run(work())

    def test_when_somebody_is_busy(self) -> None:
        async def work() -> None:
            async with self.client() as (connections, dav):
                home = await at_home(connections, dav)
                await put(dav, f"{home.default}busy.ics", event("busy"), CALDAV)
                [own] = home.addresses
                start = datetime(2026, 3, 2, tzinfo=UTC)
                people = [own, "nobody@example.org"]
                found = await free_busy(dav, home.outbox, own, people, start, start + timedelta(days=1))
                nine = start + timedelta(hours=9)
                assert found == {own: (Period(nine, nine + timedelta(hours=1), "BUSY"),)}

        run(work())
