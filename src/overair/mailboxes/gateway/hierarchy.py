"""The tree of folders of a mirror, brought to what a server lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from overair.mailboxes.embedded.hierarchy import DEFAULT_FOLDERS, TOP, name_key, number_of
from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.backend import BackendName, MirroredFolder, UpstreamFolder
from overair.mailboxes.gateway.mirroring import Mirroring
from overair.mailboxes.interface import Folder, FolderType

NEEDED: Final = {
    BackendName.IMAP: (FolderType.DRAFTS, FolderType.SENT_ITEMS, FolderType.DELETED_ITEMS),
    BackendName.CALDAV: (FolderType.CALENDAR, FolderType.TASKS),
    BackendName.CARDDAV: (FolderType.CONTACTS,),
}
"""The default folders that a server is asked to make where it has none."""


class Linked(NamedTuple):
    """A folder of the mirror as its rows have it."""

    folder: MirroredFolder
    listed: UpstreamFolder


async def linked_folders(session: Mirroring, backend: BackendName) -> list[Linked]:
    """The folders of a mirror that are a server's."""
    rows = await session.transaction.all(links.FOLDERS, account=session.account_id)
    found = []
    for row in rows:
        folder, owner = links.folder_of(row)
        if owner is backend:
            listed = UpstreamFolder(
                path=folder.path,
                parent=None,
                name=row[9],
                type=folder.type,
                identity=row[7],
                selectable=bool(row[8]),
                writable=folder.writable,
            )
            found.append(Linked(folder, listed))
    return found


def missing(backend: BackendName, tree: Sequence[UpstreamFolder]) -> list[FolderType]:
    """The default folders that a server has to be asked for."""
    there = {listed.type for listed in tree}
    return [kind for kind in NEEDED.get(backend, ()) if kind not in there]


async def reconcile(session: Mirroring, backend: BackendName, tree: Sequence[UpstreamFolder]) -> None:
    """Bring the folders of a mirror that are a server's to what it lists, parents before children."""
    linked = await linked_folders(session, backend)
    by_path = {one.folder.path: one for one in linked}
    by_identity = {one.listed.identity: one for one in linked if one.listed.identity}
    paths = {listed.path for listed in tree}
    matched: dict[str, Linked] = {}
    for listed in tree:
        found = by_path.get(listed.path)
        if found is None and listed.identity:
            renamed = by_identity.get(listed.identity)
            found = renamed if renamed is not None and renamed.folder.path not in paths else None
        # A folder's type never changes: one that is used otherwise now is another folder.
        if found is not None and found.folder.type is listed.type:
            matched[listed.path] = found
    kept = {one.folder.folder_id for one in matched.values()}
    ids: dict[str, str] = {}
    for listed in tree:
        parent_id = ids.get(listed.parent or "", str(TOP))
        one = matched.get(listed.path)
        ids[listed.path] = await _place(session, backend, listed, one, parent_id)
    # Those that went are dropped last, for what lay below them may lie elsewhere now; and first those that
    # lay below others, which go with them.
    for one in sorted(linked, key=lambda one: -len(one.folder.path)):
        if one.folder.folder_id not in kept and one.folder.folder_id not in ids.values():
            await _drop(session, one.folder)


async def _place(
    session: Mirroring, backend: BackendName, listed: UpstreamFolder, one: Linked | None, parent_id: str
) -> str:
    """The id of the folder that is listed, which is where it belongs then."""
    if one is not None:
        folder = await session.folder(one.folder.folder_id)
        await _name(session, folder, parent_id, listed.name)
        if (
            one.listed.path != listed.path
            or one.listed.identity != listed.identity
            or one.listed.selectable != listed.selectable
            or one.folder.writable != listed.writable
        ):
            await session.relink_folder(folder.folder_id, listed)
        return folder.folder_id
    if listed.type in DEFAULT_FOLDERS:
        folder = await session.folder_of_type(listed.type)
        await _name(session, folder, parent_id, listed.name)
        await _let_go(session, folder.folder_id)  # of what was this default folder upstream before
        folder_id = folder.folder_id
    else:
        name = await _free_name(session, parent_id, listed.name, None)
        folder_id = await session.create_folder(parent_id, name, listed.type)
    await session.link_folder(folder_id, backend, listed)
    return folder_id


async def _name(session: Mirroring, folder: Folder, parent_id: str, name: str) -> None:
    """Have a folder lie where its server has it, by a name that no other there has."""
    if (folder.parent_id, folder.name) == (parent_id, name):
        return
    name = await _free_name(session, parent_id, name, folder.folder_id)
    if (folder.parent_id, folder.name) != (parent_id, name):
        await session.rename(folder.folder_id, parent_id, name)


async def _free_name(session: Mirroring, parent_id: str, name: str, own: str | None) -> str:
    """A name that no other folder there has, whose letters' case does not count for phones."""
    taken = {
        name_key(folder.name)
        for folder in await session.folders()
        if folder.parent_id == parent_id and folder.folder_id != own
    }
    name = name.strip() or "?"
    free, number = name, 2
    while name_key(free) in taken:
        free, number = f"{name} ({number})", number + 1
    return free


async def _drop(session: Mirroring, folder: MirroredFolder) -> None:
    """A folder is gone upstream; a default folder stays, empty, as every mailbox has one."""
    if folder.type not in DEFAULT_FOLDERS:
        await session.delete_folder(folder.folder_id)
        return
    await _let_go(session, folder.folder_id)


async def _let_go(session: Mirroring, folder_id: str) -> None:
    """Part a folder of the mirror from its server, and from what it had from there."""
    number = number_of(folder_id) or 0
    for row in await session.transaction.all(links.ITEM_IDS, folder=number):
        await session.let_go(folder_id, f"{folder_id}:{row[0]}")
    await session.transaction.execute(links.LET_GO, folder=number)
