"""What a unit of work does upstream, made there: an intent first, then one effect after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import Final

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
    UpstreamEffect,
)
from overair.mailboxes.gateway.intents import Intent, Intents
from overair.mailboxes.gateway.links import Stage
from overair.mailboxes.interface import MailboxError, MailboxUnavailable, Refused

Submission = Callable[[Submit, Callable[[], Awaitable[None]]], Awaitable[None]]
"""Hands a message to the account's submission server, and calls what it is given when it has all but the
end of it. Raises MailboxError, and KeyError where its bytes are gone.
"""


class Making:
    """Makes the effects of one account."""

    __slots__ = ("_backends", "_holds_copy", "_intents", "_pull", "_submission")

    def __init__(
        self,
        backends: Mapping[BackendName, Backend],
        submission: Submission | None,
        intents: Intents,
        pull: Callable[[BackendName, MirroredFolder, Collection[str]], Awaitable[None]],
        holds_copy: Callable[[str], Awaitable[bool]],
    ) -> None:
        """``pull`` brings a folder of the mirror up to date, under the lock that is held here, and settles
        all intents before that but those that it is given; ``holds_copy`` says whether there is a copy of
        a message of the user's own, by its Message-ID.
        """
        self._backends: Final = backends
        self._submission: Final = submission
        self._intents: Final = intents
        self._pull: Final = pull
        self._holds_copy: Final = holds_copy

    async def make(self, plan: Plan) -> None:
        """Make what a plan lacks, and put into it what came of that; the backends' locks are held."""
        # What sends mail comes first: a copy among the sent messages says that it was sent.
        effects = dict(sorted(plan.effects.items(), key=lambda one: one[1][0] is not None))
        intents = await self._intents.begin(effects)
        for name, (backend, effect) in effects.items():
            try:
                plan.outcomes[name] = await self._make(name, backend, effect, intents[name])
            except Stale:
                # The mirror is behind: it is brought up to date, and the unit of work thinks again.
                if backend is not None and isinstance(effect, ChangeItem | RemoveItem | MoveItem):
                    await self._pull(backend, effect.folder, effects)
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

    async def _make(self, name: str, backend: BackendName | None, effect: Effect, intent: Intent) -> Outcome:
        if isinstance(effect, Submit):
            await self._send(name, effect, intent)
            return None
        if backend is None:
            raise Refused("no server is named")
        return await self.effect(backend, effect, intent.token)

    async def _send(self, name: str, effect: Submit, intent: Intent) -> None:
        """Send a message, unless an attempt before this has done it.

        No submission server can be asked what it has taken. So it is on the disk that the end of the
        message is about to be sent, and then that it was taken; between the two a copy that the server has
        filed, or that came to its own sender, shows that it was. Where none is found it is sent again, with
        the bytes of the first attempt, which its recipients' servers may know again.
        """
        if self._submission is None:
            raise Refused("no submission server is configured: set gateway.smtp")
        if intent.stage is Stage.SENT:
            return
        first = intent.first if isinstance(intent.first, Submit) else effect
        taken = (
            intent.stage is Stage.SENDING
            and first.message_id is not None
            and await self._holds_copy(first.message_id)
        )
        if not taken:
            ending = partial(self._intents.note, name, Stage.SENDING)
            try:
                await self._submission(first, ending)
            except KeyError:
                if first.blob == effect.blob:
                    raise
                await self._submission(effect, ending)
        # At once: what comes after it may fail, and the phone ask for all of it again.
        await self._intents.note(name, Stage.SENT)

    async def effect(self, name: BackendName, effect: UpstreamEffect, token: str) -> Outcome:
        """Have a server make an effect, or find what an earlier attempt has made. Raises MailboxError."""
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
