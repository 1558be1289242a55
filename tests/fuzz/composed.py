"""Replies and forwards: hostile messages that are answered, and hostile answers."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from fuzz.letters import LETTER, MIME_SHAPES, MIME_WORDS, PAGES, message_seeds
from fuzz.mail import NOW, Blobs
from fuzz.target import Shape, Target
from overair.items.mail.header_fields import HeaderError
from overair.items.mail.message import index_message
from overair.items.mail.replying.composing import compose
from overair.items.mail.replying.original import Original, original_of
from overair.items.mail.structure import parse

RICH_ANSWER: Final = (
    b"To: ben@x.org\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nYes\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Yes</p>\r\n--b--\r\n"
)


class Composed(NamedTuple):
    """What was answered and forwarded, and what became of it."""

    original: Original
    reply: bytes
    forward: bytes


def original(mime: bytes) -> Original:
    """A message as it goes with another."""
    blobs = Blobs()
    return original_of(msgspec.structs.replace(index_message(mime, NOW), blob=blobs.put(mime)), blobs)


ORIGINAL: Final = original(LETTER)


def _composed(mime: bytes, found: Original) -> Composed:
    return Composed(
        found, compose(mime, found, NOW, is_reply=True), compose(mime, found, NOW, is_reply=False)
    )


def read_answered(mime: bytes) -> Composed:
    """A message that somebody sent, answered and forwarded."""
    return _composed(RICH_ANSWER, original(mime))


def read_answering(mime: bytes) -> Composed:
    """A client's message, sent as an answer and as a forward."""
    return _composed(mime, ORIGINAL)


def check_composed(composed: Composed) -> None:
    """Everything travels with a forward, byte for byte."""
    parse(composed.reply)
    parse(composed.forward)
    found = composed.original
    whole = found.whole is not None and found.whole in composed.forward
    assert whole or (not found.is_sealed and all(one in composed.forward for one in found.attachments))


def page_shapes() -> dict[str, Shape]:
    """Pages that are quoted."""

    def within(shape: bytes) -> Shape:
        head = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
        return lambda size: head + shape * max(1, (size - len(head)) // len(shape))

    return {f"html: {name}": within(piece) for name, piece in _PIECES.items()}


_PIECES: Final = {
    "styles": b"<style>",
    "ends": b"</body>",
    "quotes": b"<body \"'",
    "charsets": b"<meta charset",
    "references": b'<img src="cid:a',
    "doctypes": b"<!doctype",
    "bodies": b"<body",
}

TARGETS: Final = (
    Target(
        name="answered",
        read=read_answered,
        check=check_composed,
        seeds=lambda: (*message_seeds(), *(b"Content-Type: text/html\r\n\r\n" + page for page in PAGES)),
        words=(*MIME_WORDS, *_PIECES.values()),
        size=2 * 1024,
        microseconds=60,
        memory=120,
        shapes=MIME_SHAPES | page_shapes(),
    ),
    Target(
        name="answering",
        read=read_answering,
        check=check_composed,
        refuses=(HeaderError,),
        seeds=message_seeds,
        words=(*MIME_WORDS, *_PIECES.values()),
        size=2 * 1024,
        microseconds=60,
        memory=120,
        shapes=MIME_SHAPES | page_shapes(),
    ),
)
