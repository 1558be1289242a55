"""Find in the mailbox (16.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from overair.items import Contact, Message
from overair.items.mail.parts import Index
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.find import (
    ExecuteSearch,
    FindOptions,
    FindRequest,
    FindResponse,
    GALSearchCriterion,
    MailboxQuery,
    MailboxSearchCriterion,
    Response,
)
from overair.protocol.find_properties import FoundMessage
from overair.protocol.http import Command
from overair.protocol.ranges import Range
from overair.versions import Version
from support.phone import Phone, letter
from support.server import ANNA, RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose mailboxes hold what these tests put there."""
    with running_server(tmp_path_factory.mktemp("find")) as running:
        yield running


def request(
    text: str, search_id: str, options: FindOptions | None = None, **conditions: str | None
) -> FindRequest:
    query = MailboxQuery(**{"item_class": "Email", "free_text": text} | conditions)  # type: ignore[arg-type]  # its fields
    criterion = MailboxSearchCriterion(query=query, options=options)
    return FindRequest(search_id=search_id, execute_search=ExecuteSearch(mailbox_search_criterion=criterion))


def ask(phone: Phone, message: FindRequest) -> FindResponse:
    return phone.post(Command.FIND, message).read(FindResponse)


def find(
    phone: Phone,
    text: str,
    options: FindOptions | None = None,
    search_id: str = "one",
    **conditions: str | None,
) -> Response:
    found = ask(phone, request(text, search_id, options, **conditions))
    assert found.status == 1
    assert found.response is not None
    return found.response


def subjects(found: Response) -> list[str | None]:
    return [FoundMessage.from_children(one.properties, Version.V16_1).subject for one in found.results]


def put(server: RunningServer, *messages: Message) -> None:
    async def work(session: Session) -> None:
        inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
        for message in messages:
            await session.add(inbox, message)

    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    server.call(lambda: mailbox.transact(work))


def numbered(word: str, *numbers: int) -> list[Message]:
    return [
        Message(
            subject=f"{word} {number}",
            date_received=datetime(2026, 6, 1, number // 60, number % 60, tzinfo=UTC),
            index=Index(size=0),
            blob="none",
        )
        for number in numbers
    ]


@pytest.mark.req(
    "MS-ASCMD_R9010602",
    "MS-ASCMD_R9820602",
    "MS-ASCMD_R38971801",
    "MS-ASCMD_R36841701",
    "MS-ASCMD_R36841704",
    "MS-ASCMD_R38391804",
    "MS-ASCMD_R45251801",
    "MS-ASCMD_R45251807",
    "MS-ASCMD_R72171802",
    "MS-ASCMD_R72172520",
)
def test_a_message_is_told_as_a_list_shows_it(server: RunningServer) -> None:
    message = letter("Quarterly wombat", to='"Anna A" <anna@example.org>', body="First  line\n\n" + "x" * 400)
    message["Cc"] = 'Carl <carl@example.org>, "Dora D" <dora@example.org>, e@example.org'
    message["Importance"] = "high"
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="wombat.pdf")
    server.deliver(ANNA, message.as_bytes())
    found = find(Phone(server, Version.V16_1), "wombat")
    assert (found.store, found.status, found.range, found.total) == ("Mailbox", 1, Range(0, 0), 1)
    (result,) = found.results
    assert result.item_class == "Email"
    assert result.collection_id is not None
    assert (result.server_id or "").startswith(f"{result.collection_id}:")
    properties = FoundMessage.from_children(result.properties, Version.V16_1)
    assert properties.subject == "Quarterly wombat"
    assert properties.from_ == "somebody@example.net"
    assert properties.display_to == "Anna A"
    assert properties.display_cc == "Carl; Dora D; e@example.org"
    assert properties.display_bcc is None
    assert (properties.importance, properties.read, properties.is_draft) == (2, False, False)
    assert properties.has_attachments is True
    assert properties.preview is not None
    assert properties.preview.startswith("First line xxx")
    assert len(properties.preview) == 255
    assert properties.date_received is not None


