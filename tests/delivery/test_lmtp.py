"""Mail in by LMTP, against a running server."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Final, TypeVar

import pytest
from aiosmtpd.lmtp import LMTP

from overair.delivery import lmtp
from overair.delivery.lmtp import LmtpConnection, OpenToStrangers
from overair.delivery.local import LocalDelivery
from overair.directory.interface import User
from overair.items.mail.message import Arrived, Message
from overair.mailboxes.interface import FolderType, Session, View
from overair.server.app import Application, build
from overair.server.settings import load
from overair.storage.interface import DatabaseUnavailable
from support.asynchronous import run

T = TypeVar("T")
LETTER: Final = (
    b"From: Otto <otto@example.net>\r\nTo: anna@example.org\r\nSubject: Hello\r\n"
    b"Message-ID: <1@example.net>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\n"
    b"A line.\r\n.A line with a dot in front.\r\nGr\xc3\xbc\xc3\x9fe\r\n"
)


class Server:
    """A started application with accounts for anna and bert, and what its Inboxes hold."""

    def __init__(self, application: Application, directory: Path) -> None:
        self.application = application
        self.directory = directory
        self.path = directory / "lmtp.sock"

    async def account_id(self, address: str) -> int:
        user = await self.application.directory.find(address)
        assert user is not None
        return user.account_id

    async def inbox(self, address: str) -> list[Message]:
        """The messages in an account's Inbox, newest first."""

        async def work(session: Session) -> list[Message]:
            folder = await session.folder_of_type(FolderType.INBOX)
            token = await session.start(folder.folder_id)
            changes = await session.changes(folder.folder_id, View(), token, 1000)
            stored = await session.read(folder.folder_id, [change.item_id for change in changes.items])
            return [entry.item for entry in stored if entry is not None and isinstance(entry.item, Message)]

        mailbox = self.application.services.mailbox(await self.account_id(address))
        return await mailbox.inspect(work)

    def bytes_of(self, message: Message) -> bytes:
        assert message.blob is not None
        return self.application.services.blobs.read(message.blob)

    def blobs(self) -> list[Path]:
        return [path for path in (self.directory / "blobs").glob("*/*") if path.is_file()]

    async def talk(self, conversation: Callable[[smtplib.LMTP], T]) -> T:
        """Have a conversation over LMTP, beside the server's event loop."""

        def connect() -> T:
            with smtplib.LMTP(str(self.path)) as lmtp:
                lmtp.ehlo("mail.example.org")
                return conversation(lmtp)

        # Threads of its own: the server has work for those of the event loop.
        with ThreadPoolExecutor(1) as client:
            return await asyncio.get_running_loop().run_in_executor(client, connect)

    async def send(self, recipients: list[str], letter: bytes = LETTER) -> list[int]:
        """The codes in answer to every RCPT and, behind them, to the message for each that was accepted."""
        return await self.talk(lambda lmtp: transaction(lmtp, recipients, letter))


