"""A mailbox that is selected, and the right one."""

from __future__ import annotations

from typing import Final

from overair.imap.errors import CommandFailed, NoSuchMailbox
from overair.imap.responses import ListEntry, Resync, SelectResult
from overair.imap.session import Session
from overair.mailboxes.gateway.backend import FolderUnavailable, MirroredFolder
from overair.mailboxes.gateway.mail.flags import Permanent
from overair.mailboxes.gateway.mail.overview import Mailbox
from overair.mailboxes.interface import FolderType

NO_UIDS: Final = "the IMAP server does not keep the UIDs of messages in a mailbox, so it cannot be mirrored"


def mailbox_of(selected: SelectResult, kind: FolderType) -> Mailbox:
    """What of a selected mailbox is needed. Raises FolderUnavailable where no UID can be kept."""
    if not selected.uid_validity or not selected.uids_persist:
        raise FolderUnavailable(NO_UIDS)
    return Mailbox(
        uid_validity=selected.uid_validity,
        permanent=Permanent(selected.permanent_flags),
        in_drafts=kind is FolderType.DRAFTS,
    )


async def select(session: Session, path: str, resync: Resync | None = None) -> SelectResult:
    """Select a mailbox. Raises ImapError, NoSuchMailbox also where the server gives no code for that."""
    try:
        return await session.select(path, resync=resync)
    except NoSuchMailbox:
        raise
    except CommandFailed as error:
        entry = await listed(session, path)
        if entry is None or not entry.selectable:
            raise NoSuchMailbox(error.command, error.code) from error
        raise


async def listed(session: Session, path: str) -> ListEntry | None:
    """The mailbox of a path, None where there is none. Raises ImapError."""
    # Other names match, too, where this one holds what are wildcards to LIST.
    pattern = "*" if any(one in path for one in "*%") else path
    return next((entry for entry in await session.list(pattern) if entry.name == path), None)


async def entered(
    session: Session, folder: MirroredFolder, *, fresh: bool = False, anew: bool = False
) -> Mailbox:
    """The mailbox of a folder, selected; ``fresh``: with all that has come to it until now; ``anew``: the one
    that has its name now, which others may have given to another one since it was selected.

    Raises ImapError, MailboxUnavailable.
    """
    selected = session.selected
    # Somebody may have selected it to look at it alone.
    if anew or selected is None or selected.name != folder.path or selected.read_only:
        selected = await select(session, folder.path)
    elif fresh:
        try:
            await session.noop()
        except CommandFailed:
            selected = await select(session, folder.path)
    return mailbox_of(selected, folder.type)
