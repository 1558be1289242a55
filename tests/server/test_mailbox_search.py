"""Search in the mailbox store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from overair.items import Contact, Event, Item, Note, Task
from overair.items.body import Body
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
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSync, AirSyncBase, Email, Notes, Search
from support.phone import Phone, letter
from support.server import ANNA, BEN, RunningServer, running_server


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
