"""Settings, and Search and Find on the address list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from overair.directory.interface import AddressListEntry
from overair.protocol import find, search
from overair.protocol.address_list import Entry
from overair.protocol.device_information import DeviceDescription, DeviceInformationRequest
from overair.protocol.http import Command
from overair.protocol.ranges import Range
from overair.protocol.settings import (
    DevicePassword,
    DevicePasswordRequest,
    RightsManagementInformationRequest,
    SettingsRequest,
    SettingsResponse,
    UserInformationRequest,
)
from overair.versions import SERVED, Version
from support.phone import Phone
from support.server import ANNA, BEN, DOMAIN, RunningServer, running_server

NAMES = [f"Michael {letter}lexander" for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ"]
PHOTO = b"\xff\xd8" + bytes(98)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    people = {f"m{number}@{DOMAIN}": name for number, name in enumerate(NAMES)}
    entries = {
        BEN: AddressListEntry(
            "Ben Beck", BEN, "ben", "Ben", "Beck", phone="+49 30 1", company="Beck & Söhne", picture=PHOTO
        ),
        f"m0@{DOMAIN}": AddressListEntry(NAMES[0], f"m0@{DOMAIN}", picture=PHOTO),
        f"m2@{DOMAIN}": AddressListEntry(NAMES[2], f"m2@{DOMAIN}", picture=PHOTO * 10),
        f"m3@{DOMAIN}": AddressListEntry(NAMES[3], f"m3@{DOMAIN}", picture=PHOTO),
    }
    data_dir = tmp_path_factory.mktemp("people")
    with running_server(data_dir, {ANNA: "Anna", BEN: "Ben Beck", **people}, entries=entries) as running:
        yield running


def look_up(phone: Phone, text: str, **options: object) -> search.StoreResponse:
    store = search.StoreRequest(
        name="GAL",
        query=search.Query(text=text),
        options=search.SearchOptions(**options) if options else None,  # type: ignore[arg-type]  # its fields
    )
    request = search.SearchRequest(store=store)
    response = phone.post(Command.SEARCH, request).read(search.SearchResponse)
    assert response.status == 1
    assert response.response is not None
    return response.response.store


def entries(store: search.StoreResponse | find.Response, version: Version) -> list[Entry]:
    return [Entry.from_children(result.properties, version) for result in store.results]


@pytest.mark.req("MS-ASCMD_R417", "MS-ASCMD_R420", "MS-ASCMD_R421", "MS-ASCMD_R3699", "MS-ASCMD_R4638")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("text", ["ben", "BECK", "Ben B", "ben@"])
def test_search_the_address_list(server: RunningServer, version: Version, text: str) -> None:
    store = look_up(Phone(server, version), text)
    assert (store.status, store.range, store.total) == (1, Range(0, 0), 1)
    (entry,) = entries(store, version)
    assert (entry.display_name, entry.email_address, entry.alias) == ("Ben Beck", BEN, "ben")
    assert (entry.first_name, entry.last_name, entry.phone) == ("Ben", "Beck", "+49 30 1")
    assert entry.company == "Beck & Söhne"
    assert entry.title is None
    assert entry.picture is None


@pytest.mark.req("MS-ASCMD_R416", "MS-ASCMD_R419", "MS-ASCMD_R426", "MS-ASCMD_R3729", "MS-ASCMD_R4636")
def test_ranges_of_search(server: RunningServer) -> None:
    phone = Phone(server)
    store = look_up(phone, "Michael", range=Range(0, 4))
    assert (store.range, store.total) == (Range(0, 4), 25)
    assert [entry.display_name for entry in entries(store, phone.version)] == NAMES[:5]
    store = look_up(phone, "Michael", range=Range(20, 29))
    assert (store.range, store.total) == (Range(20, 24), 25)
    store = look_up(phone, "Michael", range=Range(50, 59))
    assert (store.range, store.total, store.results) == (None, 25, ())


@pytest.mark.req("MS-ASCMD_R3736", "MS-ASCMD_R4361")
def test_a_range_beyond_what_is_retrievable(server: RunningServer) -> None:
    store = look_up(Phone(server), "Michael", range=Range(0, 100))
    assert store.status == 12
    assert store.range == Range(0, 24)


@pytest.mark.req("MS-ASCMD_R3847", "MS-ASCMD_R7078")
def test_nobody_is_found(server: RunningServer) -> None:
    store = look_up(Phone(server), "Zoroaster")
    assert (store.status, store.results, store.total) == (1, (), 0)


@pytest.mark.req("MS-ASCMD_R4372", "MS-ASCMD_R3295", "MS-ASCMD_R3296", "MS-ASCMD_R3297", "MS-ASCMD_R3294")
def test_photos(server: RunningServer) -> None:
    phone = Phone(server)
    options = search.PhotoOptions(max_size=100, max_pictures=1)
    store = look_up(phone, "Michael", range=Range(0, 3), picture=options)
    photos = [entry.picture for entry in entries(store, phone.version)]
    assert [photo.status for photo in photos if photo is not None] == [1, 173, 174, 175]
    assert [photo.data for photo in photos if photo is not None] == [PHOTO, None, None, None]


@pytest.mark.req("MS-ASCMD_R4329", "MS-ASCMD_R4362")
@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("Mailbox", search.Query(text="x"), 2),
        ("DocumentLibrary", search.Query(text="x"), 13),
        ("Elsewhere", search.Query(text="x"), 2),
        ("GAL", search.Query(text=" "), 2),
        ("GAL", search.Query(free_text="x"), 2),
    ],
)
def test_searches_that_are_not_answered(
    server: RunningServer, name: str, query: search.Query, status: int
) -> None:
    request = search.SearchRequest(store=search.StoreRequest(name=name, query=query))
    response = Phone(server).post(Command.SEARCH, request).read(search.SearchResponse)
    assert response.status == 1
    assert response.response is not None
    assert response.response.store == search.StoreResponse(status=status)


def find_people(phone: Phone, text: str, search_id: str = "1", **options: object) -> find.Response:
    criterion = find.GALSearchCriterion(
        query=text,
        options=find.FindOptions(**options) if options else None,  # type: ignore[arg-type]  # its fields
    )
    request = find.FindRequest(
        search_id=search_id, execute_search=find.ExecuteSearch(gal_search_criterion=criterion)
    )
    response = phone.post(Command.FIND, request).read(find.FindResponse)
    assert response.status == 1
    assert response.response is not None
    return response.response


@pytest.mark.req("MS-ASCMD_R131999", "MS-ASCMD_R10031997", "MS-ASCMD_R132004", "MS-ASCMD_R10032019")
def test_find_people(server: RunningServer) -> None:
    phone = Phone(server, Version.V16_1)
    found = find_people(phone, "Michael", range=Range(0, 9))
    assert (found.status, found.range, found.total) == (1, Range(0, 9), 25)
    assert [entry.display_name for entry in entries(found, phone.version)] == NAMES[:10]
    more = find_people(phone, "Michael", range=Range(20, 29))
    assert (more.status, more.range) == (1, Range(20, 24))
    photo = find_people(phone, "Ben", "2", picture=find.PhotoOptions(max_size=1000))
    (entry,) = entries(photo, phone.version)
    assert entry.picture is not None
    assert entry.picture.data == PHOTO
    nobody = find_people(phone, "Zoroaster", "3")
    assert (nobody.status, nobody.results, nobody.total) == (1, (), 0)


@pytest.mark.req("MS-ASCMD_R72172518", "MS-ASCMD_R72172521")
def test_statuses_of_find(server: RunningServer) -> None:
    phone = Phone(server, Version.V16_1)
    assert find_people(phone, "Michael", "new", range=Range(5, 9)).status == 4
    assert find_people(phone, " ", "new").status == 2
    request = find.FindRequest(search_id="1", execute_search=find.ExecuteSearch())
    response = phone.post(Command.FIND, request).read(find.FindResponse)
    assert response.response == find.Response(status=2)


def settings(phone: Phone, **properties: object) -> SettingsResponse:
    request = SettingsRequest(**properties)  # type: ignore[arg-type]  # its fields
    response = phone.post(Command.SETTINGS, request).read(SettingsResponse)
    assert response.status == 1
    return response


@pytest.mark.req(
    "MS-ASCMD_R6502", "MS-ASCMD_R6503", "MS-ASCMD_R6504", "MS-ASCMD_R6505", "MS-ASCMD_R3679", "MS-ASCMD_R729"
)
@pytest.mark.parametrize("version", SERVED)
def test_user_information_in_the_shape_of_the_version(server: RunningServer, version: Version) -> None:
    response = settings(Phone(server, version), user_information=UserInformationRequest(get=True))
    assert response.user_information is not None
    assert response.user_information.status == 1
    told = response.user_information.get
    assert told is not None
    if version < Version.V14_1:
        assert told.email_addresses is not None
        assert told.email_addresses.smtp_addresses == (ANNA,)
        assert not told.accounts
    else:
        (account,) = told.accounts
        assert account.email_addresses is not None
        assert account.email_addresses.smtp_addresses == (ANNA,)
        assert account.email_addresses.primary_smtp_address == ANNA
        assert account.user_display_name == "Anna"
        assert account.account_id is None


@pytest.mark.parametrize("version", SERVED)
def test_device_information_is_kept(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    description = DeviceDescription(model="Model T", imei="49", os_language="de")
    response = settings(phone, device_information=DeviceInformationRequest(set=description))
    assert response.device_information is not None
    assert response.device_information.status == 1
    partnerships = server.application.services.partnerships

    async def look() -> dict[str, str]:
        account_id = server.users[ANNA].account_id
        device = await partnerships.contact(account_id, phone.device_id, "T", "", version)
        return await partnerships.information(device)

    assert server.call(look) == {"model": "Model T", "imei": "49", "os_language": "de"}


@pytest.mark.req("MS-ASCMD_R4400", "MS-ASCMD_R4402", "MS-ASCMD_R4383")
def test_what_is_not_kept_says_so(server: RunningServer) -> None:
    phone = Phone(server)
    response = settings(
        phone,
        device_password=DevicePasswordRequest(set=DevicePassword(password="1234")),
        rights_management_information=RightsManagementInformationRequest(get=True),
    )
    assert response.device_password is not None
    assert response.device_password.status == 7
    assert response.rights_management_information is not None
    assert response.rights_management_information.status == 168
    long = DevicePasswordRequest(set=DevicePassword(password="x" * 256))
    refused = settings(phone, device_password=long)
    assert refused.device_password is not None
    assert refused.device_password.status == 5
