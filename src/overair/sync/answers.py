"""The answers to a client's commands, and what they say of what the server made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from overair.items import Event, Item, ItemClass
from overair.items.attachments import Attachment
from overair.items.message import Message
from overair.mailboxes.interface import StoredItem
from overair.protocol.sync import CommandResponse
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase

MADE: Final[dict[ItemClass, frozenset[str]]] = {
    ItemClass.CALENDAR: frozenset({"uid", "start_time", "end_time"}),
    ItemClass.EMAIL: frozenset({"conversation_id", "conversation_index"}),
}
"""What the client is told at once where the server made it: MS-ASCAL_R2223 and R52513, of drafts
MS-ASEMAIL_R1184 and R1190."""

SAYS_WHAT_IT_MADE: Final = Version.V16_0
"""Since when the response to an Add says so; before, the item is told as one that changed."""


@dataclass(slots=True, frozen=True)
class Answer:
    """A response to one command; ``stored`` is the item of which it still has to say something.

    ``attachments`` are the ClientIds of those that the command brought, with their numbers; ``made``
    are the names of the fields that the server made and that the client has to hear of.
    """

    response: CommandResponse
    stored: StoredItem | None = None
    attachments: tuple[tuple[str, int], ...] = ()
    made: frozenset[str] = frozenset()

    def references(self) -> tuple[Attachment, ...]:
        """The FileReference of each attachment that came (MS-ASAIRS_R1336, R1368)."""
        if self.stored is None:
            return ()
        return tuple(
            Attachment(file_reference=f"{self.stored.item_id}:{number}", client_id=client_id)
            for client_id, number in self.attachments
        )


def added_attachments(application_data: Sequence[Element]) -> tuple[str, ...]:
    """The ClientIds of the attachments that a command brings, in their order.

    One without Content is none: iOS 16.2 sends such when an event changes its calendar.
    """
    return tuple(
        client_id.text
        for element in application_data
        if element.tag is AirSyncBase.Attachments
        for child in element
        if child.tag is AirSyncBase.Add
        and (client_id := child.find(AirSyncBase.ClientId)) is not None
        and child.find(AirSyncBase.Content) is not None
    )


def numbers_of_added(before: Item | None, after: Item, count: int) -> tuple[int, ...]:
    """The numbers of the attachments that a command brought, in its order; they come last in the item."""
    numbers: tuple[int, ...] = ()
    if count and isinstance(after, Message) and after.index is not None:
        numbers = tuple(part.number for part in after.index.attachments)
    elif count and isinstance(after, Event):
        first = before.next_attachment if isinstance(before, Event) else 1
        numbers = tuple(range(first, after.next_attachment))
    return numbers[len(numbers) - count :] if count else ()
