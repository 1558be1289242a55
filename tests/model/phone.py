"""A phone of the model: its local store, its owner's doings, and its requests.

It does what MS-ASCMD says of a client, element by element, with nothing of the client library. What it
asks for is an Exchange, which a story sends on its way and brings back with an answer or without one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import msgspec

from model.collection import RECIPIENTS, Asking, Collection, Edit, Kind
from model.drive import DOMAIN, PASSWORD, Answer, to_text
from model.laws import Broken, Law, hold
from model.ledger import Ledger
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.http import MIME_TYPE, WBXML_TYPE, Command, Credentials, Request
from overair.protocol.statuses import (
    CommonStatus,
    FolderCreateStatus,
    FolderSyncStatus,
    MoveItemsStatus,
    PingStatus,
    SyncStatus,
)
from overair.protocol.sync_options import Conflict, FilterType
from overair.versions import Version
from overair.wbxml import decode, encode
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, ComposeMail, FolderHierarchy, Move, Ping
from phones.handset import e, text

SERVED: Final = {
    FolderType.INBOX: ItemClass.EMAIL,
    FolderType.DRAFTS: ItemClass.EMAIL,
    FolderType.DELETED_ITEMS: ItemClass.EMAIL,
    FolderType.SENT_ITEMS: ItemClass.EMAIL,
    FolderType.USER_MAIL: ItemClass.EMAIL,
    FolderType.CONTACTS: ItemClass.CONTACTS,
}
"""The folders that a phone synchronises, and the class of what they hold."""
FOLDER_COMMANDS: Final = (Command.FOLDER_CREATE, Command.FOLDER_UPDATE, Command.FOLDER_DELETE)
UNAVAILABLE: Final = 503
LATER: Final = frozenset({CommonStatus.SERVER_ERROR_RETRY_LATER, CommonStatus.SERVER_ERROR})


class Temper(StrEnum):
    """How a phone behaves when it gets no answer."""

    PATIENT = "patient"
    IMPATIENT = "impatient"
    """Hangs up early, and has the next request out before the answer to the last one."""
    STUBBORN = "stubborn"
    """Repeats the very same request."""
    FICKLE = "fickle"
    """Repeats the key with what its owner wants by then."""
    FORGETFUL = "forgetful"
    """Starts again from key 0."""


class Owner(msgspec.Struct, frozen=True):
    """Whose phone it is, and what kind."""

    account: str
    device_id: str
    version: Version
    temper: Temper = Temper.PATIENT
    conflict: Conflict = Conflict.SERVER_WINS
    keeps_moved: bool = False
    """It gives its own copy the id that MoveItems answers, as Outlook for Windows does."""


@dataclass
class Exchange:
    """A request, and what the phone does with its answer."""

    command: Command
    request: Request
    take: Callable[[Answer], None]
    waits: tuple[str, ...] = ()
    """The folders for whose news it waits."""
    in_short: bool = False
    """It leaves something to what the server remembers, which may refuse it before it begins."""

    def __str__(self) -> str:
        tree = to_text(decode(self.request.body)) if self.request.has_wbxml and self.request.body else ""
        return f"{self.command} {tree}"


@dataclass(frozen=True)
class Letter:
    """A message in the outbox."""

    marker: str
    client_id: str
    mime: bytes


@dataclass
class Phone:
    """One device of one account."""

    owner: Owner
    ledger: Ledger
    hierarchy_key: str = "0"
    folders: dict[str, tuple[str, str, FolderType]] = field(default_factory=dict)
    """Parent, name and type by id."""
    collections: dict[str, Collection] = field(default_factory=dict)
    outbox: list[Letter] = field(default_factory=list)
    unanswered: dict[Command, Exchange] = field(default_factory=dict)
    """What was asked last of each command, while there is no answer to it."""
    asked_for_folders: Exchange | None = None
    """What was asked last of the folders, while the server may have told more than is here."""
    asked_of_folders: set[bytes] = field(default_factory=set)
    """What was asked of the folders under the key that is in force."""
    behind: bool = False
    """Whether the folders have to be asked for."""
    named: set[str] = field(default_factory=set)
    """Folders that a Ping named, which the next Sync has to show something of."""
    client_ids: int = 0
    last_asked: dict[str, Asking] = field(default_factory=dict)
    """The collections of the last Sync that the server may refer to, as it was asked."""
    last_wait: int | None = None

    @property
    def author(self) -> str:
        return f"{self.owner.account}'s {self.owner.device_id}"

    @property
    def account(self) -> str:
        return self.owner.account

    def folder_of(self, kind: FolderType) -> Collection | None:
        """The first collection of a type."""
        return next((one for one in self.collections.values() if one.type is kind), None)

    def settled(self) -> list[str]:
        """The folders that have a key, and whose last Sync was answered."""
        return sorted(
            one.folder_id for one in self.collections.values() if one.key != "0" and not one.unsettled
        )

    # What the owner does.

    def add(self) -> None:
        """A new contact."""
        contacts = self.folder_of(FolderType.CONTACTS)
        if contacts is not None:
            self._new(contacts)

    def write_draft(self) -> None:
        """A new draft, where the version has them."""
        drafts = self.folder_of(FolderType.DRAFTS)
        if drafts is not None and drafts.takes_drafts:
            self._new(drafts)

    def _new(self, collection: Collection) -> None:
        marker, value = f"i{self.ledger.number()}", f"v{self.ledger.number()}"
        self.ledger.may_appear(self.account, marker, collection.folder_id, value, self.author)
        self.client_ids += 1
        collection.edits[f"c{self.client_ids}"] = Edit(Kind.ADD, marker, value)

    def change(self, collection: Collection, choice: int) -> None:
        """A new value for an item; of mail its flag."""
        name = self._chosen(collection, choice)
        if name is None or (collection.type is FolderType.DRAFTS and not collection.takes_drafts):
            return
        marker = self._marker(collection, name)
        value = f"v{self.ledger.number()}"
        self.ledger.may_become(self.account, marker, value, self.author)
        self._edit(collection, name, self._known(Edit(Kind.CHANGE, marker, value)))

    def mark(self, collection: Collection, choice: int) -> None:
        """Mark a message as read, or unread again."""
        name = self._chosen(collection, choice)
        if name is None or collection.is_contacts or collection.type is FolderType.DRAFTS:
            return
        shown = collection.items[name]
        edit = collection.edits.get(name)
        read = not (shown if edit is None else edit.applied(shown)).read
        self._edit(collection, name, self._known(Edit(Kind.CHANGE, shown.marker, read=read)))

    def _marker(self, collection: Collection, name: str) -> str:
        return collection.items[name].marker if name in collection.items else collection.edits[name].marker

    def _known(self, edit: Edit) -> Edit:
        return replace(edit, known=len(self.ledger.fate(self.account, edit.marker).values))

    def _edit(self, collection: Collection, name: str, edit: Edit) -> None:
        before = collection.edits.get(name)
        if before is not None and before.value is not None and self.owner.conflict is Conflict.CLIENT_WINS:
            # What was sent with it may be done already, and overwritten by others since.
            self.ledger.may_return(self.account, edit.marker, before.value)
        collection.edits[name] = edit if before is None else before.says_more(edit)

    def _chosen(self, collection: Collection, choice: int) -> str | None:
        """An item that can be edited, one that is not confirmed as well."""
        names = [
            name
            for name in sorted(collection.items.keys() | collection.edits.keys())
            if (edit := collection.edits.get(name)) is None
            or (edit.kind is not Kind.DELETE and not edit.send)
        ]
        return names[choice % len(names)] if names else None

    def send_draft(self, choice: int) -> None:
        """Let a draft leave as mail."""
        drafts = self.folder_of(FolderType.DRAFTS)
        if drafts is None or not drafts.takes_drafts:
            return
        name = self._chosen(drafts, choice)
        if name is None:
            return
        marker = self._marker(drafts, name)
        self._will_send(marker)
        self.ledger.may_go(self.account, marker, self.author)
        self._edit(drafts, name, self._known(Edit(Kind.CHANGE, marker, send=True)))

    def delete(self, collection: Collection, choice: int) -> None:
        """Delete an item, to Deleted Items or for good."""
        names = sorted(collection.items)
        if not names:
            return
        name, author = names[choice % len(names)], f"{self.author} deletes"
        shown = collection.items[name]
        permanent = bool(choice % 2) or collection.type is FolderType.DELETED_ITEMS
        if permanent:
            # Said for all Deletes of a request, so the others go with it.
            doomed = [
                collection.items[key]
                for key, edit in collection.edits.items()
                if edit.kind is Kind.DELETE and key in collection.items
            ]
            for one in (shown, *doomed):
                self.ledger.may_go(self.account, one.marker, author)
        if any(edit.permanent for edit in collection.edits.values()):
            self.ledger.may_go(self.account, shown.marker, author)
        deleted = self.folder_of(FolderType.DELETED_ITEMS)
        if deleted is not None:
            self.ledger.may_move(self.account, shown.marker, deleted.folder_id, author)
        collection.edits[name] = Edit(Kind.DELETE, shown.marker, permanent=permanent)

    def think_again(self, collection: Collection, choice: int) -> None:
        """Take back what was not confirmed, though the server may have done it."""
        names = sorted(collection.edits)
        if names:
            del collection.edits[names[choice % len(names)]]

    # What it asks for.

    def _request(self, command: Command, body: bytes, **fields: object) -> Request:
        values: dict[str, object] = {
            "command": command,
            "user": f"{self.account}@{DOMAIN}",
            "device_id": self.owner.device_id,
            "device_type": "Phone",
            "version": self.owner.version,
            "user_agent": "Outlook/16.0 Model" if self.owner.keeps_moved else "Model/1.0",
            "credentials": Credentials(f"{self.account}@{DOMAIN}", PASSWORD),
            "content_type": WBXML_TYPE,
            "body": body,
        }
        return Request(**(values | fields))  # type: ignore[arg-type]  # the fields are Request's

    def _exchange(
        self, command: Command, tree: Element | None, take: Callable[[Element | None], None], **more: object
    ) -> Exchange:
        request = self._request(command, b"" if tree is None else encode(tree))

        def taken(answer: Answer) -> None:
            try:
                found = self.read(answer)
            except TryLater:
                return
            if self.unanswered.get(command) is exchange:
                del self.unanswered[command]
            if self.asked_for_folders is exchange:
                self.asked_for_folders = None
            take(found)

        exchange = Exchange(command, request, taken, **more)  # type: ignore[arg-type]  # the fields are Exchange's
        self.unanswered[command] = exchange
        if command in (Command.FOLDER_SYNC, *FOLDER_COMMANDS):
            self.asked_for_folders = exchange
            self.asked_of_folders.add(request.body)
        return exchange

    def read(self, answer: Answer) -> Element | None:
        """The tree of an answer; None where it is empty. Raises TryLater."""
        if answer.status == UNAVAILABLE:
            hold("retry-after" in answer.headers, Law.RETRIED, "503 without Retry-After")
            raise TryLater
        hold(answer.status == 200, Law.RETRIED, f"HTTP {answer.status}: {answer.body[:100]!r}")
        if not answer.body:
            return None
        tree = decode(answer.body)
        status = next((one.text for one in tree if one.tag.name == "Status"), "")
        if status.isdecimal() and int(status) in LATER:
            raise TryLater
        return tree

    def folder_sync(self) -> Exchange:
        """FolderSync."""
        asked = self.hierarchy_key

        def take(tree: Element | None) -> None:
            if tree is None:
                return
            status = int(text(tree, FolderHierarchy.Status))
            if status == FolderSyncStatus.SERVER_ERROR:
                return
            hold(status == FolderSyncStatus.SUCCESS, Law.KEY_LIVES, f"FolderSync with {asked} got {status}")
            changes = list(tree.find(FolderHierarchy.Changes) or ())
            self._new_hierarchy_key(text(tree, FolderHierarchy.SyncKey))
            self.behind = False
            if asked == "0":
                self.folders.clear()
            for change in changes:
                self._take_folder(change)
            for folder_id in self.collections.keys() - self.folders.keys():
                del self.collections[folder_id]

        tree = e(FolderHierarchy.FolderSync, e(FolderHierarchy.SyncKey, asked))
        return self._exchange(Command.FOLDER_SYNC, tree, take)

    def _take_folder(self, change: Element) -> None:
        folder_id = text(change, FolderHierarchy.ServerId)
        if change.tag is FolderHierarchy.Count:
            return
        if change.tag is FolderHierarchy.Delete:
            hold(folder_id in self.folders, Law.ADD_FIRST, f"the end of folder {folder_id}, never told")
            del self.folders[folder_id]
            return
        place = (text(change, FolderHierarchy.ParentId), text(change, FolderHierarchy.DisplayName))
        kind = FolderType(int(text(change, FolderHierarchy.Type)))
        known = self.folders.get(folder_id)
        if change.tag is FolderHierarchy.Add:
            hold(known is None, Law.ADD_FIRST, f"folder {folder_id} is told a second time")
        else:
            hold(known is not None, Law.ADD_FIRST, f"a change of folder {folder_id}, never told")
            hold(known != (*place, kind), Law.NO_ECHO, f"folder {folder_id} is told as it was")
        self._keep_folder(folder_id, *place, kind)

    def _keep_folder(self, folder_id: str, parent_id: str, name: str, kind: FolderType) -> None:
        self.folders[folder_id] = (parent_id, name, kind)
        if kind in SERVED and folder_id not in self.collections:
            self.collections[folder_id] = Collection(
                self.account,
                self.author,
                self.owner.version,
                self.ledger,
                folder_id,
                kind,
                SERVED[kind],
                self.owner.conflict,
            )

    def sync(
        self,
        folder_ids: Sequence[str],
        window: int | None = None,
        total: int | None = None,
        wait: int | None = None,
        *,
        edits: bool = True,
    ) -> Exchange | None:
        """Sync of some collections, which waits for ``wait`` minutes; None where there is nothing to ask."""
        asked: dict[str, Asking] = {}
        for folder_id in folder_ids:
            if folder_id in self.collections:
                asked[folder_id] = self.collections[folder_id].compose(window, edits=edits)
        if not asked:
            return None
        tree = e(
            AirSync.Sync,
            e(AirSync.Collections, *(one.element for one in asked.values())),
            None if wait is None else e(AirSync.Wait, wait),
            None if total is None else e(AirSync.WindowSize, total),
        )
        return self._exchange_sync(asked, tree, wait)

    def _exchange_sync(
        self, asked: dict[str, Asking], tree: Element | None, wait: int | None, *, in_short: bool = False
    ) -> Exchange:
        self.last_asked = {}  # until there is an answer nobody knows what the server remembers

        def take(answer: Element | None) -> None:
            self.last_asked, self.last_wait = asked, wait
            self._take_sync(asked, answer, in_short=in_short)

        waits = tuple(asked) if wait is not None else ()
        return self._exchange(Command.SYNC, tree, take, waits=waits, in_short=in_short)

    def sync_in_short(self, *, partial: bool) -> Exchange | None:
        """The last Sync once more: without a body, or partial with what is other than it was.

        A collection whose key is another since then has to be named again (MS-ASCMD_R673, R3645).
        """
        if not self.last_asked or self.unanswered.get(Command.SYNC):
            return None
        known = {key: one for key, one in self.last_asked.items() if key in self.collections}
        named = [
            key
            for key, one in known.items()
            if self.collections[key].key != one.key
            or self.collections[key].unsettled
            or (partial and self.collections[key].edits)
        ]
        if len(known) < len(self.last_asked) or (named and not partial):
            return None
        asked = dict(known)
        for key, one in known.items():
            if key in named:
                asked[key] = self.collections[key].compose(None)
            else:
                asked[key] = replace(one, edits={}, serial=self.ledger.serial)
                self.collections[key].unsettled = True
        tree = None
        if partial:
            tree = e(
                AirSync.Sync,
                e(AirSync.Collections, *(asked[key].element for key in named)) if named else None,
                e(AirSync.WindowSize, 100),
                e(AirSync.Partial),
            )
        return self._exchange_sync(asked, tree, None if partial else self.last_wait, in_short=True)

    def _take_sync(self, asked: dict[str, Asking], answer: Element | None, *, in_short: bool = False) -> None:
        if answer is None:
            for folder_id, asking in asked.items():
                collection = self.collections.get(folder_id)
                hold(not asking.edits, Law.ONCE, f"the commands for {folder_id} have no answer")
                if collection is not None and collection.key == asking.key:
                    self._nothing_to_tell(collection, asking)
            return
        status = text(answer, AirSync.Status)
        if status:
            if int(status) == SyncStatus.HIERARCHY_CHANGED:
                self.behind = True
                return
            if int(status) == SyncStatus.INCOMPLETE_REQUEST and in_short:
                self.last_asked = {}
                return
            raise Broken(Law.KEY_LIVES, f"the Sync got status {status}")
        answered = set()
        for one in answer.find(AirSync.Collections) or ():
            folder_id = text(one, AirSync.CollectionId)
            answered.add(folder_id)
            collection = self.collections.get(folder_id)
            if collection is None:
                continue
            if int(text(one, AirSync.Status)) in (SyncStatus.OBJECT_NOT_FOUND, SyncStatus.HIERARCHY_CHANGED):
                self.behind = True
            collection.take(asked[folder_id], one)
        for folder_id in asked.keys() - answered:
            hold(not asked[folder_id].edits, Law.ONCE, f"the commands for {folder_id} have no answer")
            collection = self.collections.get(folder_id)
            if collection is not None and collection.key == asked[folder_id].key:
                self._nothing_to_tell(collection, asked[folder_id])

    @staticmethod
    def _nothing_to_tell(collection: Collection, asking: Asking) -> None:
        collection.more, collection.unsettled, collection.begun = False, False, True
        collection.in_force = asking.filter

    def ping(self, seconds: int, folder_ids: Sequence[str]) -> Exchange | None:
        """Ping for some folders. Before it waits, a phone makes sure that it has what was told."""
        watched = tuple(folder_id for folder_id in folder_ids if folder_id in self.settled())
        if not watched:
            return None
        folders = [
            e(Ping.Folder, e(Ping.Id, one), e(Ping.Class, str(self.collections[one].item_class)))
            for one in watched
        ]
        tree = e(Ping.Ping, e(Ping.HeartbeatInterval, seconds), e(Ping.Folders, *folders))

        def take(answer: Element | None) -> None:
            hold(answer is not None, Law.WOKEN, "a Ping has an empty answer")
            assert answer is not None
            status = int(text(answer, Ping.Status))
            if status == PingStatus.CHANGES:
                self.named = {one.text for one in answer.find(Ping.Folders) or ()}
                hold(self.named, Law.NOT_FRUITLESS, "a Ping names no folder")
            elif status == PingStatus.HIERARCHY_CHANGED:
                self.behind = True
            else:
                expected = (PingStatus.EXPIRED, PingStatus.SERVER_ERROR)
                hold(status in expected, Law.KEY_LIVES, f"a Ping got {status}")

        return self._exchange(Command.PING, tree, take, waits=watched)

    def write_letter(self) -> None:
        """Put a message into the outbox."""
        marker = f"m{self.ledger.number()}"
        client_id = f"{marker}-{self.owner.device_id}"
        mime = (
            f"From: {self.account}@{DOMAIN}\r\nTo: {RECIPIENTS[self.account]}\r\nSubject: {marker}\r\n"
            f"Message-ID: <{client_id}@{DOMAIN}>\r\n\r\nHello\r\n"
        )
        self.outbox.append(Letter(marker, client_id, mime.encode()))
        self.ledger.may_become(self.account, marker, "", self.author)
        self._will_send(marker)

    def _will_send(self, marker: str) -> None:
        """The copies that a message makes, for the sender and for the recipient."""
        sent = self.folder_of(FolderType.SENT_ITEMS)
        if sent is not None:
            self.ledger.may_move(self.account, marker, sent.folder_id, self.author)
        recipient = RECIPIENTS[self.account].partition("@")[0]
        inbox = next(
            folder_id
            for folder_id, one in self.ledger.mailboxes[recipient].items()
            if one.folder.type is FolderType.INBOX
        )
        self.ledger.may_be_copied(self.account, recipient, marker, inbox)

    def send(self) -> Exchange | None:
        """SendMail of the first message in the outbox."""
        if not self.outbox or self.folder_of(FolderType.SENT_ITEMS) is None:
            return None
        letter = self.outbox[0]

        def take(answer: Element | None) -> None:
            status = 0 if answer is None else int(text(answer, ComposeMail.Status))
            known = (0, CommonStatus.MESSAGE_PREVIOUSLY_SENT)
            hold(status in known, Law.ONCE, f"SendMail of {letter.marker} got {status}")
            if letter in self.outbox:
                self.outbox.remove(letter)
            recipient = RECIPIENTS[self.account].partition("@")[0]
            self.ledger.promised_at_rest(self.account, letter.marker)
            self.ledger.promised_at_rest(recipient, letter.marker)

        if self.owner.version >= Version.V14_0:
            tree = e(
                ComposeMail.SendMail,
                e(ComposeMail.ClientId, letter.client_id),
                e(ComposeMail.SaveInSentItems),
                Element(ComposeMail.Mime, letter.mime),
            )
            return self._exchange(Command.SEND_MAIL, tree, take)
        exchange = self._exchange(Command.SEND_MAIL, None, take)
        exchange.request = self._request(
            Command.SEND_MAIL, letter.mime, content_type=MIME_TYPE, save_in_sent=True
        )
        return exchange

    def move(self, source: Collection, choice: int, destination: Collection) -> Exchange | None:
        """MoveItems of one message."""
        names = sorted(source.items.keys() - source.edits.keys())
        if not names or source is destination or source.is_contacts or destination.is_contacts:
            return None
        if FolderType.DRAFTS in (source.type, destination.type):
            return None
        item_id = names[choice % len(names)]
        marker = source.items[item_id].marker
        self.ledger.may_move(self.account, marker, destination.folder_id, self.author)
        tree = e(
            Move.MoveItems,
            e(
                Move.Move,
                e(Move.SrcMsgId, item_id),
                e(Move.SrcFldId, source.folder_id),
                e(Move.DstFldId, destination.folder_id),
            ),
        )

        def take(answer: Element | None) -> None:
            hold(answer is not None, Law.ONCE, "MoveItems has an empty answer")
            assert answer is not None
            for response in answer:
                status = int(text(response, Move.Status))
                hold(status != MoveItemsStatus.SAME_FOLDER, Law.ONCE, "4, though the folders differ")
                if status == MoveItemsStatus.INVALID_SOURCE:
                    others = self.ledger.may_be_elsewhere(
                        self.account, marker, destination.folder_id, self.author
                    )
                    hold(others, Law.ONCE, f"the move of {marker} got 1, and nobody else took it away")
                elif status == MoveItemsStatus.LOCKED:
                    self.unanswered.setdefault(Command.MOVE_ITEMS, exchange)  # to be asked for again
                elif status == MoveItemsStatus.SUCCESS:
                    shown = source.items.pop(item_id, None)
                    source.moved_away.add(item_id)
                    source.edits.pop(item_id, None)
                    if self.owner.keeps_moved and shown is not None and destination.key != "0":
                        destination.keep_moved(text(response, Move.DstMsgId), shown)

        exchange = self._exchange(Command.MOVE_ITEMS, tree, take)
        return exchange

    # Folders of the owner's own.

    def own_folders(self) -> list[str]:
        """The folders that can be renamed and deleted."""
        return sorted(key for key, (_, _, kind) in self.folders.items() if kind is FolderType.USER_MAIL)

    def create_folder(self) -> Exchange | None:
        """FolderCreate."""
        if self.hierarchy_key == "0":
            return None
        name = f"f{self.ledger.number()}"
        tree = e(
            FolderHierarchy.FolderCreate,
            e(FolderHierarchy.SyncKey, self.hierarchy_key),
            e(FolderHierarchy.ParentId, "0"),
            e(FolderHierarchy.DisplayName, name),
            e(FolderHierarchy.Type, int(FolderType.USER_MAIL)),
        )

        def done(answer: Element) -> None:
            folder_id = text(answer, FolderHierarchy.ServerId)
            self._keep_folder(folder_id, "0", name, FolderType.USER_MAIL)
            self.ledger.promised_folder(self.account, folder_id)

        return self._change_folders(Command.FOLDER_CREATE, tree, done)

    def rename_folder(self, choice: int) -> Exchange | None:
        """FolderUpdate."""
        own = self.own_folders()
        if not own:
            return None
        folder_id, name = own[choice % len(own)], f"f{self.ledger.number()}"
        tree = e(
            FolderHierarchy.FolderUpdate,
            e(FolderHierarchy.SyncKey, self.hierarchy_key),
            e(FolderHierarchy.ServerId, folder_id),
            e(FolderHierarchy.ParentId, "0"),
            e(FolderHierarchy.DisplayName, name),
        )

        def done(answer: Element) -> None:
            self._keep_folder(folder_id, "0", name, FolderType.USER_MAIL)

        return self._change_folders(Command.FOLDER_UPDATE, tree, done)

    def delete_folder(self, choice: int) -> Exchange | None:
        """FolderDelete."""
        own = self.own_folders()
        if not own:
            return None
        folder_id = own[choice % len(own)]
        self.ledger.may_lose_folder(folder_id)
        tree = e(
            FolderHierarchy.FolderDelete,
            e(FolderHierarchy.SyncKey, self.hierarchy_key),
            e(FolderHierarchy.ServerId, folder_id),
        )

        def done(answer: Element) -> None:
            self.folders.pop(folder_id, None)
            self.collections.pop(folder_id, None)

        return self._change_folders(Command.FOLDER_DELETE, tree, done)

    def _change_folders(self, command: Command, tree: Element, done: Callable[[Element], None]) -> Exchange:
        key = self.hierarchy_key

        def take(answer: Element | None) -> None:
            hold(answer is not None, Law.ONCE, f"{command} has an empty answer")
            assert answer is not None
            status = int(text(answer, FolderHierarchy.Status))
            if status == FolderCreateStatus.SUCCESS:
                self._new_hierarchy_key(text(answer, FolderHierarchy.SyncKey))
                done(answer)
                return
            hold(status != FolderCreateStatus.INVALID_SYNC_KEY, Law.KEY_LIVES, f"{command} with {key} got 9")
            # No two folders have one name, so the folder that is in the way is the one that was asked for.
            exists = command is Command.FOLDER_CREATE and status == FolderCreateStatus.FOLDER_EXISTS
            others = len(self.asked_of_folders) > 1
            hold(others or not exists, Law.ONCE, f"FolderCreate with {key} got 2")
            self.behind = True

        return self._exchange(command, tree, take)

    def _new_hierarchy_key(self, key: str) -> None:
        """What was asked for under the key before is not asked for again."""
        self.hierarchy_key = key
        self.asked_of_folders.clear()
        for command in FOLDER_COMMANDS:
            self.unanswered.pop(command, None)

    def set_filter(self, collection: Collection, filter_type: FilterType) -> None:
        """The owner wants to see more or less."""
        if not collection.is_contacts:
            collection.filter = filter_type

    def upgrade(self, version: Version) -> None:
        """Another version of the protocol from now on."""
        self.owner = msgspec.structs.replace(self.owner, version=version)
        for collection in self.collections.values():
            collection.version = version
            if collection.type is FolderType.DRAFTS and not collection.takes_drafts:
                collection.edits.clear()
        self.unanswered.clear()

    def restart(self, collection: Collection, window: int | None) -> Exchange:
        """Begin a folder anew. What is there is kept, and gone on with, until the answer comes."""
        asking = collection.compose(window, anew=True)
        tree = e(AirSync.Sync, e(AirSync.Collections, asking.element))
        asked = {collection.folder_id: asking}
        return self._exchange(Command.SYNC, tree, lambda answer: self._take_sync(asked, answer))


class TryLater(Exception):
    """The server asks for the same later."""
