"""A phone of the model: its local store, its owner's doings, and its requests.

It does what MS-ASCMD says of a client, element by element, with nothing of the client library. What it
asks for is an Exchange, which a story sends on its way and brings back with an answer or without one.
Each of its parts is a class of its own: Wire carries, on it stands Hierarchy, and on that the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from model.conversing import Conversing
from model.editing import Editing
from model.moving import Moving
from model.searching import Searching
from model.synchronising import Synchronising
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.sync_options import Conflict
from overair.versions import Version


@dataclass
class Phone(Synchronising, Moving, Conversing, Searching, Editing):
    """One device of one account."""

    def upgrade(self, version: Version) -> None:
        """Another version of the protocol from now on; not one that lacks words for what the owner sees."""
        said = any(one.sight.conversations is not None for one in self.collections.values())
        if version < Version.V14_0 and said:
            return
        self.owner = msgspec.structs.replace(self.owner, version=version)
        for folder_id, (_, _, kind) in self.folders.items():
            self._begin_collection(folder_id, kind)
        for folder_id, collection in list(self.collections.items()):
            if version < collection.form.since:
                del self.collections[folder_id]
            collection.version = version
            if self.owner.conflict is Conflict.CLIENT_WINS:
                # What was sent in other words may be done already, and overwritten by others since.
                for edit in collection.edits.values():
                    self.ledger.may_return(self.account, edit.marker, edit.says)
            if collection.type is FolderType.DRAFTS and not collection.takes_drafts:
                collection.edits.clear()
            if version >= Version.V16_0:
                collection.give_up_moves()
        # What it moved it asks for until there is an answer, for its copy waits for the id.
        moves = Command.MOVE_ITEMS
        self.unanswered = {moves: self.unanswered[moves]} if moves in self.unanswered else {}
