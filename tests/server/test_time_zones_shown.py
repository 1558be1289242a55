"""The time zones of events as devices are shown them: the setting, and names only where they do no harm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overair.items import Event
from overair.items.time_zones.zones import TimeZoneInformation, information
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.http import Command
from overair.protocol.item_operations import (
    Fetch,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
)
from overair.protocol.sync import (
    AddCommand,
    CollectionRequest,
    CollectionResponse,
    ServerAdd,
    SyncRequest,
    SyncResponse,
)
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import Calendar
from support.phone import Phone
from support.server import ANNA, BEN, RunningServer, running_server

START = datetime(2026, 7, 1, 10, tzinfo=UTC)
LISBON, HOUSE = information("Europe/Lisbon", 2026), information("Asia/Kolkata", 2026)
ANDROID = ("Android/4.4.4-EAS-1.3", "Android-Mail/2024.11.24.702067492.Release")
OTHERS = ("Apple-iPhone9C3/1402.100", "Outlook/16.0 (16.0.4266.1001; MSI; x64)", "")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose house is in Kolkata, with two events in Anna's calendar, one of them in Lisbon."""
    settings: dict[str, Any] = {"calendar.time_zone": "Asia/Kolkata"}
    with running_server(tmp_path_factory.mktemp("house"), **settings) as server:
        mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

        async def work(session: Session) -> None:
            folder = await session.folder_of_type(FolderType.CALENDAR)
            for zone in ("Europe/Lisbon", None):
                event = Event(
                    subject=zone or "anywhere",
                    start_time=START,
                    end_time=START + timedelta(hours=1),
                    zone=zone,
                    uid=zone or "anywhere",
                    dt_stamp=START,
                )
                await session.add(folder.folder_id, event)

        server.call(lambda: mailbox.transact(work))
        yield server


def zones_of(shown: list[list[Element]]) -> dict[str, TimeZoneInformation]:
    """The zones of events by their subjects."""
    events = [Event.from_children(children, Version.V14_1) for children in shown]
    return {
        event.subject or "": TimeZoneInformation.parse(event.timezone or b"")
        for event in events
        if event.timezone is not None
    }


def synchronised(phone: Phone, user_agent: str) -> tuple[str, list[ServerAdd]]:
    """The calendar's id and all that a first Sync brings."""
    phone.post(Command.FOLDER_SYNC, user_agent=user_agent)
    folder = phone.folders()[FolderType.CALENDAR].server_id
    key, adds = "0", []
    for _ in range(3):
        request = SyncRequest(collections=(CollectionRequest(sync_key=key, collection_id=folder),))
        answer = phone.post(Command.SYNC, request, user_agent=user_agent)
        if answer.body:
            [collection] = answer.read(SyncResponse).collections
            key = collection.sync_key
            adds += [command for command in collection.commands if isinstance(command, ServerAdd)]
    return folder, adds


@pytest.mark.req("MS-ASCAL_R445", "MS-ASCAL_R446")
@pytest.mark.req("MS-ASCAL_R2207", "MS-ASCAL_R2208", "MS-ASCAL_R2209", "MS-ASCAL_R2210", "MS-ASCAL_R2210001")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("user_agent", [ANDROID[1], OTHERS[0]])
def test_every_event_has_its_zone(house: RunningServer, version: Version, user_agent: str) -> None:
    _, adds = synchronised(Phone(house, version), user_agent)
    names = user_agent == OTHERS[0]
    assert zones_of([add.application_data for add in adds]) == {
        "Europe/Lisbon": TimeZoneInformation.parse(LISBON.pack(names=names)),
        "anywhere": TimeZoneInformation.parse(HOUSE.pack(names=names)),
    }


@pytest.mark.req("MS-ASDTYPE_R108", "MS-ASDTYPE_R115")
@pytest.mark.parametrize("user_agent", [*ANDROID, *OTHERS])
def test_who_is_shown_names(house: RunningServer, user_agent: str) -> None:
    phone = Phone(house)
    folder, adds = synchronised(phone, user_agent)
    fetches = tuple(Fetch(store="Mailbox", collection_id=folder, server_id=add.server_id) for add in adds)
    answer = phone.post(
        Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=fetches), user_agent=user_agent
    ).read(ItemOperationsResponse)
    fetched = [
        one.properties.item for one in answer.responses if isinstance(one, FetchResponse) and one.properties
    ]
    shown = zones_of(fetched)
    assert shown == zones_of([add.application_data for add in adds])
    assert {(one.standard_name, one.daylight_name) for one in shown.values()} == (
        {("", "")}
        if user_agent in ANDROID
        else {(LISBON.standard_name, LISBON.daylight_name), (HOUSE.standard_name, HOUSE.daylight_name)}
    )


@pytest.mark.req("MS-ASDTYPE_R103", "MS-ASDTYPE_R121", "MS-ASDTYPE_R122")
def test_the_zone_is_written_as_the_specification_has_it(house: RunningServer) -> None:
    _, adds = synchronised(Phone(house), "")
    for add in adds:
        [zone] = [child for child in add.application_data if child.tag is Calendar.Timezone]
        assert isinstance(zone.content, str)
        assert len(zone.content) == 232


@pytest.mark.parametrize("version", SERVED)
def test_who_sends_all_zeros_means_the_house(house: RunningServer, version: Version) -> None:
    phone = Phone(house, version, address=BEN)
    folder, _ = synchronised(phone, "")
    end = START + timedelta(hours=1)
    event = Event(subject="Talk", uid=version.text, start_time=START, end_time=end, timezone=bytes(172))

    def exchanged(key: str, *commands: AddCommand) -> CollectionResponse:
        collection = CollectionRequest(sync_key=key, collection_id=folder, commands=commands)
        answer = phone.post(Command.SYNC, SyncRequest(collections=(collection,)))
        [response] = answer.read(SyncResponse).collections
        return response

    add = AddCommand(client_id="1", application_data=event.to_children(version))
    [added] = exchanged(exchanged("0").sync_key, add).responses
    mailbox = house.application.services.mailbox(house.users[BEN].account_id)

    async def work(session: Session) -> object:
        [stored] = await session.read(folder, [str(added.server_id)])
        return stored and stored.item

    stored = house.call(lambda: mailbox.inspect(work))
    assert isinstance(stored, Event)
    assert (stored.zone, stored.timezone) == ("Asia/Kolkata", None)
