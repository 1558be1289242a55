"""Search in the mailbox store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from overair.items import Contact, Event, Item, Message, Note, Task
from overair.items.body import Body
from overair.items.mail.parts import Index
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.body_preferences import BodyPartPreference, BodyPreference, BodyType
from overair.protocol.http import Command
from overair.protocol.item_operations import (
    Fetch,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
)
from overair.protocol.ranges import Range
from overair.protocol.search import (
    And,
    DateComparison,
    LinkComparison,
    Query,
    SearchOptions,
    SearchRequest,
    SearchResponse,
    StoreRequest,
    StoreResponse,
)
from overair.protocol.sync_options import MIMESupport
from overair.server.long_ids import item_of
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSync, AirSyncBase, Email, Notes, Search
from support.phone import Phone, every, letter
from support.server import ANNA, BEN, RunningServer, running_server

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEW = Range(0, 5)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose mailboxes hold what these tests put there."""
    with running_server(tmp_path_factory.mktemp("search")) as running:
        yield running


def ask(phone: Phone, query: Query, options: SearchOptions | None = None) -> StoreResponse:
    """Search the mailbox."""
    request = SearchRequest(store=StoreRequest(name="Mailbox", query=query, options=options))
    response = phone.post(Command.SEARCH, request).read(SearchResponse)
    assert response.status == 1
    assert response.response is not None
    return response.response.store


def search(
    phone: Phone, text: str | None = None, options: SearchOptions | None = None, **conditions: object
) -> StoreResponse:
    """Search the mailbox for words and with the conditions of an And."""
    return ask(phone, Query(ands=(And(free_text=text, **conditions),)), options)  # type: ignore[arg-type]  # And's


def subjects(found: StoreResponse) -> list[str]:
    """The subjects of the messages found, in their order."""
    return [
        next((child.text for child in result.properties if child.tag.name == "Subject"), "")
        for result in found.results
        if result.properties
    ]


def deliver(server: RunningServer, message: EmailMessage, address: str = ANNA) -> None:
    server.deliver(address, message.as_bytes())


def folder(server: RunningServer, kind: FolderType, address: str = ANNA) -> str:
    async def work(session: Session) -> str:
        return (await session.folder_of_type(kind)).folder_id

    mailbox = server.application.services.mailbox(server.users[address].account_id)
    return server.call(lambda: mailbox.inspect(work))


def put(server: RunningServer, kind: FolderType, item: Item) -> str:
    """Add an item to one of Anna's default folders; returns its id."""

    async def work(session: Session) -> str:
        return (await session.add((await session.folder_of_type(kind)).folder_id, item)).item_id

    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    return server.call(lambda: mailbox.transact(work))


def mail(subject: str, received: datetime = MOMENT, conversation: bytes | None = None) -> Message:
    """A message without a text."""
    return Message(
        subject=subject,
        date_received=received,
        conversation_id=conversation,
        index=Index(size=0),
        blob="none",
    )


@pytest.mark.req(
    "MS-ASCMD_R3844",
    "MS-ASCMD_R3846",
    "MS-ASCMD_R3849",
    "MS-ASCMD_R5849",
    "MS-ASCMD_R4327",
    "MS-ASCMD_R6742",
    "MS-ASEMAIL_R57",
    "MS-ASEMAIL_R66",
)
@pytest.mark.parametrize("version", SERVED)
def test_a_message_is_found_by_its_words_and_fetched_by_its_long_id(
    server: RunningServer, version: Version
) -> None:
    phone = Phone(server, version)
    word = f"zebra{version.value}"
    deliver(server, letter(f"About {word}s", body="The whole text"))
    deliver(server, letter("Nothing", body=f"but {word}s and more"))
    found = search(phone, word.upper())
    assert (found.status, found.total, found.range) == (1, 2, Range(0, 1))
    assert subjects(found) == ["Nothing", f"About {word}s"]
    inbox = folder(server, FolderType.INBOX)
    assert {(result.item_class, result.collection_id) for result in found.results} == {("Email", inbox)}
    fetch = Fetch(store="Mailbox", long_id=found.results[1].long_id)
    answer = phone.post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=(fetch,)))
    (fetched,) = answer.read(ItemOperationsResponse).responses
    assert isinstance(fetched, FetchResponse)
    assert (fetched.status, fetched.long_id, fetched.item_class) == (1, fetch.long_id, "Email")
    assert fetched.properties is not None
    assert next(child.text for child in fetched.properties.item if child.tag is Email.Subject) == (
        f"About {word}s"
    )


