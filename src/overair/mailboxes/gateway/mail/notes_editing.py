"""A note that is there, with other words in it: pictures and files, and all that is not its text, stay.

A phone is shown the text alone. What that showed of the note's own parts, and the phone's words do not, is
put below them, so that no picture is left without a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from overair.items import Note
from overair.items.body import Body
from overair.items.conversion import converted
from overair.items.mail.header_fields import HeaderError, RawHeader
from overair.items.mail.message import index_message
from overair.items.mail.replying.entities import Edit, added, applied, new_text, span, with_text, wrapped
from overair.items.mail.replying.quoting import html_below
from overair.items.mail.replying.sealed import is_sealed
from overair.items.mail.structure import LocatedMessage, leaves, parse
from overair.mailboxes.gateway.mail.notes import LARGEST, fields_of, html_of, shown_parts, texts_of
from overair.protocol.body_preferences import BodyType
from overair.times import utc_now

_SHOWN: Final = re.compile(r"<(img|object|embed|audio|video)\b[^>]{0,2000}?>", re.IGNORECASE)
_PART: Final = re.compile(r"""cid:([^"'\s<>]{1,1000})""", re.IGNORECASE)
_CLOSED: Final = ("object", "audio", "video")
"""Elements that have an end of their own."""


class NotEditable(Exception):
    """A note that cannot be given other words without loss: it is signed, too long, or no MIME."""


def edited(mime: bytes, note: Note, token: str, address: str) -> bytes:
    """The message of a note with the subject and text of another; all else in it stays.

    Raises NotEditable.
    """
    try:
        header = RawHeader(_with_text(mime, note.body))
        said = fields_of(note, token, address)
        header.remove(*(name.lower() for name in said))
        for name, value in said.items():
            header.put_last(name, value)
        if not header.has("mime-version"):
            header.put_last("MIME-Version", "1.0")
        return header.to_bytes()
    except HeaderError as error:
        raise NotEditable(str(error)) from error


def _with_text(mime: bytes, body: Body | None) -> bytes:
    """Raises NotEditable, HeaderError."""
    tree = parse(mime)
    index = index_message(mime, utc_now(), searchable=False).index
    if tree.cut or index is None or is_sealed(tree, mime):
        raise NotEditable("it is signed, or of a kind into which nothing is put")
    places = {leaf.content: leaf for leaf in leaves(tree)}
    shown = shown_parts(index)
    if any(part.offset not in places for part in shown):
        raise NotEditable("its text is part of a file")
    before = "".join(texts_of(mime, shown))
    if len(before) > LARGEST:
        raise NotEditable("it is longer than what phones are shown of it")
    after, is_html = html_of(body), any(part.is_html for part in shown)
    html = html_below(after, "".join(_missing(before, after) if is_html else ()))
    if not shown:
        return _with_another(mime, tree, new_text(html, "html", RawHeader(mime).newline))
    edits = [
        _edit(mime, tree, places[part.offset], "" if number else html, "html")
        for number, part in enumerate(shown)
    ]
    theirs = {part.offset for part in shown}
    for part in index.text_body:  # the same in plain text, for programs that show that
        if part.offset in places and part.offset not in theirs and _is_alternative(tree, places[part.offset]):
            plain = converted(after, BodyType.HTML, BodyType.PLAIN_TEXT)
            edits.append(_edit(mime, tree, places[part.offset], plain, "plain"))
    return applied(mime, edits)


def _edit(mime: bytes, tree: LocatedMessage, leaf: LocatedMessage, text: str, subtype: str) -> Edit:
    start, end = span(leaf, mime)
    made = with_text(mime[start:end], text, subtype, {})
    if leaf is not tree:
        made = made.removesuffix(RawHeader(mime).newline)
    return Edit(start, end, made)


def _with_another(mime: bytes, tree: LocatedMessage, text: bytes) -> bytes:
    """A message that has no text, with one."""
    if tree.get_content_type() == "multipart/mixed" and tree.children:
        return applied(mime, [added(tree, mime, [text])])
    return wrapped(mime, "mixed", [text])


def _is_alternative(tree: LocatedMessage, leaf: LocatedMessage) -> bool:
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if part.get_content_type() == "multipart/alternative" and leaf in part.children:
            return True
        waiting += part.children
    return False


def _missing(before: str, after: str) -> Iterator[str]:
    """What a text showed of its message's parts, and another one does not."""
    there = {found[1] for found in _PART.finditer(after)}
    for element in _SHOWN.finditer(before):
        part = _PART.search(element[0])
        if part is not None and part[1] not in there:
            there.add(part[1])
            name = element[1].lower()
            yield f"<div>{element[0]}{f'</{name}>' if name in _CLOSED else ''}</div>"