def transaction(lmtp: smtplib.LMTP, recipients: list[str], letter: bytes = LETTER) -> list[int]:
    """smtplib reads a single answer to a message, so the steps are taken one by one."""
    lmtp.mail("otto@example.net", ["BODY=8BITMIME"])
    codes = [lmtp.rcpt(recipient)[0] for recipient in recipients]
    accepted = codes.count(250)
    if accepted:
        assert lmtp.docmd("DATA")[0] == 354
        lmtp.send(letter.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        codes += [lmtp.getreply()[0] for _ in range(accepted)]
    else:
        lmtp.rset()
    return codes


@asynccontextmanager
async def server(directory: Path, configuration: str = "") -> AsyncIterator[Server]:
    file = directory.with_suffix(".toml")
    file.write_text(configuration, encoding="utf-8")
    application = build(load(file, data_dir=str(directory)))
    await application.directory.add_user("anna@example.org", "secret of Anna", "Anna")
    await application.directory.add_user("bert@example.org", "secret of Bert", "Bert")
    await application.startup()
    try:
        yield Server(application, directory)
    finally:
        await application.shutdown()


def scenario(tmp_path: Path, work: Callable[[Server], Awaitable[None]], configuration: str = "") -> None:
    async def main() -> None:
        async with server(tmp_path / "data", configuration) as running:
            await work(running)

    run(main())


def test_a_message_lands_in_the_inbox_as_it_was_sent(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        assert await running.send(["anna@example.org"]) == [250, 250]
        [message] = await running.inbox("anna@example.org")
        assert (message.subject, message.message_id) == ("Hello", "<1@example.net>")
        assert not message.read
        mime = running.bytes_of(message)
        assert mime.endswith(LETTER)
        parsed = message_from_bytes(mime)
        assert parsed["Return-Path"] == "<otto@example.net>"
        assert parsed["Delivered-To"] == "anna@example.org"
        assert "from mail.example.org" in parsed["Received"]
        assert "LMTP" in parsed["Received"]
        assert await running.inbox("bert@example.org") == []

    scenario(tmp_path, work)


def test_every_recipient_has_an_answer_and_the_bytes_are_kept_once(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        recipients = ["anna@example.org", "nobody@example.org", "bert@example.org"]
        assert await running.send(recipients) == [250, 550, 250, 250, 250]
        [annas], [berts] = await running.inbox("anna@example.org"), await running.inbox("bert@example.org")
        assert annas.blob == berts.blob
        assert len(running.blobs()) == 1
        assert b"Delivered-To" not in running.bytes_of(annas)  # it would show blind copies
        assert b"bert@" not in running.bytes_of(annas)

    scenario(tmp_path, work)


def test_addresses_of_one_account_get_one_copy(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        assert await running.send(["anna@example.org", "ANNA+shop@Example.org"]) == [250] * 4
        assert len(await running.inbox("anna@example.org")) == 1

    scenario(tmp_path, work)


def test_a_tag_is_ignored_where_nobody_has_the_whole_address(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        await running.application.directory.add_user("anna+list@example.org", "secret of the list", "List")
        assert await running.send(["anna+shop@example.org", "anna+list@example.org"]) == [250] * 4
        assert await running.send(["+shop@example.org", "nobody+anna@example.org"]) == [550, 550]
        assert len(await running.inbox("anna@example.org")) == 1
        assert len(await running.inbox("anna+list@example.org")) == 1

    scenario(tmp_path, work)


def test_a_message_that_is_too_large_is_refused_for_each_recipient(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        def announced(lmtp: smtplib.LMTP) -> tuple[str, int]:
            code = lmtp.mail("otto@example.net", ["SIZE=100001"])[0]
            return lmtp.esmtp_features["size"], code

        assert await running.talk(announced) == ("100000", 552)

        def unannounced(lmtp: smtplib.LMTP) -> list[int]:
            return [
                *transaction(
                    lmtp, ["anna@example.org", "bert@example.org"], LETTER + 1500 * (b"x" * 78 + b"\r\n")
                ),
                *transaction(lmtp, ["anna@example.org"]),
            ]

        assert await running.talk(unannounced) == [250, 250, 552, 552, 250, 250]
        assert len(await running.inbox("anna@example.org")) == 1
        assert await running.inbox("bert@example.org") == []

    scenario(tmp_path, work, "[limits]\nrequest_body = 100000\n")


def test_long_lines_are_taken_and_endless_ones_refused(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        def conversation(lmtp: smtplib.LMTP) -> list[int]:
            return [
                *transaction(lmtp, ["anna@example.org"], LETTER + b"x" * 100_000 + b"\r\n"),
                *transaction(
                    lmtp, ["anna@example.org", "bert@example.org"], LETTER + b"x" * 3_000_000 + b"\r\n"
                ),
                *transaction(lmtp, ["anna@example.org"]),
            ]

        assert await running.talk(conversation) == [250, 250, 250, 250, 500, 500, 250, 250]
        assert len(await running.inbox("anna@example.org")) == 2

    scenario(tmp_path, work)


def test_there_is_a_limit_to_the_recipients(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        recipients = [f"anna+{number}@example.org" for number in range(5)]
        assert await running.send(recipients) == [250, 250, 250, 452, 452, 250, 250, 250]

    scenario(tmp_path, work, "[limits]\nrecipients = 3\n")


def test_a_disk_that_takes_nothing_is_a_temporary_failure(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        blobs = running.directory / "blobs"
        blobs.rename(running.directory / "elsewhere")
        blobs.write_text("not a folder")
        assert await running.send(["anna@example.org", "bert@example.org"]) == [250, 250, 451, 451]
        assert await running.inbox("anna@example.org") == []
        blobs.unlink()
        (running.directory / "elsewhere").rename(blobs)
        assert await running.send(["anna@example.org"]) == [250, 250]

    scenario(tmp_path, work)


def test_an_account_that_went_away_after_rcpt_is_told_of(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        def first(lmtp: smtplib.LMTP) -> None:
            lmtp.mail("otto@example.net")
            assert [lmtp.rcpt(f"{name}@example.org")[0] for name in ("anna", "bert")] == [250, 250]

        def second(lmtp: smtplib.LMTP) -> list[int]:
            lmtp.docmd("DATA")
            lmtp.send(LETTER + b".\r\n")
            return [lmtp.getreply()[0] for _ in range(2)]

        with await asyncio.to_thread(smtplib.LMTP, str(running.path)) as lmtp:
            await asyncio.to_thread(lmtp.ehlo)
            await asyncio.to_thread(first, lmtp)
            await running.application.directory.remove_user("anna@example.org")
            assert await asyncio.to_thread(second, lmtp) == [550, 250]
            await asyncio.to_thread(lmtp.quit)
        assert len(await running.inbox("bert@example.org")) == 1

    scenario(tmp_path, work)


def test_who_has_a_message_is_told_so_where_others_have_it_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = LocalDelivery.deliver

    async def failing(self: LocalDelivery, arrived: Arrived, users: Iterable[User], sender: str) -> None:
        users = list(users)
        if any(user.address.startswith("bert") for user in users):
            raise DatabaseUnavailable("the disk is full")
        await deliver(self, arrived, users, sender)

    async def work(running: Server) -> None:
        recipients = ["anna@example.org", "bert@example.org"]
        assert await running.send(recipients) == [250, 250, 250, 451]
        assert len(await running.inbox("anna@example.org")) == 1
        monkeypatch.undo()
        assert await running.send(recipients[1:]) == [250, 250]
        assert len(await running.inbox("bert@example.org")) == 1

    monkeypatch.setattr(lmtp, "RECIPIENTS_AT_ONCE", 1)
    monkeypatch.setattr(LocalDelivery, "deliver", failing)
    scenario(tmp_path, work)


def test_a_connection_that_breaks_delivers_nothing(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        def half(lmtp: smtplib.LMTP) -> None:
            lmtp.mail("otto@example.net")
            lmtp.rcpt("anna@example.org")
            lmtp.docmd("DATA")
            lmtp.send(LETTER)
            assert lmtp.sock is not None
            lmtp.sock.shutdown(socket.SHUT_RDWR)

        await running.talk(half)
        await asyncio.sleep(0.1)
        assert await running.inbox("anna@example.org") == []

    scenario(tmp_path, work)


def test_a_delivery_wakes_who_waits_for_the_inbox(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        services = running.application.services
        subscriptions = []
        for address in ("anna@example.org", "bert@example.org"):
            account = await running.account_id(address)

            async def inbox(session: Session) -> str:
                return (await session.folder_of_type(FolderType.INBOX)).folder_id

            folder = await services.mailbox(account).inspect(inbox)
            subscriptions += [services.hub.subscribe(account, f"{device}", [folder]) for device in range(3)]
        waits = [asyncio.create_task(subscription.wait(2)) for subscription in subscriptions]
        await running.send(["anna@example.org"])
        assert await asyncio.gather(*waits) == [True] * 3 + [False] * 3

    scenario(tmp_path, work)


def test_many_deliveries_at_once(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        async def one(number: int) -> list[int]:
            letter = LETTER.replace(b"<1@", b"<%d@" % number)
            return await running.send(["anna@example.org", "bert@example.org"], letter)

        assert await asyncio.gather(*map(one, range(20))) == [[250] * 4] * 20
        for address in ("anna@example.org", "bert@example.org"):
            messages = await running.inbox(address)
            assert {message.message_id for message in messages} == {f"<{n}@example.net>" for n in range(20)}
            assert len(messages) == 20

    scenario(tmp_path, work)


@pytest.mark.parametrize(
    "letter",
    [
        b"\r\n",
        b"no header at all\r\n",
        b"Subject: \xff\xfe\r\nFrom: @@@\r\nDate: yesterday\r\n\r\n\x00\x01\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\n--b\r\nContent-Type: x\r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\n" * 200,
    ],
)
def test_what_is_no_proper_message_is_kept_all_the_same(tmp_path: Path, letter: bytes) -> None:
    async def work(running: Server) -> None:
        assert await running.send(["anna@example.org"], letter) == [250, 250]
        [message] = await running.inbox("anna@example.org")
        assert running.bytes_of(message).endswith(letter)

    scenario(tmp_path, work)


def test_lmtp_on_a_loopback_address(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        port = await running.application.lmtp.listen_on_address("localhost", 0)

        def send() -> None:
            with smtplib.LMTP("127.0.0.1", port) as lmtp:
                lmtp.sendmail("otto@example.net", "anna@example.org", LETTER)

        await asyncio.to_thread(send)
        assert len(await running.inbox("anna@example.org")) == 1

    scenario(tmp_path, work)


def test_lmtp_is_not_open_to_strangers(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        for host in ("0.0.0.0", "::", "192.0.2.1", "example.invalid", ""):
            with pytest.raises(OpenToStrangers):
                await running.application.lmtp.listen_on_address(host, 0)

    scenario(tmp_path, work)


def test_the_socket_is_for_its_user_and_group_and_goes_with_the_server(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        assert running.path.stat().st_mode & 0o777 == 0o660

    scenario(tmp_path, work)
    assert not (tmp_path / "data" / "lmtp.sock").exists()


def test_smtp_greetings_are_refused(tmp_path: Path) -> None:
    async def work(running: Server) -> None:
        def greet(lmtp: smtplib.LMTP) -> list[int]:
            return [lmtp.docmd("EHLO a")[0], lmtp.docmd("HELO a")[0], lmtp.docmd("AUTH PLAIN AAAA")[0]]

        assert all(code >= 500 for code in await running.talk(greet))

    scenario(tmp_path, work)


@pytest.mark.parametrize(
    "argument",
    [
        "<a@b>",
        "<otto.weiss+tag@mail.example.net> BODY=8BITMIME SIZE=120",
        "<x!#$%&'*+-/=?^_`{|}~@example.net>",
        "<a@b>  BODY=7BIT",
        "<a..b@example.net>",
        "<.a@example.net>",
        "<a.@example.net>",
        "<a@example.>",
        "<a@b> X= Y",
        "<a@[127.0.0.1]>",
        '<"a b"@example.net>',
        "<a@b> (comment)",
        "<a@b",
        "<a@>",
        "<>",
        "a@b",
        "",
    ],
)
def test_plain_addresses_are_what_the_library_finds_in_them(argument: str) -> None:
    connection = LmtpConnection.__new__(LmtpConnection)  # reading addresses needs nothing of it
    try:
        address, rest = LMTP._getaddr(connection, argument)
    except IndexError:  # the library's, of half an address
        address = rest = None
    found, behind = connection._getaddr(argument)
    assert (found, (behind or "").split()) == (address, (rest or "").split())
