"""A mirror in memory on an ImapBackend, and another client beside it (imapclient)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from overair.credentials import Credentials
from overair.imap.pool import Pool, PoolLimits
from overair.imap.server import Security, Server
from overair.items import Item, Message
from overair.mailboxes.gateway.backend import Known, MirroredFolder, Stood, UpstreamFolder
from overair.mailboxes.gateway.mail.backend import ImapBackend
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.gateway.mail.options import MailOptions, Owner
from support.cyrus import Cyrus
from support.dovecot import PASSWORD, Dovecot
from support.outgoing import letter

WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
STATE = (
    "read",
    "flag",
    "categories",
    "is_draft",
    "date_received",
    "last_verb_executed",
    "last_verb_execution_time",
)
"""What of a message is the mirror's while its content is brought."""
FULL, NO_QRESYNC, OLD = "127.0.0.1", "127.0.0.2", "127.0.0.3"
SERVERS = f"""
listen = {FULL}, {NO_QRESYNC}, {OLD}
local {NO_QRESYNC} {{
  imap_capability = IMAP4rev1 IDLE ENABLE CONDSTORE UIDPLUS NAMESPACE SPECIAL-USE
}}
local {OLD} {{
  imap_capability = IMAP4rev1
}}
"""
"""For dovecot_fixture: servers at several addresses, of which the last can do nothing but IMAP4rev1."""


