"""What a unit of work does upstream, made there: an intent first, then one effect after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.backend import Backend, BackendName, MirroredFolder, Stale
from overair.mailboxes.gateway.effects import (
    AddItem,
    ChangeItem,
    CreateFolder,
    DeleteFolder,
    Effect,
    MoveItem,
    Outcome,
    Plan,
    RemoveItem,
    Submit,
    UpdateFolder,
)
from overair.mailboxes.gateway.intents import Intents
from overair.mailboxes.interface import MailboxError, MailboxUnavailable, Refused

Submission = Callable[[Submit], Awaitable[None]]
"""Hands a message to the account's submission server. Raises MailboxError."""


class Making:
    """Makes the effects of one account."""

    def __init__(
        self,
        backends: Mapping[BackendName, Backend],
        submission: Submission | None,
        intents: Intents,
        pull: Callable[[BackendName, MirroredFolder], Awaitable[None]],
    ) -> None:
        """``pull`` brings a folder of the mirror up to date, under the lock that is held here."""
        self._backends: Final = backends
        self._submission: Final = submission
        self._intents: Final = intents
        self._pull: Final = pull

    async def make(self, plan: Plan) -> None:
        """Make what a plan lacks, and put into it what came of that; the backends' locks are held."""
        # What sends mail comes first: a copy among the sent messages says that it was sent.
        effects = sorted(plan.effects.items(), key=lambda one: one[1][0] is not None)
        tokens = await self._intents.open([name for name, _ in effects])
        for name, (backend, effect) in effects:
            if tokens[name] == links.MADE:
                plan.outcomes[name] = None
                continue
            try:
                plan.outcomes[name] = await self._effect(backend, effect, tokens[name])
                if isinstance(effect, Submit):
                    # No submission server can be asked what it has taken, so that is on the disk at once:
                    # what comes after it may fail, and the phone ask for all of it again.
                    await self._intents.note_made(name)
            except Stale:
                # The mirror is behind: it is brought up to date, and the unit of work thinks again.
                if backend is not None and isinstance(effect, ChangeItem | RemoveItem | MoveItem):
                    await self._pull(backend, effect.folder)
                return
            except MailboxUnavailable as error:
                plan.outcomes[name] = error
                # It may have been made all the same; what comes after it is not begun.
                return
            except MailboxError as error:
                plan.outcomes[name] = error
                await self._intents.end(name)
                if isinstance(effect, Submit):
                    return

    async def _effect(self, name: BackendName | None, effect: Effect, token: str) -> Outcome:
        if isinstance(effect, Submit) or name is None:
            if self._submission is None or not isinstance(effect, Submit):
                raise Refused("no submission server is configured: set gateway.smtp")
            await self._submission(effect)
            return None
        backend = self._backends.get(name)
        if backend is None:
            raise MailboxUnavailable(f"no {name.value} server is configured")
        match effect:
            case CreateFolder(parent, called, kind):
                return await backend.create_folder(parent, called, kind)
            case UpdateFolder(folder, parent, called):
                return await backend.update_folder(folder, parent, called)
            case DeleteFolder(folder):
                await backend.delete_folder(folder)
            case AddItem(folder, item):
                return await backend.add(folder, item, token)
            case ChangeItem(folder, known, old, new):
                return await backend.change(folder, known, old, new, token)
            case MoveItem(folder, known, destination, item):
                return await backend.move(folder, known, destination, item, token)
            case RemoveItem(folder, known):
                await backend.remove(folder, known, token)
        return None