@pytest.mark.req("MS-ASCMD_R922", "MS-ASCMD_R920", "MS-ASCMD_R6288", "MS-ASCAL_R535", "MS-ASTASK_R363")
@pytest.mark.parametrize("version", SERVED)
def test_items_of_all_classes_are_found(server: RunningServer, version: Version) -> None:
    word = f"lynx{version.value}"
    deliver(server, letter(word))
    put(server, FolderType.CALENDAR, Event(subject=word, start_time=MOMENT, end_time=MOMENT))
    put(server, FolderType.CONTACTS, Contact(first_name=word))
    put(server, FolderType.TASKS, Task(subject=word))
    put(server, FolderType.NOTES, Note(subject=word, body=Body(type=BodyType.PLAIN_TEXT, data="x")))
    phone = Phone(server, version)
    notes = {"Notes"} if version >= Version.V14_0 else set()
    everything = {"Email", "Calendar", "Contacts", "Tasks"} | notes
    found = search(phone, word)
    assert {result.item_class for result in found.results} == everything
    assert found.total == len(everything)
    some = search(phone, word, classes=("Tasks", "Email"))
    assert {result.item_class for result in some.results} == {"Tasks", "Email"}
    for name in ("Notes", "SMS"):
        status = 1 if version >= Version.V14_0 else 2
        assert search(phone, word, classes=(name,)).status == status
    assert search(phone, word, classes=("email",)).status == 2
    assert search(phone, word, classes=("Journal",)).status == 2


@pytest.mark.req("MS-ASCMD_R2031", "MS-ASCMD_R2146", "MS-ASCMD_R5856", "MS-ASCMD_R4358")
def test_folders_are_searched_with_those_below_them_when_asked_for(server: RunningServer) -> None:
    async def work(session: Session) -> list[str]:
        outer = await session.create_folder("0", "Outer", FolderType.USER_MAIL)
        inner = await session.create_folder(outer, "Inner", FolderType.USER_MAIL)
        innermost = await session.create_folder(inner, "Innermost", FolderType.USER_MAIL)
        for place in (outer, inner, innermost):
            await session.add(place, mail(f"badger {place}"))
        return [outer, inner, innermost]

    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    outer, inner, innermost = server.call(lambda: mailbox.transact(work))
    phone = Phone(server)
    deep = SearchOptions(deep_traversal=True)

    def folders(*collection_ids: str, options: SearchOptions | None = None) -> set[str | None]:
        found = search(phone, "badger", options, collection_ids=collection_ids)
        assert found.status == 1
        return {result.collection_id for result in found.results if result.properties}

    assert folders(outer) == {outer}
    assert folders(outer, innermost) == {outer, innermost}
    assert folders(inner, options=deep) == {inner, innermost}
    assert folders(outer, options=deep) == {outer, inner, innermost}
    assert folders() == folders("0") == folders("0", outer) == {outer, inner, innermost}
    for unknown in ("987654321", "x", folder(server, FolderType.INBOX, BEN)):
        assert search(phone, "badger", collection_ids=(outer, unknown)).status == 11
    assert folders(folder(server, FolderType.RECIPIENT_INFORMATION_CACHE)) == set()


@pytest.mark.req("MS-ASCMD_R3140")
def test_the_date_of_receipt_is_compared(server: RunningServer) -> None:
    for day in (1, 2, 3):
        item = mail(f"otter {day}", datetime(2026, 5, day, tzinfo=UTC))
        put(server, FolderType.INBOX, item)
    phone = Phone(server)

    def bound(day: int) -> DateComparison:
        return DateComparison(date_received=True, value=datetime(2026, 5, day, tzinfo=UTC))

    assert subjects(search(phone, "otter", greater_than=bound(2))) == ["otter 3"]
    assert subjects(search(phone, "otter", less_than=bound(2))) == ["otter 1"]
    assert subjects(search(phone, "otter", greater_than=bound(1), less_than=bound(3))) == ["otter 2"]
    assert subjects(search(phone, greater_than=bound(1), less_than=bound(3))) == ["otter 2"]


