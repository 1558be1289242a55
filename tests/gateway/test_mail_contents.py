"""Messages are indexed as if all of their bytes had been there, and attachments stay where they are."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from itertools import islice
from typing import Final

import msgspec
import pytest
from benchmarks.letters import Letters

from gateway.large_letters import LARGE
from overair.imap.body_structure import BodyPart
from overair.items import Message
from overair.items.mail.contents import content
from overair.items.mail.message import read_message
from overair.items.mail.parts import Index, Part
from overair.mailboxes.gateway.mail.contents import Contents
from overair.mailboxes.gateway.mail.flags import Permanent
from overair.mailboxes.gateway.mail.options import Owner
from overair.mailboxes.gateway.mail.outline import Irregular, Outline
from overair.mailboxes.gateway.mail.overview import Mailbox
from overair.mailboxes.interface import FolderType
from support import mime_corpus
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import WHEN, Bytes, House, house
from support.shared import SHARED

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()
COMPARED: Final = [
    name for name in Message.__struct_fields__ if name not in ("blob", "terms", "read", "is_draft", "index")
]
LETTERS: Final = 60
UNCLOSED: Final = "multi-bad.msg"
"""Its last boundary is missing: the line end that would be that one's is the text's to a server."""


def same(found: Message, real: bytes) -> None:
    """All that is known of a message is what its bytes say; where its parts stand is another matter."""
    expected = read_message(real, WHEN, "Europe/Berlin").received_by(())
    for name in COMPARED:
        assert getattr(found, name) == getattr(expected, name), name
    assert found.index is not None
    assert expected.index is not None
    assert shown(found.index) == shown(expected.index)


def shown(index: Index) -> Index:
    """An index without the places in the bytes."""

    def anywhere(parts: Sequence[Part]) -> tuple[Part, ...]:
        return tuple(msgspec.structs.replace(part, offset=0, section="") for part in parts)

    return msgspec.structs.replace(
        index,
        text_body=anywhere(index.text_body),
        html_body=anywhere(index.html_body),
        attachments=anywhere(index.attachments),
    )


def as_the_server_has_them(dovecot: Dovecot, user: str, *mimes: bytes) -> list[bytes]:
    """Put messages into the Inbox; their bytes as they are there."""
    with dovecot.client(user, "INBOX") as client:
        for mime in mimes:
            client.append("INBOX", mime, msg_time=WHEN)
        found = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [bytes(found[uid][b"BODY[]"]) for uid in sorted(found)]


async def read_by_sections(there: House, first: int) -> dict[int, Message]:
    """Every message of the Inbox by UID, read by sections where it is larger than ``first``."""
    contents = Contents(Owner(1, (), "Europe/Berlin"), first)
    async with there.pool.session(there.credentials) as session:
        selected = await session.select("INBOX")
        mailbox = Mailbox(selected.uid_validity, Permanent(frozenset()))
        uids = (await session.uid_search(["ALL"])).uids
        found = await contents.bring(session, mailbox, FolderType.INBOX, uids)
    return {uid: one for uid, one in found.items() if isinstance(one, Message)}


def sectioned(message: Message) -> list[Part]:
    """The parts whose bytes are read by sections."""
    assert message.index is not None
    index = message.index
    return [part for part in (*index.text_body, *index.html_body, *index.attachments) if part.section]


def test_large_messages_are_indexed_by_their_sections(dovecot: Dovecot) -> None:
    user = dovecot.user()
    reals = as_the_server_has_them(dovecot, user, *(make() for make in LARGE))

    async def work() -> None:
        async with house(dovecot, user) as there:
            held = await there.bring(whole=True)
            for make, real, one in zip(LARGE, reals, held, strict=True):
                assert isinstance(one.item, Message)
                same(one.item, real)
                assert sectioned(one.item), make.__name__
                await has_its_bytes(there, one.known.key, one.item, real)

    run(work())


async def has_its_bytes(there: House, key: str, found: Message, real: bytes) -> None:
    """What is read of the parts of a message are their bytes."""
    expected = read_message(real, WHEN, "Europe/Berlin").message
    assert found.index is not None
    assert expected.index is not None
    for part, whole in zip(found.index.attachments, expected.index.attachments, strict=True):
        data = await there.backend.read(
            there.folders["INBOX"], f"{key}/{part.section}", part.offset, part.length
        )
        assert data == real[whole.offset : whole.offset + whole.length]
        in_section = msgspec.structs.replace(part, section="")
        assert content(Bytes({"own": data}), "own", in_section) == content(Bytes({"own": real}), "own", whole)


def test_attachments_are_not_downloaded_for_a_list_of_messages(dovecot: Dovecot) -> None:
    user = dovecot.user()
    with dovecot.client(user) as client:
        for make in LARGE[:3]:
            client.append("INBOX", make())

    async def work() -> None:
        async with house(dovecot, user) as there:
            await there.bring(whole=True)

    run(work())
    said = rf"imap\({user}\).* out=(\d+)"
    deadline = time.monotonic() + 20
    while (sent := sum(map(int, re.findall(said, dovecot.log())))) < 3 * 16 * 1024:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert sent < 3 * 24 * 1024


def letters() -> list[bytes]:
    """Texts of all encodings, HTML, files."""
    return [mime for mime, _ in islice(Letters().messages(LETTERS), LETTERS)]


def corpus() -> list[bytes]:
    """Messages that are hard to read."""
    if SHARED is None:
        pytest.skip("without ../shared")
    return [mime_corpus.mime(name) for name in mime_corpus.NAMES if name != UNCLOSED]


def test_a_structure_that_lies_is_found_out() -> None:
    header = b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    text = BodyPart("1", "text", "plain", size=10)
    file = BodyPart("2", "application", "pdf", encoding="base64", size=500_000)
    structure = BodyPart("", "multipart", "mixed", {"boundary": "b"}, children=(text, file))
    outline = Outline(structure, 600_000, header)
    edge = b"QUJD" * 32
    there = {
        "1.MIME": b"\r\n",
        "1": b"0123456789",
        "2.MIME": b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        "2<0>": edge,
        "2<499872>": edge,
    }
    message = read_message(outline.copy(there), WHEN).message
    assert message.index is not None
    [pdf] = outline.placed(message.index).attachments
    assert (pdf.section, pdf.offset, pdf.length, pdf.size) == ("2", 0, 500_000, 375_000)
    lies: list[dict[str, bytes]] = [
        {"1": b"01234567"},
        {"1": b"0\r\n--b\r\n\r\n"[:10]},
        {"1.MIME": b"Content-Type: text/plain"},
        {"2<499872>": edge + b"Q"},
        {"2<0>": b""},
    ]
    for lie in lies:
        with pytest.raises(Irregular):
            outline.placed(read_message(outline.copy(there | lie), WHEN).message.index or Index(size=0))
    with pytest.raises(Irregular):
        Outline(structure, 500_000, header).copy(there)


@pytest.mark.parametrize(("made", "least"), [(letters, LETTERS), (corpus, 24)])
def test_every_message_is_indexed_by_its_sections_as_by_its_bytes(
    dovecot: Dovecot, made: Callable[[], list[bytes]], least: int
) -> None:
    user = dovecot.user()
    mimes = made()
    reals = as_the_server_has_them(dovecot, user, *mimes)

    async def work() -> None:
        async with house(dovecot, user) as there:
            for first in (200, 2_000):
                found = await read_by_sections(there, first)
                by_sections = 0
                for uid, real in enumerate(reals, 1):
                    same(found[uid], real)
                    by_sections += bool(sectioned(found[uid]))
                assert by_sections >= least

    run(work())


def test_many_messages_come_in_batches_and_the_gone_are_left_out(dovecot: Dovecot) -> None:
    user = dovecot.user()
    generator = random.Random(7)
    with dovecot.client(user, "INBOX") as client:
        for number in range(120):
            message = EmailMessage(policy=SMTP)
            message["Subject"] = f"m{number}"
            message.set_content("x" * generator.randrange(2_000))
            client.append("INBOX", message.as_bytes(), msg_time=WHEN)

    async def work() -> None:
        async with house(dovecot, user) as there:
            held = await there.bring()
            with dovecot.client(user, "INBOX") as client:
                client.delete_messages(client.search()[:7])
                client.expunge()
            keys = [one.known.key for one in held]
            found = await there.backend.contents(there.folders["INBOX"], keys)
            assert list(found) == keys[7:]
            assert {one.subject for one in found.values() if isinstance(one, Message)} == {
                f"m{number}" for number in range(7, 120)
            }
            assert all(isinstance(one, Message) and one.terms is None for one in found.values())
            with pytest.raises(KeyError):
                await there.backend.read(there.folders["INBOX"], keys[0], 0, 10)
            other = msgspec.structs.replace(there.folders["INBOX"])
            assert await there.backend.read(other, keys[8], 0, None) != b""

    run(work())
