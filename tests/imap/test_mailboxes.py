"""Mailboxes of real servers: their names, uses, rights, and how they stand."""

from __future__ import annotations

import pytest

from imap.upstream import Upstream
from overair.imap.capabilities import Capabilities, Extension
from overair.imap.errors import CommandFailed, MailboxExists, NoSuchMailbox, NotPermitted
from overair.imap.session import Session
from support.asynchronous import run

NAMES = [
    "Entwürfe & Pläne",
    "日本語/中文",
    'say "hi"',
    "a\\b",
    "[brackets] {3}",
    "100 % * wild",
    "&",
    "💡",
    "NIL",
    "with  blanks ",
]
"""Names that are hard to write; not every server takes all of them."""
STATUS = ("MESSAGES", "UIDNEXT", "UIDVALIDITY", "HIGHESTMODSEQ", "UNSEEN", "MAILBOXID", "SIZE")
USES = {"Drafts": "\\drafts", "Sent": "\\sent", "Trash": "\\trash", "Junk": "\\junk", "Archive": "\\archive"}


async def names(session: Session, pattern: str = "*") -> set[str]:
    """The mailboxes that LIST has."""
    return {entry.name for entry in await session.list(pattern)}


def test_the_folders_that_every_user_has(upstream: Upstream) -> None:
    """With special uses, in the namespace of the user's own."""
    user = upstream.real.user()

    async def work() -> None:
        async with upstream.session(user) as session:
            entries = {entry.name: entry for entry in await session.list(status=STATUS)}
            assert {name: entry.special_use for name, entry in entries.items()} == {"INBOX": None, **USES}
            for name, entry in entries.items():
                assert entry.selectable
                assert entry.has_children is False
                assert entry.delimiter == "/"
                assert entry.status is not None
                assert entry.status.messages == 0
                assert entry.status.highest_modseq
                alone = await session.status(name, STATUS)
                assert alone == entry.status
                assert alone.size == 0
                assert alone.mailbox_id is None  # Cyrus tells nonsense, if it is asked for others beside
            spaces = await session.namespace()
            assert [(space.prefix, space.delimiter) for space in spaces.personal] == [("", "/")]
            assert spaces.others

    run(work())


def test_older_servers_tell_the_same_in_more_steps(upstream: Upstream) -> None:
    """Without LIST-EXTENDED and LIST-STATUS; and without NAMESPACE there is the delimiter at least."""
    user = upstream.real.user()
    new = {Extension.LIST_EXTENDED, Extension.LIST_STATUS, Extension.NAMESPACE}

    async def work() -> None:
        async with upstream.session(user) as session:
            await session.create("Kept")
            await session.subscribe("Kept")
            subscribed = await session.list(subscribed=True, status=("UIDVALIDITY",))
            every = await session.list(status=("UIDVALIDITY",))
            session.capabilities = Capabilities(session.capabilities - new)
            assert {entry.name: entry.status for entry in await session.list(status=("UIDVALIDITY",))} == {
                entry.name: entry.status for entry in every
            }
            older = await session.list(subscribed=True, status=("UIDVALIDITY",))
            assert {(entry.name, entry.status) for entry in older} == {
                (entry.name, entry.status) for entry in subscribed
            }
            assert all(entry.subscribed for entry in (*older, *subscribed))
            [space] = (await session.namespace()).personal
            assert (space.prefix, space.delimiter) == ("", "/")

    run(work())


def test_hard_names(upstream: Upstream) -> None:
    """What a server takes as a name it lists as that, and it can be used in every command."""
    user = upstream.real.user()

    async def work() -> int:
        taken = 0
        async with upstream.session(user) as session:
            for name in NAMES:
                try:
                    await session.create(name)
                except CommandFailed:
                    continue  # Cyrus allows fewer characters
                taken += 1
                assert name in await names(session)
                assert (await session.select(name)).exists == 0
                assert await session.append(name, b"Subject: x\r\n\r\n")
                assert (await session.statuses(["INBOX", name, "none"], ["MESSAGES"])).keys() == {
                    "INBOX",
                    name,
                }
                await session.unselect()
                await session.rename(name, f"{name}2")
                assert name not in await names(session)
                await session.subscribe(f"{name}2")
                assert f"{name}2" in {entry.name for entry in await session.list(subscribed=True)}
                await session.subscribe(f"{name}2", to=False)
                await session.delete(f"{name}2")
                assert f"{name}2" not in await names(session)
        return taken

    assert run(work()) >= (len(NAMES) if upstream.name == "dovecot" else 5)


def test_what_cannot_be_done_is_told_by_its_kind(upstream: Upstream) -> None:
    """And the connection goes on."""
    owner, user = upstream.real.user(), upstream.real.user()
    shared = upstream.real.share(owner, "Archive", user, "lr")

    async def work() -> None:
        async with upstream.session(user) as session:
            with pytest.raises(NoSuchMailbox):
                await session.status("None", ["MESSAGES"])
            with pytest.raises(NoSuchMailbox):
                await session.select("None")
            assert session.selected is None
            await session.select("INBOX")
            with pytest.raises(MailboxExists):
                await session.create("INBOX")
            with pytest.raises(MailboxExists):
                await session.rename("Sent", "INBOX")
            with pytest.raises(NoSuchMailbox):
                await session.rename("None", "New")
            with pytest.raises(NoSuchMailbox):
                await session.delete("None")
            with pytest.raises(NoSuchMailbox):
                await session.append("None", b"x: y\r\n\r\n")
            assert shared in await names(session)
            # Cyrus says in words alone that it is not permitted.
            with pytest.raises(NotPermitted if upstream.name == "dovecot" else CommandFailed):
                await session.append(shared, b"x: y\r\n\r\n")
            rights = await session.my_rights(shared)
            assert rights is not None
            assert rights & frozenset("lrswi") == frozenset("lr")
            assert (await session.select(shared, read_only=True)).read_only
            mine = await session.get_acl("INBOX")
            assert mine is not None
            assert frozenset("lrswi") <= mine[user]
            assert session.usable

    run(work())


def test_special_uses_and_identities_of_new_mailboxes(upstream: Upstream) -> None:
    """Where the server has CREATE-SPECIAL-USE and OBJECTID; elsewhere it is a mailbox like any other."""
    user = upstream.real.user()

    async def work() -> None:
        async with upstream.session(user) as session:
            identity = await session.create("Shelf", None if upstream.name == "cyrus" else "\\Archive")
            [entry] = await session.list("Shelf", status=("MAILBOXID",))
            assert entry.special_use is None
            if upstream.name == "cyrus":
                assert identity
                assert entry.status is not None
                assert entry.status.mailbox_id == identity
                await session.rename("Shelf", "Box")
                assert (await session.select("Box")).mailbox_id == identity
            assert await session.id({"name": "Overair"}) or upstream.name == "cyrus"

    run(work())
