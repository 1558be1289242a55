"""Mail of a Cyrus, another server than most tests have: no NOTIFY, NO without codes, rules of its own."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from gateway.test_mail_effects import message_of, stored, token
from gateway.test_mail_watching import OFTEN, watching
from overair.items import ItemClass
from overair.items.mail.flag import Flag
from overair.mailboxes.gateway.backend import Stale
from overair.mailboxes.gateway.mail import watch
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.interface import FolderExists, FolderType, MailboxUnavailable
from overair.mailboxes.search_query import SearchQuery, clauses_of
from support.asynchronous import run
from support.cyrus import Cyrus, cyrus_fixture, needs_cyrus
from support.mirrored_mail import WHEN, house, simple

pytestmark = needs_cyrus
CYRUS = cyrus_fixture()


def filled(cyrus: Cyrus, count: int = 3) -> str:
    user = cyrus.user()
    with cyrus.client(user) as client:
        for number in range(count):
            client.append("INBOX", simple(f"m{number}"), [], WHEN)
    return user


def test_what_others_do_comes_into_the_mirror(cyrus: Cyrus) -> None:
    user = filled(cyrus)

    async def work() -> None:
        async with house(cyrus, user) as there:
            assert len(await there.bring(whole=True)) == 3
            with cyrus.client(user, "INBOX") as client:
                client.add_flags([1], ["\\Seen", "\\Flagged"])
                client.delete_messages([2])
                client.uid_expunge([2])
                client.append("INBOX", simple("m3"), [], WHEN)
            found = await there.messages()
            assert {subject: (one.read, one.flag == Flag()) for subject, one in found.items()} == {
                "m0": (True, False),
                "m2": (False, True),
                "m3": (False, True),
            }
            asked = there.mirror.compared
            await there.bring()
            assert there.mirror.compared == asked, "nothing was compared, for QRESYNC tells it"
            query = SearchQuery(clauses=clauses_of("subject:m3"), item_classes=frozenset({ItemClass.EMAIL}))
            places = await there.backend.search([there.folders["INBOX"]], query, 10)
            assert places is not None
            assert len(places) == 1

    run(work())


def test_what_phones_do_is_done(cyrus: Cyrus) -> None:
    user = filled(cyrus)

    async def work() -> None:
        async with house(cyrus, user) as there:
            first, second, third = await there.bring(whole=True)
            inbox, trash = there.folders["INBOX"], there.folders["Trash"]
            read = msgspec.structs.replace(message_of(first), read=True, categories=("Work",))
            await there.backend.change(inbox, first.known, first.item, read, token())
            stood = await there.backend.move(inbox, second.known, trash, second.item, token())
            await there.backend.remove(inbox, third.known, token())
            name = token()
            item = stored(there, simple("sent"), read=True)
            sent = await there.backend.add(there.folders["Sent"], item, name)
            assert (await there.backend.add(there.folders["Sent"], item, name)).key == sent.key
            with pytest.raises(Stale):
                await there.backend.move(inbox, third.known, trash, third.item, token())
            with cyrus.client(user, "INBOX") as client:
                flags = client.get_flags(client.search())
                assert {key: set(value) - {b"\\Recent"} for key, value in flags.items()} == {
                    1: {b"\\Seen", b"Work"}
                }
                assert client.select_folder("Trash")[b"UIDNEXT"] == read_key(stood.key).uid + 1
                assert client.select_folder("Sent")[b"EXISTS"] == 1

    run(work())


def test_folders_are_made_renamed_and_deleted(cyrus: Cyrus) -> None:
    user = cyrus.user()

    async def work() -> None:
        async with house(cyrus, user) as there:
            await there.look()
            made = await there.backend.create_folder(None, "Pläne", FolderType.USER_MAIL)
            assert (await there.backend.create_folder(None, "Pläne", FolderType.USER_MAIL)).path == made.path
            await there.look()
            below = await there.backend.create_folder(
                there.folders[made.path], "Unter & Ober", FolderType.USER_MAIL
            )
            await there.look()
            with pytest.raises(FolderExists):
                await there.backend.update_folder(there.folders[made.path], None, "Archive")
            moved = await there.backend.update_folder(there.folders[made.path], None, "Neu")
            tree = await there.look()
            assert moved.path in tree
            assert below.path not in tree
            await there.backend.delete_folder(there.folders[moved.path])
            assert not [path for path in await there.look() if path.startswith("Neu")]
            await there.backend.delete_folder(there.folders[moved.path])

    run(work())


def test_a_watch_notices_what_happens_and_what_it_missed(
    cyrus: Cyrus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(watch, "TREE_ROUNDS", 1)
    user = filled(cyrus)

    async def work() -> None:
        async with house(cyrus, user, OFTEN) as there:
            running, noticed = await watching(there, "INBOX", "Sent")
            for path in ("INBOX", "Sent"):
                with cyrus.client(user, path) as client:
                    client.append(path, simple("news"), ["\\Draft"])
                    await noticed.of(path)
                    client.add_flags(client.search(), ["\\Seen"])
                    await noticed.of(path)
            with cyrus.client(user) as client:
                client.create_folder("New")
            await noticed.of(None)
            await there.bring()
            cyrus.kill()
            with pytest.raises(MailboxUnavailable):
                await there.bring()
            cyrus.start()
            await asyncio.to_thread(cyrus.deliver, user, simple("missed"))
            await noticed.of("INBOX", "Sent")
            await asyncio.sleep(0.2)
            assert "missed" in await there.messages()
            await running.close()

    run(work())


def test_folders_of_others_are_shown_with_what_may_be_done(cyrus: Cyrus) -> None:
    user, owner = cyrus.user(), filled(cyrus)
    shared = cyrus.share(owner, "Archive", user, "lr")
    cyrus.deliver(owner, simple("shared"), "Archive")

    async def work() -> None:
        async with house(cyrus, user) as there:
            tree = await there.look()
            assert not tree[shared].writable
            assert list(await there.messages(shared)) == ["shared"]

    run(work())
