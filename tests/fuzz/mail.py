"""Messages: their index and what is shown of them, drafts, submission, HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from fuzz.letters import (
    HEAD,
    HEADER_SHAPES,
    LETTER,
    MIME_SHAPES,
    MIME_WORDS,
    PAGES,
    html_shapes,
    message_seeds,
)
from fuzz.target import Target, repeat
from overair.delivery.non_delivery import Circumstances, report
from overair.delivery.queue import Recipient
from overair.delivery.smtp_answers import Verdict, verdict_of
from overair.delivery.submission import Submitted, check, message_id
from overair.delivery.wire_form import LONGEST_LINE, pieces, wire_form
from overair.directory.interface import User
from overair.items import Item, rendering
from overair.items.attachments import attachment
from overair.items.body import Body
from overair.items.mail.header_fields import HeaderError, RawHeader
from overair.items.mail.message import Message, index_message
from overair.items.markup import html_to_text
from overair.items.plain_html import (
    html_document,
    html_document_size,
    html_fragment,
    html_fragment_size,
)
from overair.items.rendering import RenderOptions
from overair.items.text import utf8_size
from overair.protocol.body_preferences import BodyPartPreference, BodyPreference, BodyType
from overair.sync.submission import SubmissionRefused
from overair.versions import Version
from overair.wbxml import Element, decode, encode
from overair.wbxml.pages import AirSync

NOW: Final = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
USER: Final = User(1, "anna@example.org", "Anna", ("a@example.org",))
CUTS: Final = (1, 7, 100, 5_000)
"""Sizes at which bodies are cut, in bytes."""


class Blobs:
    """The bytes of messages, in memory."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        key = sha256(data).hexdigest()
        self.data[key] = data
        return key

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        return self.data[key][offset : None if length is None else offset + length]


class Delivered(NamedTuple):
    """A message and its bytes."""

    message: Message
    blobs: Blobs


def read_mime(mime: bytes) -> Delivered:
    """As at delivery, which refuses nothing."""
    blobs = Blobs()
    return Delivered(msgspec.structs.replace(index_message(mime, NOW), blob=blobs.put(mime)), blobs)


def render_mime(mime: bytes) -> Delivered:
    """Delivered, and shown whole in every form."""
    delivered = read_mime(mime)
    for body_type in (BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.MIME):
        shown(*delivered, RenderOptions((BodyPreference(type=body_type),), mime_support=2))
        shown(
            *delivered,
            RenderOptions((BodyPreference(type=body_type, truncation_size=5_000),), mime_support=2),
        )
    return delivered


def shown(item: Item, blobs: Blobs, options: RenderOptions, version: Version = Version.V16_1) -> Item:
    """The item as a phone sees it, and no stand-in of it."""
    return rendering._shown(item, options, version, blobs, "7")


def check_shown(item: Item, version: Version) -> None:
    """What a phone is told can be written, and read as it was."""
    tree = Element(AirSync.ApplicationData, item.to_children(version))
    assert decode(encode(tree)) == tree
    type(item).from_children(tree.children, version)


def body_of(delivered: Delivered, body_type: BodyType, size: int | None) -> Body:
    preference = BodyPreference(type=body_type, truncation_size=size, preview=50)
    options = RenderOptions(
        body_preferences=(preference,),
        body_part_preference=BodyPartPreference(type=body_type, truncation_size=size),
        mime_support=2,
    )
    message = shown(*delivered, options)
    assert isinstance(message, Message)
    assert message.body is not None
    if size is None:
        for version in (Version.V12_1, Version.V16_1):
            check_shown(message, version)
    return message.body


def check_mime(delivered: Delivered) -> None:
    """The index outlives the store; every body can be shown, whole and cut; attachments are all there."""
    message = delivered.message
    assert message.index is not None
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message
    for body_type in (BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.MIME):
        whole = body_of(delivered, body_type, None)
        data = whole.data or ""
        if body_type is not BodyType.MIME:
            assert whole.estimated_data_size == utf8_size(data)
        for size in CUTS:
            cut = body_of(delivered, body_type, size).data or ""
            assert data.startswith(cut)
            assert utf8_size(cut) <= size or cut == data
    for part in message.index.attachments:
        found = attachment(message, part.number, delivered.blobs)
        assert part.charset or len(found.data) == part.size  # of text it is that of its UTF-8
    mime = delivered.blobs.read(message.blob or "")
    message_id(mime)
    nobody = Recipient(0, "nobody@example.org", status="5.1.1")
    report(mime, USER.address, (nobody,), Circumstances("example.org", NOW))


def read_submitted(mime: bytes) -> Submitted:
    return check(USER, mime, "example.org", 500)


def check_submitted(submitted: Submitted) -> None:
    """What travels betrays nobody, and is the user's."""
    travelling = message_from_bytes(submitted.travelling)
    assert "bcc" not in travelling
    assert USER.owns(submitted.sender)
    assert 1 <= len(submitted.recipients) <= 500
    again = read_submitted(submitted.kept)
    assert (again.sender, again.recipients) == (submitted.sender, submitted.recipients)
    assert again.kept == submitted.kept
    failed = [Recipient(0, address, status="5.1.1") for address in submitted.recipients[:3]]
    report(submitted.travelling, submitted.sender, failed, Circumstances("example.org", NOW))


