"""A phone of the model moves conversations for good: ItemOperations' Move with MoveAlways."""

from __future__ import annotations

from dataclasses import dataclass

from model.collection import Collection
from model.hierarchy import Hierarchy
from model.laws import Law, hold
from model.wire import Exchange
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.statuses import ItemOperationsStatus
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import ItemOperations
from phones.handset import e, text


@dataclass
class Conversing(Hierarchy):
    """What a device asks of whole conversations."""

    def move_conversation(self, source: Collection, choice: int, destination: Collection) -> Exchange | None:
        """Move the conversation of a message that is shown, with what will yet come in it."""
        known = sorted(name for name, shown in source.items.items() if shown.conversation)
        unfit = destination.item_class is not ItemClass.EMAIL or destination.type is FolderType.DRAFTS
        if self.owner.version < Version.V14_0 or not known or unfit:
            return None
        conversation, folder_id = source.items[known[choice % len(known)]].conversation, destination.folder_id
        thread = (self.account, conversation)
        tree = e(
            ItemOperations.ItemOperations,
            e(
                ItemOperations.Move,
                e(ItemOperations.ConversationId, bytes.fromhex(conversation)),
                e(ItemOperations.DstFldId, folder_id),
                e(ItemOperations.Options, e(ItemOperations.MoveAlways)),
            ),
        )
        asked = self.ledger.serial

        def sent() -> None:
            nonlocal asked
            asked = self.ledger.serial
            inbox = self.ledger.folder_of(self.account, FolderType.INBOX)
            self.ledger.threads.ask(thread, folder_id, inbox, exchange)

        def take(answer: Element | None) -> None:
            response = None if answer is None else answer.find(ItemOperations.Response)
            move = None if response is None else response.find(ItemOperations.Move)
            hold(move is not None, Law.ONCE, "the move of a conversation has no answer")
            assert move is not None
            status = int(text(move, ItemOperations.Status))
            there = not self.ledger.may_be_gone(self.account, folder_id)
            if status == ItemOperationsStatus.SERVER_ERROR:
                self.unanswered.setdefault(Command.ITEM_OPERATIONS, exchange)  # to be asked for again
            elif status == ItemOperationsStatus.SUCCESS:
                alone = self.ledger.threads.answered(thread, folder_id, exchange)
                if alone and there:
                    self.ledger.promised_conversation(thread, folder_id, asked)
            else:
                hold(status == ItemOperationsStatus.NOT_FOUND, Law.ONCE, f"the move of {thread} got {status}")
                held = there and self.ledger.members(thread, asked)
                hold(not held, Law.ONCE, f"the move of {thread} got 6, and {held} are there")

        exchange = self._exchange(Command.ITEM_OPERATIONS, tree, take, sent=sent)
        return exchange
