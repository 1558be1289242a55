"""Being told of changes: NOOP, IDLE, NOTIFY."""

from __future__ import annotations

from collections.abc import Callable, Collection

from overair.imap.responses import Event


class WatchCommands:
    """Commands that bring events.

    Events come to ``on_event`` at any time, also amid other commands (never twice: what a command
    returns is not told there). It is called from within the event loop's reader: quick, without raising.
    """

    on_event: Callable[[Event], None] | None = None
    on_lost: Callable[[Exception], None] | None = None
    """Called once when the connection ends without ``logout`` or ``close``; with a ConnectionLost."""

    async def noop(self) -> None:
        """Nothing, but events that the server has may come."""
        raise NotImplementedError

    async def idle(self) -> None:
        """Begin IDLE; returns when the server has agreed. Raises NotOffered.

        Events then go to ``on_event``. Any other command ends it by itself; servers end it after 30
        minutes, so begin anew before (``done``, ``idle``).
        """
        raise NotImplementedError

    async def done(self) -> None:
        """End IDLE; nothing happens where there is none."""
        raise NotImplementedError

    async def notify(self, mailboxes: Collection[str] | None = None) -> None:
        """Have new, changed and removed messages of mailboxes told (NOTIFY), and changes of the tree.

        None means all personal mailboxes. The events are ``FolderStatus`` (and ``ListEntry`` for the
        tree, those of the selected mailbox as ever); NotificationOverflow ends it. Raises NotOffered.
        """
        raise NotImplementedError

    async def notify_none(self) -> None:
        """End NOTIFY."""
        raise NotImplementedError
