"""Bodies as a client wants them: which of its preferences is served, how much of it, and the preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from overair.items import charsets, markup, text
from overair.items.body import Body, BodyPart
from overair.items.mail import eight_bit
from overair.items.mail.contents import content
from overair.items.mail.parts import ByteSource, Index, Part, read_exactly
from overair.items.mail.transfer import decode_transfer_start
from overair.protocol.body_preferences import BodyPartPreference, BodyPreference, BodyType
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.pages import AirSyncBase

MIME_LIMITS: Final = {0: 0, 1: 4_096, 2: 5_120, 3: 7_168, 4: 10_240, 5: 20_480, 6: 51_200, 7: 102_400}
"""The values of MIMETruncation with their sizes; 8 is the whole message (MS-ASCMD_R3418 and on)."""
OFFERED: Final = (BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.MIME)


class Renditions(Protocol):
    """The forms in which an item's body can be had."""

    native: BodyType

    def size(self, body_type: BodyType) -> int:
        """The size of the whole body of a type, in bytes of UTF-8."""

    def start(self, body_type: BodyType, limit: int | None) -> str:
        """The body of a type, or the start of it that is at most ``limit`` bytes of UTF-8."""

    def preview(self, length: int) -> str:
        """The first characters of the text, on one line."""


class StoredBody:
    """The renditions of a body that the item holds itself, such as a contact's notes."""

    def __init__(self, body: Body) -> None:
        self.native = body.type
        self._data = body.data or ""

    def size(self, body_type: BodyType) -> int:
        return text.utf8_size(self.start(body_type, None))

    def start(self, body_type: BodyType, limit: int | None) -> str:
        data = self._data
        if data and body_type != self.native:
            data = markup.html_to_text(data) if self.native == BodyType.HTML else markup.html_document(data)
        return data if limit is None else text.cut(data, limit)

    def preview(self, length: int) -> str:
        return text.one_line(self.start(BodyType.PLAIN_TEXT, None), length)


class MessageBody:
    """The renditions of a message, from its index and ranges of its bytes."""

    def __init__(self, index: Index, blobs: ByteSource, blob: str) -> None:
        self.native = BodyType(index.native_type)
        self._index, self._blobs, self._blob = index, blobs, blob

    def size(self, body_type: BodyType) -> int:
        if body_type == BodyType.MIME:
            return self._index.size
        return self._index.text_size if body_type == BodyType.PLAIN_TEXT else self._index.html_size

    def start(self, body_type: BodyType, limit: int | None) -> str:
        if limit == 0:
            return ""
        if body_type == BodyType.MIME:
            data = self._mime()
        elif body_type == BodyType.PLAIN_TEXT:
            data = self._text(limit)
        elif self.native == BodyType.HTML:
            data = self._joined(self._index.html_body, limit, as_html=True)
        else:
            data = markup.html_document(self._text(limit))
        return data if limit is None else text.cut(data, limit)

    def preview(self, length: int) -> str:
        return self._index.preview[:length].rstrip()

    def _text(self, limit: int | None) -> str:
        kept = self._index.text
        size = text.utf8_size(kept)
        if size >= self._index.text_size or (limit is not None and size >= limit):
            return kept
        return self._joined(self._index.text_body, limit, as_html=False)

    def _joined(self, parts: Sequence[Part], limit: int | None, *, as_html: bool) -> str:
        pieces: list[str] = []
        taken = 0
        for part in parts:
            if limit is not None and taken >= limit:
                break
            # How much text is in the start of an HTML part is not known before its end.
            converted_from_html = part.is_html and not as_html
            piece = self._part(part, None if limit is None or converted_from_html else limit - taken)
            if part.is_html != as_html:
                piece = markup.html_fragment(piece) if as_html else markup.html_to_text(piece)
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
            data = decode_transfer_start(
                read_exactly(self._blobs, self._blob, part.offset, min(window, part.length)), part.encoding
            )
            if window >= part.length:
                found = charsets.decode(data, part.charset)
            else:
                found = charsets.decode_start(data, part.charset)
                if limit is None or text.utf8_size(found) < limit:
                    window *= 2
                    continue
            return found if part.clean else text.cleaned(found)

    def _mime(self) -> str:
        return text.cleaned(eight_bit.as_text(read_exactly(self._blobs, self._blob, 0, self._index.size)))


