"""Two worlds that differ in nothing but that the victim's mailbox exists in one of them.

Eve is the same in both, to the last id. Anna's mailbox was filled in both and then, in the second
world, removed with her account, which was made anew: every id of it was given out and names
nothing. So whoever sees two answers to one request of Eve's knows that she learns of Anna.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

from access.roles import Role
from access.rows import Rows, rows_of
from access.victim import Ids, Victim, device_id, provisioned
from overair import items
from overair.items import Contact, Event, ItemClass, Message, Note, Task
from overair.items.calendar.event import StoredAttachment
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.mailboxes.embedded.search.upkeep import Upkeep
from overair.mailboxes.interface import FolderType, Session, View
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import MULTIPART_TYPE, WBXML_TYPE, Command
from overair.protocol.multipart import split_parts
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import CollectionRequest, SyncRequest, SyncResponse
from overair.versions import SERVED, Version
from overair.wbxml import Element, decode
from overair.wbxml.pages import AirSync, Email, Email2, FolderHierarchy, Provision
from support.phone import Answer, Phone, letter
from support.server import ANNA, DOMAIN, PASSWORD, RunningServer, running_server

EVE: Final = f"eve@{DOMAIN}"
GHOST: Final = f"ghost@{DOMAIN}"
NAME: Final = "Anna Amund"
SETTINGS: Final[dict[str, Any]] = {"policy.document": {"device_password_enabled": True}}

RANDOM: Final = frozenset(
    (
        AirSync.SyncKey,
        FolderHierarchy.SyncKey,
        Provision.PolicyKey,
        Email2.ConversationId,  # made of the Message-ID, which the server gives
        Email2.ConversationIndex,  # made of the date
    )
)
"""Elements whose text differs between two runs of one server."""
HEADERS: Final = frozenset(("date", "request-id", "content-length"))
CHANCE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\d{4}-\d\d-\d\dT[0-9:.]+Z",
        rb"\d{8}T\d{6}Z",
        rb"[0-9A-F]{32}",
        rb"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [0-9:]+ [+-]\d{4}",
        rb"<[^<>@\s]+@example\.org>",
    )
)
"""Dates, Message-IDs and UIDs that the server made within texts."""


MAIL: Final = "mail"
DRAFTS: Final = "drafts"
"""The corners that hold messages; the others are called as the class of their items."""
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
OCCURRENCE: Final = "20260101T000000Z"
"""One of Eve's event."""


def _event(blob: str) -> Event:
    """A series of Eve's with an attachment."""
    attachment = StoredAttachment(number=1, blob=blob, size=4, display_name="mine.txt")
    return Event(
        subject="Mine",
        uid="of-eve",
        zone="UTC",
        dt_stamp=START,
        start_time=START,
        end_time=START + timedelta(hours=1),
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1),
        stored_attachments=(attachment,),
        next_attachment=2,
    )


@dataclass(frozen=True)
class Corner:
    """A folder of Eve's, and an item in it."""

    folder_id: str
    item_id: str


@dataclass(frozen=True)
class Own:
    """What Eve has: by the class of what is done, with an attachment and a conversation."""

    corners: Mapping[str, Corner]
    attachment: str
    conversation: str


