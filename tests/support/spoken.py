"""What a phone may say rightly and wrongly: request trees of every command that takes WBXML."""

from __future__ import annotations

from dataclasses import dataclass

from overair.protocol.commands import messages_of
from overair.protocol.http import Command
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag, encode
from overair.wbxml.pages import (
    AirSync,
    ComposeMail,
    Contacts,
    Find,
    FolderHierarchy,
    GetItemEstimate,
    ItemOperations,
    Move,
    Ping,
    Provision,
    ResolveRecipients,
    Search,
    Settings,
)


@dataclass(frozen=True)
class Spoken:
    """A command that takes WBXML, and how it answers a tree that breaks its schema.

    ``status`` stands under ``path`` in the answer; a status above 100 is an HTTP status up to 12.1.
    """

    command: Command
    root: Tag
    status: int
    path: tuple[Tag, ...]

    def versions(self) -> list[Version]:
        """Those in which the command takes WBXML."""
        return [version for version in SERVED if messages_of(self.command, version).request is not None]


SPOKEN = (
    Spoken(Command.SYNC, AirSync.Sync, 4, (AirSync.Status,)),
    Spoken(Command.FOLDER_SYNC, FolderHierarchy.FolderSync, 10, (FolderHierarchy.Status,)),
    Spoken(Command.FOLDER_CREATE, FolderHierarchy.FolderCreate, 10, (FolderHierarchy.Status,)),
    Spoken(Command.FOLDER_UPDATE, FolderHierarchy.FolderUpdate, 10, (FolderHierarchy.Status,)),
    Spoken(Command.FOLDER_DELETE, FolderHierarchy.FolderDelete, 10, (FolderHierarchy.Status,)),
    Spoken(Command.GET_ITEM_ESTIMATE, GetItemEstimate.GetItemEstimate, 103, (GetItemEstimate.Status,)),
    Spoken(Command.MOVE_ITEMS, Move.MoveItems, 103, (Move.Status,)),
    Spoken(Command.ITEM_OPERATIONS, ItemOperations.ItemOperations, 2, (ItemOperations.Status,)),
    Spoken(Command.PING, Ping.Ping, 4, (Ping.Status,)),
    Spoken(Command.PROVISION, Provision.Provision, 2, (Provision.Status,)),
    Spoken(Command.SETTINGS, Settings.Settings, 2, (Settings.Status,)),
    Spoken(Command.SEARCH, Search.Search, 2, (Search.Response, Search.Store, Search.Status)),
    Spoken(Command.FIND, Find.Find, 2, (Find.Status,)),
    Spoken(Command.RESOLVE_RECIPIENTS, ResolveRecipients.ResolveRecipients, 5, (ResolveRecipients.Status,)),
    Spoken(Command.SEND_MAIL, ComposeMail.SendMail, 103, (ComposeMail.Status,)),
)
"""By command: MS-ASCMD_R4545, R4086, R4035, R4123, R4063, R4817 (twice), R7238, R4244, MS-ASPROV_R704,
MS-ASCMD_R4388, R4329, R72172512, R4270, R4817."""

CASES = [(spoken, version) for spoken in SPOKEN for version in spoken.versions()]


def nested(root: Tag, depth: int) -> bytes:
    """A root with elements nested that deep, which is valid WBXML."""
    head = encode(Element(root, [Element(root, "")]))
    opening = head[: head.rindex(b"\x01")]
    content = bytes((root.token | 0x40,))
    start = opening.rindex(content[0])
    return opening[:start] + content * depth + b"\x03x\x00" + b"\x01" * (depth + 1)


def status_at(tree: Element, path: tuple[Tag, ...]) -> int:
    """The number under a path of tags."""
    for tag in path:
        found = tree.find(tag)
        assert found is not None, (tag, tree)
        tree = found
    return int(tree.text)


FOREIGN = Element(Contacts.FirstName, "Anna")
"""An element that stands in no command."""