def body(
    renditions: Renditions,
    preferences: Sequence[BodyPreference],
    *,
    mime: bool = False,
    mime_truncation: int | None = None,
) -> Body:
    """The Body that serves the preferences best; ``mime`` says whether Type 4 may be served.

    Without preferences it is the whole body in its own format (MS-ASAIRS_R2411).
    """
    preference = choose(renditions, preferences, mime=mime)
    limit = preference.truncation_size
    if preference.type == BodyType.MIME and mime_truncation in MIME_LIMITS:
        limit = min(MIME_LIMITS[mime_truncation], limit if limit is not None else 2**32)
    size = renditions.size(preference.type)
    truncated = limit is not None and size > limit
    withheld = truncated and preference.all_or_none is True
    # MS-ASEMAIL_R1057: no Data for a TruncationSize of 0, nor where AllOrNone withholds it.
    data = None if limit == 0 or withheld else renditions.start(preference.type, limit if truncated else None)
    preview = None
    if preference.preview and (preference.type != BodyType.PLAIN_TEXT or data is None):
        # MS-ASAIRS_R1001036: not beside the Data of plain text.
        preview = renditions.preview(preference.preview)
    return Body(
        type=preference.type,
        estimated_data_size=size,
        # Windows Phone does not understand a Truncated of 0, and its absence says the same; only
        # beside MIME it has to stand (MS-ASCMD_R3409).
        truncated=truncated if truncated or preference.type == BodyType.MIME else None,
        data=data,
        preview=preview,
    )


def choose(renditions: Renditions, preferences: Sequence[BodyPreference], *, mime: bool) -> BodyPreference:
    """The preference to serve (MS-ASAIRS_R77, MS-ASAIRS_R78, MS-ASAIRS_R80).

    MIME where it is asked for and allowed, then the item's own format, then the others as they
    stand; one that AllOrNone forbids to cut gives way to the next.
    """
    offered = [one for one in preferences if one.type in OFFERED and (mime or one.type != BodyType.MIME)]
    if not offered:
        return BodyPreference(type=renditions.native)
    order = {BodyType.MIME: 0, renditions.native: 1}
    offered.sort(key=lambda one: order.get(one.type, 2))
    for preference in offered:
        size = preference.truncation_size
        if not (preference.all_or_none and size is not None and renditions.size(preference.type) > size):
            return preference
    return offered[0]


def body_part(renditions: Renditions, preference: BodyPartPreference) -> BodyPart:
    """The BodyPart for a BodyPartPreference."""
    wanted = BodyPreference(
        type=preference.type,
        truncation_size=preference.truncation_size,
        all_or_none=preference.all_or_none,
    )
    found = body(renditions, (wanted,))
    return BodyPart(
        status=1,
        type=found.type,
        estimated_data_size=found.estimated_data_size or 0,
        truncated=found.truncated,
        data=found.data,
        preview=renditions.preview(preference.preview) if preference.preview else None,
    )


def to_store(sent: Body | None, before: Body | None, told: Sequence[BodyPreference]) -> Body | None:
    """The body to keep: whole, and without what only an answer holds.

    ``before`` is the stored one, ``told`` the preferences by which the client was told of it. A body
    without Data changes nothing (MS-ASCMD_R878), nor does one that is cut: the rest of it is on the
    server only; nor one that is as the client was told, perhaps made of HTML. Raises SchemaError for a
    type that is not kept.
    """
    if sent is None or sent.data is None or (sent.truncated and before is not None):
        return before
    if sent.type not in (BodyType.PLAIN_TEXT, BodyType.HTML):
        raise SchemaError(AirSyncBase.Type, Problem.VALUE, f"{sent.type.name} is not kept")
    if before is not None:
        shown = body(StoredBody(before), told)
        if (shown.type, shown.data or "") == (sent.type, sent.data):
            return before
    return Body(type=sent.type, data=sent.data) if sent.data else None
