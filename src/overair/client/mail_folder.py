"""A folder of messages as the client has it, with their conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from overair.client.replica import Collection
from overair.items import ItemClass
from overair.items.mail.flag import NO_FLAG, Flag, FlagStatus
from overair.items.mail.message import Message
from overair.protocol.sync_options import Options

if TYPE_CHECKING:
    from overair.client.client import Client

_EARLIEST = datetime.min.replace(tzinfo=UTC)


class MailFolder(Collection):
    """The replica of a folder of messages.

    With ``conversations`` it has the whole of each conversation of which any message is in the filter
    (from 14.0 on); None leaves that to what the server knows.
    """

    def __init__(
        self,
        client: Client,
        collection_id: str,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        conversations: bool | None = None,
    ) -> None:
        super().__init__(
            client,
            collection_id,
            ItemClass.EMAIL,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
        )
        self.conversation_mode = conversations

    def item(self, server_id: str) -> Message:
        """A message. Raises KeyError, and SchemaError for properties that break their schema."""
        return Message.from_children(self.elements[server_id], self._version)

    def conversation(self, conversation_id: bytes) -> list[str]:
        """The ids of the messages that the replica has of a conversation, the oldest first."""
        found = [(self.item(server_id), server_id) for server_id in self.elements]
        theirs = [one for one in found if one[0].conversation_id == conversation_id]
        theirs.sort(key=lambda one: (one[0].date_received or _EARLIEST, one[1]))
        return [server_id for _, server_id in theirs]

    async def mark_conversation(self, conversation_id: bytes, *, read: bool) -> None:
        """Mark all of a conversation in this folder as read or unread (MS-ASCON_R165, MS-ASCON_R403)."""
        for server_id in self.conversation(conversation_id):
            if self.item(server_id).read is not read:
                await self.change(server_id, Message(read=read))

    async def flag_conversation(self, conversation_id: bytes, flag: Flag) -> None:
        """Flag the newest message of a conversation for follow-up (MS-ASCON_R163)."""
        for server_id in self.conversation(conversation_id)[-1:]:
            await self.change(server_id, Message(flag=flag))

    async def complete_conversation(self, conversation_id: bytes, when: datetime | None = None) -> None:
        """Mark what is flagged in a conversation as complete, now unless said otherwise (MS-ASCON_R402)."""
        when = when or datetime.now(UTC)
        for server_id in self.conversation(conversation_id):
            flag = self.item(server_id).flag
            if flag is not None and flag != NO_FLAG:
                done = msgspec.structs.replace(
                    flag, status=FlagStatus.COMPLETE, complete_time=when, date_completed=when
                )
                await self.change(server_id, Message(flag=done))

    async def clear_flags(self, conversation_id: bytes) -> None:
        """Clear the flags of all of a conversation (MS-ASCON_R401)."""
        for server_id in self.conversation(conversation_id):
            if self.item(server_id).flag not in (None, NO_FLAG):
                await self.change(server_id, Message(flag=NO_FLAG))

    def delete_conversation(self, conversation_id: bytes) -> None:
        """Delete what the folder has of a conversation, but not what will come in it (MS-ASCON_R159)."""
        for server_id in self.conversation(conversation_id):
            self.delete(server_id)
