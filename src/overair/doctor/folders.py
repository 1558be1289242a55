"""The folders that a phone synchronises first."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items import ItemClass

INBOX: Final = 2


class FirstFolder(msgspec.Struct, frozen=True):
    """A folder that every mailbox has."""

    type: int
    """MS-ASCMD 2.2.3.186.3."""
    name: str
    item_class: ItemClass
    usual: bool
    """Whether phones show that it is missing."""


FIRST_FOLDERS: Final = (
    FirstFolder(INBOX, "Inbox", ItemClass.EMAIL, True),
    FirstFolder(8, "Calendar", ItemClass.CALENDAR, True),
    FirstFolder(9, "Contacts", ItemClass.CONTACTS, True),
    FirstFolder(7, "Tasks", ItemClass.TASKS, False),
    FirstFolder(10, "Notes", ItemClass.NOTES, False),
)
