"""Moving conversations for good: ItemOperations' Move."""

from __future__ import annotations

from overair.client.errors import InvalidAnswer, StatusError
from overair.client.fetching import FetchCommands
from overair.protocol.http import Command
from overair.protocol.item_operations import ItemOperationsRequest, Move, MoveOptions, MoveResponse
from overair.protocol.statuses import ItemOperationsStatus


class ConversationCommands(FetchCommands):
    """ItemOperations' Move, from 14.0 on."""

    async def move_conversation(self, conversation_id: bytes, folder_id: str) -> None:
        """Move a conversation, and from now on what comes in it; to Deleted Items it is ignored.

        Raises StatusError: 6 where there is no such conversation or folder, 156 for a folder that holds
        no messages.
        """
        move = Move(
            conversation_id=conversation_id,
            destination_folder_id=folder_id,
            options=MoveOptions(move_always=True),
        )
        response, _ = await self.item_operations(ItemOperationsRequest(operations=(move,)))
        moved = response.responses[0] if response.responses else None
        if not isinstance(moved, MoveResponse):
            raise InvalidAnswer("a Move was not answered by one")
        if moved.status != ItemOperationsStatus.SUCCESS:
            raise StatusError(Command.ITEM_OPERATIONS, moved.status)
