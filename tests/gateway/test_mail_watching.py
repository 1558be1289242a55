"""A watch notices what happens on the server, and what it may have missed."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Collection

import pytest

from overair.credentials import Credentials
from overair.imap.pool import Pool, PoolLimits
from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.gateway.mail import watch
from overair.mailboxes.gateway.mail.backend import ImapBackend
from overair.mailboxes.gateway.mail.options import MailOptions, Owner
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.fake_imap import OK, TAG, FakeImap, fake_imap
from support.mirrored_mail import FULL, NO_QRESYNC, OLD, SERVERS, Bytes, House, house, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture(extra=SERVERS)
OFTEN = MailOptions(poll_interval=0.2)
SELDOM = MailOptions(poll_interval=600)
SECONDS = 20.0


class Noticed:
    """What a watch has told of: paths, and None for the tree."""

    def __init__(self) -> None:
        self.paths: set[str | None] = set()
        self.calls = 0
        self._news = asyncio.Event()

    def __call__(self, folders: Collection[MirroredFolder] | None) -> None:
        self.calls += 1
        self.paths |= {None} if folders is None else {folder.path for folder in folders}
        self._news.set()

    async def of(self, *paths: str | None) -> None:
        """Wait until all of these were told of, and begin anew."""
        async with asyncio.timeout(SECONDS):
            while not self.paths >= set(paths):
                self._news.clear()
                await self._news.wait()
        self.paths.clear()


async def watching(there: House, *paths: str) -> tuple[watch.MailWatch, Noticed]:
    """A watch that stands."""
    await there.look()
    noticed = Noticed()
    running = there.backend.watch(lambda: [there.folders[path] for path in paths], noticed)
    await noticed.of(*paths)
    assert isinstance(running, watch.MailWatch)
    return running, noticed


@pytest.mark.parametrize(
    ("host", "options", "told"),
    [
        (FULL, SELDOM, ("INBOX", "Sent", "Trash")),
        (NO_QRESYNC, SELDOM, ("INBOX",)),
        (NO_QRESYNC, OFTEN, ("INBOX", "Sent", "Trash")),
        (OLD, OFTEN, ("INBOX", "Sent", "Trash")),
    ],
)
def test_what_comes_and_changes_and_goes_is_noticed(
    dovecot: Dovecot, host: str, options: MailOptions, told: tuple[str, ...]
) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, options, host=host) as there:
            running, noticed = await watching(there, "INBOX", "Sent", "Trash")
            for path in told:
                with dovecot.client(user, path) as client:
                    client.append(path, simple("news"))
                    await noticed.of(path)
                    await asyncio.sleep(0.3)
                    noticed.paths.clear()
                    client.add_flags(client.search(), ["\\Seen"])
                    await noticed.of(path)
                    client.delete_messages(client.search())
                    client.expunge()
                    await noticed.of(path)
            await running.close()

    run(work())


@pytest.mark.parametrize(("host", "options"), [(FULL, SELDOM), (OLD, OFTEN)])
def test_a_new_folder_is_noticed(
    dovecot: Dovecot, host: str, options: MailOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TREE_ROUNDS", 1)
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, options, host=host) as there:
            running, noticed = await watching(there, "INBOX")
            with dovecot.client(user) as client:
                client.create_folder("New")
                await noticed.of(None)
            await running.close()

    run(work())


def test_a_watch_comes_back_and_says_what_it_may_have_missed(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FIRST_DELAY", 0.05)
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, SELDOM) as there:
            running, noticed = await watching(there, "INBOX", "Sent")
            await asyncio.to_thread(dovecot.kill)
            await asyncio.sleep(0.2)
            assert not noticed.paths, "a lost connection is no news"
            await asyncio.to_thread(dovecot.start)
            await noticed.of("INBOX", "Sent")
            await asyncio.to_thread(dovecot.deliver, user, simple("news"))
            await noticed.of("INBOX")
            await running.close()

    run(work())


def test_folders_may_be_others_later(dovecot: Dovecot) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, OFTEN) as there:
            await there.look()
            paths = ["INBOX"]
            noticed = Noticed()
            running = there.backend.watch(lambda: [there.folders[path] for path in paths], noticed)
            await noticed.of("INBOX")
            paths.append("Sent")
            await noticed.of("Sent")
            with dovecot.client(user) as client:
                client.append("Sent", simple("news"))
                await noticed.of("Sent")
            await running.close()

    run(work())


def test_an_idle_is_renewed(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "RENEWED", 0.3)
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, OFTEN, host=NO_QRESYNC) as there:
            running, noticed = await watching(there, "INBOX")
            await asyncio.sleep(1.0)
            assert noticed.calls == 1
            with dovecot.client(user) as client:
                client.append("INBOX", simple("news"))
                await noticed.of("INBOX")
            await running.close()

    run(work())


def test_a_mailbox_is_told_of_that_the_connection_has_selected(dovecot: Dovecot) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, SELDOM) as there:
            await there.look()
            await there.bring("INBOX")  # on the connection that the watch gets
            noticed = Noticed()
            running = there.backend.watch(lambda: [there.folders["INBOX"]], noticed)
            async with asyncio.timeout(SECONDS):
                while not running.hears(there.folders["INBOX"]):  # noqa: ASYNC110 - the watch tells nobody
                    await asyncio.sleep(0.01)
            assert not noticed.calls, "nothing has happened since it was brought in"
            await asyncio.to_thread(dovecot.deliver, user, simple("news"))
            await noticed.of("INBOX")
            await running.close()

    run(work())


def test_a_log_in_that_was_refused_is_not_tried_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a new password: servers lock accounts after a few attempts with the old one."""
    for name in ("FIRST_DELAY", "LONGEST_DELAY", "RENEWED_LOG_IN"):
        monkeypatch.setattr(watch, name, 0.01)
    right, wrong = (b64encode(f"\0anna\0{secret}".encode()) for secret in ("new", "old"))
    let_in = asyncio.Event()

    def answer(said: bytes) -> bytes:
        if right not in said:
            return TAG + b" NO [AUTHENTICATIONFAILED] x\r\n"
        let_in.set()
        return OK

    fake = FakeImap({b"AUTHENTICATE": answer})

    async def work() -> None:
        async with fake_imap(fake):
            pool, credentials = (
                Pool(fake.server(), PoolLimits(backoff_seconds=0.01)),
                Credentials("anna", "old"),
            )
            backend = ImapBackend(pool, credentials, Owner(1, (), "Europe/Berlin"), OFTEN, Bytes())
            running = backend.watch(list, Noticed())
            await asyncio.sleep(0.5)
            assert sum(wrong in one for one in fake.said) == 1
            credentials.secret = "new"  # another request came with it
            async with asyncio.timeout(SECONDS):
                await let_in.wait()
            await running.close()
            pool.close()

    run(work())
