"""ItemOperations and GetAttachment."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from overair.items import Contact
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.body_preferences import BodyPartPreference, BodyPreference, BodyType
from overair.protocol.http import MULTIPART_TYPE, Command
from overair.protocol.item_operations import (
    EmptyFolderContents,
    EmptyFolderContentsOptions,
    EmptyFolderContentsResponse,
    Fetch,
    FetchOptions,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
    Operation,
    Properties,
)
from overair.protocol.ranges import Range
from overair.protocol.sync_options import MIMESupport
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSyncBase, Contacts, Email
from support.mailboxes import deliver, listed
from support.phone import Phone, letter
from support.server import ANNA, RunningServer

DATA = bytes(range(256)) * 40


def with_attachment(subject: str, data: bytes = DATA) -> EmailMessage:
    message = letter(subject, body="Text of the letter\n")
    message.add_attachment(data, maintype="image", subtype="png", filename="bild ä.png")
    return message


def operate(phone: Phone, *operations: Operation) -> ItemOperationsResponse:
    request = ItemOperationsRequest(operations=operations)
    return phone.post(Command.ITEM_OPERATIONS, request).read(ItemOperationsResponse)


def fetch(phone: Phone, request: Fetch) -> FetchResponse:
    response = operate(phone, request)
    assert response.status == 1
    (fetched,) = response.responses
    assert isinstance(fetched, FetchResponse)
    return fetched


def properties(response: FetchResponse) -> Properties:
    assert response.status == 1, response
    assert response.properties is not None
    return response.properties


def item(folder_id: str, item_id: str, options: FetchOptions | None = None) -> Fetch:
    return Fetch(store="Mailbox", collection_id=folder_id, server_id=item_id, options=options)


def file(reference: str, options: FetchOptions | None = None) -> Fetch:
    return Fetch(store="Mailbox", file_reference=reference, options=options)


def reference_of(phone: Phone, folder_id: str, item_id: str) -> str:
    """The FileReference of a message's first attachment."""
    fetched = properties(fetch(phone, item(folder_id, item_id))).item
    attachments = next(child for child in fetched if child.tag is AirSyncBase.Attachments)
    found = next(iter(attachments)).find(AirSyncBase.FileReference)
    assert found is not None
    return found.text


def text_of(children: list[Element], tag: object) -> str:
    return next(child.text for child in children if child.tag is tag)


@pytest.mark.req("MS-ASCMD_R194", "MS-ASCMD_R2950", "MS-ASCMD_R3879")
@pytest.mark.parametrize("version", SERVED)
def test_fetch_an_item(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    folder_id, item_id = deliver(server, letter("To be fetched", body="Words"))
    preferences = (BodyPreference(type=BodyType.PLAIN_TEXT),)
    response = fetch(phone, item(folder_id, item_id, FetchOptions(body_preferences=preferences)))
    assert (response.collection_id, response.server_id, response.item_class) == (folder_id, item_id, "Email")
    fetched = properties(response).item
    assert text_of(fetched, Email.Subject) == "To be fetched"
    body = next(child for child in fetched if child.tag is AirSyncBase.Body)
    assert text_of(body.children, AirSyncBase.Data).strip() == "Words"


def test_fetch_as_mime(server: RunningServer) -> None:
    folder_id, item_id = deliver(server, letter("As MIME"))
    options = FetchOptions(
        mime_support=MIMESupport.ALWAYS, body_preferences=(BodyPreference(type=BodyType.MIME),)
    )
    fetched = properties(fetch(Phone(server), item(folder_id, item_id, options))).item
    body = next(child for child in fetched if child.tag is AirSyncBase.Body)
    assert text_of(body.children, AirSyncBase.Type) == "4"
    assert "Subject: As MIME" in text_of(body.children, AirSyncBase.Data)


@pytest.mark.req("MS-ASEMAIL_R63")
def test_a_schema_restricts_what_is_told(server: RunningServer) -> None:
    folder_id, item_id = deliver(server, letter("Only this"))
    options = FetchOptions(schema=[Element(Email.Subject), Element(Email.To)])
    fetched = properties(fetch(Phone(server), item(folder_id, item_id, options))).item
    assert {child.tag for child in fetched} == {Email.Subject, Email.To}


@pytest.mark.req("MS-ASCMD_R234", "MS-ASCMD_R2130", "MS-ASCMD_R3716", "MS-ASCMD_R5503")
@pytest.mark.parametrize("version", SERVED)
def test_fetch_an_attachment(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    reference = reference_of(phone, *deliver(server, with_attachment("Attached")))
    response = fetch(phone, file(reference))
    found = properties(response)
    assert response.file_reference == reference
    assert (found.data, found.content_type, found.total, found.range) == (DATA, "image/png", len(DATA), None)


@pytest.mark.req("MS-ASCMD_R3711", "MS-ASCMD_R5423", "MS-ASCMD_R4160", "MS-ASCMD_R2306")
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((0, 0), (0, 0)),
        ((100, 299), (100, 299)),
        ((0, 999_999), (0, 10239)),
        ((10239, 10240), (10239, 10239)),
    ],
)
def test_ranges(server: RunningServer, asked: tuple[int, int], told: tuple[int, int]) -> None:
    phone = Phone(server)
    reference = reference_of(phone, *deliver(server, with_attachment("In pieces")))
    found = properties(fetch(phone, file(reference, FetchOptions(range=Range(*asked)))))
    assert found.range == Range(*told)
    assert found.data == DATA[told[0] : told[1] + 1]
    assert found.total == len(DATA)
    beyond = fetch(phone, file(reference, FetchOptions(range=Range(10240, 20000))))
    assert beyond.status == 8
    assert beyond.properties is None


