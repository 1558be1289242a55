"""Values that are alike stay in the fields in which a phone knows them, though a card only has an order."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items.contact import Contact
from overair.items.vcard.slots import EMAILS, IM_ADDRESSES, PHONES_WRITTEN

_ALIKE: Final = (EMAILS, IM_ADDRESSES, *(fields for fields in PHONES_WRITTEN if len(fields) > 1))


def in_places(contact: Contact, before: Contact) -> Contact:
    """A contact that was read, with its values in the fields in which ``before`` has them.

    Where the first of three addresses went, a card has two, which would be read into the first fields.
    """
    places: dict[str, str | None] = {}
    for fields in _ALIKE:
        values = [value for field in fields if (value := getattr(contact, field)) is not None]
        kept: dict[str, str | None] = {}
        for field in fields:
            value = getattr(before, field)
            if value in values:
                values.remove(value)
                kept[field] = value
        for field in fields:
            if field not in kept:
                kept[field] = values.pop(0) if values else None
        places |= kept
    return msgspec.structs.replace(contact, **places)
