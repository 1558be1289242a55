"""Sends the requests of phones on their way, where their fates and the faults of the house meet them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from model.drive import Drive, Fate
from model.hierarchy import FOLDER_COMMANDS
from model.ledger import Ledger
from model.owner import Temper
from model.phone import Phone
from model.steps import Trouble
from model.watching import Flying, Watcher
from model.wire import Exchange
from overair.protocol.http import Command

ARRIVING: Final = frozenset({Fate.GOOD, Fate.ANSWER_LOST, Fate.ANSWER_CUT, Fate.TWICE})
"""What does not keep a request from the server."""


class Traffic:
    """What goes to and fro between the phones and the server of one story, under the eyes of a watcher."""

    def __init__(
        self,
        drive: Drive,
        ledger: Ledger,
        watcher: Watcher,
        counts: Counter[str],
        say: Callable[..., None],
    ) -> None:
        self._drive = drive
        self._ledger = ledger
        self._watcher = watcher
        self._counts = counts
        self._say = say
        self._troubled = False
        """Whether requests may be refused."""

    async def ask(self, phone: Phone, exchange: Exchange | None) -> bool:
        """Ask and take the answer; whether there was one."""
        if exchange is None:
            return False
        self.make_room(phone, exchange)
        await self.send(phone, exchange, Fate.GOOD, 0, at_once=False)
        await self._watcher.look()
        return phone.unanswered.get(exchange.command) is not exchange

    def make_room(self, phone: Phone, exchange: Exchange, fate: Fate = Fate.GOOD) -> None:
        """A phone that asks anew no longer reads the answer to what it asked before.

        Other commands' answers it still reads; those of the hierarchy come one after the other. A Ping
        or Sync that waits has to end when the next one arrives, if the phone does not end it itself.
        """
        ends_wait = exchange.command in (Command.SYNC, Command.PING) and fate in ARRIVING
        patient = phone.owner.temper is not Temper.IMPATIENT and not self._troubled
        patient = patient and not exchange.in_short
        rivals = {
            Command.SYNC: (Command.SYNC, Command.PING, Command.MOVE_ITEMS),
            Command.PING: (Command.SYNC, Command.PING),
            Command.MOVE_ITEMS: (Command.SYNC, Command.MOVE_ITEMS),
        }
        hierarchy = (Command.FOLDER_SYNC, *FOLDER_COMMANDS)
        ended = rivals.get(
            exchange.command, hierarchy if exchange.command in hierarchy else (exchange.command,)
        )
        if exchange.command in hierarchy:
            ended = (*hierarchy, Command.SYNC)
        for flying in list(self._watcher.flying):
            if flying.phone is phone and flying.exchange.command in ended:
                if ends_wait and patient and flying.exchange.waits:
                    flying.superseded = True
                else:
                    self._watcher.hang_up(flying)

    async def send(self, phone: Phone, exchange: Exchange, fate: Fate, moment: int, *, at_once: bool) -> None:
        """Send a request; what its fate is comes about at a moment, counted in rounds."""
        if fate is Fate.REQUEST_LOST:
            return
        cut = fate if fate in (Fate.REQUEST_CUT, Fate.ANSWER_LOST, Fate.ANSWER_CUT) else Fate.GOOD
        flying = self._start(phone, exchange, cut)
        if fate is Fate.TWICE:
            await self._watcher.settle(moment // 2)
            second = self._start(phone, exchange, cut)
            ignored = flying if moment % 2 else second
            flying.overtaken = ignored is second
            await self._watcher.settle()
            if ignored in self._watcher.flying:
                self._watcher.hang_up(ignored)
        elif fate is Fate.HANGS_UP:
            await self._watcher.settle(moment)
            await self._watcher.look()
            if flying in self._watcher.flying:
                self._watcher.hang_up(flying)
        elif fate is Fate.KILLED:
            await self._watcher.settle(moment)
            await self._watcher.look()
            await self._kill()
        elif at_once:
            await self._watcher.settle(moment)
        if not at_once:
            await self._watcher.settle()

    def _start(self, phone: Phone, exchange: Exchange, cut: Fate) -> Flying:
        self._counts["requests"] += 1
        exchange.sent()
        asked = self._drive.ask(phone.account, exchange.request, cut, waits=bool(exchange.waits))
        self._say("  ", phone.author, "asks", exchange, cut)
        return self._watcher.add(phone, exchange, asked)

    async def trouble(self, step: Trouble) -> None:
        """A fault of the house begins."""
        if step.fault == "kill":
            await self._kill()
            return
        if step.fault.startswith("notification"):
            self._watcher.unreliable = True
        self._troubled = True
        await self._drive.trouble(step.fault, step.amount)
        self._ledger.unshown.update(self._drive.unshowable)
        await self._watcher.settle()

    async def _kill(self) -> None:
        await self._drive.trouble("kill", 0)
        # What had not come to its end never will.
        self._watcher.flying = [one for one in self._watcher.flying if one.asked.done]

    async def relieve(self) -> None:
        """The faults of the house end."""
        await self._drive.relieve()
        self._watcher.settled, self._watcher.unreliable, self._troubled = True, False, False
