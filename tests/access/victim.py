"""A mailbox with everything that has an id, each content of it marked."""

from __future__ import annotations

from collections import defaultdict
from email.policy import SMTP
from typing import Final

from access.roles import Role
from overair.items import Event, Message
from overair.mailboxes.interface import FolderType, Session, View
from overair.protocol.device_information import DeviceDescription, DeviceInformationRequest
from overair.protocol.find import ExecuteSearch, FindRequest, GALSearchCriterion
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.folder_delete import FolderDeleteRequest, FolderDeleteResponse
from overair.protocol.http import Command
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.provision import POLICY_TYPE, PolicyRequest, ProvisionRequest, ProvisionResponse
from overair.protocol.send_mail import SendMailRequest
from overair.protocol.settings import SettingsRequest
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    DeleteCommand,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync import Command as SyncCommand
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSyncBase, Calendar, Contacts, Email, Notes, Tasks
from support.phone import Phone, letter
from support.server import ANNA, RunningServer

MARK: Final = "Vq7zKx"
"""Stands in every content of the mailbox, and in nothing that others may see."""

Ids = dict[Role, tuple[str, ...]]


def device_id(version: Version) -> str:
    """The id of a phone of a version; everybody's phones are called so."""
    return f"phone{version.text}"


def provisioned(phone: Phone) -> Phone:
    """Go through both phases of provisioning."""
    phone.policy_key = 0
    description = DeviceDescription(model="Model", friendly_name=f"{MARK} device")
    information = DeviceInformationRequest(set=description) if phone.version >= Version.V14_1 else None
    first = ProvisionRequest(
        device_information=information, policies=(PolicyRequest(policy_type=POLICY_TYPE),)
    )
    [policy] = phone.post(Command.PROVISION, first).read(ProvisionResponse).policies
    second = ProvisionRequest(
        policies=(PolicyRequest(policy_type=POLICY_TYPE, policy_key=policy.policy_key, status=1),)
    )
    [policy] = phone.post(Command.PROVISION, second).read(ProvisionResponse).policies
    phone.policy_key = int(policy.policy_key or 0)
    return phone


def synced(phone: Phone, folder_id: str, key: str, *commands: SyncCommand) -> CollectionResponse:
    """One Sync of one collection."""
    collection = CollectionRequest(sync_key=key, collection_id=folder_id, commands=commands)
    request = SyncRequest(collections=(collection,))
    [answer] = phone.post(Command.SYNC, request).read(SyncResponse).collections
    assert answer.status == 1, answer
    return answer


def _attached(client_id: str) -> Element:
    return Element(
        AirSyncBase.Add,
        [
            Element(AirSyncBase.ClientId, client_id),
            Element(AirSyncBase.Method, "1"),
            Element(AirSyncBase.Content, f"{MARK} bytes".encode()),
            Element(AirSyncBase.DisplayName, f"{MARK}.txt"),
        ],
    )


def _body(text: str) -> Element:
    return Element(AirSyncBase.Body, [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.Data, text)])


