"""The user's and the device's settings, and the global address list."""

from __future__ import annotations

from uuid import uuid4

from overair.client.errors import InvalidAnswer, StatusError
from overair.client.session import Session
from overair.protocol.address_list import Entry
from overair.protocol.device_information import (
    DeviceDescription,
    DeviceInformationRequest,
    DeviceInformationResponse,
)
from overair.protocol.find import ExecuteSearch, FindOptions, FindRequest, FindResponse, GALSearchCriterion
from overair.protocol.find import PhotoOptions as FindPhotoOptions
from overair.protocol.http import Command
from overair.protocol.ranges import Range
from overair.protocol.schema import SchemaError
from overair.protocol.search import (
    GAL,
    PhotoOptions,
    Query,
    SearchOptions,
    SearchRequest,
    SearchResponse,
    StoreRequest,
    StoreResponse,
)
from overair.protocol.settings import (
    OofGet,
    OofRequest,
    OofResponse,
    OofSettings,
    SettingsRequest,
    SettingsResponse,
    UserInformation,
    UserInformationRequest,
    UserInformationResponse,
)
from overair.protocol.statuses import FindStatus, SearchStatus, SearchStoreStatus, SettingsStatus
from overair.wbxml import Element

FIRST = Range(0, 99)


class AccountCommands(Session):
    """Settings, and Search and Find in the address list."""

    async def settings(self, request: SettingsRequest) -> SettingsResponse:
        """Read and write settings; every property of the answer has its own status."""
        response = await self.call(Command.SETTINGS, request, SettingsResponse)
        if response is None:
            raise InvalidAnswer("Settings was answered without a body")
        if response.status not in (None, SettingsStatus.SUCCESS):
            raise StatusError(Command.SETTINGS, response.status)
        return response

    async def send_device_information(self, device: DeviceDescription | None = None) -> None:
        """Tell the server about the device; what the client was made with unless given."""
        described = DeviceInformationRequest(set=device or self.device)
        answer = (await self.settings(SettingsRequest(device_information=described))).device_information
        _require_success(answer)

    async def user_information(self) -> UserInformation:
        """The user's addresses."""
        request = SettingsRequest(user_information=UserInformationRequest(get=True))
        answer = (await self.settings(request)).user_information
        _require_success(answer)
        if answer is None or answer.get is None:
            raise InvalidAnswer("Settings was answered without the user's addresses")
        return answer.get

    async def out_of_office(self, *, html: bool = False) -> OofSettings:
        """What is replied while the user is away, every message as plain text or as HTML."""
        body_type = "HTML" if html else "Text"
        request = SettingsRequest(oof=OofRequest(get=OofGet(body_type=body_type)))
        answer = (await self.settings(request)).oof
        _require_success(answer)
        if answer is None or answer.get is None:
            raise InvalidAnswer("Settings was answered without what was asked for of Oof")
        return answer.get

    async def set_out_of_office(self, settings: OofSettings) -> None:
        """Set what is replied while the user is away.

        ``start_time`` and ``end_time`` go with the state TIME_BASED. What is None, and an audience
        without a message, stay as they are at this server; others may clear them.
        """
        answer = (await self.settings(SettingsRequest(oof=OofRequest(set=settings)))).oof
        _require_success(answer)

    async def search(self, request: SearchRequest) -> StoreResponse:
        """Search; the answer's store has its own status."""
        response = await self.call(Command.SEARCH, request, SearchResponse)
        if response is None:
            raise InvalidAnswer("Search was answered without a body")
        if response.status not in (None, SearchStatus.SUCCESS):
            raise StatusError(Command.SEARCH, response.status)
        if response.response is None:
            raise InvalidAnswer("Search was answered without a Response")
        return response.response.store

    async def search_gal(
        self, text: str, *, results: Range = FIRST, photos: PhotoOptions | None = None
    ) -> tuple[list[Entry], int]:
        """The entries of the address list for a text, and how many there are in all."""
        options = SearchOptions(range=results, picture=photos)
        store = StoreRequest(name=GAL, query=Query(text=text), options=options)
        found = await self.search(SearchRequest(store=store))
        if found.status not in (SearchStoreStatus.SUCCESS, SearchStoreStatus.END_OF_RANGE):
            raise StatusError(Command.SEARCH, found.status)
        entries = [await self._entry(result.properties) for result in found.results if result.properties]
        return entries, len(entries) if found.total is None else found.total

    async def find(self, request: FindRequest) -> FindResponse:
        """Find, from 16.1 on; the answer's response has its own status."""
        response = await self.call(Command.FIND, request, FindResponse)
        if response is None:
            raise InvalidAnswer("Find was answered without a body")
        if response.status != FindStatus.SUCCESS:
            raise StatusError(Command.FIND, response.status)
        return response

    async def find_gal(
        self,
        text: str,
        *,
        results: Range = FIRST,
        photos: FindPhotoOptions | None = None,
        search_id: str | None = None,
    ) -> tuple[list[Entry], int]:
        """As ``search_gal``, by Find; ``search_id`` is the same for the pages of one search."""
        options = FindOptions(range=results, picture=photos)
        criterion = GALSearchCriterion(query=text, options=options)
        request = FindRequest(
            search_id=search_id or str(uuid4()),
            execute_search=ExecuteSearch(gal_search_criterion=criterion),
        )
        response = (await self.find(request)).response
        if response is None:
            return [], 0
        if response.status != FindStatus.SUCCESS:
            raise StatusError(Command.FIND, response.status)
        entries = [await self._entry(result.properties) for result in response.results]
        return entries, len(entries) if response.total is None else response.total

    async def _entry(self, properties: list[Element]) -> Entry:
        try:
            return Entry.from_children(properties, await self.version())
        except SchemaError as error:
            raise InvalidAnswer(f"an entry of the address list breaks its schema: {error}") from error


def _require_success(
    answer: DeviceInformationResponse | UserInformationResponse | OofResponse | None,
) -> None:
    if answer is None or answer.status is None:
        raise InvalidAnswer("Settings was answered without the status of a property")
    if answer.status != SettingsStatus.SUCCESS:
        raise StatusError(Command.SETTINGS, answer.status)
