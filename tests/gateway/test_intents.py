"""What is done upstream is done once, and whole, where the answer to it and the gateway itself are lost."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
import pytest

from overair.items import Contact, Event, Item, Message
from overair.items.mail.flag import Flag, FlagStatus
from overair.items.mail.message import index_message
from overair.mailboxes.interface import FolderType, MailboxUnavailable, NoSuchFolder, NoSuchItem, Session
from support.cut_gateway import Cut, cut_gateway
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.gateway_place import GatewayPlace, users
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
NOON: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)
Ids = dict[str, str]
Work = Callable[[Session, Ids, GatewayPlace], Awaitable[None]]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[Cut]:
    with (
        Radicale(users()) as radicale,
        cut_gateway(tmp_path_factory.mktemp("cut"), dovecot, radicale) as found,
    ):
        yield found


def draft(place: GatewayPlace, ids: Ids, text: str = "not yet") -> Message:
    """A message of a case; one of another text is another form of it."""
    header = (
        f"To: otto@example.net\r\nSubject: {ids['name']} {text}\r\nMessage-ID: <{ids['name']}@example.org>"
    )
    mime = f"{header}\r\n\r\n{text}\r\n".encode()
    return msgspec.structs.replace(index_message(mime, NOON), blob=place.blobs.put(mime), read=True)


def contact(_place: GatewayPlace, ids: Ids) -> Contact:
    return Contact(first_name="Ada", last_name=ids["name"], file_as=ids["name"])


def event(_place: GatewayPlace, ids: Ids) -> Event:
    return Event(subject=ids["name"], start_time=NOON, end_time=NOON.replace(hour=13))


Make = Callable[[GatewayPlace, Ids], Item]
KINDS: Final[dict[FolderType, Make]] = {
    FolderType.DRAFTS: draft,
    FolderType.CONTACTS: contact,
    FolderType.CALENDAR: event,
}


def adds(kind: FolderType) -> Work:
    async def work(session: Session, ids: Ids, place: GatewayPlace) -> None:
        await session.add(ids["in"], KINDS[kind](place, ids | {"name": f"{ids['name']} too"}))

    return work


def changes(edit: Callable[[GatewayPlace, Ids, Item], Item]) -> Work:
    async def work(session: Session, ids: Ids, place: GatewayPlace) -> None:
        [stored] = await session.read(ids["in"], [ids["item"]])
        if stored is None:
            raise NoSuchItem
        await session.change(ids["in"], stored.item_id, edit(place, ids, stored.item))

    return work


async def moves(session: Session, ids: Ids, place: GatewayPlace) -> None:
    await session.move(ids["in"], ids["item"], ids["folder"])


async def removes(session: Session, ids: Ids, place: GatewayPlace) -> None:
    if await session.taken_to(ids["item"]) != "":  # as the engine asks where an item is not there
        await session.remove(ids["in"], ids["item"])


async def throws_away(session: Session, ids: Ids, place: GatewayPlace) -> None:
    deleted_items = await session.folder_of_type(FolderType.DELETED_ITEMS)
    moved = await session.move(ids["in"], ids["item"], deleted_items.folder_id)
    assert moved.folder_id == deleted_items.folder_id


def creates(kind: FolderType) -> Work:
    async def work(session: Session, ids: Ids, place: GatewayPlace) -> None:
        await session.create_folder("0", f"{ids['name']} new", kind)

    return work


async def renames(session: Session, ids: Ids, place: GatewayPlace) -> None:
    await session.update_folder(ids["folder"], "0", f"{ids['name']} new")


async def deletes(session: Session, ids: Ids, place: GatewayPlace) -> None:
    await session.delete_folder(ids["folder"])


def rewritten(place: GatewayPlace, ids: Ids, item: Item) -> Item:
    new = draft(place, ids, "soon")
    return msgspec.structs.replace(item, subject=new.subject, index=new.index, blob=new.blob)


def unread(_place: GatewayPlace, _ids: Ids, item: Item) -> Item:
    return msgspec.structs.replace(item, read=False)


def renamed(_place: GatewayPlace, ids: Ids, item: Item) -> Item:
    return msgspec.structs.replace(item, subject=f"{ids['name']} later")


Gains = dict[tuple[str, str], int]
"""What there is more, or less, by folder and name, each behind the name of the case; "" for what has none.