@pytest.mark.req(
    "MS-ASCMD_R236", "MS-ASCMD_R5505", "MS-ASCMD_R5509", "MS-ASCMD_R3633", "MS-ASCMD_R6937", "MS-ASHTTP_R154"
)
@pytest.mark.parametrize("base64", [False, True])
def test_a_multipart_answer(server: RunningServer, base64: bool) -> None:
    phone = Phone(server)
    folder_id, item_id = deliver(server, with_attachment("Parts"))
    reference = reference_of(phone, folder_id, item_id)
    preferences = (BodyPreference(type=BodyType.PLAIN_TEXT),)
    request = ItemOperationsRequest(
        operations=(
            file(reference),
            item(folder_id, item_id, FetchOptions(body_preferences=preferences)),
            file(reference, FetchOptions(range=Range(1, 3))),
        )
    )
    answer = phone.post(Command.ITEM_OPERATIONS, request, base64=base64, accept_multipart=True)
    assert answer.headers["content-type"] == MULTIPART_TYPE
    responses = answer.read(ItemOperationsResponse).responses
    found = [properties(response) for response in responses if isinstance(response, FetchResponse)]
    assert [one.part for one in found] == [1, None, 3]
    assert all(one.data is None for one in found)
    body = next(child for child in found[1].item if child.tag is AirSyncBase.Body)
    assert body.children[-1].text == "2"
    assert body.find(AirSyncBase.Data) is None
    assert answer.parts[0] == DATA
    assert answer.parts[1].strip() == b"Text of the letter"
    assert answer.parts[2] == DATA[1:4]


@pytest.mark.req("MS-ASCMD_R4166", "MS-ASCMD_R4158", "MS-ASCMD_R4161", "MS-ASCMD_R4162", "MS-ASCMD_R5412")
def test_statuses_of_fetch(server: RunningServer) -> None:
    phone = Phone(server)
    folder_id, item_id = deliver(server, with_attachment("Empty", b""))
    empty = reference_of(phone, folder_id, item_id)
    mime_part = FetchOptions(body_part_preference=BodyPartPreference(type=BodyType.MIME))
    for request, status in (
        (item(folder_id, f"{folder_id}:99999"), 6),
        (item("99999", item_id), 6),
        (item("nonsense", "nonsense"), 6),
        (Fetch(store="Mailbox", long_id="abc"), 6),
        (Fetch(store="Mailbox", server_id=item_id), 2),
        (Fetch(store="Mailbox"), 2),
        (Fetch(store="Document Library", link_id="\\\\server\\file"), 9),
        (item(folder_id, item_id, mime_part), 164),
        (file(f"{item_id}:99"), 15),
        (file(f"{folder_id}:99999:1"), 15),
        (file("nonsense"), 15),
        (file(empty, FetchOptions(mime_support=MIMESupport.ALWAYS)), 2),
        (file(empty), 10),
    ):
        response = fetch(phone, request)
        assert response.status == status, request
        assert response.properties is None


