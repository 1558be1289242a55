"""Windows Phone 8 and Windows Mobile: protocol versions 12.1 and 14.0."""

from __future__ import annotations

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, AirSyncBase, Contacts, Email
from phones.handset import Handset, body_of, e, preference, shown, text
from phones.letters import PDF, plain, rich, signed
from support.phone import Phone, every
from support.server import ANNA, BEN, RunningServer

VERSIONS = (Version.V12_1, Version.V14_0)
CLASSES = {FolderType.CONTACTS: "Contacts"}


@pytest.fixture(params=VERSIONS, ids=lambda version: version.text)
def version(request: pytest.FixtureRequest) -> Version:
    """The versions that it speaks."""
    value: Version = request.param
    return value


def lumia(server: RunningServer, version: Version, address: str = ANNA) -> Handset:
    """A phone with its list of folders."""
    phone = Phone(server, version, address, device_type="WP8")
    handset = Handset(phone, user_agent="MSFT-WP/8.0.10512")
    handset.provision()
    handset.folder_sync("0")
    return handset


def collection(handset: Handset, kind: FolderType, *commands: Element, **size: object) -> Element:
    """A Collection; up to 12.1 with its Class in front."""
    kept = handset[kind]
    begun = kept.key != "0"
    mail = kind not in CLASSES
    item_class = None
    if handset.phone.version <= Version.V12_1:
        item_class = e(AirSync.Class, CLASSES.get(kind, "Email"))
    options = (
        e(
            AirSync.Options,
            e(AirSync.FilterType, "2"),
            e(AirSync.MIMETruncation, "0"),
            e(AirSync.MIMESupport, "1"),
            preference(2, 20_480, all_or_none=True),
            preference(1, 20_480),
            preference(4),
            e(AirSync.Conflict, "1"),
        )
        if mail
        else e(AirSync.Options, e(AirSync.FilterType, "0"), preference(1, 400), e(AirSync.Conflict, "0"))
    )
    return e(
        AirSync.Collection,
        item_class,
        e(AirSync.SyncKey, kept.key),
        e(AirSync.CollectionId, handset.folder_id(kind)),
        e(AirSync.DeletesAsMoves) if begun and mail else None,
        e(AirSync.GetChanges) if begun else None,
        e(AirSync.WindowSize, "25"),
        options,
        e(AirSync.Commands, *commands) if commands else None,
    )


def sync(handset: Handset, *collections: Element) -> list[Element]:
    """One Sync."""
    commands = [one for tree in collections for one in tree.find(AirSync.Commands) or ()]
    return handset.take(handset.send(Command.SYNC, handset.sync_tree(*collections)), commands)


def rest(handset: Handset, *kinds: FolderType) -> None:
    """Sync these folders together until nothing more comes."""
    for _ in range(20):
        if not sync(handset, *(collection(handset, kind) for kind in kinds)):
            return
    raise AssertionError("the phone never comes to rest")


@pytest.mark.req("MS-ASAIRS_R78", "MS-ASAIRS_R80", "MS-ASCMD_R3418")
def test_mail_arrives_in_the_form_that_it_can_show(server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, rich("short"))
    server.deliver(ANNA, rich("long", words=9000))
    server.deliver(ANNA, signed("signed"))
    for number in range(30):
        server.deliver(ANNA, plain(f"letter {number}"))
    phone = lumia(server, version)
    rest(phone, FolderType.INBOX, FolderType.CONTACTS)
    inbox = phone[FolderType.INBOX]
    assert len(inbox.items) == 33
    kind, size, truncated, data = body_of(inbox.item("short"))
    assert (kind, truncated, int(size)) == ("2", "", len(data.encode()))
    # AllOrNone: HTML that would have to be cut gives way to text, which may be.
    kind, size, truncated, data = body_of(inbox.item("long"))
    assert (kind, truncated) == ("1", "1")
    assert len(data.encode()) <= 20_480 < int(size)
    # MIMETruncation 0 cuts all of a signed message, and says how much there is.
    kind, size, truncated, data = body_of(inbox.item("signed"))
    assert (kind, truncated, data, int(size)) == ("4", "1", "", len(signed("signed")))


