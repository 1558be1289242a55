"""An element that the negotiated version does not know is refused, and taken in those that know it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.sync import CollectionResponse, SyncResponse
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag, encode
from overair.wbxml.pages import (
    AirSync,
    AirSyncBase,
    ComposeMail,
    Contacts,
    Email,
    Email2,
    GetItemEstimate,
    ItemOperations,
    Provision,
    RightsManagement,
    Search,
    Settings,
)
from support.mailboxes import deliver
from support.phone import Phone, contents, letter
from support.server import BEN, RunningServer
from support.spoken import SPOKEN, status_at

E = Element
SPOKEN_BY_COMMAND = {spoken.command: spoken for spoken in SPOKEN}


@dataclass(frozen=True)
class Later:
    """A request that is good in the versions from ``since`` to ``until`` and refused in the others."""

    name: str
    command: Command
    tree: Element
    since: Version = Version.V12_1
    until: Version = Version.V16_1


def sync(*collection: Element, first: tuple[Element, ...] = (), outer: tuple[Element, ...] = ()) -> Element:
    """A first Sync of the Inbox with more in its collection or beside it."""
    inner = [*first, E(AirSync.SyncKey, "0"), E(AirSync.CollectionId, "INBOX"), *collection]
    return E(AirSync.Sync, [E(AirSync.Collections, [E(AirSync.Collection, inner)]), *outer])


def sync_option(option: Element) -> Element:
    return sync(E(AirSync.Options, [option]))


def estimate(*collection: Element) -> Element:
    key = [E(AirSync.SyncKey, "0"), E(GetItemEstimate.CollectionId, "INBOX")]
    inner = E(GetItemEstimate.Collection, [*key, *collection])
    return E(GetItemEstimate.GetItemEstimate, [E(GetItemEstimate.Collections, [inner])])


def fetch(*options: Element, beside: tuple[Element, ...] = ()) -> Element:
    children = [E(ItemOperations.Store, "Mailbox"), E(AirSyncBase.FileReference, "1:1:1")]
    inside = E(ItemOperations.Options, list(options))
    return E(ItemOperations.ItemOperations, [E(ItemOperations.Fetch, [*children, inside, *beside])])


def device_information(*properties: Element) -> Element:
    return E(Settings.DeviceInformation, [E(Settings.Set, list(properties))])


def search(option: Element) -> Element:
    store = [E(Search.Name, "GAL"), E(Search.Query, "Ben"), E(Search.Options, [option])]
    return E(Search.Search, [E(Search.Store, store)])


def send_mail(client_id: str, *more: Element) -> Element:
    mime = f"From: anna@example.org\r\nTo: {BEN}\r\n\r\nHello".encode()
    client = E(ComposeMail.ClientId, client_id)
    return E(ComposeMail.SendMail, [client, *more, E(ComposeMail.Mime, mime)])


PREFERENCE = [E(AirSyncBase.Type, "1")]
PREVIEW = [*PREFERENCE, E(AirSyncBase.Preview, "9")]
BODY_PART = E(AirSyncBase.BodyPartPreference, [E(AirSyncBase.Type, "2")])
POLICIES = E(
    Provision.Policies,
    [E(Provision.Policy, [E(Provision.PolicyType, "MS-EAS-Provisioning-WBXML")])],
)
MOVE = E(
    ItemOperations.Move,
    [E(ItemOperations.ConversationId, b"x"), E(ItemOperations.DstFldId, "INBOX")],
)

LATER = [
    Later(
        "Class of a collection", Command.SYNC, sync(first=(E(AirSync.Class, "Email"),)), until=Version.V12_1
    ),
    Later("ConversationMode", Command.SYNC, sync(E(AirSync.ConversationMode, "0")), Version.V14_0),
    Later("MaxItems", Command.SYNC, sync_option(E(AirSync.MaxItems, "5")), Version.V14_0),
    Later("Class in Options", Command.SYNC, sync_option(E(AirSync.Class, "Email")), Version.V14_0),
    Later("Preview", Command.SYNC, sync_option(E(AirSyncBase.BodyPreference, PREVIEW)), Version.V14_0),
    Later("BodyPartPreference", Command.SYNC, sync_option(BODY_PART), Version.V14_1),
    Later(
        "RightsManagementSupport",
        Command.SYNC,
        sync_option(E(RightsManagement.RightsManagementSupport, "0")),
        Version.V14_1,
    ),
    Later(
        "HeartbeatInterval",
        Command.SYNC,
        sync(outer=(E(AirSync.HeartbeatInterval, "60"),)),
        Version.V14_0,
    ),
    Later(
        "Class of an estimate",
        Command.GET_ITEM_ESTIMATE,
        estimate(E(GetItemEstimate.Class, "Email")),
        until=Version.V12_1,
    ),
    Later(
        "FilterType beside Options",
        Command.GET_ITEM_ESTIMATE,
        estimate(E(AirSync.FilterType, "3")),
        until=Version.V12_1,
    ),
    Later(
        "Options of an estimate",
        Command.GET_ITEM_ESTIMATE,
        estimate(E(AirSync.Options, [E(AirSync.FilterType, "3")])),
        Version.V14_0,
    ),
    Later("Move", Command.ITEM_OPERATIONS, E(ItemOperations.ItemOperations, [MOVE]), Version.V14_0),
    Later("BodyPartPreference", Command.ITEM_OPERATIONS, fetch(BODY_PART), Version.V14_1),
    Later(
        "RemoveRightsManagementProtection",
        Command.ITEM_OPERATIONS,
        fetch(beside=(E(RightsManagement.RemoveRightsManagementProtection),)),
        Version.V14_1,
    ),
    Later(
        "RightsManagementInformation",
        Command.SETTINGS,
        E(Settings.Settings, [E(Settings.RightsManagementInformation, [E(Settings.Get)])]),
        Version.V14_1,
    ),
    Later(
        "MobileOperator",
        Command.SETTINGS,
        E(Settings.Settings, [device_information(E(Settings.MobileOperator, "x"))]),
        Version.V14_0,
    ),
    Later(
        "EnableOutboundSMS",
        Command.SETTINGS,
        E(Settings.Settings, [device_information(E(Settings.EnableOutboundSMS, "0"))]),
        Version.V14_0,
    ),
    Later("Picture", Command.SEARCH, search(E(Search.Picture)), Version.V14_1),
    Later(
        "DeviceInformation",
        Command.PROVISION,
        E(Provision.Provision, [device_information(E(Settings.Model, "x")), POLICIES]),
        Version.V14_1,
    ),
    Later("AccountId", Command.SEND_MAIL, send_mail("a", E(ComposeMail.AccountId, "2")), Version.V14_1),
    Later(
        "TemplateID", Command.SEND_MAIL, send_mail("b", E(RightsManagement.TemplateID, "2")), Version.V14_1
    ),
]


def filled(tree: Element, inbox: str) -> Element:
    """The tree with the Inbox's id."""
    if isinstance(tree.content, list):
        return E(tree.tag, [filled(child, inbox) for child in tree.content])
    return E(tree.tag, inbox) if tree.content == "INBOX" else tree


