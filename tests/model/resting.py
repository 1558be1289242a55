"""Brings the phones of a story to rest, when all have to show what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from model.comparing import Comparison
from model.drive import Drive
from model.hierarchy import FOLDER_COMMANDS
from model.laws import Law, hold
from model.ledger import Ledger
from model.phone import Phone
from model.traffic import Traffic
from model.watching import Watcher
from model.wire import Exchange
from overair.protocol.http import Command

DAY: Final = 86_400
ROUNDS_OF_REST: Final = 400
"""Requests after which a phone that does not come to rest never will."""


class Resting:
    """How the phones of one story come to rest."""

    def __init__(
        self,
        drive: Drive,
        ledger: Ledger,
        phones: Sequence[Phone],
        comparison: Comparison,
        watcher: Watcher,
        traffic: Traffic,
        counts: Counter[str],
    ) -> None:
        self._drive = drive
        self._ledger = ledger
        self._phones = phones
        self._comparison = comparison
        self._watcher = watcher
        self._traffic = traffic
        self._counts = counts

    async def rest(self) -> None:
        """End the faults, let every phone ask until nothing is new, and compare. Raises Broken."""
        await self._traffic.relieve()
        await self._watcher.look()
        for flying in self._watcher.flying:
            flying.asked.hang_up()
        self._watcher.flying.clear()
        for _ in range(2):  # what one phone sends last is news for another
            if self._ledger.unshown:
                await self._drive.pass_time(DAY)  # what could not be rendered is tried again
            for phone in self._phones:
                await self._rest_phone(phone)
        await self._drive.pass_time(120)  # mail that could not be delivered at once is tried again
        await self._drive.patience(self._delivered)
        for phone in self._phones:
            await self._rest_phone(phone)
        self._ledger.unshown.clear()
        self._ledger.settle()
        self._ledger.check_promises()
        await self._drive.at_rest()
        for phone in self._phones:
            self._comparison.check(phone)
            self._counts["rests"] += 1
        self._counts["acknowledged"] = self._ledger.acknowledged

    async def _delivered(self) -> bool:
        """Whether everything is there that was acknowledged."""
        await self._watcher.observe()
        return self._ledger.keeps_promises

    async def _rest_phone(self, phone: Phone) -> None:
        requests = 0

        async def now(exchange: Exchange | None) -> bool:
            nonlocal requests
            requests += 1
            hold(requests < ROUNDS_OF_REST, Law.NEVER_BLOCKED, f"{phone.author} does not come to rest")
            return await self._traffic.ask(phone, exchange)

        again = (Command.MOVE_ITEMS, Command.ITEM_OPERATIONS, Command.SYNC)
        for command in (*FOLDER_COMMANDS, *again):
            unanswered = phone.unanswered.get(command)
            if unanswered is not None and not unanswered.waits:
                hold(await now(unanswered), Law.NEVER_BLOCKED, f"no answer to {command}")
        while phone.outbox:
            hold(await now(phone.send()), Law.NEVER_BLOCKED, "no answer to SendMail")
        before: tuple[object, ...] = ()
        while before != (before := self._where(phone)):
            hold(await now(phone.folder_sync()), Law.NEVER_BLOCKED, "no answer to FolderSync")
            if phone.collections:
                sync = phone.sync(sorted(phone.collections), 512)
                hold(await now(sync), Law.NEVER_BLOCKED, "no answer to Sync")

    @staticmethod
    def _where(phone: Phone) -> tuple[object, ...]:
        """What changes as long as there is something to tell."""
        keys = (one.key for one in phone.collections.values())
        return (phone.hierarchy_key, phone.behind, *keys)
