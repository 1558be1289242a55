"""The forms in which an item's body can be had: as text, HTML, RTF and, of a message, MIME."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from overair.items import charsets, flowed, markup, plain_html, text
from overair.items.body import Body
from overair.items.conversion import converted
from overair.items.cutting import cut
from overair.items.mail import eight_bit
from overair.items.mail.contents import content
from overair.items.mail.parts import ByteSource, Flow, Index, Part, read_exactly, read_start
from overair.items.mail.transfer import decode_transfer_start
from overair.protocol.body_preferences import BodyType

_MARGIN: Final = plain_html.UNDECIDED * 4
"""Bytes of text beyond a limit that the HTML of what is before it depends on, or the last character."""


class Renditions(Protocol):
    """The forms in which an item's body can be had; that of RTF is base64 (MS-ASAIRS_R179)."""

    native: BodyType

    def size(self, body_type: BodyType) -> int:
        """The size of the whole body of a type, in bytes of UTF-8."""

    def start(self, body_type: BodyType, limit: int | None) -> str:
        """The body of a type, or of it what can be shown in at most ``limit`` bytes of UTF-8."""

    def preview(self, length: int) -> str:
        """The first characters of the text, on one line."""


class StoredBody:
    """The renditions of a body that the item holds itself, such as a contact's notes."""

    def __init__(self, body: Body) -> None:
        self.native = body.type
        self._made = {body.type: body.data or ""}

    def size(self, body_type: BodyType) -> int:
        return text.utf8_size(self._whole(body_type))

    def start(self, body_type: BodyType, limit: int | None) -> str:
        return cut(self._whole(body_type), body_type, limit)

    def preview(self, length: int) -> str:
        return text.one_line(self._whole(BodyType.PLAIN_TEXT), length)

    def _whole(self, body_type: BodyType) -> str:
        found = self._made.get(body_type)
        if found is None:
            found = self._made[body_type] = converted(self._made[self.native], self.native, body_type)
        return found


class MessageBody:
    """The renditions of a message, from its index and ranges of its bytes."""

    def __init__(self, index: Index, blobs: ByteSource, blob: str) -> None:
        self.native = BodyType(index.native_type)
        self._index, self._blobs, self._blob = index, blobs, blob
        self._rtf: str | None = None
        self._mime: str | None = None

    def size(self, body_type: BodyType) -> int:
        if body_type == BodyType.MIME:
            return self._index.size if self._mime is None else text.utf8_size(self._mime)
        if body_type == BodyType.RTF:
            return len(self._as_rtf())
        return self._index.text_size if body_type == BodyType.PLAIN_TEXT else self._index.html_size

    def start(self, body_type: BodyType, limit: int | None) -> str:
        if limit == 0:
            return ""
        if body_type == BodyType.MIME:
            data = self._as_mime()
        elif body_type == BodyType.RTF:
            data = self._as_rtf()
        elif body_type == BodyType.PLAIN_TEXT:
            data = self._text(limit)
        else:
            data = self._html(limit)
        return cut(data, body_type, limit)

    def preview(self, length: int) -> str:
        return self._index.preview[:length].rstrip()

    def _as_rtf(self) -> str:
        if self._rtf is None:
            native = BodyType.HTML if self.native == BodyType.HTML else BodyType.PLAIN_TEXT
            self._rtf = converted(self.start(native, None), native, BodyType.RTF)
        return self._rtf

    def _html(self, limit: int | None) -> str:
        if self.native == BodyType.HTML:
            return self._joined(self._index.html_body, limit, as_html=True)
        return plain_html.html_document(self._text(limit))

    def _text(self, limit: int | None) -> str:
        """The text, or at least so many bytes of it and what their HTML depends on."""
        kept = self._index.text
        size = text.utf8_size(kept)
        if size >= self._index.text_size:
            return kept
        if limit is not None:
            limit += _MARGIN
            if size >= limit:
                return kept
        return self._joined(self._index.text_body, limit, as_html=False)

    def _joined(self, parts: Sequence[Part], limit: int | None, *, as_html: bool) -> str:
        pieces: list[str] = []
        taken, before = 0, ""
        for part in parts:
            if limit is not None and taken >= limit:
                break
            # How much text is in the start of an HTML part is not known before its end.
            converted_from_html = part.is_html and not as_html
            wanted = None if limit is None or converted_from_html else limit - taken
            if wanted is not None and as_html and not part.is_html:
                wanted += _MARGIN
            piece = self._part(part, wanted)
            if part.is_html != as_html:
                piece = plain_html.html_fragment(piece) if as_html else markup.html_to_text(piece)
            if not as_html:
                joint, before = text.joint(before), piece or before
                piece = joint + piece
            pieces.append(piece)
            taken += text.utf8_size(piece)
        return "".join(pieces)

    def _part(self, part: Part, limit: int | None) -> str:
        """The text of a part, or a start of it of at least ``limit`` bytes of UTF-8."""
        if part.inside is not None:
            whole = charsets.decode(content(self._blobs, self._blob, part), part.charset)
            return whole if part.clean else text.cleaned(whole)
        window = part.length
        if limit is not None and limit < part.size:
            # Base64 takes 4 bytes for 3 and its line breaks, quoted-printable as a rule not many more.
            window = limit + limit // 2 + 256
        while True:
            data = decode_transfer_start(read_start(self._blobs, self._blob, part, window), part.encoding)
            complete = window >= part.length
            found = (
                charsets.decode(data, part.charset) if complete else charsets.decode_start(data, part.charset)
            )
            found = found if part.clean else text.cleaned(found)
            if part.flowed:
                found = flowed.unfolded(
                    found, delete_space=part.flowed is Flow.DELETED_SPACE, complete=complete
                )
            if complete or (limit is not None and text.utf8_size(found) >= limit):
                return found
            window *= 2

    def _as_mime(self) -> str:
        if self._mime is None:
            mime = read_exactly(self._blobs, self._blob, 0, self._index.size)
            self._mime = eight_bit.as_text(mime)
        return self._mime
