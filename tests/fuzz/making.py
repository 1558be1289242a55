"""Items that a client's elements make and change: contacts, messages, drafts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from fuzz.examples import examples
from fuzz.mail import DELIVERED, USER, Blobs, check_shown, shown
from fuzz.target import Target
from fuzz.wire import LIMITS, VERSIONS, WORDS
from overair.items import Contact, Item, ItemClass, apply_change, create, drafts
from overair.items.body import Body
from overair.items.message import Message
from overair.items.rendering import RenderOptions
from overair.items.vcard import contact_to_vcard
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.schema import SchemaError
from overair.versions import Version
from overair.wbxml import Element, WbxmlError, decode, encode
from overair.wbxml.pages import AirSync
from support.messages import records

PERSON: Final = Contact(
    first_name="Otto", body=Body(type=BodyType.PLAIN_TEXT, data="Notes"), picture=b"\xff\xd8\xff"
)


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
    blobs = Blobs()
    blobs.data |= DELIVERED.blobs.data
    way = choice // len(VERSIONS) % 5
    if way == 0:
        return Made(create(ItemClass.CONTACTS, tree.children, version), blobs, version)
    if way == 1:
        return Made(apply_change(PERSON, tree.children, version, frozenset()), blobs, version)
    if way == 2:
        return Made(apply_change(DELIVERED.message, tree.children, version, None), blobs, version)
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


TARGETS: Final = (
    Target(
        name="item",
        read=read_item,
        check=check_item,
        refuses=(SchemaError, WbxmlError),
        seeds=item_seeds,
        words=WORDS,
        size=4 * 1024,
        limit=LIMITS.size,
    ),
)