@dataclass
class World:
    """A server, and Eve's phones on it, called as the victim's are."""

    server: RunningServer
    data_dir: Path
    phones: dict[Version, Phone] = field(default_factory=dict)

    def begin(self) -> None:
        """Eve's phones are known and provisioned."""
        for version in SERVED:
            phone = Phone(self.server, version, EVE, device_id=device_id(version), device_type="T")
            self.phones[version] = provisioned(phone)

    def sweep(self) -> None:
        """Have the search index let go of what is gone, which the server does by itself later."""
        storage = self.server.application.storage
        upkeep = Upkeep(storage.database, storage.blobs)
        self.server.call(upkeep.sweep)

    def own(self) -> Own:
        """Eve's mailbox, filled up where something was used up."""
        mailbox = self.server.application.services.mailbox(self.server.users[EVE].account_id)
        letter_to_eve = letter("mine", EVE, "mine", Message_ID="<mine@x.net>")
        letter_to_eve.add_attachment(b"mine", maintype="image", subtype="png", filename="mine.png")

        async def first(session: Session, folder_id: str) -> str | None:
            changes = await session.changes(folder_id, View(), await session.start(folder_id), 1)
            return changes.items[0].item_id if changes.items else None

        async def mail(session: Session) -> Corner | None:
            mine = [folder for folder in await session.folders() if folder.type is FolderType.USER_MAIL]
            mail_id = (
                mine[0].folder_id if mine else await session.create_folder("0", "Mine", FolderType.USER_MAIL)
            )
            item_id = await first(session, mail_id)
            if item_id is None:
                inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
                received = await first(session, inbox)
                if received is None:
                    return None
                item_id = (await session.move(inbox, received, mail_id)).item_id
            return Corner(mail_id, item_id)

        async def work(session: Session) -> Own | None:
            letter_corner = await mail(session)
            if letter_corner is None:
                return None
            corners = {MAIL: letter_corner}
            for kind, folder_type, item in (
                (DRAFTS, FolderType.DRAFTS, draft),
                (ItemClass.CONTACTS, FolderType.CONTACTS, Contact(first_name="Me")),
                (ItemClass.CALENDAR, FolderType.CALENDAR, event),
                (ItemClass.TASKS, FolderType.TASKS, Task(subject="Mine", complete=False)),
                (ItemClass.NOTES, FolderType.NOTES, note),
            ):
                folder_id = (await session.folder_of_type(folder_type)).folder_id
                item_id = await first(session, folder_id) or (await session.add(folder_id, item)).item_id
                corners[kind] = Corner(folder_id, item_id)
            [stored] = await session.read(letter_corner.folder_id, [letter_corner.item_id])
            assert stored is not None
            assert isinstance(stored.item, Message)
            assert stored.item.conversation_id is not None
            return Own(corners, f"{stored.item_id}:1", stored.item.conversation_id.hex())

        data = [Element(Email.To, EVE), Element(Email.Subject, "my draft")]
        draft = items.drafts.write(None, data, Version.V16_1, self.server.users[EVE], mailbox.blobs)
        event = _event(mailbox.blobs.put(b"mine"))
        note = Note(subject="Mine", message_class="IPM.StickyNote", last_modified_date=START)
        own = self.server.call(lambda: mailbox.transact(work))
        if own is None:
            self.server.deliver(EVE, letter_to_eve.as_bytes(policy=SMTP))
            own = self.server.call(lambda: mailbox.transact(work))
        assert own is not None
        return own

    def hierarchy_key(self, version: Version) -> str:
        """A key of Eve's that is good for one request."""
        answer = self.phones[version].post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0"))
        return FolderSyncResponse.from_element(decode(answer.body), version).sync_key or ""

    def sync_key(self, version: Version, corner: Corner) -> str:
        """A key of Eve's that is good for one request."""
        collection = CollectionRequest(sync_key="0", collection_id=corner.folder_id)
        answer = self.phones[version].post(Command.SYNC, SyncRequest(collections=(collection,)))
        [told] = SyncResponse.from_element(decode(answer.body), version).collections
        assert told.status == SyncStatus.SUCCESS
        return told.sync_key


@dataclass
class Worlds:
    """The world with the victim, the one without, and what she has."""

    present: World
    absent: World
    ids: Ids
    rows: Rows = field(repr=False)
    """The victim's rows in the database, before anything was tried."""

    @property
    def own_folder(self) -> str:
        """A folder of Eve's, the same in both."""
        return self.present.own().corners[MAIL].folder_id

    def rows_now(self) -> Rows:
        """The victim's rows."""
        return rows_of(self.present.data_dir, self.present.server.users[ANNA].account_id)


@contextlib.contextmanager
def two_worlds(directory: Path) -> Iterator[Worlds]:
    """Make both, and let them run."""
    with contextlib.ExitStack() as running:
        made = {}
        found = {}
        for name in ("present", "absent"):
            data_dir = directory / name
            server = running.enter_context(running_server(data_dir, {EVE: "Eve", ANNA: NAME}, **SETTINGS))
            made[name] = World(server, data_dir)
            found[name] = Victim(server).fill()
        _add(made["present"], GHOST)
        _remove(made["present"], GHOST)
        _remove(made["absent"], ANNA)
        _add(made["absent"], ANNA)
        same = {Role.FOLDER, Role.ITEM, Role.ATTACHMENT, Role.LONG_ID, Role.LINK, Role.MESSAGE}
        assert all(found["present"][role] == found["absent"][role] for role in same)
        for world in made.values():
            world.begin()
        worlds = Worlds(made["present"], made["absent"], found["present"], {})
        made["present"].sweep()
        worlds.rows = worlds.rows_now()
        yield worlds


def _add(world: World, address: str) -> None:
    directory = world.server.application.directory
    world.server.users[address] = world.server.call(lambda: directory.add_user(address, PASSWORD, NAME))


def _remove(world: World, address: str) -> None:
    world.server.call(lambda: world.server.application.directory.remove_user(address))


def seen(answer: Answer) -> tuple[object, ...]:
    """All that a client sees of an answer, but for what chance and the clock make of it."""
    headers = {name: value for name, value in answer.headers.items() if name not in HEADERS}
    kind = answer.headers.get("content-type", "")
    body: object = _certain(answer.body)
    if answer.status == 200 and answer.body and kind == WBXML_TYPE:
        body = _tree(decode(answer.body))
    elif answer.status == 200 and kind == MULTIPART_TYPE:
        first, *others = split_parts(answer.body)
        body = (_tree(decode(first)), *map(_certain, others))
    return answer.status, tuple(sorted(headers.items())), body


def _certain(data: bytes) -> bytes:
    for pattern in CHANCE:
        data = pattern.sub(b"*", data)
    return data


def _tree(element: Element) -> tuple[object, ...]:
    content = element.content
    if element.tag in RANDOM:
        return repr(element.tag), "*" if content else None
    if isinstance(content, list):
        return repr(element.tag), tuple(map(_tree, content))
    data = content.encode() if isinstance(content, str) else content or b""
    return repr(element.tag), _certain(data)
