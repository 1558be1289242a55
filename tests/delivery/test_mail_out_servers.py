"""Mail servers that ask for TLS and a log-in, and servers that misbehave in all ways there are."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiosmtplib.protocol import SMTPProtocol

from overair.delivery import elsewhere, queue, smtp
from overair.delivery.queue import Recipient, RecipientState
from overair.delivery.smtp_settings import Smtp, SmtpError
from support.asynchronous import run
from support.mail_server import PASSWORD, USER, MailServer, Script, mail_server, scripted, trusted
from support.outgoing import DOMAIN, Office, office

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
OTTO = "otto@example.net"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a server's certificate, by a private CA."""
    directory = tmp_path_factory.mktemp("mx")
    trusted(directory)
    return directory


@pytest.mark.parametrize("implicit", [False, True])
def test_mail_travels_over_tls_after_a_log_in(tmp_path: Path, certificate: Path, implicit: bool) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    values: dict[str, Any] = {
        "host": "localhost",
        "tls": "implicit" if implicit else "starttls",
        "ca_file": str(certificate / "trusted.pem"),
        "user": USER,
        "password_file": str(secret),
    }

    async def work() -> None:
        async with (
            mail_server(certificate=certificate, implicit=implicit, log_in=True) as server,
            office(tmp_path / "data", server.port, **values) as there,
        ):
            await there.send(OTTO)
            await there.attempt()
            [taken] = server.taken
            assert (taken.recipients, taken.user) == ((OTTO,), USER)
            assert taken.over_tls or implicit

    run(work())


async def waits(there: Office, what: str) -> Recipient:
    """A message is attempted and stays in the queue, and nobody is told; its recipient."""
    there.elsewhere.retry()
    await there.send(OTTO)
    await there.attempt()
    [(one, [recipient])] = await there.queued()
    assert (one.attempts, one.begun) == (1, 0), what
    assert recipient.state is RecipientState.WAITING, what
    assert not await there.inbox(), what
    return recipient


def use(there: Office, **values: Any) -> None:
    """Have mail go to another server."""
    there.elsewhere._relay.__init__(Smtp(**values), DOMAIN)  # type: ignore[misc]  # as at a new start


async def empty(there: Office) -> None:
    """Let the queue be as at the beginning."""
    for one, _ in await there.queued():
        await there.there.storage.database.write(
            lambda transaction, key=one.message_key: queue.remove(transaction, key)  # type: ignore[misc]  # bound now
        )


@pytest.mark.parametrize("implicit", [False, True])
def test_nothing_is_sent_to_a_server_that_is_not_the_one(
    tmp_path: Path, certificate: Path, implicit: bool
) -> None:
    usual: dict[str, Any] = {
        "host": "localhost",
        "tls": "implicit" if implicit else "starttls",
        "ca_file": str(certificate / "trusted.pem"),
        "user": USER,
        "password": PASSWORD,
        "timeout": 10.0,
    }
    wrong: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("a certificate by nobody whom it trusts", {"ca_file": ""}, "4.4.1"),
        ("a certificate of another name", {"host": "127.0.0.2"}, "4.4.1"),
        ("a wrong password", {"password": "wrong"}, "4.3.5"),
    )

    async def work() -> None:
        async with (
            mail_server(certificate=certificate, implicit=implicit, log_in=True) as server,
            office(tmp_path, server.port, **usual) as there,
        ):
            for what, values, status in wrong:
                use(there, **(usual | values), port=server.port)
                assert (await waits(there, what)).status == status, what
                assert not server.taken, what
                await empty(there)

    run(work())