Of a folder: its own name and "".
"""
MAIL, BOOK, PLANS = FolderType.USER_MAIL, FolderType.USER_CONTACTS, FolderType.USER_CALENDAR
DRAFTS, CONTACTS, CALENDAR = FolderType.DRAFTS, FolderType.CONTACTS, FolderType.CALENDAR
REWRITTEN: Final[Gains] = {("Drafts", "* not yet"): -1, ("Drafts", "* soon"): 1}
MOVED: Final[Gains] = {("Drafts", "* not yet"): -1, ("*", "* not yet"): 1}
GONE: Final[Gains] = {("Drafts", "* not yet"): -1}
NEW_FOLDER: Final[Gains] = {("* new", ""): 1}
RENAMED: Final[Gains] = {("*", ""): -1, ("* new", ""): 1}


class Case(NamedTuple):
    """An effect: what is asked when the answer gets lost, and what there is afterwards, "*" for the name of
    the case. ``needs`` are the types of the folder with an item and of the other folder that it is about.
    """

    server: str
    asked: bytes
    needs: tuple[FolderType | None, FolderType | None]
    work: Work
    gains: Gains
    hidden: bytes = b""
    nested: bool = False
    """Whether there is a folder in the other folder."""
    kept: Gains | None = None
    """What only the mirror gains."""


CASES: Final = {
    "APPEND": Case("imap", rb"(\S+) APPEND ", (DRAFTS, None), adds(DRAFTS), {("Drafts", "* too not yet"): 1}),
    "APPEND in the place of another": Case(
        "imap", rb"(\S+) APPEND ", (DRAFTS, None), changes(rewritten), REWRITTEN
    ),
    "STORE after that": Case("imap", rb"(\S+) UID STORE ", (DRAFTS, None), changes(rewritten), REWRITTEN),
    "STORE": Case(
        "imap",
        rb"(\S+) UID STORE ",
        (DRAFTS, None),
        changes(unread),
        {("Drafts", "* not yet"): -1, ("Drafts", "* not yet, unread"): 1},
    ),
    "MOVE": Case("imap", rb"(\S+) UID MOVE ", (DRAFTS, MAIL), moves, MOVED),
    "COPY": Case("imap", rb"(\S+) UID COPY ", (DRAFTS, MAIL), moves, MOVED, hidden=b" MOVE"),
    "STORE before EXPUNGE": Case("imap", rb"(\S+) UID STORE ", (DRAFTS, None), removes, GONE),
    "EXPUNGE": Case("imap", rb"(\S+) UID EXPUNGE ", (DRAFTS, None), removes, GONE),
    "CREATE": Case("imap", rb"(\S+) CREATE ", (None, None), creates(MAIL), NEW_FOLDER),
    "SUBSCRIBE": Case("imap", rb"(\S+) SUBSCRIBE ", (None, None), creates(MAIL), NEW_FOLDER),
    "RENAME": Case("imap", rb"(\S+) RENAME ", (None, MAIL), renames, RENAMED),
    "DELETE": Case("imap", rb"(\S+) DELETE ", (None, MAIL), deletes, {("*", ""): -1}),
    "DELETE of one below": Case(
        "imap",
        rb"(\S+) DELETE ",
        (None, MAIL),
        deletes,
        {("*", ""): -1, ("* below", ""): -1},
        nested=True,
    ),
    "PUT of a contact": Case("dav", rb"PUT ", (CONTACTS, None), adds(CONTACTS), {("Contacts", "* too"): 1}),
    "PUT of an event": Case("dav", rb"PUT ", (CALENDAR, None), adds(CALENDAR), {("Calendar", "* too"): 1}),
    "PUT of an edit": Case(
        "dav",
        rb"PUT ",
        (CALENDAR, None),
        changes(renamed),
        {("Calendar", "*"): -1, ("Calendar", "* later"): 1},
    ),
    "DELETE of an object": Case("dav", rb"DELETE ", (CONTACTS, None), removes, {("Contacts", "*"): -1}),
    "DELETE of what is kept here": Case(
        "dav",
        rb"DELETE ",
        (CONTACTS, None),
        throws_away,
        {("Contacts", "*"): -1},
        kept={("Trash", "*"): 1},
    ),
    "MOVE of an object": Case(
        "dav", rb"MOVE ", (CONTACTS, BOOK), moves, {("Contacts", "*"): -1, ("*", "*"): 1}
    ),
    "MKCALENDAR": Case("dav", rb"MKCALENDAR ", (None, None), creates(PLANS), NEW_FOLDER),
    "MKCOL": Case("dav", rb"MKCOL ", (None, None), creates(BOOK), NEW_FOLDER),
    "PROPPATCH": Case("dav", rb"PROPPATCH ", (None, BOOK), renames, RENAMED),
    "DELETE of a collection": Case("dav", rb"DELETE ", (None, PLANS), deletes, {("*", ""): -1}),
}


async def prepare(session: Session, place: GatewayPlace, case: Case, name: str) -> Ids:
    """What a case is about, by names."""
    ids = {"name": name}
    kind, other = case.needs
    if kind is not None:
        ids["in"] = (await session.folder_of_type(kind)).folder_id
        ids["item"] = (await session.add(ids["in"], KINDS[kind](place, ids))).item_id
    if other is not None:
        ids["folder"] = await session.create_folder("0", name, other)
        if case.nested:
            await session.create_folder(ids["folder"], f"{name} below", other)
    return ids


@pytest.mark.parametrize("settled", [False, True], ids=["repeated", "settled, then repeated"])
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_an_answer_and_the_gateway_are_lost(cut: Cut, case: Case, settled: bool) -> None:
    """The phone asks again, at once or when the gateway has found out by itself what came of it."""
    place, relay, name = cut.place, cut.relays[case.server], cut.name()
    relay.hidden = case.hidden
    if case.hidden:
        cut.reborn()
    ids = cut.run(lambda session: prepare(session, place, case, name))
    if "in" in ids:
        cut.refresh([ids["in"]])
    there, shown = (after(one, case.gains, name) for one in cut.states())
    expected = [there, after(shown, case.kept or {}, name)]

    relay.wait_for(case.asked)
    with pytest.raises(MailboxUnavailable):
        cut.run(lambda session: case.work(session, ids, place))
    assert relay.cut
    cut.reborn()
    relay.mend()
    if settled:
        cut.refresh([])
        assert cut.open_intents() == 0
        assert cut.states() == expected
    with contextlib.suppress(NoSuchFolder):  # as a phone is told of one that went
        cut.run(lambda session: case.work(session, ids, place))
    cut.refresh(None)
    cut.refresh([one for one in (ids.get("in"), ids.get("folder")) if one is not None])
    assert cut.states() == expected


def test_what_others_have_done_to_it_stays_when_an_addition_is_repeated(cut: Cut) -> None:
    """The gateway has found out that it was made, and somebody has flagged it since."""
    place, relay, ids = cut.place, cut.relays["imap"], {"name": cut.name()}
    cut.reborn()
    given = draft(place, ids)
    flag = Flag(status=FlagStatus.ACTIVE, flag_type="for Otto")  # of which the server cannot keep the words

    async def adds_it(session: Session) -> Message:
        folder = await session.folder_of_type(DRAFTS)
        stored = await session.add(folder.folder_id, given)
        assert isinstance(stored.item, Message)
        return stored.item

    async def flags_it(session: Session) -> None:
        folder = await session.folder_of_type(DRAFTS)
        stored = await session.with_key(folder.folder_id, given.keys[-1])
        assert stored is not None
        new = msgspec.structs.replace(stored.item, flag=flag)
        await session.change(folder.folder_id, stored.item_id, new)

    relay.wait_for(rb"(\S+) APPEND ")
    with pytest.raises(MailboxUnavailable):
        cut.run(adds_it)
    cut.reborn()
    relay.mend()
    cut.refresh([])
    cut.run(flags_it)
    before = cut.states()
    assert cut.run(adds_it).flag == flag
    assert cut.states() == before


def test_what_others_have_removed_does_not_come_back(cut: Cut) -> None:
    """The gateway has found out that it was made, and somebody has deleted it since."""
    place, relay, ids = cut.place, cut.relays["imap"], {"name": cut.name()}
    cut.reborn()
    before = cut.states()
    given = draft(place, ids)

    async def adds_it(session: Session) -> tuple[str, int]:
        folder = await session.folder_of_type(DRAFTS)
        stored = await session.add(folder.folder_id, given)
        return stored.item_id, stored.revision

    async def removes_it(session: Session) -> str:
        folder = await session.folder_of_type(DRAFTS)
        stored = await session.with_key(folder.folder_id, given.keys[-1])
        assert stored is not None
        await session.remove(folder.folder_id, stored.item_id)
        return stored.item_id

    relay.wait_for(rb"(\S+) APPEND ")
    with pytest.raises(MailboxUnavailable):
        cut.run(adds_it)
    cut.reborn()
    relay.mend()
    cut.refresh([])
    item_id = cut.run(removes_it)
    told_id, revision = cut.run(adds_it)
    assert cut.states() == before
    # So the phone is told of the removal, as it has not heard of it.
    last = cut.run(lambda session: session.last_revision(told_id.partition(":")[0], told_id))
    assert told_id == item_id
    assert revision < last


def after(before: Counter[tuple[str, str]], gains: Gains, name: str) -> Counter[tuple[str, str]]:
    """What there is with what a case gains and loses."""
    found = before.copy()
    found.update(
        {(folder.replace("*", name), item.replace("*", name)): n for (folder, item), n in gains.items()}
    )
    return +found
