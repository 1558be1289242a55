"""How a device's own changes to the folder hierarchy are made, once each (law 1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from overair.devices.hierarchy import Place, State, load, store
from overair.mailboxes.interface import FolderProtected, FolderType, MailboxError, Session
from overair.server.context import Context
from overair.sync.state import forget as forget_states

S = TypeVar("S")
OwnChange = tuple[dict[str, Place | None], str]
"""Where each folder is that the change touched, None for one that is gone, and what it is answered with."""


class UnknownHierarchyKey(Exception):
    """The key names no state of this device."""


async def change_hierarchy(
    context: Context, key: str, request: str, make: Callable[[Session], Awaitable[OwnChange]]
) -> State:
    """Make a change that the device asks for, and hand out the state after it.

    ``request`` says in words of its own what is asked for, so that its repetition is recognised and
    answered with the same state. Raises UnknownHierarchyKey, and what ``make`` raises; then nothing
    was changed.
    """

    async def work(session: Session) -> State:
        hierarchy = await load(session.transaction, context.device.device_key)
        state = hierarchy.acknowledge(key)
        if state is None:
            raise UnknownHierarchyKey(key)
        repeated = hierarchy.repeated(state, request)
        if repeated is not None:
            return repeated
        changed, answer = await make(session)
        made = hierarchy.apply(state, request, changed, answer)
        gone = [folder_id for folder_id, place in changed.items() if place is None]
        await forget_states(session.transaction, context.device.device_key, gone)
        await store(session.transaction, context.device.device_key, hierarchy)
        return made

    return await context.mailbox.transact(work)


async def check_parent(session: Session, parent_id: str) -> None:
    """Nothing lies below the recipient information cache (MS-ASCMD_R5769, R142).

    Raises FolderProtected; a parent that does not exist is left to the mailbox.
    """
    for folder in await session.folders():
        if folder.folder_id == parent_id and folder.type is FolderType.RECIPIENT_INFORMATION_CACHE:
            raise FolderProtected("nothing lies below the recipient information cache")


def status_of(error: MailboxError, statuses: Mapping[type[MailboxError], S]) -> S:
    """The status of the first row that an error is of."""
    return next(status for kind, status in statuses.items() if isinstance(error, kind))
