"""vCards made and read in tests."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from overair.items.contact import Contact
from overair.items.vcard.contacts import contacts_from_vcard

JPEG: Final = b"\xff\xd8\xff\xe0" + bytes(200)
"""What passes for a picture."""


def card(*lines: str, version: str = "3.0") -> str:
    """A card of these lines."""
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def only(text: str | bytes) -> Contact:
    """The one contact of a file of which nothing was refused."""
    (contact,) = contacts_from_vcard(text)
    assert isinstance(contact, Contact)
    return contact


def filled(contact: Contact) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in msgspec.structs.asdict(contact).items() if value is not None}
