"""A phone with a local store: what it sends is written out element by element, as its maker's software
does it, and what it is told is believed literally.

A phone that is told an item twice shows it twice, and one that is told of a change or the end of what
it does not have has lost its place; both fail the test at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.versions import Version
from overair.wbxml import encode
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import (
    AirSync,
    AirSyncBase,
    Contacts,
    Email,
    FolderHierarchy,
    GetItemEstimate,
    Ping,
    Provision,
    Settings,
)
from support.phone import Answer, Phone, every

Node = Element | None


def e(tag: Tag, *content: Node | str | bytes | int) -> Element:
    """An element with text, bytes or children; children that are None are left out."""
    value = content[0] if content else None
    if isinstance(value, str | bytes | int):
        return Element(tag, str(value) if isinstance(value, int) else value)
    children = [one for one in content if isinstance(one, Element)]
    return Element(tag, children or None)


def text(parent: Element, tag: Tag) -> str:
    """The text of a child; the empty string where there is none."""
    found = parent.find(tag)
    return "" if found is None else found.text


@dataclass
class Collection:
    """What the phone keeps of one folder: its key and the items by ServerId."""

    key: str = "0"
    items: dict[str, dict[Tag, Element]] = field(default_factory=dict)
    more: bool = False

    @property
    def subjects(self) -> list[str]:
        """The subjects or first names that it shows, sorted."""
        return sorted(shown_name(item) for item in self.items.values())

    def id_of(self, name: str) -> str:
        """The ServerId of the one item with this subject or first name."""
        [found] = [item_id for item_id, item in self.items.items() if shown_name(item) == name]
        return found

    def item(self, name: str) -> dict[Tag, Element]:
        """The one item with this subject or first name."""
        return self.items[self.id_of(name)]


def shown_name(item: Mapping[Tag, Element]) -> str:
    """What a list on the phone says of an item."""
    for tag in (Email.Subject, Contacts.FirstName, Contacts.FileAs):
        if tag in item:
            return item[tag].text
    return ""


@dataclass
class Handset:
    """A device and its local store, by folder id."""

    phone: Phone
    store: dict[str, Collection] = field(default_factory=dict)
    folders: dict[str, tuple[FolderType, str]] = field(default_factory=dict)
    hierarchy_key: str = "0"
    moved_away: set[str] = field(default_factory=set)
    """Ids that the phone itself gave up in a MoveItems, whose Delete it does not mind."""
    whole: tuple[FolderType, ...] = (FolderType.CONTACTS,)
    """Folders whose changes come with the whole item; of mail only what changed is told."""
    base64: bool = False
    user_agent: str = "Testphone/1.0"

    def send(self, command: Command, tree: Element | None = None, **more: object) -> Answer:
        """One request; an empty body without a tree."""
        body = b"" if tree is None else encode(tree)
        more.setdefault("user_agent", self.user_agent)
        return self.phone.post(command, body, base64=self.base64, **more)  # type: ignore[arg-type]  # Request's

    def folder_id(self, kind: FolderType) -> str:
        """The id of the first folder of a type."""
        return next(folder_id for folder_id, (one, _) in self.folders.items() if one is kind)

    def __getitem__(self, kind: FolderType) -> Collection:
        return self.store.setdefault(self.folder_id(kind), Collection())

    def folder_sync(self, key: str | None = None) -> None:
        """FolderSync from where the phone is, or from a key."""
        asked = self.hierarchy_key if key is None else key
        answer = self.send(
            Command.FOLDER_SYNC, e(FolderHierarchy.FolderSync, e(FolderHierarchy.SyncKey, asked))
        )
        tree = answer.tree
        assert text(tree, FolderHierarchy.Status) == "1"
        self.hierarchy_key = text(tree, FolderHierarchy.SyncKey)
        if asked == "0":
            self.folders.clear()
        for change in tree.find(FolderHierarchy.Changes) or ():
            folder_id = text(change, FolderHierarchy.ServerId)
            if change.tag is FolderHierarchy.Delete:
                del self.folders[folder_id]
                self.store.pop(folder_id, None)
            elif change.tag in (FolderHierarchy.Add, FolderHierarchy.Update):
                assert (change.tag is FolderHierarchy.Update) == (folder_id in self.folders)
                kind = FolderType(int(text(change, FolderHierarchy.Type)))
                self.folders[folder_id] = (kind, text(change, FolderHierarchy.DisplayName))

    def sync_tree(self, *collections: Element, after: Sequence[Node] = ()) -> Element:
        """A Sync of whole Collection elements, with what follows them."""
        return e(AirSync.Sync, e(AirSync.Collections, *collections), *after)

    def take(self, answer: Answer, commands: Sequence[Element] = ()) -> list[Element]:
        """Believe a Sync's answer; ``commands`` are those that were sent. Returns its Collections."""
        assert answer.status == 200, answer.body
        if not answer.body:
            return []
        tree = answer.tree
        assert tree.find(AirSync.Status) is None, tree
        collections = list(tree.find(AirSync.Collections) or ())
        assert collections, "phones stumble over empty Collections"
        for one in collections:
            self._take_collection(one, commands)
        return collections

    def _take_collection(self, answer: Element, commands: Sequence[Element]) -> None:
        assert text(answer, AirSync.Status) == "1", answer
        folder_id = text(answer, AirSync.CollectionId)
        kept = self.store[folder_id]
        assert text(answer, AirSync.SyncKey) not in (kept.key, "0")
        kept.key = text(answer, AirSync.SyncKey)
        kept.more = answer.find(AirSync.MoreAvailable) is not None
        names = [child.tag for child in answer]
        if kept.more and AirSync.Commands in names:
            # Windows Mobile reads MoreAvailable only before Commands.
            assert names.index(AirSync.MoreAvailable) < names.index(AirSync.Commands)
        responses = answer.find(AirSync.Responses)
        assert responses is None or responses.children, "Windows Phone takes no empty Responses"
        self._settle(folder_id, kept, commands, list(responses or ()))
        for told in answer.find(AirSync.Commands) or ():
            self._told(folder_id, kept, told)

    def _settle(
        self, folder_id: str, kept: Collection, commands: Sequence[Element], responses: Sequence[Element]
    ) -> None:
        """What became of the phone's own commands; what is not answered was a success."""
        bad = {text(one, AirSync.ServerId) for one in responses if text(one, AirSync.Status) != "1"}
        # What shall be deleted and is not found is gone (status 8).
        bad -= {
            text(one, AirSync.ServerId)
            for one in responses
            if one.tag is AirSync.Delete and text(one, AirSync.Status) == "8"
        }
        given = {text(one, AirSync.ClientId): one for one in responses if one.tag is AirSync.Add}
        for command in commands:
            server_id = text(command, AirSync.ServerId)
            data = command.find(AirSync.ApplicationData)
            if command.tag is AirSync.Add:
                answer = given.get(text(command, AirSync.ClientId))
                if answer is not None and text(answer, AirSync.Status) == "1":
                    server_id = text(answer, AirSync.ServerId)
                    assert server_id not in kept.items
                    kept.items[server_id] = shown(data)
            elif server_id in kept.items and server_id not in bad:
                if command.tag is AirSync.Change:
                    kept.items[server_id] = kept.items[server_id] | shown(data)
                elif command.tag is AirSync.Delete:
                    del kept.items[server_id]

    def _told(self, folder_id: str, kept: Collection, told: Element) -> None:
        server_id = text(told, AirSync.ServerId)
        data = told.find(AirSync.ApplicationData)
        if told.tag is AirSync.Add:
            assert server_id not in kept.items, f"{server_id} is shown twice"
            kept.items[server_id] = shown(data)
        elif told.tag is AirSync.Change:
            assert server_id in kept.items, f"a change of {server_id}, which was never told"
            whole = self.folders[folder_id][0] in self.whole
            kept.items[server_id] = shown(data) if whole else kept.items[server_id] | shown(data)
        elif server_id not in self.moved_away:
            assert server_id in kept.items, f"the end of {server_id}, which was never told"
            del kept.items[server_id]

    def provision(self) -> None:
        """Both phases of Provision; from 14.1 on the first tells what the device is."""

        def policy(described: Node, *children: Node) -> Element:
            kind = e(Provision.PolicyType, "MS-EAS-Provisioning-WBXML")
            policies = e(Provision.Policies, e(Provision.Policy, kind, *children))
            return e(Provision.Provision, described, policies)

        described = device_information() if self.phone.version >= Version.V14_1 else None
        tree = self.send(Command.PROVISION, policy(described)).tree
        key = next(one.text for one in every(tree) if one.tag is Provision.PolicyKey)
        acknowledged = policy(None, e(Provision.PolicyKey, key), e(Provision.Status, "1"))
        tree = self.send(Command.PROVISION, acknowledged, policy_key=int(key)).tree
        self.phone.policy_key = int(next(one.text for one in every(tree) if one.tag is Provision.PolicyKey))

    def ping(
        self, seconds: int | None, kinds: Sequence[tuple[FolderType, str]] = ()
    ) -> tuple[str, list[str]]:
        """A Ping: its status, and the folders that it names. Without folders they are left out."""
        folders = [
            e(Ping.Folder, e(Ping.Id, self.folder_id(kind)), e(Ping.Class, item_class))
            for kind, item_class in kinds
        ]
        tree = e(
            Ping.Ping,
            None if seconds is None else e(Ping.HeartbeatInterval, seconds),
            e(Ping.Folders, *folders) if folders else None,
        )
        answered = self.send(Command.PING, tree if tree.children else None).tree
        return text(answered, Ping.Status), [one.text for one in answered.find(Ping.Folders) or ()]

    def estimate(self, tree: Element) -> dict[str, int]:
        """GetItemEstimate: the number for each folder."""
        answer = self.send(Command.GET_ITEM_ESTIMATE, tree).tree
        found: dict[str, int] = {}
        for response in answer:
            assert text(response, GetItemEstimate.Status) == "1", answer
            collection = response.find(GetItemEstimate.Collection)
            assert collection is not None
            found[text(collection, GetItemEstimate.CollectionId)] = int(
                text(collection, GetItemEstimate.Estimate)
            )
        return found