def test_a_server_without_starttls_gets_neither_mail_nor_password(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server:
            smtp_settings: dict[str, Any] = {
                "host": "localhost",
                "tls": "starttls",
                "user": USER,
                "password": PASSWORD,
            }
            async with office(tmp_path, server.port, **smtp_settings) as there:
                assert (await waits(there, "no STARTTLS")).status == "4.4.1"
                assert not server.taken

    run(work())


def test_a_server_that_is_out_of_order_is_left_alone_for_a_minute(tmp_path: Path) -> None:
    async def work() -> None:
        server = MailServer()
        async with (
            mail_server(server, log_in=True) as server,
            office(tmp_path, server.port, user=USER, password="wrong", retries=(1,)) as there,
        ):
            for _ in range(5):
                await there.send(OTTO)
            await there.attempt()
            assert server.connections == 1
            await there.attempt(seconds=59)
            assert server.connections == 1
            there.elsewhere.retry()  # an administrator set it right
            await there.attempt(seconds=1)
            assert server.connections == 2
            assert [one.attempts for one, _ in await there.queued()] == [2] * 5

    run(work())


def test_a_server_that_repeats_the_password_is_not_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def echo(kind: bytes) -> Script:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 mx\r\n")
            await reader.readline()
            writer.write(b"250-mx\r\n250 AUTH PLAIN LOGIN\r\n")
            while line := await reader.readline():
                writer.write(kind + line)

        return script

    async def work(kind: bytes) -> None:
        async with (
            scripted(echo(kind)) as port,
            office(tmp_path / str(len(kind)), port, user=USER, password="secret-secret") as there,
        ):
            recipient = await waits(there, "an echo")
            assert secret not in recipient.answer

    secret = b64encode(b"\0relay\0secret-secret").decode()
    for kind in (b"", b"535 5.7.8 "):
        run(work(kind))
        said = capsys.readouterr()
        assert secret not in said.out + said.err + caplog.text


def says(*answers: bytes, then: float = 0.0) -> Script:
    """A script of answers: one to the opening of the connection and to each line of the client."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(answers):
            if number:
                await reader.readline()
            writer.write(answer)
            await writer.drain()
        await asyncio.sleep(then)

    return script


HELLO = (b"220 mx.example.net ESMTP\r\n", b"250-mx.example.net\r\n250 HELP\r\n")
ENVELOPE = (*HELLO, b"250 Ok\r\n", b"250 Ok\r\n")
UNHEARD, BROKEN = "4.4.2", "4.4.1"
MISBEHAVIOURS = {
    "closes at once": (says(), BROKEN),
    "never greets": (says(then=30), BROKEN),
    "greets with garbage": (says(b"\x16\x03\x01\x00\xff\xfe\r\n" * 3), "4.0.0"),
    "greets for ever": (says(b"220-" + b"x" * 70_000 + b"\r\n"), "4.0.0"),
    "serves nobody": (says(b"554 5.7.1 go away\r\n"), "4.3.5"),
    "is about to leave": (says(b"421 4.3.2 later\r\n"), "4.3.2"),
    "refuses EHLO and HELO": (says(HELLO[0], b"502 what\r\n", b"502 what\r\n"), "4.3.5"),
    "closes after MAIL": (says(*HELLO), UNHEARD),
    "closes after RCPT": (says(*HELLO, b"250 Ok\r\n"), UNHEARD),
    "closes after DATA": (says(*ENVELOPE), UNHEARD),
    "closes in the midst of an answer": (says(*ENVELOPE, b"35"), UNHEARD),
    "closes instead of a last answer": (says(*ENVELOPE, b"354 go\r\n"), UNHEARD),
    "accepts without taking it": (says(*ENVELOPE, b"250 Queued\r\n", then=30), UNHEARD),
    "answers numbers that are none": (says(*HELLO, b"abc def\r\n"), UNHEARD),
    "answers something else": (says(*HELLO, b"354 go\r\n"), UNHEARD),
    "stalls at the end": (says(*ENVELOPE, b"354 go\r\n", then=30), UNHEARD),
}


def test_whatever_a_server_does_the_message_waits_for_a_better_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LAST_ANSWER", 1.0)

    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port) as there:
            for what, (script, status) in MISBEHAVIOURS.items():
                async with scripted(script) as port:
                    use(there, host="127.0.0.1", port=port, tls="none", timeout=0.3)
                    assert (await waits(there, what)).status == status, what
                use(there, host="127.0.0.1", port=server.port, tls="none")
                there.elsewhere.retry()
                await there.attempt(minutes=1)
                assert server.recipients == [OTTO], what
                assert await there.queued() == [], what
                server.taken.clear()

    run(work())


def test_a_server_that_tarpits_every_recipient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "CONVERSATION", 2.0)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in HELLO:
            writer.write(answer)
            await reader.readline()
        while True:
            await asyncio.sleep(0.2)
            writer.write(b"250 Ok\r\n")
            await reader.readline()

    async def work() -> None:
        async with scripted(script) as port, office(tmp_path, port, timeout=0.4) as there:
            await there.send(*(f"p{number}@example.net" for number in range(50)))
            await asyncio.wait_for(there.attempt(), 20)
            [(one, recipients)] = await there.queued()
            assert one.begun == 0
            assert {recipient.status for recipient in recipients} == {UNHEARD}

    run(work())


@pytest.mark.full
def test_a_server_that_refuses_in_the_midst_of_a_message(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (*ENVELOPE, b"354 go\r\n"):
            writer.write(answer)
            await reader.readline()
        writer.write(b"552 5.3.4 enough\r\n")
        await asyncio.sleep(30)

    async def work() -> None:
        async with scripted(script) as port, office(tmp_path, port, timeout=5.0) as there:
            await there.send(OTTO, mime=b"To: otto@example.net\r\n\r\n" + (b"x" * 900 + b"\r\n") * 20_000)
            await there.attempt()
            assert await there.queued() == []
            [report] = await there.inbox()
            assert "552 5.3.4 enough" in report.as_string()

    run(work())


@pytest.mark.full
def test_a_server_that_stops_reading(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (*ENVELOPE, b"354 go\r\n"):
            writer.write(answer)
            await reader.readline()
        await asyncio.sleep(30)

    async def work() -> None:
        async with scripted(script) as port, office(tmp_path, port, timeout=0.3) as there:
            await there.send(OTTO, mime=b"To: otto@example.net\r\n\r\n" + (b"x" * 900 + b"\r\n") * 20_000)
            await asyncio.wait_for(there.attempt(), 30)
            [(_, [recipient])] = await there.queued()
            assert recipient.status == UNHEARD

    run(work())


def test_an_answer_that_comes_at_once_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anybody else had a turn; unheard, the message would be sent again."""
    write = SMTPProtocol.write

    def answered(protocol: SMTPProtocol, data: bytes) -> None:
        write(protocol, data)
        if data == b".\r\n":
            protocol.data_received(b"250 2.0.0 Taken\r\n")

    monkeypatch.setattr(SMTPProtocol, "write", answered)
    monkeypatch.setattr(smtp, "LAST_ANSWER", 1.0)

    async def work() -> None:
        server = MailServer(pause=30.0)
        async with mail_server(server), office(tmp_path / "data", server.port, timeout=1.0) as there:
            await there.send(OTTO)
            await there.attempt()
            assert not await there.queued()

    run(work())


def test_one_slow_transfer_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def work() -> None:
        server = MailServer(pause=5.0)
        async with mail_server(server), office(tmp_path, server.port, connections=2) as there:
            await there.transport.start()
            await there.send("slow@example.net")
            await until(lambda: bool(server.at_once))
            await asyncio.sleep(0.1)
            server.pause = 0.0
            await there.send(OTTO)
            await until(lambda: OTTO in server.recipients)
            assert "slow@example.net" not in server.recipients

    run(work())


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


def test_closing_lets_a_transfer_end_and_never_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        server = MailServer(pause=0.3)
        async with mail_server(server), office(tmp_path, server.port) as there:
            await there.transport.start()
            await there.send(OTTO)
            await until(lambda: bool(server.at_once))
            await asyncio.sleep(0.1)
            await there.transport.close()
            assert server.recipients == [OTTO]
            assert await there.queued() == []
        server.pause = 60.0
        monkeypatch.setattr(elsewhere, "CLOSE_SECONDS", 0.2)
        async with mail_server(server), office(tmp_path / "other", server.port) as there:
            await there.transport.start()
            await there.send(OTTO)
            await until(lambda: bool(server.at_once))
            async with asyncio.timeout(10):
                await there.transport.close()
            assert len(await there.queued()) == 1

    run(work())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"port": 25}, "host is missing"),
        ({"host": "mx example"}, "host is not a name"),
        ({"host": "mx", "user": "a"}, "user goes together"),
        ({"host": "mx", "password": "a"}, "user goes together"),
        ({"host": "mx", "user": "a", "password": "b", "password_file": "c"}, "exclude each other"),
        ({"host": "192.0.2.1", "user": "a", "password": "b", "tls": "none"}, "over TLS only"),
        ({"host": "mx", "tls": "none", "ca_file": "x"}, "ca_file says nothing"),
        ({"host": "mx", "user": "a", "password_file": "/nonexistent"}, "No such file"),
        ({"host": "mx", "ca_file": "/nonexistent"}, "No such file"),
        ({"host": "mx", "ca_file": __file__}, "no certificates"),
        ({"host": "mx", "retries": ()}, "retries is empty"),
    ],
)
def test_settings_that_cannot_be(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SmtpError, match=message):
        Smtp(**values).check()


def test_the_port_is_that_of_the_kind_of_tls() -> None:
    kinds: tuple[Any, ...] = ("starttls", "implicit", "none")
    assert [Smtp(host="mx", tls=kind).actual_port for kind in kinds] == [587, 465, 25]
