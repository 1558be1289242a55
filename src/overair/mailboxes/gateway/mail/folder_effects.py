"""What phones do to folders, done on the server."""

from __future__ import annotations

from overair.imap.errors import CommandFailed, NoSuchMailbox
from overair.imap.session import Session
from overair.mailboxes.gateway.backend import MirroredFolder, UpstreamFolder
from overair.mailboxes.gateway.mail.hierarchy import Hierarchy
from overair.mailboxes.gateway.mail.selecting import listed
from overair.mailboxes.gateway.mail.special_folders import ROLES, SPECIAL_USE, TYPES
from overair.mailboxes.gateway.mail.tree import shown_name
from overair.mailboxes.interface import FolderProtected, FolderType

_NOTES = (FolderType.NOTES, FolderType.USER_NOTES)


async def create(
    session: Session, hierarchy: Hierarchy, parent: MirroredFolder | None, name: str, kind: FolderType
) -> UpstreamFolder:
    """A new mailbox, subscribed to; one that is there counts as made. Raises ImapError, Refused."""
    path = hierarchy.path_of(None if parent is None else parent.path, name)
    role = ROLES.get(kind)
    identity = None
    try:
        identity = await session.create(path, SPECIAL_USE.get(role) if role is not None else None)
    except CommandFailed:
        entry = await listed(session, path)
        if entry is None or not entry.selectable:
            raise
    await session.subscribe(path)
    if kind not in TYPES.values():
        below_notes = parent is not None and parent.type in _NOTES
        kind = FolderType.USER_NOTES if below_notes else FolderType.USER_MAIL
    return _folder(path, parent, name, kind, identity)


async def update(
    session: Session,
    hierarchy: Hierarchy,
    folder: MirroredFolder,
    parent: MirroredFolder | None,
    name: str,
) -> UpstreamFolder:
    """Rename or move a mailbox with those below it. Raises ImapError, FolderProtected, Refused."""
    if folder.type is FolderType.INBOX:
        raise FolderProtected("renaming INBOX would move its messages")
    path = hierarchy.path_of(None if parent is None else parent.path, name)
    if path != folder.path:
        below = await _below(session, hierarchy, folder.path)
        try:
            await session.rename(folder.path, path)
        except CommandFailed:
            # An earlier attempt may have made it, and its answer been lost.
            if await listed(session, folder.path) is not None or await listed(session, path) is None:
                raise
        for old in (folder.path, *below):
            await _subscribe(session, old, to=False)
            await _subscribe(session, path + old[len(folder.path) :], to=True)
    return _folder(path, parent, name, folder.type)


async def delete(session: Session, hierarchy: Hierarchy, folder: MirroredFolder) -> None:
    """Delete a mailbox with all below it. Raises ImapError, FolderProtected."""
    if folder.type is FolderType.INBOX:
        raise FolderProtected("INBOX cannot be deleted")
    selected = session.selected
    if selected is not None:
        await session.unselect()
    for path in (*reversed(await _below(session, hierarchy, folder.path)), folder.path):
        try:
            await session.delete(path)
        except NoSuchMailbox:
            pass  # an earlier attempt has deleted it
        except CommandFailed:
            entry = await listed(session, path)
            if entry is not None and entry.selectable:
                raise
        await _subscribe(session, path, to=False)


async def _below(session: Session, hierarchy: Hierarchy, path: str) -> list[str]:
    """The paths of the mailboxes below one, in order, those above before those below."""
    delimiter = hierarchy.located(path).delimiter
    if not delimiter:
        return []
    pattern = "*" if any(one in path for one in "*%") else f"{path}{delimiter}*"
    entries = await session.list(pattern)
    return sorted(entry.name for entry in entries if entry.name.startswith(path + delimiter))


async def _subscribe(session: Session, path: str, *, to: bool) -> None:
    try:
        await session.subscribe(path, to=to)
    except CommandFailed:
        return  # a server that keeps no subscriptions shows all of its mailboxes


def _folder(
    path: str, parent: MirroredFolder | None, name: str, kind: FolderType, identity: str | None = None
) -> UpstreamFolder:
    above = None if parent is None else parent.path
    return UpstreamFolder(path, above, shown_name(name), kind, identity or "")
