"""The index of a message's bytes: which parts a reader sees, which are attached, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from overair.items import charsets, markup, plain_html, text
from overair.items.flowed import unfolded
from overair.items.mail import winmail
from overair.items.mail.attachment_names import name_of
from overair.items.mail.embedding import joined, with_embedded
from overair.items.mail.headers import Headers
from overair.items.mail.message_class import secure_class
from overair.items.mail.parts import Flow, Index, Part
from overair.items.mail.structure import (
    LocatedMessage,
    content_type,
    disposition,
    extent,
    is_leaf,
    parameter,
)
from overair.items.mail.transfer import decode_transfer
from overair.items.search_document import MOST_CHARACTERS

TEXT_KEPT: Final = 4_400
"""How many characters of the text body the index keeps."""
PREVIEW_KEPT: Final = 255
"""How many characters of a preview a client may ask for (MS-ASAIRS_R266)."""
_BODY_TYPES: Final = ("text/plain", "text/html")


@dataclass
class _Walk:
    """What the walk over the tree has found, in the terms of RFC 8621, 4.1.4."""

    mime: bytes
    text_body: list[Part] = field(default_factory=list)
    html_body: list[Part] = field(default_factory=list)
    attachments: list[Part] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    """The decoded text of each text part by its number."""
    bases: dict[int, str] = field(default_factory=dict)
    """What the references of a leaf are relative to, by its number, where something says so."""
    count: int = 0


def index(mime: bytes, message: LocatedMessage) -> Index:
    """The index of a message whose parsed tree is given."""
    return index_and_text(mime, message)[0]


def index_and_text(mime: bytes, message: LocatedMessage, *, open_tnef: bool = True) -> tuple[Index, str]:
    """The index of a message whose parsed tree is given, and as much of its text as can be searched.

    ``open_tnef`` shows what winmail.dat holds.
    """
    walk = _Walk(mime)
    _visit(walk, [message], "mixed", in_alternative=False, text_body=walk.text_body, html_body=walk.html_body)
    if open_tnef:
        _open_tnef(walk)
    pages = (
        (walk.texts[part.number], walk.bases.get(part.number, "")) for part in walk.html_body if part.is_html
    )
    walk.attachments = with_embedded(walk.attachments, pages, walk.bases)
    body, text_size = _text_and_size(walk)
    start = body[:TEXT_KEPT]
    found = Index(
        size=len(mime),
        text_body=tuple(walk.text_body),
        html_body=tuple(walk.html_body),
        attachments=tuple(walk.attachments),
        text_size=text_size,
        html_size=_html_size(walk),
        text=start,
        preview=text.one_line(start, PREVIEW_KEPT),
        signed_or_encrypted=secure_class(message) is not None,
        next_number=walk.count,
    )
    return found, body


def _visit(
    walk: _Walk,
    parts: list[LocatedMessage],
    kind: str,
    *,
    in_alternative: bool,
    text_body: list[Part] | None,
    html_body: list[Part] | None,
    base: str = "",
) -> None:
    """RFC 8621, 4.1.4: a body list that is None takes nothing here, an alternative chooses one."""
    text_length = len(text_body) if text_body is not None else -1
    html_length = len(html_body) if html_body is not None else -1
    for position, part in enumerate(parts):
        if not is_leaf(part):
            inner = part.get_content_subtype()
            _visit(
                walk,
                part.children,
                inner,
                in_alternative=in_alternative or inner == "alternative",
                text_body=text_body,
                html_body=html_body,
                base=_base(Headers(part), base),
            )
            continue
        found = _part(walk, part, base)
        is_body = (
            found.content_type in _BODY_TYPES
            and disposition(part) != "attachment"
            and (position == 0 or (kind != "related" and not found.name))
        )
        if not is_body:
            walk.attachments.append(found)
        elif kind == "alternative":
            if found.is_html and html_body is not None:
                html_body.append(found)
            elif not found.is_html and text_body is not None:
                text_body.append(found)
            else:
                walk.attachments.append(found)
        else:
            if in_alternative:
                # Inside one branch of an alternative a part decides for the branch.
                if found.is_html:
                    text_body = None
                else:
                    html_body = None
            if text_body is not None:
                text_body.append(found)
            if html_body is not None:
                html_body.append(found)
    if kind == "alternative" and text_body is not None and html_body is not None:
        # Only one of the two was offered: it serves for both.
        if text_length == len(text_body) and html_length != len(html_body):
            text_body.extend(html_body[html_length:])
        elif html_length == len(html_body) and text_length != len(text_body):
            html_body.extend(text_body[text_length:])


def _base(headers: Headers, base: str) -> str:
    """What the references in a part are relative to (RFC 2557, 5; Content-Base is of RFC 2110)."""
    for name in ("Content-Base", "Content-Location"):
        base = joined(base, _location(headers, name)) or base
    return base


def _location(headers: Headers, name: str = "Content-Location") -> str:
    """A URI in a header; what folds it is no part of it (RFC 2557, 4.4.2)."""
    return "".join(headers.text(name).split())[:500]


def _open_tnef(walk: _Walk) -> None:
    """Put what TNEF parts hold in their place, and the body of one where the message has none itself."""
    attachments: list[Part] = []
    for part in walk.attachments:
        opened = None
        if winmail.is_tnef(part):
            data = decode_transfer(walk.mime[part.offset : part.offset + part.length], part.encoding)
            opened = winmail.opened(part, data, walk.count)
        if opened is None:
            attachments.append(part)
            continue
        walk.count = opened.next_number
        attachments += opened.attachments
        bodies = [found for found in (opened.text, opened.html) if found is not None]
        if bodies and not any(walk.texts[one.number].strip() for one in walk.text_body + walk.html_body):
            walk.texts.update((found.number, read) for found, read in bodies)
            walk.text_body[:] = [bodies[0][0]]
            walk.html_body[:] = [bodies[-1][0]]
    walk.attachments = attachments


def _part(walk: _Walk, part: LocatedMessage, base: str) -> Part:
    number, walk.count = walk.count, walk.count + 1
    offset, length = extent(part, walk.mime)
    headers = Headers(part)
    kind = content_type(part)
    encoding = headers.raw("Content-Transfer-Encoding").strip().lower()[:40]
    data = decode_transfer(walk.mime[offset : offset + length], encoding)
    content_id = headers.raw("Content-ID").strip().removeprefix("<").removesuffix(">")
    if own := _base(headers, base):
        walk.bases[number] = own
    codec, clean, size, flow = "", False, len(data), Flow.FIXED
    if kind in _BODY_TYPES:
        codec = charsets.resolve(parameter(part, "charset"), data, is_html=kind == "text/html")
        decoded = charsets.decode(data, codec)
        # Then its bytes are its UTF-8, which need not be made of it again.
        is_utf8 = codec == "utf-8" and "\ufffd" not in decoded
        clean = text.is_clean_utf8(data) if is_utf8 else text.is_clean(decoded)
        found = decoded if clean else text.cleaned(decoded)
        flow = _flow(part, kind)
        found = unfolded(found, delete_space=flow is Flow.DELETED_SPACE) if flow else found
        walk.texts[number] = found
        size = len(data) if is_utf8 and found is decoded else text.utf8_size(found)
    return Part(
        number=number,
        content_type=kind,
        offset=offset,
        length=length,
        encoding=encoding,
        size=size,
        charset=codec,
        clean=clean,
        name=name_of(part, kind, number),
        content_id=text.cleaned(content_id)[:500],
        content_location=_location(headers),
        flowed=flow,
    )


def _flow(part: LocatedMessage, kind: str) -> Flow:
    """How a text says that it is folded (RFC 3676)."""
    if kind != "text/plain" or parameter(part, "format").strip().lower() != "flowed":
        return Flow.FIXED
    return Flow.DELETED_SPACE if parameter(part, "delsp").strip().lower() == "yes" else Flow.FLOWED


def _text_and_size(walk: _Walk) -> tuple[str, int]:
    """As much of the text body as can be searched, and the size of all of it, never put together here."""
    pieces: list[str] = []
    room, size, before = MOST_CHARACTERS, 0, ""
    for part in walk.text_body:
        found = walk.texts[part.number]
        own = markup.html_to_text(found) if part.is_html else found
        piece = text.joint(before) + own
        before = own or before
        pieces.append(piece[:room])
        room -= len(pieces[-1])
        size += text.utf8_size(piece) if part.is_html else len(piece) - len(own) + part.size
    return "".join(pieces), size


def _all_text(walk: _Walk) -> str:
    """The text body of a message that has no HTML."""
    pieces: list[str] = []
    before = ""
    for part in walk.text_body:
        own = walk.texts[part.number]
        pieces += text.joint(before), own
        before = own or before
    return "".join(pieces)


def _html_size(walk: _Walk) -> int:
    """The size of the HTML body: its parts one behind the other or, of text alone, one document."""
    if not any(part.is_html for part in walk.html_body):
        return plain_html.html_document_size(_all_text(walk))
    return sum(
        part.size if part.is_html else plain_html.html_fragment_size(walk.texts[part.number])
        for part in walk.html_body
    )
