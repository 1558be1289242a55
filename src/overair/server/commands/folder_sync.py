"""FolderSync (MS-ASCMD 2.2.1.5)."""

from __future__ import annotations

from copy import copy
from typing import Final

from overair.devices.hierarchy import load, news_since, store
from overair.mailboxes.interface import Folder, FolderChanges, MailboxUnavailable, Session, TokenExpired
from overair.protocol import folder_sync, http
from overair.protocol.folder_sync import FolderEntry, FolderRemoval, FolderSyncRequest, FolderSyncResponse
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import FolderSyncStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.offer import RESYNCHRONIZE_HEADERS
from overair.server.responses import Outcome, Reply
from overair.sync.state import forget as forget_states

FIRST_KEY: Final = "0"


async def handle(context: Context, message: FolderSyncRequest) -> Outcome:
    """Answer with what changed since the key; the whole hierarchy for key 0."""
    key = message.sync_key
    await context.mailbox.refresh(None)
    try:
        if not context.device.keeps_state:
            return _answer("1", await context.mailbox.inspect(_whole))
        told = await context.mailbox.transact(lambda session: _exchange(session, context, key))
    except TokenExpired:
        told = None
    except MailboxUnavailable:
        return FolderSyncResponse(status=FolderSyncStatus.SERVER_ERROR)
    if told is None:
        # The device has to begin anew (MS-ASHTTP_R1105).
        answer = FolderSyncResponse(status=FolderSyncStatus.INVALID_SYNC_KEY)
        return Reply(answer, headers=RESYNCHRONIZE_HEADERS)
    answer = _answer(*told)
    return Reply(answer, headers=RESYNCHRONIZE_HEADERS) if key == FIRST_KEY else answer


async def _whole(session: Session) -> FolderChanges:
    return await session.folder_changes(None)


async def _exchange(session: Session, context: Context, key: str) -> tuple[str, FolderChanges] | None:
    """The next key and the news under it; None for a key that names no state."""
    device_key = context.device.device_key
    hierarchy = await load(session.transaction, device_key)
    before = copy(hierarchy)
    if key == FIRST_KEY:
        # What is known of the items stays: some clients begin with key 0 at each start.
        changes, hidden = await news_since(session, hierarchy, None)
        next_key = hierarchy.restart(changes.token, hidden).key
    else:
        state = hierarchy.acknowledge(key)
        if state is None:
            return None
        changes, hidden = await news_since(session, hierarchy, state)
        if changes.added or changes.changed or changes.removed:
            next_key = hierarchy.hand_out(changes.token, hidden).key
        else:
            hierarchy.keep(changes.token, hidden)
            next_key = key
    await forget_states(session.transaction, device_key, changes.removed)
    if hierarchy != before:
        await store(session.transaction, device_key, hierarchy)
    return next_key, changes


def _answer(key: str, changes: FolderChanges) -> FolderSyncResponse:
    return FolderSyncResponse(
        status=FolderSyncStatus.SUCCESS,
        sync_key=key,
        changes=folder_sync.FolderChanges(
            count=len(changes.added) + len(changes.changed) + len(changes.removed),
            updates=tuple(map(_entry, changes.changed)),
            deletes=tuple(FolderRemoval(server_id=folder_id) for folder_id in changes.removed),
            adds=tuple(map(_entry, changes.added)),
        ),
    )


def _entry(folder: Folder) -> FolderEntry:
    return FolderEntry(
        server_id=folder.folder_id,
        parent_id=folder.parent_id,
        display_name=folder.name,
        type=folder.type,
    )


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4085)."""
    return FolderSyncResponse(status=FolderSyncStatus.MALFORMED_REQUEST)


COMMAND: Final = Command(http.Command.FOLDER_SYNC, FolderSyncRequest, handle, refuse)
