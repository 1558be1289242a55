"""SendMail: who gets what, what is kept, what is refused, and that nothing is sent twice."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.policy import default as policy
from pathlib import Path
from typing import Any

import pytest

from overair.delivery import here
from overair.delivery.local import LocalDelivery
from overair.items.mail.message import Arrived
from overair.mailboxes.interface import FolderType
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.send_mail import SendMailRequest
from overair.server.app import build
from overair.server.settings import load
from overair.versions import SERVED, Version
from support.asynchronous import run
from support.mailboxes import messages_in
from support.phone import Answer, Phone, contents, letter
from support.server import ANNA, BEN, DOMAIN, RunningServer, running_server

CARL = f"carl@{DOMAIN}"
USERS = {ANNA: "Anna Ámund", BEN: "Ben Beck", CARL: "Carl Cole"}


def submit(
    phone: Phone,
    message: EmailMessage | bytes,
    client_id: str = "1",
    *,
    save: bool = False,
    account_id: str | None = None,
) -> Answer:
    """Send a message as the phone's version does it."""
    mime = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
    if phone.version < Version.V14_0:
        return phone.post(Command.SEND_MAIL, mime, content_type=MIME_TYPE, save_in_sent=save)
    request = SendMailRequest(client_id=client_id, mime=mime, save_in_sent_items=save, account_id=account_id)
    return phone.post(Command.SEND_MAIL, request)


def sent(answer: Answer) -> None:
    """Success is an empty answer (MS-ASCMD_R463, R4379)."""
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == "0"


def inbox(server: RunningServer, address: str) -> list[Message]:
    found = messages_in(server, address, FolderType.INBOX)
    return [message_from_bytes(mime, policy=policy) for mime in found]


@pytest.mark.req("MS-ASCMD_R463", "MS-ASCMD_R443", "MS-ASCMD_R4379", "MS-ASCMD_R3870", "MS-ASCMD_R3871")
@pytest.mark.parametrize("save", [False, True])
@pytest.mark.parametrize("version", SERVED)
def test_a_message_arrives_and_is_kept_where_asked(tmp_path: Path, version: Version, save: bool) -> None:
    with running_server(tmp_path, USERS) as server:
        phone = Phone(server, version)
        message = letter("Grüße", BEN, "Guten Morgen", From=ANNA, Cc=f"Carl <{CARL}>", Bcc="")
        sent(submit(phone, message, save=save))
        for address in (BEN, CARL):
            (received,) = inbox(server, address)
            assert received["Subject"] == "Grüße"
            assert received["Return-Path"] == f"<{ANNA}>"
            assert received["Received"] is not None
            assert received["Message-ID"]
            assert received["Date"] == message["Date"]
        kept = messages_in(server, ANNA, FolderType.SENT_ITEMS)
        assert len(kept) == save
        assert not inbox(server, ANNA)
        if save:
            assert message_from_bytes(kept[0], policy=policy)["Received"] is None


def test_bcc_never_travels(tmp_path: Path) -> None:
    with running_server(tmp_path, USERS) as server:
        message = letter("Secret", BEN, From=ANNA)
        message["Bcc"] = f"Carl Cole <{CARL}>"
        sent(submit(Phone(server), message, save=True))
        for address in (BEN, CARL):
            (mime,) = messages_in(server, address, FolderType.INBOX)
            assert b"bcc" not in mime.lower()
            assert CARL.encode() not in mime
        (kept,) = messages_in(server, ANNA, FolderType.SENT_ITEMS)
        assert CARL.encode() in kept


@pytest.mark.req("MS-ASCMD_R448")
@pytest.mark.parametrize(
    ("from_", "sender", "expected"),
    [
        (ANNA, None, ANNA),
        (f"Änne <{ANNA.upper()}>", None, f"Änne <{ANNA.upper()}>"),
        (None, None, f"Anna Ámund <{ANNA}>"),
        (BEN, None, f"Anna Ámund <{ANNA}>"),
        (f"{ANNA}, {BEN}", ANNA, f"Anna Ámund <{ANNA}>"),
        (ANNA, BEN, ANNA),
        ("nonsense", None, f"Anna Ámund <{ANNA}>"),
        (f"{ANNA})<{BEN}>", None, f"Anna Ámund <{ANNA}>"),
        (f"{ANNA} <{BEN}>", None, f"Anna Ámund <{ANNA}>"),
    ],
)
def test_from_is_the_users_own(
    server: RunningServer, from_: str | None, sender: str | None, expected: str
) -> None:
    phone = Phone(server)
    fields = [f"To: {BEN}", "Subject: Who am I"]
    fields += [f"From: {from_}"] if from_ else []
    fields += [f"Sender: {sender}"] if sender else []
    before = len(inbox(server, BEN))
    sent(submit(phone, "\r\n".join([*fields, "", "Text"]).encode()))
    received = inbox(server, BEN)
    assert len(received) == before + 1
    assert received[0].get_all("From") == [expected]
    assert received[0]["Sender"] in (None, ANNA)


