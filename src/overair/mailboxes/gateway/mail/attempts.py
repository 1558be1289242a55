"""How far an earlier attempt at an effect got on the server, when nobody could write that down."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from overair.imap.capabilities import Extension
from overair.imap.message_commands import Text
from overair.imap.session import Session
from overair.items import Message
from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.gateway.effects import (
    AddItem,
    ChangeItem,
    CreateFolder,
    DeleteFolder,
    MoveItem,
    RemoveItem,
    UpdateFolder,
    UpstreamEffect,
)
from overair.mailboxes.gateway.mail.appending import appended_before, search_date
from overair.mailboxes.gateway.mail.effects import Effects, flags_there, key_in
from overair.mailboxes.gateway.mail.flags import flag_changes
from overair.mailboxes.gateway.mail.hierarchy import Hierarchy
from overair.mailboxes.gateway.mail.selecting import entered, listed
from overair.times import utc_now

LATELY: Final = timedelta(days=4)
"""How old a message may be of which an earlier attempt is still known."""


async def begun(
    session: Session, hierarchy: Hierarchy, effects: Effects, effect: UpstreamEffect, token: str
) -> bool:
    """Whether an earlier attempt has changed anything. Raises ImapError, Stale."""
    match effect:
        case AddItem(folder, item):
            await entered(session, folder, anew=True)
            received = item.date_received if isinstance(item, Message) else None
            return await appended_before(session, token, received) is not None
        case ChangeItem():
            return await _changed(session, effect, token)
        case RemoveItem(folder, known):
            uid = key_in(await entered(session, folder, anew=True), known).uid
            return await flags_there(session, uid) is None
        case MoveItem(folder, known, destination, item):
            uid = key_in(await entered(session, folder, anew=True), known).uid
            if await flags_there(session, uid) is None:
                return True
            # Where messages are moved by copying them, the copy may be all that was done.
            by_copy = Extension.MOVE not in session.capabilities
            return by_copy and await effects.found(session, destination, item, new=True) is not None
        case CreateFolder(parent, name):
            path = hierarchy.path_of(None if parent is None else parent.path, name)
            return await listed(session, path) is not None
        case UpdateFolder(folder, parent, name):
            path = hierarchy.path_of(None if parent is None else parent.path, name)
            return await listed(session, folder.path) is None and await listed(session, path) is not None
        case DeleteFolder(folder, below):
            # Those below it are deleted first.
            return any([await listed(session, path) is None for path in (folder.path, *below)])


async def _changed(session: Session, effect: ChangeItem, token: str) -> bool:
    folder, old, new = effect.folder, effect.old, effect.new
    mailbox = await entered(session, folder, anew=True)
    if not isinstance(old, Message) or not isinstance(new, Message):
        return await appended_before(session, token, None) is not None
    if old.blob != new.blob:
        return await appended_before(session, token, new.date_received) is not None
    flags = await flags_there(session, key_in(mailbox, effect.known).uid)
    add, remove = flag_changes(old, new, mailbox.permanent)
    # Flags are added first, then removed.
    return flags is not None and (set(add) <= flags if add else not set(remove) & flags)


async def holds(session: Session, folder: MirroredFolder, message_id: str) -> bool:
    """Whether a message has come to a mailbox in the last days, by its Message-ID. Raises ImapError."""
    await entered(session, folder, anew=True)
    since = search_date(utc_now() - LATELY)
    found = await session.uid_search(["SINCE", since, "HEADER", "MESSAGE-ID", Text(message_id)])
    return bool(found.uids.ranges)