@pytest.mark.req("MS-ASCMD_R38391805", "MS-ASCMD_R901100613")
def test_only_messages_are_found(server: RunningServer) -> None:
    async def work(session: Session) -> None:
        contacts = await session.folder_of_type(FolderType.CONTACTS)
        await session.add(contacts.folder_id, Contact(first_name="Numbat"))

    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    server.call(lambda: mailbox.transact(work))
    phone = Phone(server, Version.V16_1)
    found = find(phone, "numbat")
    assert (found.status, found.results, found.range, found.total) == (1, (), None, 0)
    assert find(phone, "numbat", item_class=None).results == ()
    assert find(phone, "numbat", item_class="Contacts").status == 2


@pytest.mark.req("MS-ASCMD_R72172515", "MS-ASCMD_R72172521", "MS-ASCMD_R72172512")
def test_statuses(server: RunningServer) -> None:
    phone = Phone(server, Version.V16_1)
    unknown = ask(phone, request("x", "one", collection_id="987654321"))
    assert (unknown.status, unknown.response) == (3, None)
    for text in ("", " ", "x" * 5_000, "x " * 101):
        assert find(phone, text).status == 2
    assert find(phone, "!?").total == 0
    both = request("x", "one")
    both.execute_search.gal_search_criterion = GALSearchCriterion(query="x")
    response = ask(phone, both).response
    assert response is not None
    assert response.status == 2


@pytest.mark.req("MS-ASCMD_R72172518", "MS-ASCMD_R37071816", "MS-ASCMD_R37071812", "MS-ASCMD_R37071811")
def test_pages_of_one_search(server: RunningServer) -> None:
    put(server, *numbered("kakapo", *range(130)))
    phone = Phone(server, Version.V16_1)

    def page(first: int, last: int, search_id: str = "pages", text: str = "kakapo") -> Response:
        return find(phone, text, FindOptions(range=Range(first, last)), search_id)

    assert page(5, 9).status == 4
    begun = page(0, 4)
    assert (begun.range, begun.total) == (Range(0, 4), 130)
    assert subjects(begun) == [f"kakapo {number}" for number in range(129, 124, -1)]
    put(server, *numbered("kakapo", 200))
    assert subjects(page(5, 6)) == ["kakapo 124", "kakapo 123"]
    assert page(5, 6, "another").status == 4
    assert page(5, 6, text="kakap").status == 4
    whole = page(0, 999)
    assert (whole.range, whole.total, len(whole.results)) == (Range(0, 99), 131, 100)
    assert subjects(whole)[0] == "kakapo 200"
    rest = page(100, 999)
    assert (rest.range, len(rest.results)) == (Range(100, 130), 31)
    assert page(500, 999).results == ()


@pytest.mark.req("MS-ASCMD_R10031940")
def test_properties_restrict_what_is_typed(server: RunningServer) -> None:
    message = EmailMessage()
    message["From"] = "Petra Quoll <petra@example.net>"
    message["To"] = ANNA
    message["Subject"] = "Minutes"
    message.set_content("of the bandicoot meeting")
    server.deliver(ANNA, message.as_bytes())
    phone = Phone(server, Version.V16_1)
    for text in ("bandicoot", "from:petra bandicoot", 'subject:minutes "bandicoot meeting"', "bandi*"):
        assert subjects(find(phone, text)) == ["Minutes"], text
    for text in ("to:petra bandicoot", "subject:bandicoot", "bandicoot NOT minutes", '"bandi"'):
        assert subjects(find(phone, text)) == [], text


def test_a_folder_is_searched_with_those_below_it_when_asked_for(server: RunningServer) -> None:
    async def work(session: Session) -> list[str]:
        outer = await session.create_folder("0", "Outer", FolderType.USER_MAIL)
        inner = await session.create_folder(outer, "Inner", FolderType.USER_MAIL)
        for place, message in zip((outer, inner), numbered("bilby", 1, 2), strict=True):
            await session.add(place, message)
        return [outer, inner]

    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    outer, inner = server.call(lambda: mailbox.transact(work))
    phone = Phone(server, Version.V16_1)
    deep = FindOptions(deep_traversal=True)
    assert subjects(find(phone, "bilby", collection_id=outer)) == ["bilby 1"]
    assert subjects(find(phone, "bilby", collection_id=inner)) == ["bilby 2"]
    assert subjects(find(phone, "bilby", deep, collection_id=outer)) == ["bilby 2", "bilby 1"]
    assert subjects(find(phone, "bilby")) == subjects(find(phone, "bilby", deep)) == ["bilby 2", "bilby 1"]
