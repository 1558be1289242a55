"""Items that a client's elements make and change: contacts, messages, drafts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from fuzz.examples import examples
from fuzz.letters import MIME_SHAPES
from fuzz.mail import DELIVERED, USER, Blobs, check_shown, shown
from fuzz.target import Shape, Target
from fuzz.wire import LIMITS, VERSIONS, WORDS
from overair.items import Author, Contact, Item, ItemClass, apply_change, create
from overair.items.body import Body
from overair.items.mail import drafts
from overair.items.mail.message import Message
from overair.items.rendering import RenderOptions
from overair.items.vcard.contacts import contact_to_vcard
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.schema import SchemaError
from overair.versions import Version
from overair.wbxml import Element, WbxmlError, decode, encode
from overair.wbxml.pages import AirSync, AirSyncBase
from support.messages import records

PERSON: Final = Contact(
    first_name="Otto", body=Body(type=BodyType.PLAIN_TEXT, data="Notes"), picture=b"\xff\xd8\xff"
)
NOW: Final = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Made(NamedTuple):
    """An item that a client's elements made."""

    item: Item
    blobs: Blobs
    version: Version


def read_item(data: bytes) -> Made:
    """The first byte chooses the version and what is made or changed; the rest is WBXML."""
    choice = data[0] if data else 0
    version = VERSIONS[choice % len(VERSIONS)]
    tree = decode(encode(decode(data[1:], LIMITS)))
    author = Author(version=version, now=NOW)
    blobs = Blobs()
    blobs.data |= DELIVERED.blobs.data
    way = choice // len(VERSIONS) % 5
    if way == 0:
        return Made(create(ItemClass.CONTACTS, tree.children, author), blobs, version)
    if way == 1:
        return Made(apply_change(PERSON, tree.children, author, frozenset()), blobs, version)
    if way == 2:
        return Made(apply_change(DELIVERED.message, tree.children, author, None), blobs, version)
    before = DELIVERED.message if way == 3 else None
    return Made(drafts.write(before, tree.children, version, USER, blobs), blobs, version)


def check_item(made: Made) -> None:
    """It can be kept, shown to phones of every version and, where it is a contact, exported."""
    item = made.item
    assert msgspec.json.decode(msgspec.json.encode(item), type=type(item)) == item
    for version in VERSIONS[2:]:
        for body_type in (BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.MIME):
            options = RenderOptions((BodyPreference(type=body_type, truncation_size=9),), mime_support=2)
            check_shown(shown(item, made.blobs, options), version)
    if isinstance(item, Contact):
        contact_to_vcard(item)


def item_seeds() -> Iterator[bytes]:
    for place in (2, 4, 6):
        for way, record in enumerate((Contact, Contact, Message, Message, Message)):
            for item in examples(records(record, VERSIONS[place]), 6):
                tree = Element(AirSync.ApplicationData, item.to_children(VERSIONS[place]))
                yield bytes([way * len(VERSIONS) + place]) + encode(tree)


def draft_shape(mime: Shape, *, attached: bool = False) -> Shape:
    """A draft that a client composed as MIME and adds a file to, or one with a message attached."""

    def shape(size: int) -> bytes:
        letter = mime(size)
        body = [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.Data, "text")]
        if not attached:
            body = [
                Element(AirSyncBase.Type, "4"),
                Element(AirSyncBase.Data, letter.decode("ascii", "replace")),
            ]
        file = [
            Element(AirSyncBase.ClientId, "1"),
            Element(AirSyncBase.Method, "5" if attached else "1"),
            Element(AirSyncBase.Content, letter if attached else b"file"),
            Element(AirSyncBase.DisplayName, "file"),
        ]
        tree = Element(
            AirSync.ApplicationData,
            [
                Element(AirSyncBase.Attachments, [Element(AirSyncBase.Add, file)]),
                Element(AirSyncBase.Body, body),
            ],
        )
        return bytes([4 * len(VERSIONS) + 6]) + encode(tree)

    return shape


def draft_shapes() -> dict[str, Shape]:
    """Messages that the standard library's newer parser takes apart."""
    names: tuple[str, ...] = (
        "nested parts",
        "parts",
        "short lines",
        "parameters",
        "continued parameters",
        "header lines",
    )
    names += (
        "one folded header",
        "nested messages",
        "quotes in parameters",
        "addresses",
        "8 bit",
        "boundaries",
    )
    names += ("content types", "nested parts of their own")
    composed = {f"composed: {name}": draft_shape(MIME_SHAPES[name]) for name in names}
    return composed | {f"attached: {name}": draft_shape(MIME_SHAPES[name], attached=True) for name in names}


TARGETS: Final = (
    Target(
        name="item",
        read=read_item,
        check=check_item,
        refuses=(SchemaError, WbxmlError),
        seeds=item_seeds,
        words=WORDS,
        microseconds=20,
        memory=100,
        shapes=draft_shapes(),
        size=4 * 1024,
        limit=LIMITS.size,
    ),
)
