"""Sees what becomes of the requests on their way, and looks at the laws after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from model.collection import Collection
from model.comparing import Comparison
from model.drive import Asked, Drive
from model.laws import Law, hold
from model.ledger import Ledger
from model.phone import Phone
from model.steps import ACCOUNTS, AnyStep, Outside, Pass
from model.wire import Exchange
from overair.mailboxes.interface import View
from overair.protocol.http import Command


@dataclass
class Flying:
    """A request on its way."""

    phone: Phone
    exchange: Exchange
    asked: Asked
    views: dict[str, View] = field(default_factory=dict)
    """The views of the folders that it waits for when it was asked."""
    superseded: bool = False
    """The phone has asked anew since, and no longer reads the answer."""
    overtaken: bool = False
    """It was doubled, and what is read is the first of two answers."""
    unnoticed: bool = False
    """A notification that it needs may have been lost or be late."""


class Watcher:
    """Watches one story. ``counts`` takes what happened by kind, ``say`` is told it word by word."""

    def __init__(
        self,
        drive: Drive,
        ledger: Ledger,
        comparison: Comparison,
        counts: Counter[str],
        say: Callable[..., None],
    ) -> None:
        self._drive = drive
        self._ledger = ledger
        self._comparison = comparison
        self._counts = counts
        self._say = say
        self.flying: list[Flying] = []
        self.settled = True
        """Whether all has happened that was about to."""
        self.unreliable = False
        """Whether notifications may be lost or late."""
        self._moved = False
        """Whether the mailboxes changed since the last look."""
        self._calm = False
        """Whether only one thing happens to the mailbox in this step."""
        self._passing = False
        """Whether this step lets time go by."""

    def begin(self, step: AnyStep) -> None:
        """A step is about to be done."""
        self._calm = isinstance(step, Outside) and all(one.exchange.waits for one in self.flying)
        self._passing = isinstance(step, Pass)

    def add(self, phone: Phone, exchange: Exchange, asked: Asked) -> Flying:
        """A request is on its way."""
        flying = Flying(phone, exchange, asked)
        for folder_id in exchange.waits:
            if folder_id in phone.collections:
                collection = phone.collections[folder_id]
                flying.views[folder_id] = self._comparison.view(collection, exchange.sights.get(folder_id))
        self.flying.append(flying)
        return flying

    def hang_up(self, flying: Flying) -> None:
        """A phone closes the connection of a request."""
        flying.asked.hang_up()
        self.flying.remove(flying)

    async def settle(self, rounds: int | None = None) -> None:
        """Let everything happen that is about to, or only ``rounds`` of it."""
        await self._drive.settle(rounds)
        self.settled = rounds is None

    async def look(self) -> None:
        """See what happened, give the phones their answers and, where all has settled, check who waits."""
        self._moved = False
        await self.observe()
        if self.settled:
            await self._drive.patience(self._woken)
        for flying in list(self.flying):
            if flying.asked.done:
                self.flying.remove(flying)
                self._take(flying)
        if self.settled and not any(one.exchange.command is Command.ITEM_OPERATIONS for one in self.flying):
            self._ledger.threads.settle()
        for flying in self.flying:
            flying.unnoticed = flying.unnoticed or self.unreliable
            if self.settled:
                served = flying.exchange.waits and not flying.superseded
                hold(served, Law.ALONE, f"{flying.phone.author}'s {flying.exchange.command} hangs")
                if not flying.unnoticed:
                    self._check_waiting(flying)

    async def observe(self) -> None:
        """See what the mailboxes hold."""
        if not await self._drive.changed() and self._ledger.mailboxes:
            return
        self._moved = True
        for account in ACCOUNTS:
            self._ledger.observe(account, await self._drive.mailbox(account))

    async def _woken(self) -> bool:
        """Whether everybody has an answer who is to have one."""
        await self.observe()
        return all(one.asked.done or self._may_wait(one) for one in self.flying)

    def _may_wait(self, flying: Flying) -> bool:
        """Whether a request is rightly without an answer."""
        if flying.superseded or not flying.exchange.waits:
            return False
        return flying.unnoticed or not self._waits_for(flying)

    def _take(self, flying: Flying) -> None:
        answer = flying.asked.answer
        phone = flying.phone
        self._say("  ", phone.author, "gets", answer, "to", flying.exchange.command)
        if answer is None or flying.superseded:
            self._counts["answers lost"] += 1
            return
        if flying.exchange.command is Command.PING:
            phone.named, phone.behind = set(), False
        flying.exchange.take(answer)
        if flying.overtaken and flying.exchange.command is Command.SYNC:
            for collection in phone.collections.values():
                collection.unsettled = True  # the server takes the second answer for the one that was read
        self._counts["answers"] += 1
        if flying.exchange.command is Command.PING:
            self._check_woken(phone)
            if self._passing and not phone.behind and not phone.named:
                # Its time was up: what a lost notification kept from it is told now at the latest.
                self._check_waiting(flying)

    def _check_woken(self, phone: Phone) -> None:
        """A Ping that was answered for news: the next Sync shows some (law 8)."""
        self._counts["pings answered"] += 1
        for folder_id in sorted(phone.named):
            collection = phone.collections.get(folder_id)
            if collection is None or (self._moved and not self._calm):
                continue  # what it was woken for may have gone again
            fruitful = (
                collection.more
                or collection.moved_away
                or collection.moved_early
                or collection.moved_here
                or self._ledger.may_be_unshown(folder_id)
                or self._comparison.differs(collection, self._comparison.view(collection))
                or self._may_be_touched(collection)
            )
            if not fruitful:
                self._counts["fruitless pings"] += 1
            hold(fruitful, Law.NOT_FRUITLESS, f"{phone.author} is told of news in folder {folder_id}: none")

    def _may_be_touched(self, collection: Collection) -> bool:
        """Whether there may be news that show nothing new: of what the model does not look at, or of what
        was changed there and back.
        """
        touched = self._ledger.most_touches(
            collection.account, collection.folder_id, collection.author, collection.serial
        )
        return touched > (0 if collection.form.has_more_than_it_shows else 1)

    def _check_waiting(self, flying: Flying) -> None:
        waits = self._waits_for(flying)
        hold(not waits, Law.WOKEN, f"{flying.phone.author} waits for {waits}")

    def _waits_for(self, flying: Flying) -> str:
        """What is there for whoever waits; the empty string where there is nothing."""
        phone = flying.phone
        if flying.exchange.command is Command.PING and phone.asked_for_folders is None:
            there = self._comparison.folders(phone.account)
            if phone.folders != there:
                return f"folders, which are {there}"
        for folder_id in flying.exchange.waits:
            collection = flying.phone.collections.get(folder_id)
            if collection is not None and collection.key != "0":
                differs = self._comparison.differs(collection, flying.views[folder_id])
                if differs:
                    return f"folder {folder_id}: {differs}"
        return ""
