"""Events that a client adds again, known by their ClientUid."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.protocol.sync import (
    AddResponse,
    CollectionResponse,
    DeleteCommand,
    ServerChange,
)
from overair.versions import SERVED, Version
from overair.wbxml.pages import Calendar
from sync.calendar import (
    CLIENT_WINS,
    START,
    add,
    change,
    event_data,
    leaf,
    phone_of,
    play,
    the_event,
)
from sync.phone import Phone
from sync.test_calendar import made, told
from sync.world import World

V16 = Version.V16_1
SINCE_16 = [version for version in SERVED if version >= Version.V16_0]


@pytest.mark.req("MS-ASCAL_R2062", "MS-ASCAL_R2066", "MS-ASCAL_R2066001")
@pytest.mark.parametrize("version", SINCE_16)
def test_an_event_that_is_added_again_is_known_by_its_client_uid(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        data = event_data(version, "one", START, leaf(Calendar.ClientUid, "client's own"))
        first = made(await phone.ask(add(data, "first")))
        # Under another ClientId, after the answer was lost.
        answer = await phone.sync(add(data, "second"))
        assert made(answer) == first
        assert told(answer) == []
        assert list(await there.items(phone.folder)) == list(phone.items)
        # The same with more said.
        await phone.sync()
        # A phone that lost all that it knew is shown what there is.
        other = await phone_of(there, "OTHER")
        await other.rest()
        await other.sync(change(next(iter(other.items)), leaf(Calendar.Subject, "later")))
        await phone.begin()
        answer = await phone.sync(add(data, "third"))
        [item_id] = await there.items(phone.folder)
        assert isinstance(answer, CollectionResponse)
        assert [one.server_id for one in answer.responses if isinstance(one, AddResponse)] == [item_id]
        await phone.rest()
        assert phone.names == ["later"]
        await other.rest()
        assert other.names == ["later"]
        # The server's own names for it are not shown to anybody.
        assert Calendar.ClientUid not in other.items[item_id]
        # And so is who knows it, and adds it again as it was.
        answer = await other.sync(add(data, "again"))
        assert told(answer) == [ServerChange]
        assert other.names == ["later"]
        assert await other.sync() is None
        # One that was deleted meanwhile is another one.
        await other.sync(DeleteCommand(server_id=item_id))
        await phone.rest()
        answer = await phone.sync(add(data, "fourth"))
        assert made(answer) != first
        assert len(await there.items(phone.folder)) == 1

    play(tmp_path, scenario, version)


@pytest.mark.req("MS-ASCAL_R2062")
def test_an_event_that_is_added_again_with_more_is_changed(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        client_uid = leaf(Calendar.ClientUid, "client's own")
        first = made(await phone.ask(add(event_data(V16, "one", START, client_uid), "first")))
        answer = await phone.sync(add(event_data(V16, "two", START, client_uid), "second"))
        assert made(answer) == first
        assert told(answer) == []
        event = await the_event(there, phone)
        assert (event.subject, event.uid) == ("two", first[Calendar.UID].text)
        assert await phone.sync() is None
        # From a phone that wins, which nobody knows to have heard of it.
        other = await phone_of(there, "OTHER")
        other.options = CLIENT_WINS
        answer = await other.sync(add(event_data(V16, "three", START, client_uid), "x"))
        assert made(answer) == first
        assert (await the_event(there, phone)).subject == "three"
        await other.rest()
        await phone.rest()
        assert phone.names == other.names == ["three"]

    play(tmp_path, scenario)
