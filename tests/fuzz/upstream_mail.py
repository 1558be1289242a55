"""Messages on IMAP servers: those that are taken together by their ranges, and notes."""

from __future__ import annotations

from typing import Final, NamedTuple

from fuzz.letters import HEAD, MIME_SHAPES, MIME_WORDS, message_seeds
from fuzz.mail import NOW
from fuzz.target import Target
from overair.imap.body_structure import BodyPart
from overair.items.mail.message import Message, read_message
from overair.items.mail.structure import disposition, extent, leaves, parse
from overair.mailboxes.gateway.mail.notes import ReadNote, read_note
from overair.mailboxes.gateway.mail.ranged_message import FIRST, Irregular, RangedMessage

NOTE: Final = (
    b"From: Anna <anna@example.org>\r\nX-Uniform-Type-Identifier: com.apple.mail-note\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nSubject: Milk\r\nDate: Wed, 4 Mar 2026 06:00:00 +0100\r\n"
    b"X-Universally-Unique-Identifier: A-1\r\n\r\n<html><body>Milk<div>and bread</div></body></html>"
)


class Taken(NamedTuple):
    """A message that was taken together by its ranges, and all of its bytes."""

    whole: bytes
    message: Message
    left_out: int


def structure_of(mime: bytes) -> BodyPart:
    """The BODYSTRUCTURE that a server would tell that reads as we do."""
    found = []
    for number, leaf in enumerate(leaves(parse(mime)), 1):
        main, _, sub = leaf.get_content_type().partition("/")
        said = disposition(leaf) or None
        found.append(BodyPart(str(number), main, sub, size=extent(leaf, mime)[1], disposition=said))
    return BodyPart("", "multipart", "mixed", children=tuple(found))


def read(data: bytes) -> Taken:
    """As messages come from a server; what is small there is smaller here, so that much is left out."""
    first, worth, behind = (FIRST, 16_384, 4_096) if len(data) > FIRST else (200, 64, 100)
    ranged = RangedMessage(len(data), structure_of(data), data[:first], worth=worth, behind=behind)
    while (span := ranged.wanted()) is not None:
        ranged.give(data[span.start : span.end])
    message = read_message(ranged.copy, NOW, searchable=False).message
    if message.index is not None:
        message.index = ranged.placed(message.index)
    return Taken(data, message, len(data) - len(ranged.copy))


def check(taken: Taken) -> None:
    """It is indexed as if all of it had been there."""
    assert taken.message.index is not None
    assert taken.left_out >= 0
    assert places(taken.message) == places(read_message(taken.whole, NOW, searchable=False).message)


def places(message: Message) -> list[tuple[int, int, str, str]]:
    assert message.index is not None
    parts = (*message.index.text_body, *message.index.html_body, *message.index.attachments)
    return [(part.offset, part.length, part.content_type, part.name) for part in parts]


def check_note(found: ReadNote) -> None:
    assert found.note.body is not None
    assert found.note.body.data is not None
    assert found.note.last_modified_date is not None


TARGETS: Final = (
    Target(
        name="ranged-message",
        read=read,
        check=check,
        refuses=(Irregular,),
        seeds=message_seeds,
        words=MIME_WORDS,
        shapes=MIME_SHAPES,
        microseconds=6.0,
        memory=24.0,
    ),
    Target(
        name="mail-note",
        read=lambda data: read_note(data, NOW),
        check=check_note,
        seeds=lambda: [NOTE, HEAD, *message_seeds()],
        words=(*MIME_WORDS, b"com.apple.mail-note", b"X-Universally-Unique-Identifier: "),
        shapes=MIME_SHAPES,
    ),
)
