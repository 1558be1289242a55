"""Messages are indexed as if all of their bytes had been there, and large attachments stay where they are."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

import msgspec
import pytest

from gateway.large_letters import LARGE
from overair.imap.body_structure import BodyPart
from overair.imap.responses import FetchResult
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from overair.items import Message
from overair.items.mail.contents import content
from overair.items.mail.message import read_message
from overair.mailboxes.gateway.mail.ranged_message import Irregular, RangedMessage
from support import mime_corpus
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import WHEN, Bytes, house
from support.shared import SHARED

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()
COMPARED: Final = [
    name for name in Message.__struct_fields__ if name not in ("blob", "terms", "read", "is_draft")
]


def same(found: Message, expected: Message) -> None:
    """All that is known of a message, its index included."""
    for name in COMPARED:
        assert getattr(found, name) == getattr(expected, name), name


def as_the_server_has_them(dovecot: Dovecot, user: str, *mimes: bytes) -> list[bytes]:
    """Put messages into the Inbox; their bytes as they are there."""
    with dovecot.client(user, "INBOX") as client:
        for mime in mimes:
            client.append("INBOX", mime, msg_time=WHEN)
        found = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [bytes(found[uid][b"BODY[]"]) for uid in sorted(found)]


@pytest.mark.parametrize("make", LARGE, ids=lambda make: make.__name__)
def test_a_large_message_is_indexed_by_its_ranges(dovecot: Dovecot, make: Callable[[], bytes]) -> None:
    user = dovecot.user()
    [real] = as_the_server_has_them(dovecot, user, make())
    assert len(real) > 1_000_000

    async def work() -> None:
        async with house(dovecot, user) as there:
            [held] = await there.bring(whole=True)
            found = held.item
            assert isinstance(found, Message)
            expected = read_message(real, WHEN, "Europe/Berlin")
            same(found, expected.received_by(()))
            folder, key = there.folders["INBOX"], held.known.key
            assert found.index is not None
            for part in found.index.attachments:
                data = await there.backend.read(folder, key, part.offset, part.length)
                assert data == real[part.offset : part.offset + part.length]
                bytes_of = Bytes({"real": real})
                assert part.inside is not None or len(content(bytes_of, "real", part)) == part.size

    run(work())


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
    while (sent := sum(map(int, re.findall(said, dovecot.log())))) < 3 * 64 * 1024:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert sent < 3 * 100 * 1024


@pytest.mark.skipif(SHARED is None, reason="without ../shared")
def test_every_message_of_the_corpus_is_indexed_by_its_ranges(dovecot: Dovecot) -> None:
    user = dovecot.user()
    reals = as_the_server_has_them(dovecot, user, *map(mime_corpus.mime, mime_corpus.NAMES))

    async def structures() -> dict[int, BodyPart]:
        async with house(dovecot, user) as there, there.pool.session(there.credentials) as session:
            return await structures_of(session)

    found = run(structures())
    left_out = 0
    for name, real, structure in zip(mime_corpus.NAMES, reals, found.values(), strict=True):
        for first in (150, 400, 1_000):
            try:
                ranged = by_ranges(real, structure, first)
            except Irregular:
                continue
            left_out += len(real) - len(ranged.copy)
            indexed = read_message(ranged.copy, WHEN).message
            assert indexed.index is not None
            indexed.index = ranged.placed(indexed.index)
            expected = read_message(real, WHEN).message
            if sizes_are_exact(structure):
                same(indexed, expected)
            else:
                assert places(indexed) == places(expected), name
    assert left_out > 20_000


def by_ranges(real: bytes, structure: BodyPart, first: int) -> RangedMessage:
    """A message taken together as it is from a server, but in small pieces."""
    ranged = RangedMessage(len(real), structure, real[:first], worth=64, behind=128)
    while (span := ranged.wanted()) is not None:
        ranged.give(real[span.start : span.end])
    return ranged


def sizes_are_exact(structure: BodyPart) -> bool:
    """Whether the decoded sizes of what is left out are known: lines of one length, or no encoding."""
    return all(part.encoding in ("7bit", "8bit", "binary", "") for part in structure.walk())


def places(message: Message) -> list[tuple[int, int, str, str]]:
    """Where the parts of a message stand, and what they are."""
    assert message.index is not None
    parts = (*message.index.text_body, *message.index.html_body, *message.index.attachments)
    return [(part.offset, part.length, part.content_type, part.name) for part in parts]


async def structures_of(session: Session) -> dict[int, BodyPart]:
    """The BODYSTRUCTURE of every message of the Inbox."""
    found: dict[int, BodyPart] = {}

    def take(result: FetchResult) -> None:
        assert result.uid is not None
        assert result.body_structure is not None
        found[result.uid] = result.body_structure

    await session.select("INBOX")
    await session.uid_fetch(UidSet.of_ranges([(1, 10_000)]), ["BODYSTRUCTURE"], take)
    return found


def test_a_structure_that_lies_is_found_out() -> None:
    real = LARGE[0]()
    leaf = BodyPart("1", "text", "plain", size=10)
    lie = BodyPart("2", "application", "pdf", encoding="base64", size=500_000)
    structure = BodyPart("", "multipart", "mixed", children=(leaf, lie))
    with pytest.raises(Irregular):
        by_ranges(real, structure, 65_536)


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