class Victim:
    """Fills a mailbox and keeps every id and key that came up."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._ids: dict[Role, set[str]] = defaultdict(set)
        self._ids[Role.ACCOUNT] |= {ANNA, str(server.users[ANNA].account_id)}
        self._phones = {
            version: Phone(server, version, ANNA, device_id=device_id(version), device_type=f"{MARK}type")
            for version in SERVED
        }

    def fill(self) -> Ids:
        """Do all that leaves an id; returns them by what they name."""
        for number in range(3):
            self._deliver(number)
        for phone in self._phones.values():
            self._begin(phone)
        newest = self._phones[SERVED[-1]]
        folders = {kind: entry.server_id for kind, entry in newest.folders().items()}
        self._folders(newest)
        self._contact(newest, folders[FolderType.CONTACTS])
        self._draft(newest, folders[FolderType.DRAFTS])
        self._events(folders[FolderType.CALENDAR])
        task = [Element(Tasks.Subject, f"{MARK} task"), Element(Tasks.Complete, "1")]
        self._add(newest, folders[FolderType.TASKS], "task-1", task)
        note = [Element(Notes.Subject, f"{MARK} note"), _body(f"{MARK} note")]
        self._add(newest, folders[FolderType.NOTES], "note-1", note)
        self._moved_and_removed(newest, folders)
        self._sent(newest)
        find = GALSearchCriterion(query="anna")
        search = FindRequest(search_id="search-1", execute_search=ExecuteSearch(gal_search_criterion=find))
        assert newest.post(Command.FIND, search).status == 200
        self._ids[Role.SEARCH_ID].add("search-1")
        self._look()
        return {role: tuple(sorted(values)) for role, values in self._ids.items()}

    def _deliver(self, number: int) -> None:
        message = letter(
            f"{MARK} subject {number}", ANNA, f"{MARK} body {number}", Message_ID=f"<v{number}@x.net>"
        )
        message.add_attachment(
            f"{MARK} bytes {number}".encode(), maintype="image", subtype="png",
            filename=f"{MARK}{number}.png", cid=f"<cid{number}@x.net>",
        )  # fmt: skip
        self._server.deliver(ANNA, message.as_bytes(policy=SMTP))
        self._ids[Role.MESSAGE].add(f"<v{number}@x.net>")
        self._ids[Role.CONTENT].add(f"cid{number}@x.net")

    def _begin(self, phone: Phone) -> None:
        provisioned(phone)
        self._ids[Role.POLICY_KEY].add(str(phone.policy_key))
        self._ids[Role.DEVICE].add(phone.device_id)
        inbox = phone.folders()[FolderType.INBOX].server_id
        self._ids[Role.HIERARCHY_KEY].add(phone.folder_sync().sync_key or "")
        primed = synced(phone, inbox, "0")
        told = synced(phone, inbox, primed.sync_key)
        assert told.commands
        self._ids[Role.SYNC_KEY] |= {primed.sync_key, told.sync_key}
        waiting = PingRequest(
            heartbeat_interval=60,
            folders=(PingFolder(id=inbox, item_class="Email"), PingFolder(id="999", item_class="Email")),
        )
        assert phone.post(Command.PING, waiting).read(PingResponse).status == 7
        named = SettingsRequest(
            device_information=DeviceInformationRequest(set=DeviceDescription(model=f"{MARK} model"))
        )
        assert phone.post(Command.SETTINGS, named).status == 200

    def _folders(self, phone: Phone) -> None:
        """A folder, one inside it, and one that is deleted again."""
        parent = "0"
        key = phone.folder_sync().sync_key or ""
        for name in ("outer", "inner", "gone"):
            create = FolderCreateRequest(
                sync_key=key, parent_id=parent, display_name=f"{MARK} {name}", type=12
            )
            made = phone.post(Command.FOLDER_CREATE, create).read(FolderCreateResponse)
            assert made.sync_key is not None
            assert made.server_id is not None
            self._ids[Role.HIERARCHY_KEY].add(made.sync_key)
            self._ids[Role.FOLDER].add(made.server_id)
            key, parent = made.sync_key, made.server_id
        delete = FolderDeleteRequest(sync_key=key, server_id=parent)
        assert phone.post(Command.FOLDER_DELETE, delete).read(FolderDeleteResponse).status == 1

    def _contact(self, phone: Phone, folder_id: str) -> None:
        person = [
            Element(Contacts.FirstName, f"{MARK} first"),
            Element(Contacts.Email1Address, f"{MARK}@x.net"),
            Element(Contacts.Picture, "iVBORw0KGgo="),
        ]
        self._add(phone, folder_id, "contact-1", person)

    def _draft(self, phone: Phone, folder_id: str) -> None:
        draft = [
            Element(Email.To, f"{MARK}@x.net"),
            Element(Email.Subject, f"{MARK} draft"),
            _body(f"{MARK} draft body"),
            Element(AirSyncBase.Attachments, [_attached("attachment-1")]),
        ]
        self._add(phone, folder_id, "draft-1", draft)
        self._ids[Role.CLIENT_ID].add("attachment-1")

    def _events(self, folder_id: str) -> None:
        """A series of an older phone with an exception, and one of a newer phone with attachments."""
        recurrence = Element(
            Calendar.Recurrence, [Element(Calendar.Type, "0"), Element(Calendar.Interval, "1")]
        )
        exception = [
            Element(Calendar.ExceptionStartTime, "20260302T120000Z"),
            Element(Calendar.Subject, f"{MARK} exception"),
        ]
        series = [
            Element(Calendar.StartTime, "20260301T120000Z"),
            Element(Calendar.EndTime, "20260301T130000Z"),
            Element(Calendar.Subject, f"{MARK} series"),
            Element(Calendar.UID, "uid-of-anna"),
            recurrence,
            Element(Calendar.Exceptions, [Element(Calendar.Exception, exception)]),
        ]
        self._add(self._phones[Version.V14_1], folder_id, "event-1", series)
        newest = self._phones[SERVED[-1]]
        attachments = Element(AirSyncBase.Attachments, [_attached("attachment-2")])
        timed = [
            Element(Calendar.StartTime, "20260301T120000Z"),
            Element(Calendar.EndTime, "20260301T130000Z"),
            Element(Calendar.Subject, f"{MARK} attached"),
            Element(Calendar.ClientUid, "client-uid-of-anna"),
            recurrence,
            attachments,
        ]
        server_id, key = self._add(newest, folder_id, "event-2", timed)
        attached = Element(AirSyncBase.Attachments, [_attached("attachment-3")])
        edit = ChangeCommand(
            server_id=server_id,
            instance_id="20260303T120000Z",
            application_data=[Element(Calendar.Subject, f"{MARK} occurrence"), attached],
        )
        self._ids[Role.SYNC_KEY].add(synced(newest, folder_id, key, edit).sync_key)
        self._ids[Role.CLIENT_ID] |= {"attachment-2", "attachment-3"}

    def _add(self, phone: Phone, folder_id: str, client_id: str, data: list[Element]) -> tuple[str, str]:
        """Add an item; its id and the key that came with it."""
        primed = synced(phone, folder_id, "0")
        answer = synced(
            phone, folder_id, primed.sync_key, AddCommand(client_id=client_id, application_data=data)
        )
        [added] = answer.responses
        assert isinstance(added, AddResponse)
        assert added.status == 1
        self._ids[Role.SYNC_KEY].add(answer.sync_key)
        self._ids[Role.CLIENT_ID].add(client_id)
        assert added.server_id is not None
        return added.server_id, answer.sync_key

    def _moved_and_removed(self, phone: Phone, folders: dict[FolderType, str]) -> None:
        inbox, trash = folders[FolderType.INBOX], folders[FolderType.DELETED_ITEMS]
        first, second, _ = self._items(inbox)
        move = ItemMove(source_message_id=first, source_folder_id=inbox, destination_folder_id=trash)
        [moved] = (
            phone.post(Command.MOVE_ITEMS, MoveItemsRequest(moves=(move,))).read(MoveItemsResponse).responses
        )
        self._ids[Role.ITEM] |= {first, moved.destination_message_id or ""}
        primed = synced(phone, inbox, "0")
        synced(phone, inbox, synced(phone, inbox, primed.sync_key).sync_key, DeleteCommand(server_id=second))
        self._ids[Role.ITEM].add(second)

    def _sent(self, phone: Phone) -> None:
        """Mail to herself, with a copy."""
        message = letter(f"{MARK} sent", ANNA, f"{MARK} sent body", From=ANNA, Message_ID="<sent@x.net>")
        request = SendMailRequest(
            client_id="sent-1", mime=message.as_bytes(policy=SMTP), save_in_sent_items=True
        )
        assert phone.post(Command.SEND_MAIL, request).body == b""
        self._ids[Role.CLIENT_ID].add("sent-1")
        self._ids[Role.MESSAGE].add("<sent@x.net>")

    def _items(self, folder_id: str) -> list[str]:
        mailbox = self._server.application.services.mailbox(self._server.users[ANNA].account_id)

        async def work(session: Session) -> list[str]:
            changes = await session.changes(folder_id, View(), await session.start(folder_id), 1000)
            return sorted(change.item_id for change in changes.items)

        return self._server.call(lambda: mailbox.inspect(work))

    def _event(self, item_id: str, event: Event) -> None:
        """What an event is called, and what is attached to it."""
        self._ids[Role.EVENT_UID].add(event.uid or "")
        for attachment in event.attachments_kept():
            self._ids[Role.ATTACHMENT].add(f"{item_id}:{attachment.number}")

    def _look(self) -> None:
        """What the mailbox itself gave out: folders, items, attachments, conversations."""
        mailbox = self._server.application.services.mailbox(self._server.users[ANNA].account_id)

        async def work(session: Session) -> None:
            for folder in await session.folders():
                self._ids[Role.FOLDER].add(folder.folder_id)
                changes = await session.changes(
                    folder.folder_id, View(), await session.start(folder.folder_id), 1000
                )
                found = await session.read(folder.folder_id, [change.item_id for change in changes.items])
                for stored in filter(None, found):
                    self._ids[Role.ITEM].add(stored.item_id)
                    self._ids[Role.LONG_ID] |= {stored.item_id, f"RgAAAA{stored.item_id}"}
                    if isinstance(stored.item, Message) and stored.item.index is not None:
                        numbers = [str(part.number) for part in stored.item.index.attachments]
                        self._ids[Role.ATTACHMENT] |= {
                            f"{stored.item_id}:{number}" for number in (*numbers, "original")
                        }
                        self._ids[Role.CONVERSATION].add((stored.item.conversation_id or b"").hex())
                    if isinstance(stored.item, Event):
                        self._event(stored.item_id, stored.item)
            self._ids[Role.LINK] |= {f"overair:{item_id}" for item_id in self._ids[Role.ITEM]}
            self._ids[Role.OCCURRENCE] |= {"20260301T120000Z", "20260302T120000Z", "20260303T120000Z"}

        self._server.call(lambda: mailbox.inspect(work))
