"""As whom mail is sent, to whom, and how much of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.delivery.sent_mail import SendLimits
from overair.delivery.submission import check
from overair.directory.interface import SendRight, User
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import CommonStatus
from overair.sync.submission import SubmissionRefused
from support.asynchronous import run
from support.mail_server import mail_server
from support.outgoing import office

ANNA = User(
    1,
    "anna@example.org",
    "Anna",
    ("office@example.org",),
    (SendRight("sales@example.org"), SendRight("boss@example.org", on_behalf=True)),
)
SHOWN = "Anna <anna@example.org>"


def fields(mime: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in mime.partition(b"\r\n\r\n")[0].decode().split("\r\n"):
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.req("MS-ASCMD_R448")
@pytest.mark.parametrize(
    ("said", "from_", "sender", "path"),
    [
        ("From: office@example.org", ["office@example.org"], [], "office@example.org"),
        ("From: Sales <Sales@example.org>", ["Sales <Sales@example.org>"], [], "Sales@example.org"),
        ("From: boss@example.org", ["boss@example.org"], [SHOWN], "anna@example.org"),
        (
            "From: boss@example.org\r\nSender: eve@example.net",
            ["boss@example.org"],
            [SHOWN],
            "anna@example.org",
        ),
        ("From: eve@example.net", [SHOWN], [], "anna@example.org"),
        ("From: eve@example.net, sales@example.org", [SHOWN], [], "anna@example.org"),
        ("From: sales@example.org\r\nFrom: eve@example.net", [SHOWN], [], "anna@example.org"),
        (
            "From: sales@example.org\r\nSender: eve@example.net",
            ["sales@example.org"],
            [],
            "sales@example.org",
        ),
        (
            "From: sales@example.org\r\nSender: anna@example.org",
            ["sales@example.org"],
            ["anna@example.org"],
            "sales@example.org",
        ),
        ("From: anna@example.org\r\nSender: The Boss", ["anna@example.org"], [], "anna@example.org"),
    ],
)
def test_from_and_sender_are_what_the_user_may_say(
    said: str, from_: list[str], sender: list[str], path: str
) -> None:
    submitted = check(ANNA, f"{said}\r\nTo: otto@example.net\r\n\r\nx".encode(), "example.org", 10)
    for copy in (submitted.travelling, submitted.kept):
        assert fields(copy)["From"] == from_
        assert fields(copy).get("Sender", []) == sender
    assert submitted.sender == path


def test_a_message_that_is_sent_on_goes_to_those_of_its_latest_sending() -> None:
    header = (
        "Return-Path: <eve@example.net>\r\nResent-From: anna@example.org\r\nResent-To: otto@example.net\r\n"
        "Resent-Bcc: olga@example.net\r\nResent-Sender: eve@example.net\r\nResent-Date: now\r\n"
        "Received: by x\r\nResent-From: eve@example.net\r\nResent-To: old@example.net\r\n"
        "From: anna@example.org\r\nTo: first@example.net\r\nBcc: hidden@example.net\r\n\r\nx"
    )
    submitted = check(ANNA, header.encode(), "example.org", 10)
    assert submitted.recipients == ("otto@example.net", "olga@example.net")
    travelling = fields(submitted.travelling)
    assert travelling["Resent-From"] == ["anna@example.org"]
    for name in ("Return-Path", "Resent-Bcc", "Resent-Sender", "Bcc"):
        assert name not in travelling
    assert fields(submitted.kept)["Resent-Bcc"] == ["olga@example.net"]


def test_an_address_that_is_not_ascii_can_send() -> None:
    user = User(1, "änne@bücher.example", "Änne")
    submitted = check(user, b"To: otto@example.net\r\n\r\nx", "bücher.example", 10)
    assert "From: änne@bücher.example\r\n".encode() in submitted.travelling
    assert b"@xn--bcher-kva.example>" in submitted.travelling


def test_smtputf8_is_asked_for_where_it_is_needed(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port) as there:
            for address in ("otto@bücher.example", "ottö@example.net"):
                await there.send(mime=f"To: {address}\r\nSubject: Grüße\r\n\r\nx\r\n".encode())
                await there.attempt()
            plain, wide = server.taken
            assert plain.recipients == ("otto@xn--bcher-kva.example",)
            assert "SMTPUTF8" not in plain.options
            assert wide.recipients == ("ottö@example.net",)
            assert "SMTPUTF8" in wide.options
            assert any(option.startswith("SIZE=") for option in plain.options)
        async with (
            mail_server(smtp_utf8=False, size=10_000) as server,
            office(tmp_path / "b", server.port) as there,
        ):
            await there.send(mime="To: ottö@example.net, otto@example.net\r\n\r\nx\r\n".encode())
            await there.attempt()
            await there.send("olga@example.net", body="x" * 70 + "\r\n" * 10_000)
            await there.attempt()
            assert server.recipients == ["otto@example.net"]
            texts = [one.as_string() for one in await there.inbox()]
            assert "Status: 5.6.7" in texts[0]
            assert "Status: 5.3.4" in texts[1]

    run(work())


def test_eight_bits_are_announced(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port) as there:
            mime = "To: otto@example.net\r\n\r\nGrüße\r\n.\r\n..\r\nEnde\r\n".encode()
            await there.send(mime=mime)
            await there.attempt()
            [taken] = server.taken
            assert "BODY=8BITMIME" in taken.options
            assert taken.content.endswith("Grüße\r\n.\r\n..\r\nEnde\r\n".encode())

    run(work())


@pytest.mark.req("MS-ASCMD_R4842")
def test_an_account_sends_so_much_and_no_more(tmp_path: Path) -> None:
    limits = SendLimits(messages_per_hour=3, messages_per_day=5, recipients_per_hour=8, recipients_per_day=20)
    people = [f"p{number}@example.net" for number in range(7)]

    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port, limits=limits) as there:

            async def refused(*recipients: str) -> None:
                before = await there.inbox(folder=FolderType.SENT_ITEMS)
                with pytest.raises(SubmissionRefused) as error:
                    await there.send(*recipients)
                assert error.value.status is CommonStatus.SEND_QUOTA_EXCEEDED
                assert len(await there.inbox(folder=FolderType.SENT_ITEMS)) == len(before)

            for _ in range(3):
                await there.send("ben@example.org")
            await refused("ben@example.org")
            await there.send("anna@example.org", name="ben")  # everybody has limits of their own
            there.clock.forward(hours=1)
            await there.send(*people)
            await refused("a@example.net", "b@example.net")  # recipients of an hour
            await there.send("a@example.net")
            there.clock.forward(hours=1)
            await refused("ben@example.org")  # messages of a day
            there.clock.forward(hours=22)
            await there.send("ben@example.org")
            assert len(await there.queued()) == 2

    run(work())