@pytest.mark.req("MS-ASCON_R176", "MS-ASCON_R220", "MS-ASCON_R221", "MS-ASCMD_R2088", "MS-ASCMD_R5815")
def test_a_conversation_is_found_in_all_folders(server: RunningServer) -> None:
    conversation = bytes(range(16))
    for kind in (FolderType.INBOX, FolderType.SENT_ITEMS):
        put(server, kind, mail("heron", conversation=conversation))
    put(server, FolderType.INBOX, mail("heron", conversation=bytes(16)))
    phone = Phone(server)
    found = search(phone, conversation_id=conversation)
    inbox, sent = folder(server, FolderType.INBOX), folder(server, FolderType.SENT_ITEMS)
    assert {result.collection_id for result in found.results} == {inbox, sent}
    twice = SearchRequest(store=store(And(conversation_id=conversation))).to_element(phone.version)
    conditions = next(node for node in every(twice) if node.tag is Search.And)
    conditions.children.append(Element(Search.ConversationId, conversation))
    assert status_of(phone, twice) == 2


def store(conditions: And) -> StoreRequest:
    return StoreRequest(name="Mailbox", query=Query(ands=(conditions,)))


def status_of(phone: Phone, tree: Element) -> int:
    response = phone.post(Command.SEARCH, encode(tree)).read(SearchResponse).response
    assert response is not None
    return response.store.status


@pytest.mark.req(
    "MS-ASCMD_R772",
    "MS-ASCMD_R923",
    "MS-ASCMD_R2032",
    "MS-ASCMD_R2086",
    "MS-ASCMD_R3105",
    "MS-ASCMD_R3143",
    "MS-ASCMD_R3220",
    "MS-ASCMD_R4350",
)
def test_what_is_too_complex(server: RunningServer) -> None:
    phone = Phone(server)
    one = And(free_text="x")
    assert ask(phone, Query(ands=(one, one))).status == 8
    assert ask(phone, Query(ands=(one,), ors=([Element(Search.FreeText, "y")],))).status == 8
    assert ask(phone, Query(ors=([Element(Search.FreeText, "y")],))).status == 8
    assert ask(phone, Query(free_text="x")).status == 8
    assert search(phone, "x" * 5_000).status == 8
    assert search(phone, "x " * 101).status == 8
    bound = [Element(Email.DateReceived), Element(Search.Value, "2026-05-01T00:00:00.000Z")]
    for misplaced in (
        Element(AirSync.Class, "Email"),
        Element(AirSync.CollectionId, "5"),
        Element(Search.ConversationId, bytes(16)),
        Element(Search.FreeText, "x"),
        Element(Search.GreaterThan, bound),
        Element(Search.LessThan, bound),
    ):
        for parent in (Search.Query, Search.Options):
            request = SearchRequest(
                store=StoreRequest(name="Mailbox", query=Query(ands=(one,)), options=SearchOptions(range=FEW))
            )
            tree = request.to_element(phone.version)
            next(node for node in every(tree) if node.tag is parent).children.append(misplaced)
            assert status_of(phone, tree) == 8, (misplaced.tag, parent)


@pytest.mark.req("MS-ASCMD_R4329", "MS-ASEMAIL_R68", "MS-ASTASK_R364")
def test_what_is_invalid(server: RunningServer) -> None:
    phone = Phone(server)
    link = LinkComparison(link_id=True, value="https://example.net/")
    for query in (Query(), Query(text="words"), Query(equal_to=link), Query(ands=(And(),))):
        assert ask(phone, query).status == 2, query
    for misplaced in (Element(Email.Subject, "x"), Element(Notes.Subject, "x")):
        tree = SearchRequest(store=store(And(free_text="x"))).to_element(phone.version)
        next(node for node in every(tree) if node.tag is Search.And).children.append(misplaced)
        assert status_of(phone, tree) == 2


@pytest.mark.req("MS-ASCMD_R3850")
@pytest.mark.parametrize("text", ["nowhere whatsoever", "!?", "", "😀"])
def test_nothing_found_is_an_empty_result(server: RunningServer, text: str) -> None:
    found = search(Phone(server), text)
    assert (found.status, found.total, found.range) == (1, 0, None)
    assert [result.properties for result in found.results] == [[]]