@pytest.mark.req("MS-ASHTTP_R283")
@pytest.mark.parametrize(
    ("later", "version"),
    [(later, version) for later in LATER for version in SPOKEN_BY_COMMAND[later.command].versions()],
    ids=lambda value: value.text if isinstance(value, Version) else f"{value.command} {value.name}",
)
def test_elements_of_other_versions(
    server: RunningServer, data_dir: Path, later: Later, version: Version
) -> None:
    phone = Phone(server, version)
    inbox = phone.folders()[FolderType.INBOX].server_id
    body = encode(filled(later.tree, inbox))
    spoken = SPOKEN_BY_COMMAND[later.command]
    before = contents(data_dir)
    answer = phone.post(later.command, body)
    known = later.since <= version <= later.until
    refused = answer.status == 400 or (
        bool(answer.body)
        and answer.tree.tag is spoken.root
        and _says(answer.tree, spoken.path, spoken.status)
    )
    assert refused is not known
    if refused:
        assert contents(data_dir) == before


def _says(tree: Element, path: tuple[Tag, ...], status: int) -> bool:
    return tree.find(path[0]) is not None and status_at(tree, path) == status


ITEMS = [
    ("Alias", Contacts.Alias, FolderType.CONTACTS, Version.V14_0),
    ("WeightedRank", Contacts.WeightedRank, FolderType.CONTACTS, Version.V14_0),
    ("Categories", Email.Categories, FolderType.INBOX, Version.V14_0),
    ("Sender", Email2.Sender, FolderType.INBOX, Version.V14_0),
    ("AccountId", Email2.AccountId, FolderType.INBOX, Version.V14_1),
    ("Bcc", Email2.Bcc, FolderType.INBOX, Version.V16_0),
    ("IsDraft", Email2.IsDraft, FolderType.INBOX, Version.V16_0),
    ("Send", Email2.Send, FolderType.INBOX, Version.V16_0),
    ("RightsManagementLicense", RightsManagement.RightsManagementLicense, FolderType.INBOX, Version.V14_1),
]


@pytest.mark.req("MS-ASHTTP_R283")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(
    ("tag", "folder_type", "since"), [row[1:] for row in ITEMS], ids=[row[0] for row in ITEMS]
)
def test_properties_of_other_versions(
    server: RunningServer, version: Version, tag: Tag, folder_type: FolderType, since: Version
) -> None:
    phone = Phone(server, version)
    folder = phone.folders()[folder_type].server_id
    _, item = deliver(server, letter("To be changed"))
    key = exchanged(phone, folder, "0").sync_key
    if folder_type is FolderType.CONTACTS:
        data = [E(Contacts.FileAs, "x"), E(tag, "1")]
        command = E(AirSync.Add, [E(AirSync.ClientId, "c"), E(AirSync.ApplicationData, data)])
    else:
        key = exchanged(phone, folder, key).sync_key
        data = [E(Email.Read, "1"), E(tag, [] if tag is Email.Categories else "")]
        command = E(AirSync.Change, [E(AirSync.ServerId, item), E(AirSync.ApplicationData, data)])
    (response,) = exchanged(phone, folder, key, command).responses or (None,)
    status = getattr(response, "status", 1)
    assert (status == 6) is (version < since), status


def exchanged(phone: Phone, folder: str, key: str, *commands: Element) -> CollectionResponse:
    """One Sync of a folder."""
    inner = [E(AirSync.SyncKey, key), E(AirSync.CollectionId, folder)]
    inner += [E(AirSync.Commands, list(commands))] if commands else []
    tree = E(AirSync.Sync, [E(AirSync.Collections, [E(AirSync.Collection, inner)])])
    (collection,) = phone.post(Command.SYNC, encode(tree)).read(SyncResponse).collections
    assert collection.status == 1
    return collection
