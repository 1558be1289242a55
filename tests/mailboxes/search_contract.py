"""How every backend's mailbox is searched; a part of ``MailboxContract``."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from mailboxes.phones import EPOCH, message
from overair.items import Contact, Event, Item, ItemClass, Message, Note, Task
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee
from overair.items.calendar.location import Location
from overair.items.mail.parts import Index, Part
from overair.mailboxes.interface import FolderType, Mailbox, Session
from overair.mailboxes.search_query import SearchQuery, clauses_of
from overair.protocol.body_preferences import BodyType

if TYPE_CHECKING:
    from mailboxes.contract import Do

ALL = frozenset(ItemClass)
FILE = Part(1, "application/pdf", 0, 0, "", 0, name="Quarterly-figures.pdf")


def letter(
    day: int, subject: str = "", text: str = "", attachments: tuple[Part, ...] = (), **fields: object
) -> Message:
    """A message with a text."""
    index = Index(size=len(text), text=text, attachments=attachments)
    return msgspec.structs.replace(message(day, subject), index=index, **fields)


async def add(session: Session, kind: FolderType, *items: Item) -> list[str]:
    """Add items to a default folder; returns their ids."""
    folder_id = (await session.folder_of_type(kind)).folder_id
    return [(await session.add(folder_id, item)).item_id for item in items]


async def found(session: Session, text: str = "", limit: int = 100, **conditions: object) -> list[str]:
    """The ids of what matches, and that each is where it is said to be."""
    query = SearchQuery(clauses=clauses_of(text), item_classes=ALL)
    results = await session.search(msgspec.structs.replace(query, **conditions), limit)
    for one in results:
        assert None not in await session.read(one.folder_id, [one.item_id])
    return [one.item_id for one in results]


class SearchContract:
    """Tests of one mailbox with its default folders."""

    def test_messages_are_found_by_their_words_newest_first(self, do: Do) -> None:
        async def work(session: Session) -> None:
            ids = await add(
                session,
                FolderType.INBOX,
                letter(3, "Roses", "are red"),
                letter(9, "Tulips", "are as red as roses"),
                letter(1, "Violets", "are blue"),
            )
            assert await found(session, "are") == [ids[1], ids[0], ids[2]]
            assert await found(session, "are", limit=2) == [ids[1], ids[0]]
            assert await found(session, "ROSES") == [ids[1], ids[0]]
            assert await found(session, "roses tulips") == [ids[1]]
            assert await found(session, "rose") == [ids[1], ids[0]]
            assert await found(session, "r") == [ids[1], ids[0]]
            assert await found(session, "ro") == [ids[1], ids[0]]
            assert await found(session, "oses") == []
            assert await found(session, '"are red"') == [ids[0]]
            assert await found(session, '"rose"') == []
            assert await found(session, "are -tulips") == [ids[0], ids[2]]
            assert await found(session, "NOT are") == []
            assert await found(session, "violets OR tulips") == [ids[1], ids[2]]
            assert await found(session, "subject:red") == []
            assert await found(session, "subject:viol") == [ids[2]]

        do(work)

    def test_each_part_of_a_message_is_found(self, do: Do) -> None:
        async def work(session: Session) -> None:
            (item_id,) = await add(
                session,
                FolderType.INBOX,
                letter(
                    1,
                    "Re: co-operation",
                    "no more",
                    from_='"Otto Weiß" <otto.weiss@example.net>',
                    to='"Anna" <anna@example.org>',
                    cc="carl@example.org",
                    bcc="berta@example.org",
                    attachments=(FILE,),
                ),
            )
            for text in (
                "operation",
                "co-operation",
                "otto.weiss@example.net",
                "WEISS",
                "from:weiß",
                "from:otto.weiss@example.net",
                "to:anna",
                "cc:carl",
                "bcc:berta",
                "recipients:carl",
                "participants:otto",
                "figures",
                "attachment:quarterly-figures",
                "hasattachment:true",
                '"co-operation otto" OR more',
            ):
                assert await found(session, text) == [item_id], text
            for text in ("to:otto", "from:anna", "hasattachment:no", '"co-operation otto"', "example.otto"):
                assert await found(session, text) == [], text

        do(work)

    def test_items_of_every_class_are_found(self, do: Do) -> None:
        body = Body(type=BodyType.HTML, data="<p>bring the <b>umbrella</b></p>")

        async def work(session: Session) -> None:
            (event,) = await add(
                session,
                FolderType.CALENDAR,
                Event(
                    subject="Picnic",
                    location=Location(display_name="Riverside"),
                    attendees=(Attendee(name="Zoë", email="zoe@example.org"),),
                    body=body,
                ),
            )
            (contact,) = await add(
                session,
                FolderType.CONTACTS,
                Contact(first_name="Zoë", company_name="Umbrella Ltd", email1_address="zoe@example.org"),
            )
            (task,) = await add(session, FolderType.TASKS, Task(subject="Buy umbrella", categories=("Rain",)))
            (note,) = await add(session, FolderType.NOTES, Note(subject="Umbrellas I lost"))
            everything = {event, contact, task, note}
            assert set(await found(session, "umbrella")) == everything
            assert await found(session, "riverside") == [event]
            assert set(await found(session, "zoe")) == {event, contact}
            assert await found(session, "rain") == [task]
            assert await found(session, "umbrella", item_classes=frozenset([ItemClass.NOTES])) == [note]
            assert await found(session, '"b" umbrella') == []

        do(work)

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("Grüße aus der Straße", "GRUSSE strasse"),
            ("Café \uff46\uff55ll \uff57idth ﬁne", "cafe full width fine"),
            ("Привет, Ёлка", "елка"),
            ("Ελλάδα", "ελλαδα"),
            ("السَّلَامُ عليكم", "السلام"),
            ("שָׁלוֹם", "שלום"),
            ("明日の会議は東京都庁で行います", "東京都庁"),
            ("明日の会議は東京都庁で行います", "京都"),
            ("明日の会議は東京都庁で行います", "庁"),
            ("ｶﾀｶﾅで", "カタカナ"),
            ("iPhoneを買う", "iphoneを買"),
            ("회의록을 보냅니다", "회의"),
            ("สวัสดีครับวันนี้ประชุม", "วันนี้"),
            ("नमस्ते दुनिया", "दुनिया"),
            ("Invoice 2026-00417", "00417"),
            ("don't panic", "don't"),
        ],
    )
    def test_words_of_any_language_are_found(self, do: Do, text: str, query: str) -> None:
        async def work(session: Session) -> None:
            ids = await add(session, FolderType.INBOX, letter(1, "x", text), letter(2, "x", "another text"))
            assert await found(session, query) == ids[:1]

        do(work)

    def test_phrases_keep_their_order_in_scripts_without_spaces(self, do: Do) -> None:
        async def work(session: Session) -> None:
            (item_id,) = await add(session, FolderType.INBOX, letter(1, "x", "京都へ行く。東京は雨"))
            assert await found(session, "京都 東京") == [item_id]
            assert await found(session, "東京都") == []
            assert await found(session, '"京都 東京"') == []

        do(work)

    def test_conditions_hold_together(self, do: Do) -> None:
        async def work(session: Session) -> None:
            outer = await session.create_folder("0", "Outer", FolderType.USER_MAIL)
            inner = await session.create_folder(outer, "Inner", FolderType.USER_MAIL)
            inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
            ids = {
                folder: [(await session.add(folder, letter(day, "same"))).item_id for day in (1, 2, 3)]
                for folder in (inbox, outer, inner)
            }

            assert set(await found(session, "same")) == {one for folder in ids.values() for one in folder}
            assert await found(session, "same", folder_ids=frozenset([outer])) == ids[outer][::-1]
            moment, moments = EPOCH + timedelta(days=2), timedelta(milliseconds=1)
            both = await found(
                session,
                folder_ids=frozenset([outer, inner]),
                after=moment - moments,
                before=moment + moments,
            )
            assert set(both) == {ids[outer][1], ids[inner][1]}
            assert await found(session, "same", folder_ids=frozenset([inner]), after=moment) == [
                ids[inner][2]
            ]
            assert await found(session, "same", folder_ids=frozenset([inner]), before=moment) == [
                ids[inner][0]
            ]
            assert await found(session, "same", folder_ids=frozenset()) == []
            assert await found(session, "same", item_classes=frozenset()) == []
            assert await found(session, "same", folder_ids=frozenset(["nonsense", "987654321"])) == []

        do(work)

    def test_a_conversation_is_found_whole(self, do: Do) -> None:
        async def work(session: Session) -> None:
            (first, _) = await add(session, FolderType.INBOX, message(1, "a", 7), message(2, "b", 8))
            (second,) = await add(session, FolderType.SENT_ITEMS, message(3, "c", 7))
            assert await found(session, conversation_id=bytes([7]) * 16) == [second, first]
            assert await found(session, "c", conversation_id=bytes([7]) * 16) == [second]
            assert await found(session, conversation_id=b"") == []

        do(work)

    def test_the_index_follows_changes_moves_and_removals(self, do: Do) -> None:
        async def work(session: Session) -> None:
            inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
            deleted = (await session.folder_of_type(FolderType.DELETED_ITEMS)).folder_id
            stored = await session.add(inbox, letter(1, "wet paint"))
            read = msgspec.structs.replace(stored.item, read=True)
            await session.change(inbox, stored.item_id, read)
            assert await found(session, "paint") == [stored.item_id]
            await session.change(inbox, stored.item_id, letter(1, "dry paint"))
            assert await found(session, "wet") == []
            assert await found(session, "dry") == [stored.item_id]
            moved = await session.move(inbox, stored.item_id, deleted)
            assert await found(session, "dry") == [moved.item_id]
            assert await found(session, "dry", folder_ids=frozenset([inbox])) == []
            assert await found(session, "dry", folder_ids=frozenset([deleted])) == [moved.item_id]
            await session.remove(deleted, moved.item_id)
            assert await found(session, "dry") == []

        do(work)

    def test_what_goes_with_its_folder_is_found_no_more(self, do: Do) -> None:
        async def work(session: Session) -> None:
            folder = await session.create_folder("0", "Brief", FolderType.USER_MAIL)
            await session.add(folder, letter(1, "ephemeral"))
            await session.delete_folder(folder)
            assert await found(session, "ephemeral") == []

        do(work)

    def test_only_what_phones_are_shown_is_found(self, do: Do) -> None:
        async def work(session: Session) -> None:
            ada = Contact(first_name="Ada", email1_address="ada@example.org")
            await add(session, FolderType.DELETED_ITEMS, ada)
            await add(session, FolderType.RECIPIENT_INFORMATION_CACHE, ada)
            assert await found(session, "ada") == []
            ids = await add(session, FolderType.CONTACTS, ada)
            assert await found(session, "ada") == ids

        do(work)

    def test_nothing_of_another_mailbox_is_found(
        self, runner: asyncio.Runner, do: Do, inbox: str, stranger: Mailbox
    ) -> None:
        do(lambda session: session.add(inbox, letter(1, "confidential")))
        do(lambda session: session.add(inbox, message(1, "plans", 7)))

        async def work(session: Session) -> None:
            for text in ("confidential", "c", "co", "-nothing", f"in:{inbox}", "1:confidential"):
                assert await found(session, text) == [], text
            assert await found(session, folder_ids=frozenset([inbox])) == []
            assert await found(session, conversation_id=bytes([7]) * 16) == []

        runner.run(stranger.transact(work))

    @pytest.mark.parametrize(
        "text",
        [
            '"',
            '""',
            "*",
            "'); DROP TABLE items; --",
            '" OR "',
            "OR",
            "NOT",
            "-",
            "a:b:c",
            "NEAR(a b)",
            "^a",
            "{terms}:a",
            "terms:a",
            "\x00",
            "\ud800",
            "a\x00b",
            "\\' & ! | <-> :*",
            "OR OR NOT - :",
            "%_",
            "😀",
            "x" * 4_000,
            "\u0301\u0301",
        ],
    )
    def test_whatever_is_typed_is_words(self, do: Do, text: str) -> None:
        async def work(session: Session) -> None:
            await add(session, FolderType.INBOX, letter(1, "ordinary", "text"))
            assert len(await found(session, f"ordinary {text}")) <= 1

        do(work)
