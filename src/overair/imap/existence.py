"""Whether a mailbox is there, for servers whose NO does not say it (RFC 5530's codes are optional)."""

from __future__ import annotations

from overair.imap.command import Take
from overair.imap.conversation import Conversation
from overair.imap.errors import CommandFailed, MailboxExists, NoSuchMailbox
from overair.imap.responses import Condition, ListEntry, Untagged
from overair.imap.writing import Part


class ExistenceCommands(Conversation):
    """Commands that name a mailbox, with errors that say whether it is there."""

    async def _about(self, command: str, name: str, *parts: Part, take: Take | None = None) -> Condition:
        """A command about a mailbox that has to be there. Raises NoSuchMailbox, CommandFailed."""
        try:
            return await self._run(command, self._mailbox(name), *parts, take=take)
        except CommandFailed as error:
            raise await self._told_apart(error, missing=name) from None

    async def _told_apart(
        self, error: CommandFailed, *, missing: str | None = None, there: str | None = None
    ) -> CommandFailed:
        """The error that it is if one mailbox is missing, or another is there, which must not be."""
        if type(error) is not CommandFailed:
            return error  # the server has said which
        if missing is not None and not await self._exists(missing):
            return NoSuchMailbox(error.command, error.code, error.text)
        if there is not None and await self._exists(there):
            return MailboxExists(error.command, error.code, error.text)
        return error

    async def _exists(self, name: str) -> bool:
        found: list[ListEntry] = []

        def take(said: Untagged) -> bool:
            if isinstance(said, ListEntry):
                found.append(said)
            return isinstance(said, ListEntry)

        # The name is a pattern here, which may match others, too.
        await self._run("LIST", b'""', self._mailbox(name), take=take)
        return any(entry.name == name and entry.selectable for entry in found)
