"""Being told of changes: NOOP, IDLE, NOTIFY."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from overair.imap.capabilities import Extension
from overair.imap.command import checked
from overair.imap.conversation import Conversation
from overair.imap.writing import Literal, Part

MESSAGES: Final = b"MessageNew MessageExpunge FlagChange"
TREE: Final = b"MailboxName SubscriptionChange"


class WatchCommands(Conversation):
    """Commands that bring events."""

    _notified = False
    """Whether NOTIFY is set."""
    altered = False
    """Whether NOTIFY was ever used: news may then not come as they do on other connections."""

    async def noop(self) -> None:
        """Nothing, but events that the server has may come."""
        await self._run("NOOP")

    async def idle(self) -> None:
        """Begin IDLE; returns when the server has agreed. Raises NotOffered.

        Events then go to ``on_event``. Any other command ends it by itself; servers end it after 30
        minutes, so begin anew before (``done``, ``idle``).
        """
        self._need(Extension.IDLE)
        async with self._turn:
            await self._end_idle()
            command = await self._connection.idle()
            if command.done.done():
                checked("IDLE", command.done.result())
            self._idle = command

    async def done(self) -> None:
        """End IDLE; nothing happens where there is none."""
        async with self._turn:
            await self._end_idle()

    async def notify(self, mailboxes: Collection[str] | None = None) -> None:
        """Have new, changed and removed messages of mailboxes told (NOTIFY), and changes of the tree.

        None means all personal mailboxes. The events are ``FolderStatus`` (and ``ListEntry`` for the
        tree, those of the selected mailbox as ever); NotificationOverflow ends it. Raises NotOffered.
        """
        self._need(Extension.NOTIFY)
        parts: list[Part] = [b"SET"]
        if self.selected is not None:
            parts.append(b"(selected (%s))" % MESSAGES)
        if mailboxes is None:
            parts.append(b"(personal (%s %s))" % (MESSAGES, TREE))
        else:
            parts += self._chosen(mailboxes)
            parts.append(b"(personal (%s))" % TREE)
        if self._notified:
            await self.notify_none()  # Dovecot 2.3 tells nothing any more after a second SET
        self.altered = True
        await self._run("NOTIFY", *parts)
        self._notified = True

    def _chosen(self, mailboxes: Collection[str]) -> list[Part]:
        """A filter for mailboxes by their names: one for all that need no literal."""
        names = [self._mailbox(name) for name in mailboxes]
        plain = [name for name in names if isinstance(name, bytes)]
        parts: list[Part] = [b"(mailboxes (%s) (%s))" % (b" ".join(plain), MESSAGES)] if plain else []
        for name in names:
            if isinstance(name, Literal):
                parts += [b"(mailboxes", name, b"(%s))" % MESSAGES]
        return parts

    async def notify_none(self) -> None:
        """End NOTIFY. Nothing at all is then told in IDLE, not even of the selected mailbox."""
        self._need(Extension.NOTIFY)
        await self._run("NOTIFY", b"NONE")
        self._notified = False