@pytest.mark.req("MS-ASCMD_R166")
def test_attachments(server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, rich("rich"))
    phone = lumia(server, version)
    rest(phone, FolderType.INBOX)
    attachments = phone[FolderType.INBOX].item("rich")[AirSyncBase.Attachments]
    [reference] = [
        text(one, AirSyncBase.FileReference)
        for one in attachments
        if text(one, AirSyncBase.DisplayName).endswith(".pdf")
    ]
    [inline] = [one for one in attachments if one.find(AirSyncBase.IsInline) is not None]
    assert text(inline, AirSyncBase.ContentId) == "picture1"
    answer = phone.send(Command.GET_ATTACHMENT, attachment_name=reference)
    if version <= Version.V12_1:
        assert (answer.headers["content-type"], answer.body) == ("application/pdf", PDF)
        assert phone.send(Command.GET_ATTACHMENT, attachment_name=reference + "9").status == 500
    else:
        assert answer.body != PDF


@pytest.mark.req("MS-ASCMD_R2956")
def test_a_message_is_fetched_in_a_sync(server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, plain("long", words=9000))
    phone = lumia(server, version)
    rest(phone, FolderType.INBOX)
    inbox = phone[FolderType.INBOX]
    assert list(body_of(inbox.item("long")))[2] == "1"
    fetch = e(AirSync.Fetch, e(AirSync.ServerId, inbox.id_of("long")))
    [answer] = sync(phone, collection(phone, FolderType.INBOX, fetch))
    [fetched] = [one for one in every(answer) if one.tag is AirSync.Fetch]
    assert text(fetched, AirSync.Status) == "1"
    _, size, truncated, data = body_of(shown(fetched.find(AirSync.ApplicationData)))
    assert truncated != "1"
    assert int(size) == len(data.encode())
    assert data.split() == ["word"] * 9000


def test_mail_is_sent_as_it_is(server: RunningServer) -> None:
    phone, receiver = lumia(server, Version.V12_1), lumia(server, Version.V12_1, BEN)
    for save in (True, False):
        mime = plain(f"saved {save}", to=BEN)
        for _ in range(2):  # the first answer is lost
            answer = phone.phone.post(
                Command.SEND_MAIL, mime, content_type="message/rfc822", save_in_sent=save
            )
            assert (answer.status, answer.body) == (200, b"")
    rest(phone, FolderType.SENT_ITEMS)
    rest(receiver, FolderType.INBOX)
    assert phone[FolderType.SENT_ITEMS].subjects == ["saved True"]
    assert receiver[FolderType.INBOX].subjects == ["saved False", "saved True"]


@pytest.mark.req("MS-ASCMD_R2067", "MS-ASCMD_R2068", "MS-ASCMD_R2069")
def test_conflicts_are_settled_as_each_folder_asks(server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, plain("letter"))
    phone, other = lumia(server, version), lumia(server, version)
    kinds = (FolderType.INBOX, FolderType.CONTACTS)
    rest(phone, *kinds)
    person = e(AirSync.ApplicationData, e(Contacts.FirstName, "Ada"), e(Contacts.JobTitle, "Countess"))
    sync(phone, collection(phone, FolderType.CONTACTS, e(AirSync.Add, e(AirSync.ClientId, "1"), person)))
    rest(other, *kinds)

    def change(handset: Handset, kind: FolderType, name: str, *data: Element) -> Element:
        server_id = e(AirSync.ServerId, handset[kind].id_of(name))
        return collection(handset, kind, e(AirSync.Change, server_id, e(AirSync.ApplicationData, *data)))

    flag = e(Email.Flag, e(Email.Status, "2"), e(Email.FlagType, "x"))
    ada = e(Contacts.FirstName, "Ada")
    sync(other, change(other, FolderType.INBOX, "letter", flag))
    sync(other, change(other, FolderType.CONTACTS, "Ada", ada, e(Contacts.JobTitle, "Programmer")))
    # The server's mail stays, and the loser is told; of contacts the phone's own stays.
    [answer] = sync(phone, change(phone, FolderType.INBOX, "letter", e(Email.Flag)))
    [status] = [text(one, AirSync.Status) for one in answer.find(AirSync.Responses) or ()]
    assert status == "7"
    assert text(phone[FolderType.INBOX].item("letter")[Email.Flag], Email.Status) == "2"
    sync(phone, change(phone, FolderType.CONTACTS, "Ada", ada, e(Contacts.JobTitle, "Analyst")))
    for handset in (phone, other):
        rest(handset, *kinds)
        assert handset[FolderType.CONTACTS].item("Ada")[Contacts.JobTitle].text == "Analyst"
        assert text(handset[FolderType.INBOX].item("letter")[Email.Flag], Email.Status) == "2"
