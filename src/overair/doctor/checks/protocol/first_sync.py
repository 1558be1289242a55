"""Does what is in the folders come?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overair.client import Client, ClientError, InvalidAnswer, StatusError
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.protocol import illnesses
from overair.doctor.checks.protocol.failures import told
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Hierarchy, Provisioned, Synchronised
from overair.doctor.facts.web import Endpoint
from overair.doctor.folders import FIRST_FOLDERS, INBOX, FirstFolder
from overair.doctor.phone import device_id, phone
from overair.items import ItemClass
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.get_item_estimate import EstimateCollectionRequest
from overair.protocol.http import Command
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import CollectionRequest, CollectionResponse, ServerAdd, SyncRequest
from overair.protocol.sync_options import FilterType, Options
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase

FIRST_KEY: Final = "0"
WINDOW: Final = 10
"""Items of each folder: enough to see that they come."""
TEXT_BYTES: Final = 512
TEXT: Final = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=TEXT_BYTES)
FILTERS: Final = {
    ItemClass.EMAIL: FilterType.THREE_DAYS,
    ItemClass.CALENDAR: FilterType.TWO_WEEKS,
}


async def examine(bedside: Bedside) -> Synchronised | None:
    """Ask for the first items of the folder of each class."""
    hierarchy = bedside.fact(Hierarchy)
    version = bedside.fact(Spoken).version
    keys: dict[int, str] = {}
    broken: dict[str, str] = {}
    more: list[str] = []
    async with phone(bedside) as client:
        for folder in FIRST_FOLDERS:
            if folder.item_class is ItemClass.NOTES and version < Version.V14_0:
                continue
            collection = hierarchy.of_type(folder.type)
            if collection is None:
                continue
            try:
                keys[folder.type], answer = await _synchronised(client, folder, collection, version)
            except ClientError as error:
                broken[folder.name] = told(error)
                continue
            bedside.note(f"{folder.name}: {_count(answer)}")
            more += [f"{excess} ({folder.name})" for excess in _excess(answer)]
        inbox = hierarchy.of_type(INBOX)
        if inbox is not None and INBOX in keys:
            await _estimated(bedside, client, inbox, keys[INBOX], version)
    _judged(bedside, broken)
    if more:
        bedside.find(illnesses.LIMITS_IGNORED, more=", ".join(more))
    if inbox is None or INBOX not in keys:
        return None
    return Synchronised(inbox, keys[INBOX])


async def _synchronised(
    client: Client, folder: FirstFolder, collection: str, version: Version
) -> tuple[str, CollectionResponse | None]:
    """The key after the first window, and what came; None for nothing. Raises ClientError."""
    item_class = folder.item_class.value if version <= Version.V12_1 else None
    options = Options(filter_type=FILTERS.get(folder.item_class), body_preferences=(TEXT,))
    first = CollectionRequest(sync_key=FIRST_KEY, collection_id=collection, item_class=item_class)
    begun = await _answered(client, first)
    if begun is None:
        raise InvalidAnswer("a first Sync was answered without a body")
    second = CollectionRequest(
        sync_key=begun.sync_key,
        collection_id=collection,
        item_class=item_class,
        get_changes=True,
        window_size=WINDOW,
        options=(options,),
    )
    answer = await _answered(client, second)
    return (answer or begun).sync_key, answer


def _count(answer: CollectionResponse | None) -> str:
    if answer is None:
        return "empty"
    return f"{len(answer.commands)} or more" if answer.more_available else str(len(answer.commands))


def _excess(answer: CollectionResponse | None) -> Iterator[str]:
    """What came beyond what was asked for."""
    if answer is None:
        return
    if len(answer.commands) > WINDOW:
        yield f"{len(answer.commands)} items where {WINDOW} were asked for"
    longest = max((_length(one) for one in answer.commands if isinstance(one, ServerAdd)), default=0)
    if longest > TEXT_BYTES:
        yield f"a text of {longest} bytes where {TEXT_BYTES} were asked for"


def _length(added: ServerAdd) -> int:
    """Bytes of an item's text."""
    bodies = (one for one in added.application_data if one.tag is AirSyncBase.Body)
    texts = (part.text for body in bodies for part in body.children if part.tag is AirSyncBase.Data)
    return max((len(text.encode()) for text in texts), default=0)


async def _answered(client: Client, request: CollectionRequest) -> CollectionResponse | None:
    """One collection's answer; None where nothing changed. Raises ClientError."""
    response = await client.sync(SyncRequest(collections=(request,)))
    if response is None:
        return None
    if response.status not in (None, SyncStatus.SUCCESS):
        raise StatusError(Command.SYNC, response.status)
    for one in response.collections:
        if one.status != SyncStatus.SUCCESS:
            raise StatusError(Command.SYNC, one.status)
        return one
    raise InvalidAnswer("Sync was answered without the collection that was asked for")


async def _estimated(bedside: Bedside, client: Client, inbox: str, key: str, version: Version) -> None:
    old = version <= Version.V12_1
    request = EstimateCollectionRequest(
        sync_key=key, collection_id=inbox, item_class=ItemClass.EMAIL.value if old else None
    )
    try:
        answers = await client.get_item_estimate((request,))
    except ClientError as error:
        bedside.find(illnesses.ESTIMATE_FAILS, told=told(error), device=device_id())
        return
    for answer in answers.values():
        if isinstance(answer, StatusError):
            bedside.find(illnesses.ESTIMATE_FAILS, told=told(answer), device=device_id())


def _judged(bedside: Bedside, broken: dict[str, str]) -> None:
    inbox = FIRST_FOLDERS[0].name
    if inbox in broken:
        bedside.find(illnesses.SYNC_FAILS, told=broken.pop(inbox), device=device_id())
    if broken:
        told_of = ", ".join(dict.fromkeys(broken.values()))
        bedside.find(illnesses.CLASS_FAILS, folders=", ".join(broken), told=told_of, device=device_id())


CHECK: Final = Check(
    id="first-sync",
    title="Get the first items of each folder",
    section=Section.PROTOCOL,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Endpoint, LoggedIn, Spoken, Provisioned, Hierarchy),
    yields=Synchronised,
    finds=(illnesses.SYNC_FAILS, illnesses.CLASS_FAILS, illnesses.ESTIMATE_FAILS, illnesses.LIMITS_IGNORED),
)