@dataclass
class Bytes:
    """The bytes of messages, by key."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """See ByteSource."""
        data = self.kept[key]
        return data[offset:] if length is None else data[offset : offset + length]

    def put(self, data: bytes) -> str:
        """See ByteStore."""
        key = f"local-{len(self.kept)}"
        self.kept[key] = data
        return key


@dataclass
class Mirrored:
    """An item of the mirror: its id is for ever, its key and tag are what they are now."""

    item_id: int
    known: Known
    item: Item


class MemoryMirror:
    """What a mirror does with what a backend says (backend.Mirror), one folder at a time."""

    def __init__(self) -> None:
        self.held: dict[str, list[Mirrored]] = {}
        self._ids = 0
        self.pulls = 0
        self.compared = 0
        """How often everything that it knows was asked for."""

    async def known(self, folder: MirroredFolder) -> list[Known]:
        """See backend.Mirror."""
        self.compared += 1
        return [one.known for one in self.of(folder)]

    async def count(self, folder: MirroredFolder) -> int:
        """See backend.Mirror."""
        return len(self.of(folder))

    async def items(self, folder: MirroredFolder, keys: Collection[str]) -> Mapping[str, Item]:
        """See backend.Mirror."""
        return {one.known.key: one.item for one in self.of(folder) if one.known.key in keys}

    async def with_message_ids(
        self, folder: MirroredFolder, message_ids: Collection[str]
    ) -> Mapping[str, Sequence[tuple[Known, Item]]]:
        """See backend.Mirror."""
        found: dict[str, list[tuple[Known, Item]]] = {}
        for one in self.of(folder):
            if isinstance(one.item, Message) and one.item.message_id in message_ids:
                found.setdefault(one.item.message_id or "", []).append((one.known, one.item))
        return found

    async def received_at(
        self, folder: MirroredFolder, dates: Collection[datetime]
    ) -> Mapping[datetime, Sequence[tuple[Known, Item]]]:
        """See backend.Mirror."""
        return {
            date: [
                (one.known, one.item)
                for one in self.of(folder)
                if isinstance(one.item, Message) and one.item.date_received == date
            ]
            for date in dates
        }

    def of(self, folder: MirroredFolder) -> list[Mirrored]:
        """What it holds of a folder."""
        return self.held.setdefault(folder.path, [])

    def with_key(self, folder: MirroredFolder, key: str) -> Mirrored | None:
        """What has a key in a folder."""
        return next((one for one in self.of(folder) if one.known.key == key), None)

    def put(self, folder: MirroredFolder, stood: Stood, item: Item) -> Mirrored:
        """An item that an effect has made."""
        self._ids += 1
        placed = Mirrored(self._ids, Known(stood.key, stood.tag), stood.item or item)
        assert self.with_key(folder, stood.key) is None
        self.of(folder).append(placed)
        return placed

    async def bring(self, backend: ImapBackend, folder: MirroredFolder) -> MirroredFolder:
        """Pull until there is nothing more; the folder in its new state."""
        for _ in range(1_000):
            delta = await backend.pull(folder, self)
            self.pulls += 1
            held = self.of(folder)
            for key in delta.removed:
                gone = self.with_key(folder, key)
                assert gone is not None, "what the mirror lacks was removed"
                held.remove(gone)
            for upsert in delta.upserts:
                before = None if upsert.earlier is None else self.with_key(folder, upsert.earlier)
                before = before or self.with_key(folder, upsert.key)
                item = upsert.make(None if before is None else before.item)
                if before is None:
                    self.put(folder, Stood(upsert.key, upsert.tag), item)
                else:
                    before.known, before.item = Known(upsert.key, upsert.tag), item
            keys = [one.known.key for one in held]
            assert len(keys) == len(set(keys)), "two items have one key"
            folder = msgspec.structs.replace(folder, state=delta.state)
            if not delta.more:
                return folder
        raise AssertionError("it never ends")

    async def complete(self, backend: ImapBackend, folder: MirroredFolder) -> None:
        """Make the stubs of a folder whole."""
        stubs = [one for one in self.of(folder) if isinstance(one.item, Message) and one.item.index is None]
        found = await backend.contents(folder, [one.known.key for one in stubs])
        for one in stubs:
            whole = found.get(one.known.key)
            if whole is None:
                self.of(folder).remove(one)
            else:
                assert isinstance(one.item, Message)
                assert isinstance(whole, Message)
                one.item = msgspec.structs.replace(whole, **{name: getattr(one.item, name) for name in STATE})


@dataclass
class House:
    """A backend for one user, its mirror, and the folders that were listed."""

    user: str
    backend: ImapBackend
    mirror: MemoryMirror
    blobs: Bytes
    pool: Pool
    credentials: Credentials
    tree: Sequence[UpstreamFolder] = ()
    folders: dict[str, MirroredFolder] = field(default_factory=dict)

    async def look(self) -> dict[str, UpstreamFolder]:
        """The tree, by path."""
        self.tree = await self.backend.tree()
        for number, one in enumerate(self.tree):
            if one.path not in self.folders:
                self.folders[one.path] = MirroredFolder(
                    str(len(self.folders) + number), 1, one.path, one.type, writable=one.writable
                )
        return {one.path: one for one in self.tree}

    async def bring(self, path: str = "INBOX", *, whole: bool = False) -> list[Mirrored]:
        """Bring a folder in; what the mirror has of it then, the newest key last."""
        if path not in self.folders:
            await self.look()
        self.folders[path] = await self.mirror.bring(self.backend, self.folders[path])
        if whole:
            await self.mirror.complete(self.backend, self.folders[path])
        held = self.mirror.of(self.folders[path])
        return sorted(held, key=lambda one: read_key(one.known.key))

    async def messages(self, path: str = "INBOX") -> dict[str | None, Message]:
        """The whole messages of a folder by their subjects."""
        found = {}
        for one in await self.bring(path, whole=True):
            assert isinstance(one.item, Message)
            found[one.item.subject] = one.item
        return found


@asynccontextmanager
async def house(
    dovecot: Dovecot | Cyrus,
    user: str,
    options: MailOptions | None = None,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[House]:
    """A backend on a server, with a mirror that knows nothing yet."""
    server = Server(host, port or dovecot.port, Security.NONE)
    pool = Pool(server, PoolLimits(backoff_seconds=0.05))
    blobs = Bytes()
    owner = Owner(1, (f"{user}@example.org",), "Europe/Berlin")
    credentials = Credentials(user, PASSWORD)
    backend = ImapBackend(pool, credentials, owner, options or MailOptions(), blobs, clock)
    try:
        yield House(user, backend, MemoryMirror(), blobs, pool, credentials)
    finally:
        await backend.close()
        pool.close()


def simple(subject: str, **fields: str) -> bytes:
    """A small message with a Message-ID."""
    return letter("anna@example.org", Subject=subject, Message_ID=f"<{subject}@example.net>", **fields)
