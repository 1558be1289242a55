"""The mirror of a mailbox is as the mailbox, whatever another client does to it."""

from __future__ import annotations

from overair.items import Message
from overair.items.mail.flag import FlagStatus
from overair.mailboxes.interface import FolderType
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import WHEN, house, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()


def test_the_tree_has_the_default_folders(dovecot: Dovecot) -> None:
    async def work() -> None:
        async with house(dovecot, dovecot.user()) as there:
            tree = await there.look()
            assert {path: one.type for path, one in tree.items()} == {
                "INBOX": FolderType.INBOX,
                "Drafts": FolderType.DRAFTS,
                "Sent": FolderType.SENT_ITEMS,
                "Trash": FolderType.DELETED_ITEMS,
                "Junk": FolderType.USER_MAIL,
                "Archive": FolderType.USER_MAIL,
            }

    run(work())


def test_messages_come_and_go_and_change(dovecot: Dovecot) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user) as there:
            with dovecot.client(user, "INBOX") as client:
                for number in range(3):
                    client.append("INBOX", simple(f"m{number}"), msg_time=WHEN)
                held = await there.bring(whole=True)
                assert [one.item.subject for one in held if isinstance(one.item, Message)] == [
                    "m0",
                    "m1",
                    "m2",
                ]
                first = held[0].item
                assert isinstance(first, Message)
                assert (first.date_received, first.read) == (WHEN, False)
                assert await there.backend.changed([there.folders["INBOX"]]) == []
                uids = client.search()
                client.add_flags(uids[0], ["\\Seen", "\\Flagged", "Work"])
                client.delete_messages(uids[1])
                client.expunge()
                client.append("INBOX", simple("m3"), ["\\Answered"])
                assert await there.backend.changed([there.folders["INBOX"]]) != []
                held = await there.bring()
                items = [one.item for one in held]
                assert [one.subject for one in items if isinstance(one, Message)] == ["m0", "m2", "m3"]
                assert isinstance(items[0], Message)
                assert items[0].read
                assert items[0].flag is not None
                assert items[0].flag.status is FlagStatus.ACTIVE
                assert items[0].categories == ("Work",)
                assert isinstance(items[2], Message)
                assert items[2].last_verb_executed == 1

    run(work())
