"""A user's mail is taken by the submission server, as that user, or by nobody."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest

from overair.credentials import Credentials, Kind
from overair.delivery.smtp_settings import Smtp
from overair.delivery.users_submission import UsersSubmission
from overair.mailboxes.interface import MailboxUnavailable, Refused
from support.asynchronous import run
from support.mail_server import PASSWORD, USER, MailServer, mail_server, scripted, trusted
from support.mirrored_mail import simple

RIGHT = Credentials(USER, PASSWORD)


def submission(
    port: int, directory: Path | None = None, tls: str = "none", separator: str = ""
) -> UsersSubmission:
    root = "" if directory is None else str(trusted(directory))
    settings = Smtp(host="localhost", port=port, tls=tls, ca_file=root, timeout=10)  # type: ignore[arg-type]  # a literal
    return UsersSubmission(settings, "example.org", separator)


@pytest.fixture(scope="module", name="certificate")
def certificate_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's certificate is."""
    return tmp_path_factory.mktemp("certificate")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_message_goes_out_as_its_user(certificate: Path, tls: str) -> None:
    async def work() -> None:
        async with mail_server(certificate=certificate, implicit=tls == "implicit", log_in=True) as server:
            way = submission(server.port, certificate, tls)
            await way.submit(
                RIGHT, "anna@example.org", ["ben@example.net", "cleo@example.net"], simple("one")
            )
            [taken] = server.taken
            assert taken.recipients == ("ben@example.net", "cleo@example.net")
            assert (taken.over_tls or tls == "implicit", taken.user) == (True, USER)
            with pytest.raises(MailboxUnavailable):
                await way.submit(
                    Credentials(USER, "wrong"), "anna@example.org", ["ben@example.net"], simple("two")
                )
            assert len(server.taken) == 1

    run(work())


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"cleo@example.net": "550 5.1.1 Nobody"}, Refused),
        ({"cleo@example.net": "450 4.2.1 Later"}, MailboxUnavailable),
        ({"MAIL": "550 5.7.1 Not yours"}, Refused),
        ({"DATA": "554 5.6.0 No"}, Refused),
        ({"DATA": "451 4.3.0 Later"}, MailboxUnavailable),
    ],
)
def test_where_one_recipient_is_refused_nobody_gets_it(
    answers: dict[str, str], error: type[Exception]
) -> None:
    async def work() -> None:
        async with mail_server(MailServer(answers=answers), log_in=True) as server:
            people = ["ben@example.net", "cleo@example.net", "dora@example.net"]
            with pytest.raises(error) as raised:
                await submission(server.port).submit(RIGHT, "anna@example.org", people, simple("one"))
            assert "example" not in str(raised.value)
            assert server.taken == []

    run(work())


def test_more_recipients_than_the_server_takes_at_once_get_it_in_turns() -> None:
    class Narrow(MailServer):
        async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802 - as the base
            if len(envelope.rcpt_tos) >= 2:
                return "452 4.5.3 Too many"
            return await super().handle_RCPT(server, session, envelope, address, options)

    async def work() -> None:
        async with mail_server(Narrow(), log_in=True) as server:
            people = [f"p{number}@example.net" for number in range(5)]
            await submission(server.port).submit(RIGHT, "anna@example.org", people, simple("one"))
            assert [taken.recipients for taken in server.taken] == [
                tuple(people[:2]),
                tuple(people[2:4]),
                ("p4@example.net",),
            ]

    run(work())


def test_a_server_that_is_not_there_is_unavailable() -> None:
    async def work() -> None:
        with pytest.raises(MailboxUnavailable):
            await submission(9).submit(RIGHT, "anna@example.org", ["ben@example.net"], simple("one"))

    run(work())


@pytest.mark.parametrize(
    ("credentials", "separator", "said"),
    [
        (
            Credentials("anna", "token", kind=Kind.OAUTH2),
            "",
            b"XOAUTH2 user=anna\x01auth=Bearer token\x01\x01",
        ),
        (Credentials("anna", "secret", "admin", Kind.MASTER), "", b"PLAIN anna\0admin\0secret"),
        (Credentials("anna", "secret", "admin", Kind.MASTER), "*", b"PLAIN \0anna*admin\0secret"),
    ],
)
def test_tokens_and_master_users_log_in(credentials: Credentials, separator: str, said: bytes) -> None:
    heard: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.startswith(b"EHLO"):
                writer.write(b"250-here\r\n250 AUTH PLAIN XOAUTH2\r\n")
            elif line.startswith(b"AUTH"):
                _, mechanism, initial = line.split()
                heard.append(mechanism + b" " + base64.b64decode(initial))
                writer.write(b"235 2.7.0 in\r\n")
            elif line.startswith(b"DATA"):
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 2.0.0 taken\r\n")
            else:
                writer.write(b"250 2.0.0 fine\r\n")

    async def work() -> None:
        async with scripted(script) as port:
            await submission(port, separator=separator).submit(
                credentials, "anna@example.org", ["ben@example.net"], simple("one")
            )

    run(work())
    assert heard == [said]
