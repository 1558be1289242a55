"""What Search and Find have in common: a mailbox search whose results are told a page at a time.

The list of what was found is kept for the device when its first page is told, so the pages after it
are of the same list: nothing stands on two of them because mail came in between. What is asked for
from the first result on is a new search, so that new mail is found at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import msgspec

from overair.devices.remembered import Kind, recall, remember
from overair.mailboxes.interface import Folder, FoundItem, NoSuchFolder, Session, StoredItem
from overair.mailboxes.search_query import SearchQuery
from overair.protocol.ranges import Range
from overair.server.context import Context
from overair.storage.interface import Transaction

MOST_FOUND: Final = 1_000
"""The results of a search that are kept and counted; no range goes beyond them."""
MOST_IN_ANSWER: Final = 100
"""Results in one answer (MS-ASCMD_R3733)."""
ALL_FOLDERS: Final = "0"
"""A CollectionId that some clients send for all folders; no folder has it."""


class NotBegun(LookupError):
    """Results behind the first are asked for of a search that was not begun."""


class _Kept(msgspec.Struct, frozen=True):
    """A list of results as it is remembered, and of which query."""

    query: str
    found: tuple[FoundItem, ...]


_decoder: Final = msgspec.json.Decoder(_Kept)


class Page(msgspec.Struct, frozen=True):
    """The items of a page that are still there, which of all results they are of, and how many there are."""

    items: tuple[StoredItem, ...]
    range: Range | None
    total: int


class Searching:
    """One search of one device, by the name under which its results are kept."""

    def __init__(self, context: Context, name: str, *said: object) -> None:
        """``said`` is what is looked for, in types of msgspec."""
        self._context: Final = context
        self._name: Final = name
        self._digest: Final = hashlib.sha256(msgspec.json.encode(said)).hexdigest()

    async def page(
        self,
        wanted: Range,
        question: Callable[[Session], Awaitable[SearchQuery]],
        *,
        rebuild: bool = False,
        begun: bool = False,
    ) -> Page:
        """A page of the results; ``rebuild`` has them looked for anew.

        ``question`` raises NoSuchFolder. Raises NotBegun where the search must have been ``begun`` and
        was not, and what the mailbox raises.
        """
        wanted = Range(wanted.first, min(wanted.last, wanted.first + MOST_IN_ANSWER - 1))
        found = await self._kept() if wanted.first and not rebuild else None
        if found is None:
            if begun and wanted.first:
                raise NotBegun(self._name)

            async def look(session: Session) -> Sequence[FoundItem]:
                return await session.search(await question(session), MOST_FOUND)

            found = await self._context.mailbox.inspect(look)
            if begun or len(found) > wanted.last + 1:
                await self._keep(found)
        told = found[wanted.first : wanted.last + 1]
        items = await self._context.mailbox.inspect(lambda session: _read(session, told))
        returned = Range(wanted.first, wanted.first + len(told) - 1) if told else None
        return Page(tuple(items), returned, len(found))

    async def _kept(self) -> Sequence[FoundItem] | None:
        device_key = self._context.device.device_key

        async def work(transaction: Transaction) -> str | None:
            return await recall(transaction, device_key, Kind.FIND, self._name)

        answer = await self._context.services.database.read(work)
        if not answer:
            return None
        kept = _decoder.decode(answer)
        return kept.found if kept.query == self._digest else None

    async def _keep(self, found: Sequence[FoundItem]) -> None:
        device_key = self._context.device.device_key
        kept = msgspec.json.encode(_Kept(self._digest, tuple(found))).decode()

        async def work(transaction: Transaction) -> None:
            await remember(transaction, device_key, Kind.FIND, self._name, kept)

        await self._context.services.database.write(work)


async def _read(session: Session, found: Sequence[FoundItem]) -> list[StoredItem]:
    """The items in their order without those that are gone (MS-ASCMD_R3757)."""
    stored: dict[FoundItem, StoredItem] = {}
    for folder_id in {one.folder_id for one in found}:
        inside = [one for one in found if one.folder_id == folder_id]
        read = await session.read(folder_id, [one.item_id for one in inside])
        stored |= {one: item for one, item in zip(inside, read, strict=True) if item is not None}
    return [stored[one] for one in found if one in stored]


async def folders_to_search(
    session: Session, collection_ids: Iterable[str], *, deep: bool
) -> frozenset[str] | None:
    """The folders with these ids, ``deep`` with all below them; None for every one. Raises NoSuchFolder."""
    wanted = set(collection_ids)
    if not wanted or ALL_FOLDERS in wanted:
        return None
    folders: Sequence[Folder] = await session.folders()
    missing = wanted - {folder.folder_id for folder in folders}
    if missing:
        raise NoSuchFolder(min(missing))
    if deep:
        for folder in folders:  # parents before children
            if folder.parent_id in wanted:
                wanted.add(folder.folder_id)
    return frozenset(wanted)
