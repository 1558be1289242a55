"""A reply or a forward: the client's message with the original below it, and what goes with that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from overair.items import charsets, plain_html
from overair.items.mail import indexing
from overair.items.mail.header_fields import HeaderError, RawHeader
from overair.items.mail.headers import Headers
from overair.items.mail.parts import Part
from overair.items.mail.replying.entities import (
    Edit,
    added,
    applied,
    new_text,
    span,
    with_text,
    wrapped,
)
from overair.items.mail.replying.original import Original, Picture
from overair.items.mail.replying.quoting import below, html_below, html_quotation, text_quotation
from overair.items.mail.replying.sealed import is_sealed
from overair.items.mail.replying.threads import continue_thread
from overair.items.mail.structure import LocatedMessage, leaves, parameter, parse
from overair.items.mail.transfer import decode_transfer

_KEPT_PARAMETERS: Final = ("format", "delsp")
"""What a text's Content-Type says that stays true of it with a quotation below."""


def compose(
    mime: bytes, original: Original, now: datetime, *, is_reply: bool, with_original: bool = True
) -> bytes:
    """The message as it is sent. Without ``with_original`` only the fields of its thread are added.

    A message that is signed or encrypted stays as it is: a forwarded original goes beside it, and to a
    reply nothing is added. Raises HeaderError for what is no message.
    """
    header = RawHeader(mime)
    continue_thread(header, original.thread, now, is_reply=is_reply)
    if with_original and not header.has("mime-version"):
        header.put_last("MIME-Version", "1.0")
    mime = header.to_bytes()
    return _Composition(mime, original, is_reply=is_reply).made() if with_original else mime


class _Composition:
    """The making of one message."""

    def __init__(self, mime: bytes, original: Original, *, is_reply: bool) -> None:
        self._mime = mime
        self._tree = parse(mime)
        self._newline = RawHeader(mime).newline
        self._original = original
        self._is_reply = is_reply

    def made(self) -> bytes:
        """The message."""
        original = self._original
        if self._tree.cut or is_sealed(self._tree, self._mime):
            beside = original.attachments if original.whole is None else (original.whole,)
            return self._mime if self._is_reply else wrapped(self._mime, "mixed", beside)
        if original.is_sealed and original.whole is not None and not self._is_reply:
            return self._with([], [original.whole])
        return self._quoted()

    def _quoted(self) -> bytes:
        original, targets = self._original, self._targets()
        rich = any(part.is_html for part in targets)
        others: list[bytes] = []
        if not targets:
            others.append(self._alone())
        if not self._is_reply:
            others += original.attachments
            others += [] if rich else [picture.data for picture in original.pictures]
        html, pictures = self._renamed(original.pictures if rich else ())
        places = {leaf.content: leaf for leaf in leaves(self._tree)}
        edits: list[Edit] = []
        for part in targets:
            leaf = places[part.offset]
            start, end = span(leaf, self._mime)
            made = self._below(part, leaf, self._mime[start:end], html)
            if part.is_html and pictures:
                related = self._related(leaf)
                if related is None:
                    made = wrapped(made, "related", pictures, {"type": "text/html"})
                else:
                    edits.append(added(related, self._mime, pictures))
            edits.append(Edit(start, end, made if leaf is self._tree else made.removesuffix(self._newline)))
        return self._with(edits, others)

    def _targets(self) -> list[Part]:
        """The texts of the client's that a reader sees last: of HTML and plain text where it sent both."""
        index = indexing.index(self._mime, self._tree)
        leaf_places = {leaf.content for leaf in leaves(self._tree)}
        html = [part for part in index.html_body if part.is_html and part.offset in leaf_places]
        rich = {part.offset for part in index.html_body}
        text = [
            part
            for part in index.text_body
            if not part.is_html and part.offset in leaf_places and not (html and part.offset in rich)
        ]
        return text[-1:] + html[-1:]

    def _below(self, part: Part, leaf: LocatedMessage, before: bytes, html: str | None) -> bytes:
        """A text of the client's with the original below it."""
        original = self._original
        data = self._mime[part.offset : part.offset + part.length]
        own = charsets.decode(decode_transfer(data, part.encoding), part.charset)
        forwarded = not self._is_reply
        if part.is_html:
            shown = plain_html.html_fragment(original.text) if html is None else html
            quotation = html_quotation(original.heading, shown, forwarded=forwarded)
            return with_text(before, html_below(own, quotation), "html", {})
        flowed = parameter(leaf, "format").lower() == "flowed"
        quotation = text_quotation(original.heading, original.text, forwarded=forwarded, flowed=flowed)
        kept = {name: value for name in _KEPT_PARAMETERS if (value := parameter(leaf, name)).isalpha()}
        return with_text(before, below(own, quotation), "plain", kept)

    def _alone(self) -> bytes:
        """The original as a text of its own, where the client wrote none."""
        original = self._original
        quotation = text_quotation(
            original.heading, original.text, forwarded=not self._is_reply, flowed=False
        )
        return new_text(quotation, "plain", self._newline)

    def _related(self, leaf: LocatedMessage) -> LocatedMessage | None:
        """The multipart whose first part is the leaf, and which holds what that shows within itself."""
        waiting = [self._tree]
        while waiting:
            part = waiting.pop()
            if part.get_content_type() == "multipart/related" and part.children and part.children[0] is leaf:
                return part
            waiting += part.children
        return None

    def _renamed(self, pictures: Sequence[Picture]) -> tuple[str | None, list[bytes]]:
        """The original's HTML and pictures, which are called otherwise than the client's own."""
        own = {Headers(leaf).raw("Content-ID").strip().strip("<>") for leaf in leaves(self._tree)} - {""}
        html, found = self._original.html, []
        for picture in pictures:
            if picture.content_id in own and html is not None:
                other = f"original.{picture.content_id}"
                html = html.replace(f"cid:{picture.content_id}", f"cid:{other}")
                found.append(_called(picture.data, other))
            else:
                found.append(picture.data)
        return html, found

    def _with(self, edits: Sequence[Edit], others: Sequence[bytes]) -> bytes:
        """The message after edits, with other entities at its end."""
        tree, mime = self._tree, self._mime
        if not others:
            return applied(mime, edits)
        if tree.get_content_type() != "multipart/mixed" or not tree.children:
            return wrapped(applied(mime, edits), "mixed", others)
        header = RawHeader(applied(mime, [*edits, added(tree, mime, others)]))
        if not header.has("content-transfer-encoding") and not all(one.isascii() for one in others):
            header.put_last("Content-Transfer-Encoding", "8bit")
        return header.to_bytes()


def _called(data: bytes, content_id: str) -> bytes:
    """An entity under another Content-ID."""
    try:
        header = RawHeader(data, may_be_empty=True)
    except HeaderError:
        return data
    header.remove("content-id")
    header.put_last("Content-ID", f"<{content_id}>")
    return header.to_bytes()