@pytest.mark.req("MS-ASCMD_R7238")
def test_operations_that_break_the_schema(server: RunningServer) -> None:
    phone = Phone(server)
    tree = ItemOperationsRequest(operations=(file("1:1:1"),)).to_element(phone.version)
    tree.children[0].children.append(Element(AirSyncBase.FileReference, "1:1:2"))
    assert phone.post(Command.ITEM_OPERATIONS, encode(tree)).common_status == 2


def test_fetch_a_contact(server: RunningServer) -> None:
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def add(session: Session) -> tuple[str, str]:
        folder = await session.folder_of_type(FolderType.CONTACTS)
        stored = await session.add(folder.folder_id, Contact(first_name="Ada", last_name="Äpfel"))
        return folder.folder_id, stored.item_id

    folder_id, item_id = server.call(lambda: mailbox.transact(add))
    response = fetch(Phone(server), item(folder_id, item_id))
    assert response.item_class == "Contacts"
    assert text_of(properties(response).item, Contacts.LastName) == "Äpfel"
    assert fetch(Phone(server), file(f"{item_id}:1")).status == 15


@pytest.mark.req("MS-ASCMD_R2244", "MS-ASCMD_R2167", "MS-ASCMD_R199", "MS-ASCMD_R193")
def test_empty_a_folder(server: RunningServer) -> None:
    phone = Phone(server)
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def fill(session: Session) -> tuple[str, str]:
        trash = await session.folder_of_type(FolderType.DELETED_ITEMS)
        inner = await session.create_folder(trash.folder_id, "Inner", FolderType.USER_MAIL)
        for number in range(5):
            await session.add(trash.folder_id, Contact(first_name=f"{number}"))
        return trash.folder_id, inner

    trash, inner = server.call(lambda: mailbox.transact(fill))
    assert len(listed(server, FolderType.DELETED_ITEMS)[1]) == 5
    (response,) = operate(phone, EmptyFolderContents(collection_id=trash)).responses
    assert response == EmptyFolderContentsResponse(status=1, collection_id=trash)
    assert not listed(server, FolderType.DELETED_ITEMS)[1]
    assert inner in folder_ids(phone)
    whole = EmptyFolderContents(
        collection_id=trash, options=EmptyFolderContentsOptions(delete_sub_folders=True)
    )
    (response,) = operate(phone, whole).responses
    assert response.status == 1
    assert inner not in folder_ids(phone)
    cache = phone.folders()[FolderType.RECIPIENT_INFORMATION_CACHE].server_id
    assert operate(phone, EmptyFolderContents(collection_id=cache)).responses[0].status == 16
    assert operate(phone, EmptyFolderContents(collection_id="99999")).responses[0].status == 6


def folder_ids(phone: Phone) -> set[str]:
    changes = phone.folder_sync().changes
    assert changes is not None
    return {entry.server_id for entry in changes.adds}


@pytest.mark.req("MS-ASCMD_R157", "MS-ASCMD_R166", "MS-ASCMD_R6020")
def test_get_attachment(server: RunningServer) -> None:
    phone = Phone(server, Version.V12_1)
    reference = reference_of(phone, *deliver(server, with_attachment("The old way")))
    answer = phone.post(Command.GET_ATTACHMENT, attachment_name=reference)
    assert (answer.status, answer.body) == (200, DATA)
    assert answer.headers["content-type"] == "image/png"
    assert phone.post(Command.GET_ATTACHMENT, attachment_name=reference, base64=True).body == DATA
    assert phone.post(Command.GET_ATTACHMENT, attachment_name=f"{reference}9").status == 500
    assert phone.post(Command.GET_ATTACHMENT).status == 400
