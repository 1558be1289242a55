"""Defects in conversations: where they are moved for good, and when they are in view (law 2)."""

from __future__ import annotations

from typing import Any, Final

import pytest

from model.defects.defect import defect
from model.laws import Law
from overair.mailboxes.embedded import conversations as dates
from overair.mailboxes.embedded.conversation_rules import ConversationRules
from overair.mailboxes.interface import Folder, FolderType, View
from overair.server import conversations
from overair.sync import exchange
from overair.sync.filters import view_of


async def _nothing(*_: object) -> None:
    return None


def what_comes_does_not_follow_its_conversation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ConversationRules, "move_always", _nothing)


def a_conversation_is_moved_from_the_inbox_only(patch: pytest.MonkeyPatch) -> None:
    def only(folder: Folder, destination: str) -> bool:
        return folder.type is FolderType.INBOX and folder.folder_id != destination

    patch.setattr(conversations, "_is_source", only)


def a_view_of_conversations_is_one_of_messages(patch: pytest.MonkeyPatch) -> None:
    def messages(*args: Any, conversations: bool = False) -> View:
        return view_of(*args)

    patch.setattr(exchange, "view_of", messages)


def a_message_lifts_none_of_its_conversation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dates, "_lift", _nothing)


DEFECTS: Final = (
    defect(
        "what comes does not follow its conversation",
        what_comes_does_not_follow_its_conversation,
        Law.FOLLOWS,
    ),
    defect(
        "a conversation is moved from the Inbox only",
        a_conversation_is_moved_from_the_inbox_only,
        Law.FOLLOWS,
    ),
    defect(
        "a view of conversations is one of messages",
        a_view_of_conversations_is_one_of_messages,
        Law.AGREED,
        Law.WOKEN,
        Law.NOT_FRUITLESS,
    ),
    defect(
        "a message lifts none of its conversation",
        a_message_lifts_none_of_its_conversation,
        Law.AGREED,
        Law.WOKEN,
    ),
)