def test_an_alias_may_be_the_sender(tmp_path: Path) -> None:
    with running_server(tmp_path, USERS) as server:
        directory = server.application.directory
        server.call(lambda: directory.add_alias(ANNA, f"office@{DOMAIN}"))
        sent(submit(Phone(server), letter("As the office", BEN, From=f"office@{DOMAIN}")))
        (received,) = inbox(server, BEN)
        assert received["From"] == f"office@{DOMAIN}"
        assert received["Return-Path"] == f"<office@{DOMAIN}>"


@pytest.mark.req("MS-ASCMD_R4848", "MS-ASCMD_R7465", "MS-ASCMD_R953")
@pytest.mark.parametrize("version", [version for version in SERVED if version >= Version.V14_0])
def test_a_client_id_that_is_repeated(tmp_path: Path, version: Version) -> None:
    with running_server(tmp_path, USERS) as server:
        phone = Phone(server, version)
        message = letter("Once", BEN, From=ANNA)
        sent(submit(phone, message, "a-1", save=True))
        assert submit(phone, message, "a-1", save=True).common_status == 118
        assert len(inbox(server, BEN)) == 1
        assert len(messages_in(server, ANNA, FolderType.SENT_ITEMS)) == 1
        sent(submit(phone, message, "a-2"))
        sent(submit(Phone(server, version), message, "a-1"))
        assert len(inbox(server, BEN)) == 3


@pytest.mark.parametrize("message_id", ["<1@phone>", None])
def test_up_to_12_1_a_message_is_known_again(tmp_path: Path, message_id: str | None) -> None:
    with running_server(tmp_path, USERS) as server:
        phone = Phone(server, Version.V12_1)
        message = letter("Once", BEN, From=ANNA)
        if message_id:
            message["Message-ID"] = message_id
        sent(submit(phone, message, save=True))
        sent(submit(phone, message, save=True))
        assert len(inbox(server, BEN)) == 1
        assert len(messages_in(server, ANNA, FolderType.SENT_ITEMS)) == 1
        sent(submit(phone, letter("Another", BEN, From=ANNA)))
        assert len(inbox(server, BEN)) == 2


REFUSED = [
    ("no recipient", letter("Nobody", "", From=ANNA), 119, 400),
    ("no address", b"To: nobody at all\r\nSubject: x\r\n\r\ntext", 116, 400),
    ("half a list", f"To: Smith, <a@{DOMAIN}\r\nCc: {BEN}\r\n\r\ntext".encode(), 116, 400),
    ("no header", b"hello world\r\n\r\ntext", 107, 400),
    ("nothing but lines", b"\r\n\r\n", 107, 400),
    ("too many", letter("x", ", ".join(f"u{n}@{DOMAIN}" for n in range(11)), From=ANNA), 115, 507),
]