@pytest.mark.req(
    "MS-ASCMD_R3719",
    "MS-ASCMD_R3729",
    "MS-ASCMD_R3730",
    "MS-ASCMD_R3733",
    "MS-ASCMD_R3736",
    "MS-ASCMD_R3748",
    "MS-ASCMD_R3749",
    "MS-ASCMD_R3750",
    "MS-ASCMD_R3755",
    "MS-ASCMD_R3757",
    "MS-ASCMD_R4361",
    "MS-ASCMD_R4636",
    "MS-ASCMD_R5427",
)
def test_pages_are_of_one_list(server: RunningServer) -> None:
    for count in range(10):
        put(server, FolderType.INBOX, ibis(count))
    phone = Phone(server)
    first = search(phone, "ibis", SearchOptions(range=Range(0, 3)))
    assert (first.status, first.range, first.total) == (1, Range(0, 3), 10)
    assert subjects(first) == ["ibis 9", "ibis 8", "ibis 7", "ibis 6"]
    put(server, FolderType.INBOX, ibis(99))

    second = search(phone, "ibis", SearchOptions(range=Range(4, 7)))
    assert subjects(second) == ["ibis 5", "ibis 4", "ibis 3", "ibis 2"]

    async def remove(session: Session) -> None:
        for result in (first.results[0], second.results[1]):
            await session.remove(*item_of(result.long_id or ""))

    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    server.call(lambda: mailbox.transact(remove))
    again = search(phone, "ibis", SearchOptions(range=Range(4, 7)))
    assert subjects(again) == ["ibis 5", "ibis 3", "ibis 2"]
    rebuilt = search(phone, "ibis", SearchOptions(range=Range(1, 3), rebuild_results=True))
    assert subjects(rebuilt) == ["ibis 8", "ibis 7", "ibis 6"]
    assert rebuilt.total == 9
    anew = search(phone, "ibis", SearchOptions(range=Range(0, 0)))
    assert subjects(anew) == ["ibis 99"]
    other = search(phone, "ibi", SearchOptions(range=Range(1, 1)))
    assert (subjects(other), other.range) == (["ibis 8"], Range(1, 1))
    assert subjects(search(Phone(server), "ibis", SearchOptions(range=Range(1, 1)))) == ["ibis 8"]
    behind = search(phone, "ibis", SearchOptions(range=Range(50, 60)))
    assert (behind.status, behind.range, behind.total, subjects(behind)) == (1, None, 9, [])
    assert search(phone, "ibis", SearchOptions(range=Range(0, 100))).status == 12
    assert search(phone, "ibis", SearchOptions(range=Range(100, 101))).status == 12


def ibis(count: int) -> Message:
    return mail(f"ibis {count}", datetime(2026, 6, 1, 12, count % 60, tzinfo=UTC))


@pytest.mark.req(
    "MS-ASCMD_R3383",
    "MS-ASCMD_R3384",
    "MS-ASCMD_R3387",
    "MS-ASCON_R235",
    "MS-ASCON_R339",
    "MS-ASEMAIL_R67",
)
def test_bodies_are_as_they_are_asked_for(server: RunningServer) -> None:
    deliver(server, letter("crane", body="0123456789" * 10))
    phone = Phone(server, Version.V16_1)

    def body(options: SearchOptions, tag: object = AirSyncBase.Body) -> dict[str, str]:
        (result,) = search(phone, "crane", options).results
        found = next((child for child in result.properties if child.tag is tag), None)
        return {child.tag.name: child.text for child in found} if found is not None else {}

    short = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=10, preview=5)
    found = body(SearchOptions(body_preferences=(short,)))
    assert (found["Type"], found["Data"], found["Truncated"]) == ("1", "0123456789", "1")
    mime = BodyPreference(type=BodyType.MIME)
    found = body(SearchOptions(body_preferences=(mime,), mime_support=MIMESupport.ALWAYS))
    assert found["Type"] == "4"
    assert {"Type", "EstimatedDataSize", "Truncated", "Data"} <= found.keys()
    assert "Subject: crane" in found["Data"]
    part = BodyPartPreference(type=BodyType.HTML, truncation_size=1_000)
    options = SearchOptions(body_part_preference=part)
    assert "0123456789" in body(options, AirSyncBase.BodyPart)["Data"]
    assert body(SearchOptions(body_preferences=(short,)), AirSyncBase.BodyPart) == {}
    refused = BodyPartPreference(type=BodyType.PLAIN_TEXT)
    assert search(phone, "crane", SearchOptions(body_part_preference=refused)).status == 164


def test_mail_is_found_at_once_and_by_its_owner_alone(server: RunningServer) -> None:
    phones = [Phone(server, address=address) for address in (ANNA, BEN)]
    deliver(server, letter("puffin"), BEN)
    assert [subjects(search(phone, "puffin")) for phone in phones] == [[], ["puffin"]]
    theirs = search(phones[1], "puffin").results[0].long_id
    for long_id in (theirs, "item:1:999999", "nonsense", "5:5"):
        fetch = Fetch(store="Mailbox", long_id=long_id)
        answer = phones[0].post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=(fetch,)))
        (fetched,) = answer.read(ItemOperationsResponse).responses
        assert isinstance(fetched, FetchResponse)
        assert (fetched.status, fetched.long_id, fetched.properties) == (6, long_id, None)
