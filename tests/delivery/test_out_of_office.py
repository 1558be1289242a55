"""Automatic replies: who gets one, how often, and what it looks like."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest

from delivery.post import Post
from overair.delivery.out_of_office import replies
from overair.delivery.out_of_office.absence import (
    AT_WORK,
    Absence,
    Replies,
    Reply,
    absence_of,
    set_absence,
)
from overair.delivery.out_of_office.noting import next_noted, note
from overair.items import Contact, Message
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.settings import OofState
from overair.storage.interface import Transaction
from support.server import ANNA, BEN

OUTSIDE = "ben@elsewhere.example"
"""Ben's, too, so that what goes there is seen; nobody has his account in that domain."""
EVERYBODY = Replies(
    internal=Reply(True, "I am away. Ask Ben."),
    known=Reply(True, "I am away, my friend."),
    unknown=Reply(True, "I am away."),
)
AWAY = Absence(OofState.GLOBAL, replies=EVERYBODY)
_numbers = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def _elsewhere(post: Post) -> None:
    post.server.call(lambda: post.server.application.directory.add_alias(BEN, OUTSIDE))


@pytest.fixture(autouse=True)
def _at_work(post: Post) -> Iterator[None]:
    yield
    away(post, AT_WORK)


class Counting:
    """A transaction that counts what is asked of it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        return getattr(self._transaction, name)


def away(post: Post, absence: Absence, address: str = ANNA) -> None:
    post.do(lambda session: set_absence(session.transaction, session.account_id, absence), address)


def letter(to: str = ANNA, *fields: str, subject: str = "A question") -> bytes:
    number = next(_numbers)
    lines = [f"From: Ben <{BEN}>", f"Subject: {subject}", f"Message-ID: <{number}@mail.example>", *fields]
    if to:
        lines.append(f"To: {to}")
    return "\r\n".join([*lines, "", "When are you back?", ""]).encode()


def settle(post: Post) -> None:
    """Wait until every note of a delivery is answered or dropped, and every reply delivered."""
    application = post.server.application
    end = time.monotonic() + 30
    while post.server.call(lambda: next_noted(application.storage.database, 0)) is not None:
        assert time.monotonic() < end, "a note is never settled"
        time.sleep(0.005)
    post.server.call(application.services.transport.deliver_waiting)


def replies_to(post: Post, *letters: bytes, sender: str = BEN, to: str = ANNA) -> list[EmailMessage]:
    """The replies that came to Ben for letters from him."""
    before = len(post.stored(FolderType.INBOX, BEN))
    for one in letters:
        post.send(one, to, sender=sender)
        settle(post)
    found = []
    for stored in post.stored(FolderType.INBOX, BEN)[before:]:
        assert isinstance(stored.item, Message)
        assert stored.item.blob is not None
        mime = post.server.application.services.blobs.read(stored.item.blob)
        parsed = message_from_bytes(mime, policy=default)
        assert isinstance(parsed, EmailMessage)
        found.append(parsed)
    return found


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).strip()


@pytest.mark.req("MS-ASCMD_R3532", "MS-ASCMD_R2251")
def test_a_sender_is_told_once_and_by_a_new_setting_again(post: Post) -> None:
    away(post, AWAY)
    [reply] = replies_to(post, letter(), letter(), letter("Anna <ANNA@example.org>"))
    assert text(reply) == "I am away. Ask Ben."
    away(post, AWAY)  # says what stands already
    assert replies_to(post, letter()) == []
    away(post, Absence(OofState.GLOBAL, replies=Replies(internal=Reply(True, "Still away."))))
    [again] = replies_to(post, letter(), letter())
    assert text(again) == "Still away."


def test_a_reply_is_what_rfc_3834_has(post: Post) -> None:
    away(post, AWAY)
    subject = "Größe: =?utf-8?q?dr=C3=BCben?= " + "long " * 80
    question = letter(ANNA, "References: <0@mail.example>\r\n <00@mail.example>", subject=subject).replace(
        b"Message-ID: <", b"Message-ID: <own-"
    )
    [reply] = replies_to(post, question)
    fields = {name.lower(): str(value) for name, value in reply.items()}
    assert fields["return-path"] == "<>"
    assert fields["to"] == BEN
    assert fields["from"].endswith(f"<{ANNA}>")
    assert "Ámund" in fields["from"]
    assert fields["auto-submitted"] == "auto-replied"
    assert fields["subject"].startswith("Automatic reply: Größe: drüben long long")
    assert len(fields["subject"]) < 240
    asked = message_from_bytes(question)["Message-ID"]
    assert fields["in-reply-to"] == asked
    assert fields["references"].split() == ["<0@mail.example>", "<00@mail.example>", asked]
    assert fields["message-id"].endswith("@example.org>")
    assert abs(datetime.now(UTC) - reply["date"].datetime) < timedelta(minutes=5)
    assert all(len(line) < 999 for line in reply.as_bytes().splitlines())
    # Neither is a reply ever replied to, nor does one come back from somebody who is away as well.
    away(post, AWAY, BEN)
    try:
        before = len(post.stored(FolderType.INBOX, ANNA))
        away(post, Absence(OofState.GLOBAL, replies=Replies(internal=Reply(True, "Another text."))))
        assert len(replies_to(post, letter())) == 1
        assert len(post.stored(FolderType.INBOX, ANNA)) == before + 1  # the letter alone
    finally:
        away(post, AT_WORK, BEN)


def test_html_goes_with_a_text_alternative(post: Post) -> None:
    html = "<p>I am <b>away</b>&nbsp;&ndash; till <i>May</i>.</p>"
    away(post, Absence(OofState.GLOBAL, replies=Replies(internal=Reply(True, html, html=True))))
    [reply] = replies_to(post, letter())
    assert reply.get_content_type() == "multipart/alternative"
    shown = reply.get_body(("html",))
    assert shown is not None
    assert shown.get_content().strip() == html
    assert text(reply).replace("\xa0", " ") == "I am away \N{EN DASH} till May."


@pytest.mark.req("MS-ASCMD_R3787", "MS-ASCMD_R3788", "MS-ASCMD_R3789", "MS-ASCMD_R783", "MS-ASCMD_R793")
def test_each_audience_has_its_reply(post: Post) -> None:
    away(post, AWAY)
    assert [text(one) for one in replies_to(post, letter(), sender=BEN)] == ["I am away. Ask Ben."]
    assert [text(one) for one in replies_to(post, letter(), sender=OUTSIDE)] == ["I am away."]

    async def meet(session: Session) -> tuple[str, str]:
        folder = await session.create_folder("0", "People", FolderType.USER_CONTACTS)
        contact = Contact(email2_address=f'"Ben" <{OUTSIDE.upper()}>')
        return folder, (await session.add(folder, contact)).item_id

    folder, item_id = post.do(meet)
    away(post, Absence(OofState.GLOBAL, replies=EVERYBODY, start=None))
    away(post, AT_WORK)
    away(post, AWAY)
    assert [text(one) for one in replies_to(post, letter(), sender=OUTSIDE)] == ["I am away, my friend."]
    post.do(lambda session: session.remove(folder, item_id))
    away(post, AT_WORK)
    away(post, AWAY)
    assert [text(one) for one in replies_to(post, letter(), sender=OUTSIDE)] == ["I am away."]


@pytest.mark.req("MS-ASCMD_R2252", "MS-ASCMD_R3531")
@pytest.mark.parametrize(
    "absence",
    [
        Absence(OofState.DISABLED, replies=EVERYBODY),
        Absence(OofState.GLOBAL, replies=Replies(known=Reply(True, "x"), unknown=Reply(True, "x"))),
        Absence(OofState.GLOBAL, replies=Replies(internal=Reply(False, "x"))),
        Absence(OofState.GLOBAL, replies=Replies(internal=Reply(True, " \n"))),
    ],
)
def test_who_has_no_reply_gets_none(post: Post, absence: Absence) -> None:
    away(post, absence)
    assert replies_to(post, letter()) == []


@pytest.mark.req("MS-ASCMD_R3533", "MS-ASCMD_R3499")
def test_a_range_begins_and_ends(post: Post) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    for start, end, told in (
        (now + hour, now + 2 * hour, 0),
        (now - 2 * hour, now - hour, 0),
        (now - hour, now + hour, 1),
    ):
        away(post, Absence(OofState.TIME_BASED, start, end, EVERYBODY))
        assert len(replies_to(post, letter(), letter())) == told


NEVER = [
    "List-Id: <people.example.net>",
    "List-Unsubscribe: <mailto:off@example.net>",
    "Precedence: bulk",
    "Precedence: List",
    "Precedence: junk",
    "Auto-Submitted: auto-generated",
    "Auto-Submitted: auto-replied; x=y",
    "X-Auto-Response-Suppress: OOF",
    "X-Auto-Response-Suppress: DR, RN, All",
    "X-Autoreply: yes",
    "X-Spam-Flag: YES",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
]


@pytest.mark.parametrize("field", NEVER)
def test_machines_and_lists_get_no_reply(post: Post, field: str) -> None:
    away(post, AWAY)
    assert replies_to(post, letter(ANNA, field)) == []
    # It is the field: without it there is one.
    assert len(replies_to(post, letter(ANNA, field.replace("-", "_", 1).replace("Precedence", "X-P")))) == 1


@pytest.mark.parametrize(
    ("field", "told"),
    [("Auto-Submitted: no", 1), ("X-Auto-Response-Suppress: DR, AutoReply", 1), ("Precedence: normal", 1)],
)
def test_other_values_do_not_hold_a_reply_up(post: Post, field: str, told: int) -> None:
    away(post, AWAY)
    assert len(replies_to(post, letter(ANNA, field))) == told


@pytest.mark.parametrize(
    "sender",
    [
        "",
        ANNA,
        "owner-people@example.net",
        "people-request@example.net",
        "MAILER-DAEMON@example.net",
        "noreply@example.net",
        "no-reply+5@example.net",
        "news.do_not_reply@example.net",
        "bounces+ben=example.org@example.net",
        "people-bounces@example.net",
    ],
)
def test_nobody_is_told_where_nobody_reads(post: Post, sender: str) -> None:
    application = post.server.application
    local, _, domain = (sender or "nobody@example.net").partition("@")
    address = f"{local}@{domain}"
    if domain == "example.net":
        post.server.call(lambda: application.directory.add_alias(BEN, address))
    try:
        away(post, AWAY)
        before = len(post.stored(FolderType.INBOX, ANNA))
        assert replies_to(post, letter(), sender=sender) == []
        assert len(post.stored(FolderType.INBOX, ANNA)) == before + 1
    finally:
        if domain == "example.net":
            post.server.call(lambda: application.directory.remove_alias(address))


def test_a_sender_in_from_behind_whom_nobody_reads_counts_too(post: Post) -> None:
    away(post, AWAY)
    machine = letter().replace(f"From: Ben <{BEN}>".encode(), b"From: Shop <no-reply@shop.example>")
    assert replies_to(post, machine) == []


@pytest.mark.parametrize(
    ("to", "fields", "told"),
    [
        ("", (), 0),  # a blind copy
        ("people@example.net", (), 0),  # a list that says nothing of itself
        ("people@example.net", (f"Cc: X <x@example.net>, {ANNA}",), 1),
        ("people@example.net", (f"Resent-To: {ANNA}",), 1),
        ("anna+shop@example.org", (), 1),
    ],
)
def test_only_who_was_written_to_answers(post: Post, to: str, fields: tuple[str, ...], told: int) -> None:
    away(post, AWAY)
    assert len(replies_to(post, letter(to, *fields))) == told


def test_who_is_away_costs_the_delivery_to_others_one_look(post: Post) -> None:
    users = list(post.server.users.values())

    def looks(sender: str) -> int:
        count = 0

        async def work(transaction: Transaction) -> bool:
            nonlocal count
            counted = Counting(transaction)
            noted = await note(cast("Transaction", counted), users, sender, "no blob", datetime.now(UTC))
            count = counted.calls
            return noted

        database = post.server.application.storage.database
        assert post.server.call(lambda: database.write(work)) is False
        return count

    assert (looks("otto@example.net"), looks("")) == (1, 0)


def test_the_replies_of_a_day_have_an_end(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    away(post, Absence(OofState.GLOBAL, replies=EVERYBODY))

    async def sent(session: Session) -> int:
        row = await session.transaction.one(replies.SENT, account=session.account_id)
        assert row is not None
        return int(row[1])

    monkeypatch.setattr(replies, "MOST_A_DAY", post.do(sent) + 1)
    assert len(replies_to(post, letter())) == 1
    assert replies_to(post, letter(), sender=OUTSIDE) == []


def test_an_account_that_goes_takes_its_absence_along(post: Post) -> None:
    directory = post.server.application.directory
    carl = "carl@example.org"
    user = post.server.call(lambda: directory.add_user(carl, "a good secret", "Carl"))
    post.server.users[carl] = user
    away(post, AWAY, carl)
    assert len(replies_to(post, letter(carl), to=carl)) == 1
    post.server.call(lambda: directory.remove_user(carl))
    database = post.server.application.storage.database
    left = post.server.call(
        lambda: database.read(lambda transaction: absence_of(transaction, user.account_id))
    )
    assert left == AT_WORK
    told = post.server.call(
        lambda: database.read(
            lambda transaction: transaction.one(replies.TOLD, account=user.account_id, address=BEN)
        )
    )
    assert told is None
