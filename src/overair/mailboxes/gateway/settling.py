"""Finds out what became of what was begun upstream when nobody could write that down (law 2).

It is asked of a server before anything else is brought in from there, so that what is half done is
finished, and what was made becomes the mirror's own before it could be told as somebody else's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from typing import Final

import msgspec
import structlog

from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.backend import (
    Backend,
    BackendName,
    Stood,
    UpstreamFolder,
    WrongCredentials,
)
from overair.mailboxes.gateway.effects import (
    Added,
    AddItem,
    ChangeItem,
    CreateFolder,
    DeleteFolder,
    Found,
    MoveItem,
    Outcome,
    RemoveItem,
    Submit,
    Taken,
    UpdateFolder,
    UpstreamEffect,
)
from overair.mailboxes.gateway.groupware.states import unsettled
from overair.mailboxes.gateway.intents import Intents, Open
from overair.mailboxes.gateway.making import Making
from overair.mailboxes.gateway.mirror import Mirror
from overair.mailboxes.gateway.mirroring import Mirroring
from overair.mailboxes.interface import (
    FolderType,
    FoundItem,
    MailboxError,
    MailboxUnavailable,
    NoSuchFolder,
)
from overair.storage.interface import Database

_FOLDERS: Final = ("folder", "destination", "parent")

log = structlog.get_logger(__name__)


class Settling:
    """Settles the open intents of one account."""

    __slots__ = ("_account_id", "_database", "_intents", "_making", "_mirror")

    def __init__(
        self, account_id: int, database: Database, mirror: Mirror, making: Making, intents: Intents
    ) -> None:
        self._account_id: Final = account_id
        self._database: Final = database
        self._mirror: Final = mirror
        self._making: Final = making
        self._intents: Final = intents

    async def settle(self, name: BackendName, backend: Backend, but: Collection[str] = ()) -> None:
        """Settle what is open at a server, under its lock; not what is named in ``but``, which is being made.

        Raises MailboxUnavailable, and WrongCredentials: then it stays open.
        """
        for one in await self._intents.open_at(name):
            if one.name not in but and not isinstance(one.effect, Submit):
                await self._settle(name, backend, one, one.effect)

    async def _settle(self, name: BackendName, backend: Backend, one: Open, effect: UpstreamEffect) -> None:
        outcome: Outcome = None
        made = False
        try:
            effect = await self._placed(name, effect)
            if await backend.begun(effect, one.token) or await self._lacks_copy(one, effect):
                outcome = await self._making.effect(name, effect, one.token)
                made = True
        except (MailboxUnavailable, WrongCredentials):
            raise
        except (MailboxError, KeyError) as error:
            # It is another's by now, or its place is gone: the next pull says what there is.
            reason = type(error).__name__
            log.info("an intent has nothing left to settle", account_id=self._account_id, reason=reason)

        async def work(session: Mirroring) -> None:
            found = await _write(session, name, effect, outcome) if made else None
            await self._intents.settle_within(session.transaction, one.name, found)

        await self._database.write(lambda transaction: work(Mirroring(self._account_id, transaction)))
        if made and isinstance(effect, CreateFolder | UpdateFolder | DeleteFolder):
            await self._mirror.reconcile(name, backend)  # what comes next may be in that folder
        log.info(
            "what was begun upstream is settled",
            account_id=self._account_id,
            backend=name.value,
            effect=type(effect).__name__,
            made=made,
        )

    async def _placed(self, name: BackendName, effect: UpstreamEffect) -> UpstreamEffect:
        """An effect on the folders as the mirror has them now, by their paths: what was made within a unit of
        work that was lost has other ids. Raises NoSuchFolder.
        """
        found = {}
        for field in _FOLDERS:
            folder = getattr(effect, field, None)
            if folder is not None:
                found[field] = await self._mirror.folder_at(name, folder.path)
        effect = msgspec.structs.replace(effect, **found)
        if isinstance(effect, DeleteFolder):
            below = await self._mirror.below(effect.folder.folder_id)
            effect = msgspec.structs.replace(effect, below=below)
        return effect

    async def _lacks_copy(self, one: Open, effect: UpstreamEffect) -> bool:
        """Whether it is the copy of a message that was sent, which is missing then."""
        return (
            isinstance(effect, AddItem)
            and effect.folder.type is FolderType.SENT_ITEMS
            and await self._intents.was_sent(one.when)
        )


async def _write(
    session: Mirroring, name: BackendName, effect: UpstreamEffect, outcome: Outcome
) -> Found | None:
    """Have the mirror show what was made, as the unit of work would have that was lost."""
    if name is not BackendName.IMAP and not isinstance(effect, CreateFolder | UpdateFolder | DeleteFolder):
        folders = [getattr(effect, field, None) for field in _FOLDERS]
        for folder in folders:
            if folder is not None:
                await session.transaction.execute(
                    links.SET_STATE, folder=int(folder.folder_id), new_state=unsettled(folder.state)
                )
    match effect, outcome:
        case AddItem(folder, item), Stood():
            stored = await session.bring(folder, outcome, item)
            return Added(stored.item_id, stored.revision)
        case ChangeItem(folder, known, _, new), Stood():
            item_id = await session.item_at(folder.folder_id, known.key)
            if item_id is not None:
                await session.update(folder.folder_id, item_id, outcome, outcome.item or new)
        case MoveItem(folder, known, destination, _), Stood():
            item_id = await session.item_at(folder.folder_id, known.key)
            if item_id is not None:
                moved = await session.transfer(folder.folder_id, item_id, destination.folder_id, outcome)
                return Taken(item_id, FoundItem(moved.folder_id, moved.item_id))
        case RemoveItem(folder, known, kept_in), None:
            item_id = await session.item_at(folder.folder_id, known.key)
            if item_id is not None:
                return Taken(item_id, await _kept(session, folder.folder_id, item_id, kept_in))
        case UpdateFolder(folder), UpstreamFolder():
            await session.relink_folder(folder.folder_id, outcome)
    return None


async def _kept(session: Mirroring, folder_id: str, item_id: str, kept_in: str) -> FoundItem | None:
    """Where an item is kept that is gone upstream."""
    if kept_in:
        with contextlib.suppress(NoSuchFolder):
            moved = await session.move(folder_id, item_id, kept_in)
            return FoundItem(moved.folder_id, moved.item_id)
    await session.let_go(folder_id, item_id)
    return None
