"""Messages on IMAP servers: those that are read by their sections, and notes."""

from __future__ import annotations

from typing import Final, NamedTuple

from fuzz.letters import HEAD, MIME_SHAPES, MIME_WORDS, message_seeds
from fuzz.mail import NOW
from fuzz.target import Target
from overair.imap.body_structure import BodyPart
from overair.items import Note
from overair.items.body import Body
from overair.items.mail.headers import Headers
from overair.items.mail.message import Message, index_message, read_message
from overair.items.mail.structure import LocatedMessage, disposition, extent, is_leaf, parameter, parse
from overair.mailboxes.gateway.mail.notes import ReadNote, read_note
from overair.mailboxes.gateway.mail.notes_editing import NotEditable, edited
from overair.mailboxes.gateway.mail.outline import Irregular, Outline
from overair.protocol.body_preferences import BodyType

TOKEN: Final = "0123456789abcdef" * 2
NOTE: Final = (
    b"From: Anna <anna@example.org>\r\nX-Uniform-Type-Identifier: com.apple.mail-note\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nSubject: Milk\r\nDate: Wed, 4 Mar 2026 06:00:00 +0100\r\n"
    b"X-Universally-Unique-Identifier: A-1\r\n\r\n<html><body>Milk<div>and bread</div></body></html>"
)


class Taken(NamedTuple):
    """A message that was read by its sections, and all of its bytes."""

    whole: bytes
    message: Message
    left_out: int


class Edited(NamedTuple):
    """A note before and after an edit of its text."""

    before: bytes
    after: bytes


def structure_of(part: LocatedMessage, mime: bytes, number: str, sections: dict[str, bytes]) -> BodyPart:
    """The BODYSTRUCTURE that a server would tell that reads as we do; ``sections`` gets its sections."""
    main, _, sub = part.get_content_type().partition("/")
    if not is_leaf(part):
        below = number and f"{number}."
        children = []
        for place, child in enumerate(part.children, 1):
            children.append(structure_of(child, mime, f"{below}{place}", sections))
            sections[f"{below}{place}.MIME"] = mime[child.start : child.content]
        return BodyPart(number, main, sub, {"boundary": str(part.get_boundary())}, children=tuple(children))
    offset, length = extent(part, mime)
    number = number or "1"
    sections[number] = mime[offset : offset + length]
    return BodyPart(
        number,
        main,
        sub,
        {"name": parameter(part, "name")},
        encoding=Headers(part).raw("Content-Transfer-Encoding").strip().lower(),
        size=length,
        disposition=disposition(part) or None,
        disposition_parameters={"filename": parameter(part, "filename", "Content-Disposition")},
    )


def read(data: bytes) -> Taken:
    """As messages come from a server; what is small there is smaller here, so that much is left out."""
    tree = parse(data)
    sections: dict[str, bytes] = {}
    structure = structure_of(tree, data, "", sections)
    outline = Outline(structure, len(data), data[: tree.content], worth=0)
    for name, start, length in outline.sections:
        if length is not None:
            sections[f"{name}<{start}>"] = sections[name][start : start + length]
    copy = outline.copy(sections)
    message = read_message(copy, NOW, searchable=False).message
    if message.index is not None:
        message.index = outline.placed(message.index)
    return Taken(data, message, len(data) - len(copy))


def check(taken: Taken) -> None:
    """It is indexed as if all of it had been there."""
    assert taken.message.index is not None
    assert places(taken.message) == places(read_message(taken.whole, NOW, searchable=False).message)


def places(message: Message) -> list[tuple[int, int, str, str]]:
    assert message.index is not None
    parts = (*message.index.text_body, *message.index.html_body, *message.index.attachments)
    return [(part.number, part.length, part.content_type, part.name) for part in parts]


def check_note(found: ReadNote) -> None:
    assert found.note.body is not None
    assert found.note.body.data is not None
    assert found.note.last_modified_date is not None


def edit(data: bytes) -> Edited:
    """A note as a phone's edit of its text makes it. Raises NotEditable."""
    note = Note(subject="Other", body=Body(type=BodyType.PLAIN_TEXT, data="new words"))
    return Edited(data, edited(data, note, TOKEN, "anna@example.org"))


def check_edited(found: Edited) -> None:
    """Its text is the new one, and no file has gone."""
    before, after = (index_message(mime, NOW, searchable=False).index for mime in found)
    assert before is not None
    assert after is not None
    assert len(after.attachments) >= len(before.attachments)
    assert "new words" in ((read_note(found.after, NOW).note.body or Body(type=BodyType.HTML)).data or "")


TARGETS: Final = (
    Target(
        name="outlined-message",
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
    Target(
        name="edited-note",
        read=edit,
        check=check_edited,
        refuses=(NotEditable,),
        seeds=lambda: [NOTE, HEAD, *message_seeds()],
        words=(*MIME_WORDS, b"cid:", b"<object data="),
        shapes=MIME_SHAPES,
        microseconds=6.0,
        memory=48.0,
    ),
)
