"""Every command that succeeds, in every version: the answer is what the schemas and the version allow.

The mailbox is filled by a phone of 16.1, so that it holds what older versions cannot say. That each
tag exists in the version and that the schemas allow the tree is asserted wherever an answer is read
(``support.phone.Answer.tree``); that each field exists in it is what ``read`` asserts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from overair.directory.interface import AddressListEntry
from overair.items import Contact, Message
from overair.items.mail.flag import Flag, FlagStatus
from overair.mailboxes.interface import FolderType
from overair.protocol.commands import messages_of
from overair.protocol.http import Command
from overair.protocol.sync import AddResponse, CollectionResponse, FetchResponse, ServerAdd, SyncResponse
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag, encode
from overair.wbxml.pages import (
    GAL,
    AirSync,
    AirSyncBase,
    Contacts,
    Email,
    Email2,
    Find,
    FolderHierarchy,
    GetItemEstimate,
    ItemOperations,
    Move,
    Ping,
    Provision,
    RightsManagement,
    Search,
    Settings,
)
from support.phone import Answer, Phone, every, letter
from support.rich_letters import PICTURE, rich, signed
from support.server import ANNA, BEN, RunningServer, running_server

E = Element
FOLDERS = (FolderType.INBOX, FolderType.DRAFTS, FolderType.CONTACTS, FolderType.SENT_ITEMS)


@dataclass(frozen=True)
class House:
    """A server, and the ids of Anna's folders."""

    server: RunningServer
    folders: dict[FolderType, str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    entries = {BEN: AddressListEntry("Ben Beck", BEN, "ben", "Ben", "Beck", picture=PICTURE)}
    limits: dict[str, Any] = {"limits.devices": 10_000}
    with running_server(tmp_path_factory.mktemp("house"), entries=entries, **limits) as server:
        phone = Phone(server, Version.V16_1)
        folders = {kind: entry.server_id for kind, entry in phone.folders().items()}
        for message in (letter(), rich(), signed()):
            server.deliver(ANNA, message.as_bytes())
        furnish(phone, folders)
        yield House(server, folders)


def furnish(phone: Phone, folders: dict[FolderType, str]) -> None:
    """A contact with everything, a draft with an attachment, and a message with flag and categories."""
    fields = [
        E(bound.field.tag, _text(bound.name))
        for bound in Contact.fields()
        if bound.name not in ("categories", "children", "body", "picture")
    ]
    fields += [
        E(Contacts.Categories, [E(Contacts.Category, "One")]),
        E(Contacts.Children, [E(Contacts.Child, "Kim")]),
        E(Contacts.Picture, "/9j/AAAA"),
        E(AirSyncBase.Body, [E(AirSyncBase.Type, "1"), E(AirSyncBase.Data, "Notes")]),
    ]
    (added,) = exchange(phone, folders[FolderType.CONTACTS], [add(fields)]).responses
    assert added.status == 1
    attachment = [
        E(AirSyncBase.ClientId, "a"),
        E(AirSyncBase.Content, b"bytes"),
        E(AirSyncBase.Method, "1"),
        E(AirSyncBase.DisplayName, "plan.txt"),
    ]
    draft = [
        E(Email.To, BEN),
        E(Email.Subject, "A draft"),
        E(AirSyncBase.Attachments, [E(AirSyncBase.Add, attachment)]),
        E(AirSyncBase.Body, [E(AirSyncBase.Type, "1"), E(AirSyncBase.Data, "Dear Ben")]),
        E(Email2.Bcc, "hidden@example.org"),
    ]
    (added,) = exchange(phone, folders[FolderType.DRAFTS], [add(draft)]).responses
    assert isinstance(added, AddResponse)
    assert added.status == 1
    inbox = folders[FolderType.INBOX]
    known = exchange(phone, inbox, [])
    flag = Flag(status=FlagStatus.ACTIVE, flag_type="for Follow Up")
    for one in known.commands:
        assert isinstance(one, ServerAdd)
        data = [
            E(Email.Read, "1"),
            E(Email.Flag, flag.to_children(phone.version)),
            E(Email.Categories, [E(Email.Category, "Blue")]),
        ]
        change = E(AirSync.Change, [E(AirSync.ServerId, one.server_id), E(AirSync.ApplicationData, data)])
        assert not exchange(phone, inbox, [change], key=known.sync_key).responses
        known = exchange(phone, inbox, [])


def _text(name: str) -> str:
    if name in ("anniversary", "birthday"):
        return "2001-02-03T00:00:00.000Z"
    return "3" if name == "weighted_rank" else f"{name} of Kim"


def add(data: list[Element]) -> Element:
    return E(AirSync.Add, [E(AirSync.ClientId, "c"), E(AirSync.ApplicationData, data)])


def options(version: Version) -> list[Element]:
    """All body preferences that a version knows."""
    preview = [E(AirSyncBase.Preview, "40")] if version >= Version.V14_0 else []
    found = [
        E(
            AirSyncBase.BodyPreference,
            [E(AirSyncBase.Type, kind), E(AirSyncBase.TruncationSize, "30"), *preview],
        )
        for kind in ("1", "2", "4")
    ]
    if version >= Version.V14_1:
        found.append(E(AirSyncBase.BodyPartPreference, [E(AirSyncBase.Type, "2"), *preview]))
        found.append(E(RightsManagement.RightsManagementSupport, "1"))
    return found


def exchange(
    phone: Phone, folder: str, commands: list[Element], wanted: list[Element] | None = None, key: str = ""
) -> CollectionResponse:
    """One Sync of a folder, from key 0 unless a key is given."""
    if not key:
        key = exchange(phone, folder, [], wanted, "0").sync_key
    inner = [E(AirSync.SyncKey, key), E(AirSync.CollectionId, folder), E(AirSync.WindowSize, "100")]
    inner += [E(AirSync.Options, wanted)] if wanted else []
    inner += [E(AirSync.Commands, commands)] if commands else []
    tree = E(AirSync.Sync, [E(AirSync.Collections, [E(AirSync.Collection, inner)])])
    answer = phone.post(Command.SYNC, encode(tree))
    if not answer.body:  # nothing to tell (MS-ASCMD_R679)
        return CollectionResponse(sync_key=key, collection_id=folder, status=1)
    (collection,) = answer.read(SyncResponse).collections
    assert collection.status == 1
    return collection


def succeeded(answer: Answer) -> Element:
    """The tree of an answer whose every Status is a success and whose fields are of its version."""
    assert answer.status == 200
    assert answer.command is not None
    response = messages_of(answer.command, answer.version).response
    assert response is not None
    record = answer.read(response)
    assert record.to_element(answer.version) == answer.tree
    return answer.tree


def tell(phone: Phone, command: Command, tree: Element) -> Element:
    return succeeded(phone.post(command, encode(tree)))


def statuses(tree: Element) -> set[str]:
    return {node.text for node in every(tree) if node.tag.name == "Status"}


@pytest.mark.req("MS-ASHTTP_R283", "MS-ASEMAIL_R1132", "MS-ASEMAIL_R1141", "MS-ASEMAIL_R1159")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(
    ("preferences", "mime"), [("1", "0"), ("2", "0"), ("4", "1"), ("4", "2"), ("all", "2"), ("none", "0")]
)
def test_items(house: House, version: Version, preferences: str, mime: str) -> None:
    phone = Phone(house.server, version)
    phone.folder_sync()
    wanted = [E(AirSync.MIMESupport, mime)] if mime != "0" else []
    if preferences != "none":
        wanted += [
            option
            for option in options(version)
            if preferences == "all"
            or option.tag is not AirSyncBase.BodyPreference
            or option.children[0].text == preferences
        ]
    told: dict[FolderType, list[Element]] = {}
    for kind in FOLDERS:
        commands = exchange(phone, house.folders[kind], [], wanted).commands
        told[kind] = [
            E(AirSync.ApplicationData, command.application_data)
            for command in commands
            if isinstance(command, ServerAdd)
        ]
        model = Contact if kind is FolderType.CONTACTS else Message
        for data in told[kind]:
            model.from_children(data.children, version)
    assert len(told[FolderType.INBOX]) >= 3
    (contact,) = told[FolderType.CONTACTS]
    assert contact.find(Contacts.YomiLastName) is not None
    categories = [data.find(Email.Categories) for data in told[FolderType.INBOX]]
    assert any(categories) is (version >= Version.V14_0)
    (draft,) = told[FolderType.DRAFTS]
    for tag in (Email2.Bcc, Email2.IsDraft):
        assert (draft.find(tag) is not None) is (version >= Version.V16_0)


def policies(version: Version, *more: Element) -> Element:
    policy = [E(Provision.PolicyType, "MS-EAS-Provisioning-WBXML"), *more]
    described = E(Settings.DeviceInformation, [E(Settings.Set, [E(Settings.Model, "x")])])
    first = [described] if version >= Version.V14_1 and not more else []
    return E(Provision.Provision, [*first, E(Provision.Policies, [E(Provision.Policy, policy)])])


@pytest.mark.req("MS-ASHTTP_R283", "MS-ASPROV_R1045")
@pytest.mark.parametrize("version", SERVED)
def test_provision(house: House, version: Version) -> None:
    phone = Phone(house.server, version)
    tree = tell(phone, Command.PROVISION, policies(version))
    assert statuses(tree) == {"1"}
    keys = [node for node in every(tree) if node.tag is Provision.PolicyKey]
    again = tell(phone, Command.PROVISION, policies(version, keys[0], E(Provision.Status, "1")))
    assert statuses(again) == {"1"}


@pytest.mark.req("MS-ASHTTP_R283")
@pytest.mark.parametrize("version", SERVED)
def test_folders_and_moves(house: House, version: Version) -> None:
    phone = Phone(house.server, version)
    key = "0"

    def change(command: Command, root: Tag, *children: Element) -> str:
        nonlocal key
        tree = tell(phone, command, E(root, [E(FolderHierarchy.SyncKey, key), *children]))
        assert statuses(tree) == {"1"}
        next_key, server_id = tree.find(FolderHierarchy.SyncKey), tree.find(FolderHierarchy.ServerId)
        assert next_key is not None
        key = next_key.text
        return server_id.text if server_id is not None else ""

    change(Command.FOLDER_SYNC, FolderHierarchy.FolderSync)
    parent, kind = E(FolderHierarchy.ParentId, "0"), E(FolderHierarchy.Type, "12")
    name = E(FolderHierarchy.DisplayName, f"Of {version.text}")
    folder = change(Command.FOLDER_CREATE, FolderHierarchy.FolderCreate, parent, name, kind)
    inbox = house.folders[FolderType.INBOX]
    item = exchange(phone, inbox, []).commands[0].server_id
    for source, target in ((inbox, folder), (folder, inbox)):
        move = [E(Move.SrcMsgId, item), E(Move.SrcFldId, source), E(Move.DstFldId, target)]
        tree = tell(phone, Command.MOVE_ITEMS, E(Move.MoveItems, [E(Move.Move, move)]))
        assert statuses(tree) == {"3"}
        item = next(node.text for node in every(tree) if node.tag is Move.DstMsgId)
    identity = E(FolderHierarchy.ServerId, folder)
    name = E(FolderHierarchy.DisplayName, f"Renamed in {version.text}")
    change(Command.FOLDER_UPDATE, FolderHierarchy.FolderUpdate, identity, parent, name)
    change(Command.FOLDER_DELETE, FolderHierarchy.FolderDelete, identity)


@pytest.mark.req("MS-ASHTTP_R283", "MS-ASCMD_R6672")
@pytest.mark.parametrize("version", SERVED)
def test_settings(house: House, version: Version) -> None:
    get = E(Settings.Get)
    asked = [
        E(Settings.Oof, [E(Settings.Get, [E(Settings.BodyType, "Text")])]),
        E(Settings.DevicePassword, [E(Settings.Set, [E(Settings.Password, "")])]),
        E(Settings.DeviceInformation, [E(Settings.Set, [E(Settings.Model, "x"), E(Settings.IMEI, "1")])]),
        E(Settings.UserInformation, [get]),
    ]
    if version >= Version.V14_1:
        asked.insert(0, E(Settings.RightsManagementInformation, [get]))
    tree = tell(Phone(house.server, version), Command.SETTINGS, E(Settings.Settings, asked))
    found = {node.tag for node in every(tree)}
    assert (Settings.Accounts in found) is (version >= Version.V14_1)
    assert Settings.SMTPAddress in found


@pytest.mark.req("MS-ASHTTP_R283", "MS-ASCMD_R4972")
@pytest.mark.parametrize("version", SERVED)
def test_searches(house: House, version: Version) -> None:
    phone = Phone(house.server, version)
    photo = [E(Search.Picture, [E(Search.MaxSize, "500")])] if version >= Version.V14_1 else []
    store = [E(Search.Name, "GAL"), E(Search.Query, "Ben")]
    store.append(E(Search.Options, [E(Search.Range, "0-5"), *photo]))
    tree = tell(phone, Command.SEARCH, E(Search.Search, [E(Search.Store, store)]))
    found = {node.tag for node in every(tree)}
    assert GAL.EmailAddress in found
    assert (GAL.Picture in found) is (version >= Version.V14_1)
    if version < Version.V16_1:
        assert phone.post(Command.FIND, b"\x03\x01\x6a\x00").status == 400
        return
    criterion = [E(Find.Query, "Ben"), E(Find.Options, [E(Find.Range, "0-5"), E(Find.Picture)])]
    execute = E(Find.ExecuteSearch, [E(Find.GalSearchCriterion, criterion)])
    tree = tell(phone, Command.FIND, E(Find.Find, [E(Find.SearchId, "s"), execute]))
    assert {GAL.EmailAddress, GAL.Picture} <= {node.tag for node in every(tree)}


@pytest.mark.req("MS-ASHTTP_R283")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("multipart", [False, True])
def test_fetched_items(house: House, version: Version, multipart: bool) -> None:
    phone = Phone(house.server, version)
    phone.folder_sync()
    for kind in FOLDERS:
        folder = house.folders[kind]
        for command in exchange(phone, folder, []).commands:
            identity = [E(AirSync.CollectionId, folder), E(AirSync.ServerId, command.server_id)]
            wanted = E(ItemOperations.Options, [E(AirSync.MIMESupport, "2"), *options(version)])
            inner = [E(ItemOperations.Store, "Mailbox"), *identity, wanted]
            assert isinstance(command, ServerAdd)
            for node in every(E(AirSync.ApplicationData, command.application_data)):
                if node.tag is AirSyncBase.FileReference:
                    fetch = [E(ItemOperations.Store, "Mailbox"), E(AirSyncBase.FileReference, node.text)]
                    assert statuses(operate(phone, fetch, multipart)) == {"1"}
            assert statuses(operate(phone, inner, multipart)) <= {"1", "0", "2"}


def operate(phone: Phone, fetch: list[Element], multipart: bool) -> Element:
    tree = E(ItemOperations.ItemOperations, [E(ItemOperations.Fetch, fetch)])
    return succeeded(phone.post(Command.ITEM_OPERATIONS, encode(tree), accept_multipart=multipart))


@pytest.mark.req("MS-ASAIRS_R120", "MS-ASAIRS_R1062", "MS-ASAIRS_R1063")
@pytest.mark.parametrize("version", SERVED)
def test_items_fetched_in_a_sync(house: House, version: Version) -> None:
    phone = Phone(house.server, version)
    inbox = house.folders[FolderType.INBOX]
    first = exchange(phone, inbox, [], options(version))
    fetches = [E(AirSync.Fetch, [E(AirSync.ServerId, command.server_id)]) for command in first.commands]
    responses = exchange(phone, inbox, fetches, options(version), first.sync_key).responses
    assert len(responses) == len(fetches)
    for response in responses:
        assert isinstance(response, FetchResponse)
        assert response.status == 1
        tags = {element.tag for element in response.application_data or []}
        assert AirSyncBase.Body in tags
        assert (AirSyncBase.BodyPart in tags) is (version >= Version.V14_1)


@pytest.mark.req("MS-ASCMD_R193", "MS-ASCMD_R194", "MS-ASCMD_R2488")
@pytest.mark.parametrize("version", SERVED)
def test_operations_of_several_kinds(house: House, version: Version) -> None:
    fetch = E(ItemOperations.Fetch, [E(ItemOperations.Store, "Nowhere")])
    empty = E(ItemOperations.EmptyFolderContents, [E(AirSync.CollectionId, "99999")])
    move = E(
        ItemOperations.Move,
        [E(ItemOperations.ConversationId, b"c"), E(ItemOperations.DstFldId, "1")],
    )
    operations = [fetch, empty, fetch] + ([move, empty] if version >= Version.V14_0 else [])
    tree = tell(
        Phone(house.server, version), Command.ITEM_OPERATIONS, E(ItemOperations.ItemOperations, operations)
    )
    response = tree.find(ItemOperations.Response)
    assert response is not None
    told = sorted(child.tag.name for child in response)
    assert told == sorted(operation.tag.name for operation in operations)


@pytest.mark.req("MS-ASHTTP_R283")
@pytest.mark.parametrize("version", SERVED)
def test_estimates_and_pings(house: House, version: Version) -> None:
    phone = Phone(house.server, version)
    phone.folder_sync()
    inbox = house.folders[FolderType.INBOX]
    key = exchange(phone, inbox, [], key="0").sync_key
    inner = [E(AirSync.SyncKey, key), E(GetItemEstimate.CollectionId, inbox)]
    if version < Version.V14_0:
        inner.insert(0, E(GetItemEstimate.Class, "Email"))
    asked = E(GetItemEstimate.Collections, [E(GetItemEstimate.Collection, inner)])
    tree = tell(phone, Command.GET_ITEM_ESTIMATE, E(GetItemEstimate.GetItemEstimate, [asked]))
    assert statuses(tree) == {"1"}
    folder = E(Ping.Folder, [E(Ping.Id, inbox), E(Ping.Class, "Email")])
    ping = E(Ping.Ping, [E(Ping.HeartbeatInterval, "60"), E(Ping.Folders, [folder])])
    assert statuses(tell(phone, Command.PING, ping)) == {"2"}
