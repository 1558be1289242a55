"""What a mirror writes down of its servers; nothing of it is done upstream."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, update

from overair.items import Item, Message
from overair.mailboxes.embedded import folder_statements
from overair.mailboxes.embedded.codec import Written
from overair.mailboxes.embedded.companion import Companion, Place
from overair.mailboxes.embedded.companions import COMPANIONS, FORGET_KEYS, Keys
from overair.mailboxes.embedded.conversations import Conversations, joined
from overair.mailboxes.embedded.hierarchy import name_key, number_of
from overair.mailboxes.embedded.session import EmbeddedSession
from overair.mailboxes.embedded.tables import items
from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.backend import BackendName, MirroredFolder, Stood, UpstreamFolder
from overair.mailboxes.gateway.effects import content_of
from overair.mailboxes.interface import NoSuchItem, StoredItem
from overair.storage.interface import Statement

BLOB: Final = "upstream"
"""How the keys of messages begin whose bytes are upstream: ``upstream-ACCOUNT-FOLDER-KEY``."""
OF_MAIL: Final[tuple[Companion, ...]] = (Conversations(), Keys())
"""What is kept beside a message of the mirror: no words, for its server is asked to search."""
OF_OVERVIEW: Final = (
    "date_received",
    "read",
    "flag",
    "categories",
    "last_verb_executed",
    "last_verb_execution_time",
    "is_draft",
)
"""What of a message its overview says, and not its bytes."""
REWRITE: Final = Statement(
    update(items)
    .where(items.c.id == bindparam("item"))
    .values(
        item_class=bindparam("new_class"),
        blobs=bindparam("new_blobs"),
        content=bindparam("new_content"),
        size=bindparam("new_size"),
    )
)


def blob_of(account_id: int, folder_id: str, key: str) -> str:
    """The key of the bytes of a message upstream."""
    return f"{BLOB}-{account_id}-{folder_id}-{key}"


def is_stub(item: Item) -> bool:
    """Whether the mirror has only the overview of a message."""
    return isinstance(item, Message) and item.index is None and (item.blob or "").startswith(BLOB)


def in_place(item: Item, account_id: int, folder_id: str, key: str) -> Item:
    """An item as the mirror keeps it: the bytes of a message are those upstream."""
    if isinstance(item, Message):
        return msgspec.structs.replace(item, blob=blob_of(account_id, folder_id, key))
    return item


class Mirroring(EmbeddedSession):
    """One unit of work that writes what stands upstream into the mirror."""

    async def bring(self, folder: MirroredFolder, stood: Stood, item: Item | None = None) -> StoredItem:
        """An item that stands upstream: new here, or the one that was brought already, which stays as it is
        where all of it is known: what others have done to it since came here before this.
        """
        given = stood.item or item
        if given is None:
            raise NoSuchItem(stood.key)
        placed = in_place(given, self.account_id, folder.folder_id, stood.key)
        item_id = await self.item_at(folder.folder_id, stood.key)
        if item_id is not None:
            [there] = await super().read(folder.folder_id, [item_id])
            if there is not None and not stood.overtaken and not is_stub(there.item):
                return msgspec.structs.replace(there, overtaken=content_of(there.item) != content_of(placed))
            await self.relink(item_id, stood)
            return await super().change(folder.folder_id, item_id, placed)
        stored = await super().add(folder.folder_id, placed, beyond_quota=True)
        await self._connect(stored, stood)
        return stored

    async def update(self, folder_id: str, item_id: str, stood: Stood, item: Item) -> None:
        """What became of an item upstream."""
        if await self.item_at(folder_id, stood.key) not in (None, item_id):
            await self._unlink(folder_id, stood.key)
        await self.relink(item_id, stood)
        await super().change(folder_id, item_id, in_place(item, self.account_id, folder_id, stood.key))

    async def transfer(self, folder_id: str, item_id: str, destination_id: str, stood: Stood) -> StoredItem:
        """An item was moved upstream. Raises NoSuchItem, NoSuchFolder."""
        moved = await super().move(folder_id, item_id, destination_id)
        item = in_place(stood.item or moved.item, self.account_id, destination_id, stood.key)
        await self._unlink(destination_id, stood.key)
        await self._connect(moved, stood)
        await self.rewrite(moved.item_id, item)
        return msgspec.structs.replace(moved, item=item)

    async def item_at(self, folder_id: str, key: str) -> str | None:
        """The id of the item that stands upstream under a key."""
        row = await self.transaction.one(links.BY_KEY, folder=number_of(folder_id) or 0, name=key)
        return None if row is None else f"{folder_id}:{row[0]}"

    async def let_go(self, folder_id: str, item_id: str) -> None:
        """An item is gone upstream."""
        await super().remove(folder_id, item_id)

    async def fill(self, folder_id: str, number: int, stub: Item, item: Item) -> None:
        """A stub made whole: nothing that phones could have been told has changed.

        What the stub says of a message (its flags, and when it was received) stays.
        """
        if isinstance(stub, Message) and isinstance(item, Message):
            said = {name: getattr(stub, name) for name in OF_OVERVIEW}
            item = msgspec.structs.replace(
                item, **{name: value for name, value in said.items() if value is not None}
            )
        item = await joined(self.transaction, self.account_id, item)
        place = Place(self.account_id, int(folder_id), number)
        await self.rewrite(f"{folder_id}:{number}", item)
        await self.transaction.execute(FORGET_KEYS, item=number)  # that of its Message-ID
        for companion in OF_MAIL:
            await companion.added(self.transaction, place, item)

    async def link_folder(self, folder_id: str, backend: BackendName, listed: UpstreamFolder) -> None:
        """A folder of the tree is one upstream."""
        await self.transaction.execute(
            links.ADD_FOLDER,
            folder_id=int(folder_id),
            account_id=self.account_id,
            backend=backend.value,
            path=listed.path,
            identity=listed.identity,
            selectable=int(listed.selectable),
            writable=int(listed.writable),
            state=b"",
        )

    async def rename(self, folder_id: str, parent_id: str, name: str) -> None:
        """Have a folder, a default one too, lie where it lies upstream, by a name that is free there."""
        await self.transaction.execute(
            folder_statements.UPDATE_FOLDER,
            folder=int(folder_id),
            parent=int(parent_id),
            name=name,
            key=name_key(name),
            modseq=await self._next_modseq(),
        )
        self.transaction.changed(self.account_id, None)

    async def relink_folder(self, folder_id: str, listed: UpstreamFolder) -> None:
        """A folder upstream is called otherwise now."""
        await self.transaction.execute(
            links.UPDATE_FOLDER,
            folder=int(folder_id),
            new_path=listed.path,
            new_identity=listed.identity,
            can_hold=int(listed.selectable),
            can_write=int(listed.writable),
        )

    def _companions(self, item: Item | None) -> tuple[Companion, ...]:
        return OF_MAIL if isinstance(item, Message) else COMPANIONS

    async def _connect(self, stored: StoredItem, stood: Stood) -> None:
        await self.transaction.execute(
            links.LINK,
            item_id=self._numbers(stored.item_id)[1],
            folder_id=int(stored.folder_id),
            key=stood.key,
            tag=stood.tag,
        )

    async def relink(self, item_id: str, stood: Stood) -> None:
        await self.transaction.execute(
            links.RELINK, item=self._numbers(item_id)[1], new_key=stood.key, new_tag=stood.tag
        )

    async def _unlink(self, folder_id: str, key: str) -> None:
        """Let go of an item that a pull has brought before the move that made it was written down."""
        item_id = await self.item_at(folder_id, key)
        if item_id is not None:
            await super().remove(folder_id, item_id)

    async def rewrite(self, item_id: str, item: Item) -> None:
        """Another form of an item that is the same to phones."""
        written = Written(item)
        values = written.values(0, "")
        await self.transaction.execute(
            REWRITE,
            item=self._numbers(item_id)[1],
            new_class=values["item_class"],
            new_blobs=values["blobs"],
            new_content=values["content"],
            new_size=values["size"],
        )
