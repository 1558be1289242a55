"""What every backend's mailbox must do with conversations."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from mailboxes.phones import EPOCH, Phone, message, view_of
from overair.items.mail.message import Message, conversation_key, index_message
from overair.mailboxes.interface import FolderType, Mailbox, Session

THURSDAY, FRIDAY = "Thu, 1 Jan 1970 00:00:00 +0000", "Fri, 2 Jan 1970 00:00:00 +0000"
KEY = conversation_key(bytes([1]) * 16)


def letter(message_id: str, **headers: str) -> Message:
    """A message with headers, whose names have underscores for hyphens."""
    lines = [
        f"Message-ID: {message_id}",
        *(f"{name.replace('_', '-')}: {text}" for name, text in headers.items()),
    ]
    return index_message("\r\n".join([*lines, "", "text"]).encode(), EPOCH)


class ConversationContract:
    """Subclasses provide the fixtures ``runner``, ``mailbox`` and ``stranger`` as in MailboxContract."""

    def test_old_messages_come_into_a_view_of_conversations_by_new_ones(
        self, runner: asyncio.Runner, mailbox: Mailbox
    ) -> None:
        async def add(session: Session, day: int, hour: int) -> str:
            inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
            return (await session.add(inbox, message(day, f"{day}", 1, hour))).item_id

        async def inbox_of(session: Session) -> str:
            return (await session.folder_of_type(FolderType.INBOX)).folder_id

        old = runner.run(mailbox.transact(lambda session: add(session, 1, 3)))
        inbox = runner.run(mailbox.inspect(inbox_of))
        whole = runner.run(Phone.begin(mailbox, inbox, view_of(5, conversations=True)))
        plain = runner.run(Phone.begin(mailbox, inbox, view_of(5)))
        everything = runner.run(Phone.begin(mailbox, inbox, view_of(0)))
        for phone in (whole, plain, everything):
            runner.run(phone.rest(mailbox))
        new = runner.run(mailbox.transact(lambda session: add(session, 5, 20)))
        for phone, expected in ((whole, {old, new}), (plain, {new}), (everything, {new})):
            assert set(runner.run(phone.rest(mailbox))) == expected
        # Later on that day, and before it, there is nothing to say of the others.
        for day, hour in ((5, 1), (3, 5)):
            another = runner.run(mailbox.transact(partial(add, day=day, hour=hour)))
            assert runner.run(whole.rest(mailbox)) == [another]
        assert len(whole.items) == 4
        runner.run(mailbox.transact(lambda session: session.remove(inbox, new)))
        assert runner.run(whole.rest(mailbox)) == [new]
        whole.view = view_of(6, conversations=True)
        assert len(runner.run(whole.rest(mailbox))) == 3

    @pytest.mark.req(
        "MS-ASEMAIL_R343", "MS-ASEMAIL_R351", "MS-ASEMAIL_R1054", "MS-ASCON_R74", "MS-ASCON_R86",
        "MS-ASCON_R87", "MS-ASCON_R91", "MS-ASCON_R306", "MS-ASCON_R307", "MS-ASCON_R400",
    )  # fmt: skip
    def test_an_answer_is_in_the_conversation_of_what_it_answers(
        self, runner: asyncio.Runner, mailbox: Mailbox, stranger: Mailbox
    ) -> None:
        indexes: list[bytes] = []
        thread = [
            (FolderType.SENT_ITEMS, letter("<root@a>", Date=THURSDAY)),
            (
                FolderType.INBOX,
                letter(
                    "<first@a>",
                    References="<root@a>",
                    In_Reply_To="<root@a>",
                    Date=FRIDAY,
                ),
            ),
            (FolderType.INBOX, letter("<second@a>", In_Reply_To="<first@a>")),
            (FolderType.DELETED_ITEMS, letter("<third@a>", References="<gone@a> <second@a>")),
            (FolderType.INBOX, letter("<fourth@a>", References="<first@a> <lost@a>", In_Reply_To="<lost@a>")),
        ]

        async def deliver(session: Session) -> list[bytes | None]:
            found = []
            indexes.clear()  # it may be run again
            for kind, item in thread:
                folder = await session.folder_of_type(kind)
                stored = await session.add(folder.folder_id, item)
                [read] = await session.read(folder.folder_id, [stored.item_id])
                assert read is not None
                assert isinstance(read.item, Message)
                assert read.item.answers == ()
                found.append(read.item.conversation_id)
                assert read.item.conversation_index is not None
                indexes.append(read.item.conversation_index)
            return found

        assert len(set(runner.run(mailbox.transact(deliver)))) == 1
        # The tree: each index begins with that of what it answers.
        root, first, second, third, fourth = indexes
        assert second[: len(first)] == first
        assert first[: len(root)] == root
        assert third[: len(second)] == second
        assert fourth[: len(first)] == first
        assert [len(one) for one in indexes] == [5, 10, 15, 20, 15]
        assert first[5:9] == (86_400 * 10_000_000 >> 18).to_bytes(4, "big")
        thread = thread[3:]
        assert len(set(runner.run(stranger.transact(deliver)))) == 2

    def test_a_view_goes_over_to_conversations_in_windows_and_back(
        self, runner: asyncio.Runner, mailbox: Mailbox
    ) -> None:
        async def fill(session: Session) -> str:
            inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
            for day in range(8):
                await session.add(inbox, message(day, f"{day}", 1 + day % 2))
            return inbox

        inbox = runner.run(mailbox.transact(fill))
        phone = runner.run(Phone.begin(mailbox, inbox, view_of(7)))
        runner.run(phone.rest(mailbox))
        for conversations, expected in ((True, 4), (False, 1), (True, 4)):
            phone.view = view_of(7, conversations=conversations)
            assert len(runner.run(phone.rest(mailbox, 1))) == 3
            assert len(phone.items) == expected
        # In the middle of a first Sync, too.
        young = runner.run(Phone.begin(mailbox, inbox, view_of(4)))
        runner.run(young.window(mailbox, 2))
        young.view = view_of(4, conversations=True)
        runner.run(young.rest(mailbox, 1))
        assert len(young.items) == 8

    def test_a_conversation_is_moved_until_it_is_not(
        self, runner: asyncio.Runner, mailbox: Mailbox, stranger: Mailbox
    ) -> None:
        async def work(session: Session) -> None:
            folder_id = await session.create_folder("0", "away", FolderType.USER_MAIL)
            assert await session.conversation_folder(KEY) is None
            await session.move_always(KEY, folder_id)
            await session.move_always(KEY, folder_id)
            assert await session.conversation_folder(KEY) == folder_id
            await session.move_always(KEY, None)
            await session.move_always(KEY, None)
            assert await session.conversation_folder(KEY) is None
            await session.move_always(KEY, folder_id)

        async def others(session: Session) -> None:
            assert await session.conversation_folder(KEY) is None
            await session.move_always(KEY, None)

        async def after(session: Session) -> None:
            folder_id = await session.conversation_folder(KEY)
            assert folder_id is not None
            await session.delete_folder(folder_id)
            assert await session.conversation_folder(KEY) is None

        runner.run(mailbox.transact(work))
        runner.run(stranger.transact(others))
        runner.run(mailbox.transact(after))
