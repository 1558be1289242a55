"""What is replied to or forwarded, made ready to go with a new message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote

import msgspec

from overair.items import text
from overair.items.mail import headers, indexing
from overair.items.mail.header_fields import MAXIMUM_HEADER
from overair.items.mail.headers import Headers
from overair.items.mail.message import Message
from overair.items.mail.parts import ByteSource, Part, read_exactly
from overair.items.mail.replying.entities import entity
from overair.items.mail.replying.quoting import Heading
from overair.items.mail.replying.sealed import is_sealed
from overair.items.mail.replying.threads import Thread
from overair.items.mail.structure import LocatedMessage, content_type, leaves, parse
from overair.items.renditions import MessageBody
from overair.protocol.body_preferences import BodyType

HEADING_CHARACTERS: Final = 1_000
"""The most characters of a line above a quotation."""
_REFERENCE: Final = re.compile(r"""cid:([^"'\s<>)]{1,1000})""", re.IGNORECASE)
_TEXTS: Final = ("text/plain", "text/html")
_BLIND: Final = re.compile(
    rb"^bcc[ \t]*:[^\r\n]*+(?:\r\n?|\n)(?:[ \t][^\r\n]*+(?:\r\n?|\n))*", re.IGNORECASE | re.MULTILINE
)
_LOCATION: Final = re.compile(
    r"""\b(?:src|background)\s{0,9}=\s{0,9}["']?([^"'\s<>]{1,2000})""", re.IGNORECASE
)


class _There:
    """The bytes of one message as a ByteSource."""

    def __init__(self, mime: bytes) -> None:
        self._mime = mime

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._mime[offset:] if length is None else self._mime[offset : offset + length]


class Picture(msgspec.Struct, frozen=True):
    """A part that the original's HTML shows within itself: its Content-ID and its entity."""

    content_id: str
    data: bytes


class Original(msgspec.Struct, frozen=True):
    """What goes with a reply or a forward."""

    heading: Heading
    text: str
    html: str | None = None
    """None where it has no HTML."""
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[bytes, ...] = ()
    """The entities of all else."""
    thread: Thread = Thread()
    whole: bytes | None = None
    """The entity of the original itself, attached; None for what is no message."""
    is_sealed: bool = False
    """It is passed on whole, because it is signed or encrypted."""


def original_of(message: Message, blobs: ByteSource) -> Original:
    """A message as it goes with a new one.

    Raises KeyError where its bytes are not to be had, OSError where none are, for now.
    """
    index, blob = message.index, message.blob
    if index is None or blob is None:
        raise KeyError("the message has no bytes")
    mime = read_exactly(blobs, blob, 0, index.size)
    tree = parse(mime)
    found = Headers(tree)
    index = indexing.index(mime, tree)  # what is known of it may name its parts by their sections
    renditions = MessageBody(index, _There(mime), blob)
    html = renditions.start(BodyType.HTML, None) if renditions.native == BodyType.HTML else None
    pictures, attachments = _others(mime, tree, index.text_body + index.html_body, html)
    return Original(
        heading=tuple(_heading(message, found)),
        text=renditions.start(BodyType.PLAIN_TEXT, None),
        html=html,
        pictures=pictures,
        attachments=attachments,
        thread=_thread(message, found),
        whole=_whole(mime, tree),
        is_sealed=tree.cut or is_sealed(tree, mime),
    )


def thread_of(message: Message, blobs: ByteSource) -> Thread:
    """Where a message stands in its thread, as far as is known of one whose bytes are gone."""
    header = b""
    if message.blob is not None:
        with suppress(KeyError):
            header = blobs.read(message.blob, 0, MAXIMUM_HEADER)
    return _thread(message, Headers(parse(header.replace(b"\r\n", b"\n").partition(b"\n\n")[0])))


def _heading(message: Message, found: Headers) -> Iterator[tuple[str, str]]:
    sent = found.raw("Date")
    if not sent and message.date_received is not None:
        sent = format_datetime(message.date_received)
    for name, value in (
        ("From", message.from_),
        ("Sent", sent),
        ("To", message.to),
        ("Cc", message.cc),
        ("Subject", message.subject),
    ):
        if value:
            yield name, text.one_line(text.cleaned(value), HEADING_CHARACTERS)


def _thread(message: Message, found: Headers) -> Thread:
    index = headers.thread_index(found)
    if not index and message.conversation_id and message.conversation_index:
        levels = message.conversation_index
        index = b"\x01" + levels[:5] + message.conversation_id + levels[5:]
    return Thread(
        message_id=message.message_id,
        references=found.raw("References") or found.raw("In-Reply-To"),
        topic=message.thread_topic or "",
        index=index,
    )


def _others(
    mime: bytes, tree: LocatedMessage, bodies: tuple[Part, ...], html: str | None
) -> tuple[tuple[Picture, ...], tuple[bytes, ...]]:
    """The pictures that HTML refers to, and all parts beside them that are no text of the body."""
    shown = {part.offset for part in bodies}
    references = _references(html or "")
    pictures, attachments = [], []
    for leaf in leaves(tree):
        if leaf.content in shown and content_type(leaf) in _TEXTS:
            continue
        data = entity(leaf, tree, mime)
        content_id = Headers(leaf).raw("Content-ID").strip().removeprefix("<").removesuffix(">")
        location = Headers(leaf).raw("Content-Location").strip()
        if content_id in references or location in references:
            pictures.append(Picture(content_id, data))
        else:
            attachments.append(data)
    return tuple(pictures), tuple(attachments)


def _references(html: str) -> set[str]:
    """The Content-IDs and Content-Locations that HTML refers to."""
    return {unquote(found[1]) for found in _REFERENCE.finditer(html)} | {
        found[1] for found in _LOCATION.finditer(html)
    }


def _whole(mime: bytes, tree: LocatedMessage) -> bytes:
    """A message as an attached one, without those whom nobody may know of."""
    message = _BLIND.sub(b"", mime[: tree.content]) + mime[tree.content :]
    fields = (
        "Content-Type: message/rfc822",
        "Content-Disposition: attachment",
        f"Content-Transfer-Encoding: {'7bit' if message.isascii() else '8bit'}",
    )
    return "".join(f"{field}\r\n" for field in (*fields, "")).encode() + message