def device_information() -> Element:
    """What a device says of itself."""
    return e(
        Settings.DeviceInformation,
        e(
            Settings.Set,
            e(Settings.Model, "Phone 7"),
            e(Settings.FriendlyName, "A black phone"),
            e(Settings.OS, "Phone OS 17.4"),
        ),
    )


def shown(data: Element | None) -> dict[Tag, Element]:
    """The elements of an ApplicationData by tag."""
    return {child.tag: child for child in data or ()}


def preference(
    kind: int, size: int | None = None, *, all_or_none: bool = False, preview: int | None = None
) -> Element:
    """A BodyPreference."""
    return e(
        AirSyncBase.BodyPreference,
        e(AirSyncBase.Type, kind),
        None if size is None else e(AirSyncBase.TruncationSize, size),
        e(AirSyncBase.AllOrNone, "1") if all_or_none else None,
        None if preview is None else e(AirSyncBase.Preview, preview),
    )


def body_of(item: Mapping[Tag, Element]) -> Iterator[str]:
    """Type, EstimatedDataSize, Truncated and Data of an item's body, as text."""
    body = item[AirSyncBase.Body]
    for tag in (AirSyncBase.Type, AirSyncBase.EstimatedDataSize, AirSyncBase.Truncated, AirSyncBase.Data):
        yield text(body, tag)
