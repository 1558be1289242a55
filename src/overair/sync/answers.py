"""The answers to a client's commands, and what they say of what the server made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from overair.items import ItemClass
from overair.items.attachments import Attachment
from overair.mailboxes.interface import StoredItem
from overair.protocol.sync import CommandResponse
from overair.versions import Version

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

    ``attachments`` are the numbers of those that the command brought, by ClientId; ``made``
    are the names of the fields that the server made and that the client has to hear of.
    """

    response: CommandResponse
    stored: StoredItem | None = None
    attachments: Mapping[str, int] = field(default_factory=dict)
    made: frozenset[str] = frozenset()

    def references(self) -> tuple[Attachment, ...]:
        """The FileReference of each attachment that came (MS-ASAIRS_R1336, R1368)."""
        if self.stored is None:
            return ()
        return tuple(
            Attachment(file_reference=f"{self.stored.item_id}:{number}", client_id=client_id)
            for client_id, number in self.attachments.items()
        )