@pytest.mark.req("MS-ASCMD_R4853", "MS-ASCMD_R4844", "MS-ASCMD_R4826", "MS-ASCMD_R4842")
@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_0, Version.V16_1])
@pytest.mark.parametrize(("what", "message", "status", "http"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused_changes_nothing(
    tmp_path: Path, version: Version, what: str, message: EmailMessage | bytes, status: int, http: int
) -> None:
    limits: dict[str, Any] = {"limits.recipients": 10}
    with running_server(tmp_path, USERS, **limits) as server:
        phone = Phone(server, version)
        phone.folder_sync()
        before = contents(tmp_path)
        answer = submit(phone, message, save=True)
        assert contents(tmp_path) == before, what
        if version < Version.V14_0:
            assert answer.status == http
        else:
            assert answer.common_status == status


@pytest.mark.req("MS-ASCMD_R724", "MS-ASCMD_R723", "MS-ASCMD_R4956")
def test_an_account_id_is_nobodys(server: RunningServer) -> None:
    answer = submit(Phone(server), letter("x", BEN, From=ANNA), account_id="2")
    assert answer.common_status == 166


def test_who_is_not_here_is_reported_and_the_others_get_it(tmp_path: Path) -> None:
    with running_server(tmp_path, USERS) as server:
        message = letter("To some", f"{BEN}, ghost@{DOMAIN}, far@example.com", From=ANNA)
        sent(submit(Phone(server), message))
        assert [received["Subject"] for received in inbox(server, BEN)] == ["To some"]
        (report,) = inbox(server, ANNA)
        assert report.get_content_type() == "multipart/report"
        assert report["Return-Path"] == "<>"
        text = report.as_string()
        assert f"Final-Recipient: rfc822; ghost@{DOMAIN}" in text
        assert "Final-Recipient: rfc822; far@example.com" in text
        assert BEN not in "".join(line for line in text.splitlines() if line.startswith("Final"))
        assert "Subject: To some" in text


@pytest.mark.parametrize(
    "recipient",
    [b"far@=?utf-8?q?=C3=A9?==?x?q?=E9?=", b"f\xc3\xa4r@example.com", b"f\xe4r@=?x?q?=E9?=.example.com"],
)
def test_whatever_an_address_looks_like_it_is_reported_and_holds_up_nobody(
    tmp_path: Path, recipient: bytes
) -> None:
    with running_server(tmp_path, USERS) as server:
        header = b"From: " + ANNA.encode() + b"\r\nTo: " + BEN.encode() + b", " + recipient
        sent(submit(Phone(server), header + b"\r\nSubject: To some\r\n\r\nHello\r\n"))
        assert [received["Subject"] for received in inbox(server, BEN)] == ["To some"]
        (report,) = inbox(server, ANNA)
        assert report.as_string().count("Final-Recipient: ") == 1


def test_a_signed_message_keeps_every_byte_of_its_body(tmp_path: Path) -> None:
    body = b"--x\r\nContent-Type: text/plain\r\n\r\nfrom  \r\n.\r\n\tk\xc3\xb6ln\r\n--x--\r\n \r\n"
    head = (
        f"To: {BEN}\r\nBcc: x@{DOMAIN},\r\n y@{DOMAIN}\r\nFrom: {ANNA}\r\n"
        'Content-Type: multipart/signed;\r\n boundary="x"'
    )
    with running_server(tmp_path, USERS) as server:
        sent(submit(Phone(server), head.encode() + b"\r\n\r\n" + body))
        (mime,) = messages_in(server, BEN, FolderType.INBOX)
        assert mime.partition(b"\r\n\r\n")[2] == body
        assert b"y@example.org" not in mime
        assert b'Content-Type: multipart/signed;\r\n boundary="x"' in mime


def test_groups_and_comments_among_the_recipients(tmp_path: Path) -> None:
    with running_server(tmp_path, USERS) as server:
        fields = (
            f"To: undisclosed-recipients:;\r\nCc: friends: {BEN}, Carl <{CARL}>;\r\nSubject: Group\r\n\r\nx"
        )
        sent(submit(Phone(server), fields.encode()))
        assert len(inbox(server, BEN)) == len(inbox(server, CARL)) == 1


def test_mail_to_oneself_and_the_same_twice_comes_once(tmp_path: Path) -> None:
    with running_server(tmp_path, USERS) as server:
        message = letter("Me", f"{ANNA}, {ANNA.upper()}", From=ANNA, Cc=ANNA)
        sent(submit(Phone(server), message, save=True))
        assert len(inbox(server, ANNA)) == 1
        assert len(messages_in(server, ANNA, FolderType.SENT_ITEMS)) == 1


def test_one_message_does_not_hold_up_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server(tmp_path, USERS) as server:
        phone = Phone(server)
        delivery = type(server.application.delivery)
        accept = delivery.accept

        async def refusing(self: LocalDelivery, mime: bytes, received: datetime | None = None) -> Arrived:
            if b"Subject: Trouble" in mime and b"multipart/report" not in mime:
                raise OSError("the disk is full")
            return await accept(self, mime, received)

        monkeypatch.setattr(delivery, "accept", refusing)
        sent(submit(phone, letter("Trouble", BEN, From=ANNA), "1"))
        sent(submit(phone, letter("No trouble", BEN, From=ANNA), "2"))
        assert [received["Subject"] for received in inbox(server, BEN)] == ["No trouble"]
        # It is tried again, but not for ever.
        monkeypatch.setattr(here, "GIVE_UP", -1)
        server.call(server.application.services.transport.deliver_waiting)
        (report,) = inbox(server, ANNA)
        assert f"Final-Recipient: rfc822; {BEN}" in report.as_string()
        assert len(inbox(server, BEN)) == 1
        assert not contents(tmp_path)["outgoing_message"]


def test_what_a_crash_left_in_the_queue_is_delivered_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server(tmp_path, USERS) as server:
        anna = server.users[ANNA]

    async def submit_and_crash() -> None:
        application = build(load(None, data_dir=str(tmp_path), domain=DOMAIN))
        services = application.services
        mime = letter("After the crash", BEN, From=ANNA).as_bytes()
        prepared = services.transport.prepare(anna, mime, save_in_sent=True)
        await services.mailbox(anna.account_id).transact(
            lambda session: services.transport.enqueue(session, prepared)
        )
        await application.storage.close()

    run(submit_and_crash())
    # However long the server was down, the message is not given up untried.
    monkeypatch.setattr(here, "GIVE_UP", -1)
    with running_server(tmp_path, USERS) as server:
        assert [received["Subject"] for received in inbox(server, BEN)] == ["After the crash"]
    with running_server(tmp_path, USERS) as server:
        assert len(inbox(server, BEN)) == 1
        assert len(messages_in(server, ANNA, FolderType.SENT_ITEMS)) == 1