def read_wire_form(mime: bytes) -> tuple[bytes, bytes]:
    """As it goes to a server with 8BITMIME, and to one without."""
    return wire_form(mime, eight_bit=True), wire_form(mime, eight_bit=False)


def check_wire_form(forms: tuple[bytes, bytes]) -> None:
    """Lines as SMTP has them, which stay as they are."""
    for form in forms:
        assert form == b"" or form.endswith(b"\r\n")
        assert b"\0" not in form
        for line in form.split(b"\r\n"):
            assert len(line) <= LONGEST_LINE
            assert b"\r" not in line
            assert b"\n" not in line
        assert b"".join(pieces(form)) == form
        assert wire_form(form, eight_bit=True) == form


def read_answer(data: bytes) -> Verdict:
    """An answer of an SMTP server, as aiosmtplib gives it."""
    code = data[:3]
    return verdict_of(int(code) if code.isdigit() else -1, data[4:].decode("utf-8", "surrogateescape"))


def check_answer(verdict: Verdict) -> None:
    """It can stand in a report and on a terminal."""
    known = Circumstances("example.org", NOW, "mx.example.net")
    failed = Recipient(0, "otto@example.net", verdict.state, verdict.status, verdict.answer)
    assert verdict.answer.isprintable()
    assert verdict.answer.isascii()
    report(LETTER, USER.address, (failed,), known)


def read_raw_header(mime: bytes) -> tuple[RawHeader, bytes]:
    return RawHeader(mime), mime


def check_raw_header(read: tuple[RawHeader, bytes]) -> None:
    """Nothing changes but the line that ends a header without one."""
    header, mime = read
    assert header.to_bytes().startswith(mime)
    names = {field.name for field in header.fields}
    header.remove(*names)
    assert not header.fields


DELIVERED: Final = read_mime(LETTER)


def read_html(data: bytes) -> tuple[str, str]:
    """A page, and the text of it."""
    source = data.decode("utf-8", "replace")
    return source, html_to_text(source)


def check_html(read: tuple[str, str]) -> None:
    """Text is the same when it was HTML in between, but for quotations, and HTML has the size said of it."""
    for text in read:
        assert html_document_size(text) == utf8_size(html_document(text))
        assert html_fragment_size(text) == utf8_size(html_fragment(text))
    shown = html_to_text(html_document(read[1]))
    assert shown.replace(">", " ").split() == read[1].replace(">", " ").split()


TARGETS: Final = (
    Target(
        name="mime",
        read=render_mime,
        check=check_mime,
        seeds=message_seeds,
        words=MIME_WORDS,
        size=4 * 1024,
        microseconds=12,
        memory=32,
        shapes=MIME_SHAPES,
    ),
    Target(
        name="submission",
        read=read_submitted,
        check=check_submitted,
        refuses=(SubmissionRefused,),
        seeds=lambda: (HEAD + b"\n", *message_seeds()),
        words=MIME_WORDS,
        size=2 * 1024,
        microseconds=12,
        memory=100,
        shapes=HEADER_SHAPES | {"text": repeat(b"a\n", HEAD + b"\n")},
    ),
    Target(
        name="wire_form",
        read=read_wire_form,
        check=check_wire_form,
        seeds=message_seeds,
        words=(*MIME_WORDS, b"\0", b"\r", b"binary", b"x" * 999),
        size=2 * 1024,
        microseconds=30,
        memory=100,
        shapes=MIME_SHAPES,
    ),
    Target(
        name="smtp_answer",
        read=read_answer,
        check=check_answer,
        seeds=lambda: (b"550 5.1.1 no such user", b"451-4.2.0 later\n451 4.2.0 please", b"250 ok"),
        words=(b"5.1.1 ", b"4.7.0 ", b"\n", b"\t"),
        size=1024,
    ),
    Target(
        name="header_fields",
        read=read_raw_header,
        check=check_raw_header,
        refuses=(HeaderError,),
        seeds=message_seeds,
        words=MIME_WORDS,
        size=1024,
        shapes={
            "fields": repeat(b"X: y\n", HEAD),
            "folded": repeat(b" y\n", HEAD),
            "empty folded lines": repeat(b" \n", HEAD),
            "returns": repeat(b"X:\r", HEAD),
            "a name": repeat(b"X", HEAD),
            "spaces behind a name": repeat(b" ", HEAD + b"X"),
        },
        microseconds=6,
        memory=100,
    ),
    Target(
        name="html",
        read=read_html,
        check=check_html,
        seeds=lambda: PAGES,
        words=(
            *html_shapes().values(),
            b"-->",
            b">",
            b"'",
            b'"',
            b"</pre>",
            b"</script>",
            b"&nbsp;",
            b"]]>",
            b"\t",
        ),
        shapes={
            **{name: repeat(piece) for name, piece in html_shapes().items()},
            **{f"{name}, ended": repeat(piece, b"<a ", b">") for name, piece in html_shapes().items()},
            "pairs of quotes in one tag": repeat(b"''", b"<a ", b">"),
            "pairs of both quotes in one tag": repeat(b"'\"'", b"<a ", b">"),
            "quotes in one tag": repeat(b'"', b"<a ", b">"),
        },
        microseconds=2,
        memory=40,
    ),
)
