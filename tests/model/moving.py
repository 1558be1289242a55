"""A phone of the model moves items to other folders of their class: MoveItems."""

from __future__ import annotations

from dataclasses import dataclass

from model.collection import Collection
from model.hierarchy import Hierarchy
from model.laws import Law, hold
from model.wire import Exchange
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.statuses import MoveItemsStatus
from overair.wbxml.element import Element
from overair.wbxml.pages import Move
from phones.handset import e, text


@dataclass
class Moving(Hierarchy):
    """What a device asks to be moved."""

    def move(self, source: Collection, choice: int, destination: Collection) -> Exchange | None:
        """MoveItems of one item."""
        names = sorted(source.items.keys() - source.edits.keys())
        if not names or source is destination or source.item_class is not destination.item_class:
            return None
        if FolderType.DRAFTS in (source.type, destination.type):
            return None
        item_id = names[choice % len(names)]
        marker = source.items[item_id].marker
        self.ledger.may_move(self.account, marker, destination.folder_id, self.author)
        tree = e(
            Move.MoveItems,
            e(
                Move.Move,
                e(Move.SrcMsgId, item_id),
                e(Move.SrcFldId, source.folder_id),
                e(Move.DstFldId, destination.folder_id),
            ),
        )

        def take(answer: Element | None) -> None:
            hold(answer is not None, Law.ONCE, "MoveItems has an empty answer")
            assert answer is not None
            for response in answer:
                status = int(text(response, Move.Status))
                hold(status != MoveItemsStatus.SAME_FOLDER, Law.ONCE, "4, though the folders differ")
                if status == MoveItemsStatus.INVALID_SOURCE:
                    others = self.ledger.may_be_elsewhere(
                        self.account, marker, destination.folder_id, self.author
                    )
                    hold(others, Law.ONCE, f"the move of {marker} got 1, and nobody else took it away")
                elif status == MoveItemsStatus.LOCKED:
                    self.unanswered.setdefault(Command.MOVE_ITEMS, exchange)  # to be asked for again
                elif status == MoveItemsStatus.SUCCESS:
                    shown = source.items.pop(item_id, None)
                    source.moved_away.add(item_id)
                    source.edits.pop(item_id, None)
                    if self.owner.keeps_moved and shown is not None and destination.key != "0":
                        destination.keep_moved(text(response, Move.DstMsgId), shown)

        exchange = self._exchange(Command.MOVE_ITEMS, tree, take)
        return exchange
