"""The conversations of the mailboxes: where their owners moved them to for good, and their last days.

A conversation of an account is named by the hex of its ConversationId.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from model.drive import FolderAsItIs
from overair.items import Message
from overair.mailboxes.interface import FolderType

Thread = tuple[str, str]
"""An account and one of its conversations."""
STAYING: Final = (FolderType.SENT_ITEMS, FolderType.DRAFTS)
"""The folders from which no message goes with its conversation."""


class Threads:
    """What is known of conversations."""

    def __init__(self) -> None:
        self._asked: defaultdict[Thread, set[str]] = defaultdict(set)
        self._rules: dict[Thread, set[str]] = {}
        self._open: defaultdict[Thread, set[object]] = defaultdict(set)
        self._dates: dict[str, int] = {}
        self.unsure: set[str] = set()
        """Messages of conversations from which one went when another came: nobody can say in which order."""

    def ask(self, thread: Thread, folder_id: str, inbox: str, asked: object) -> None:
        """Somebody asks, or asks again, for a conversation to go to a folder; ``asked`` is the request."""
        self._asked[thread].add(folder_id)
        self._rules.setdefault(thread, {inbox}).add(folder_id)
        self._open[thread].add(asked)

    def answered(self, thread: Thread, folder_id: str, asked: object) -> bool:
        """It was told that it is so; whether that is sure, because nobody else asks for it now."""
        self._open[thread].discard(asked)
        if self._open[thread]:
            return False
        self._rules[thread] = {folder_id}
        return True

    def settle(self) -> None:
        """What was asked for has come about, or never will."""
        self._open.clear()

    def may_move(self, thread: Thread, folder_id: str | None = None) -> bool:
        """Whether a message may have gone with its conversation, to a folder or to any."""
        return (
            bool(self._asked.get(thread)) if folder_id is None else folder_id in self._asked.get(thread, ())
        )

    def places(self, thread: Thread) -> set[str]:
        """Where what comes may go to; empty where nobody ever moved the conversation."""
        return self._rules.get(thread, set())

    def date(self, item_id: str, otherwise: int) -> int:
        """When the conversation of a message was last continued in its folder, as a view date.

        Of that the day is known.
        """
        return self._dates.get(item_id, otherwise)

    def observe(self, before: Mapping[str, FolderAsItIs], mailbox: Mapping[str, FolderAsItIs]) -> None:
        """See what a mailbox holds now, and what it held before."""
        for folder_id, one in mailbox.items():
            old = before[folder_id].items if folder_id in before else {}
            if one.items is not old:
                self._observe(_messages(old), _messages(one.items))

    def _observe(self, old: Mapping[str, Message], now: Mapping[str, Message]) -> None:
        left = {old[item_id].conversation_id for item_id in old.keys() - now.keys()}
        come = {
            one.conversation_id
            for item_id, one in now.items()
            if item_id not in old or old[item_id].view_date != one.view_date
        }
        for conversation_id in come:
            group = [key for key, one in now.items() if one.conversation_id == conversation_id]
            latest = max(self._dates.get(key, now[key].view_date) for key in group)
            latest = max(latest, *(now[key].view_date for key in group))
            self._dates.update(dict.fromkeys(group, latest))
            if conversation_id in left:
                self.unsure.update(group)


def _messages(items: Mapping[str, object]) -> dict[str, Message]:
    return {key: one for key, one in items.items() if isinstance(one, Message)}
