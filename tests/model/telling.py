"""Tells a story to a server: each step is done, and after each the laws are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from model import choosing
from model.comparing import Comparison
from model.drive import Drive
from model.ledger import Ledger
from model.outside import OutsideWorld
from model.phone import Phone
from model.resting import Resting
from model.steps import AnyStep, Ask, Edit, Outside, Pass, Relief, Rest, Story, Trouble
from model.traffic import Traffic
from model.watching import Watcher


class Teller:
    """Tells one story. ``counts`` is what happened, by kind."""

    def __init__(self, drive: Drive, story: Story) -> None:
        self._drive = drive
        self._story = story
        self.counts: Counter[str] = Counter()
        self.place = 0
        """The step that is told now."""
        self.trace: Callable[[str], None] | None = None
        """Told what happens, line by line, by whoever wants to understand a story."""
        ledger = Ledger(drive.now(), lags=drive.lags)
        comparison = Comparison(ledger, drive.now)
        self._phones = [Phone(owner, ledger) for owner in story.phones]
        self._watcher = Watcher(drive, ledger, comparison, self.counts, self._say)
        self._traffic = Traffic(drive, ledger, self._watcher, self.counts, self._say)
        self._outside = OutsideWorld(drive, ledger)
        self._resting = Resting(
            drive, ledger, self._phones, comparison, self._watcher, self._traffic, self.counts
        )

    async def tell(self) -> None:
        """The whole story. Raises Broken."""
        await self._watcher.look()
        for phone in self._phones:  # every one gets to know its folders
            await self._traffic.ask(phone, phone.folder_sync())
        for place, step in enumerate(self._story.steps):
            self.place = place
            self._watcher.begin(step)
            self._say(self.place, step)
            await self._do(step)
            self.counts["steps"] += 1
            if not isinstance(step, Rest):
                await self._watcher.look()

    def _say(self, *words: object) -> None:
        if self.trace is not None:
            self.trace(" ".join(map(str, words)))

    async def _do(self, step: AnyStep) -> None:
        match step:
            case Edit():
                choosing.edit(self._phone(step), step)
            case Ask():
                self.counts[f"fate: {step.fate}"] += 1
                await self._ask(step)
            case Outside():
                await self._outside.do(step)
                await self._watcher.settle()
            case Pass():
                await self._drive.pass_time(step.seconds)
                self._watcher.settled = True
            case Trouble():
                self.counts[f"fault: {step.fault}"] += 1
                await self._traffic.trouble(step)
            case Relief():
                await self._traffic.relieve()
            case Rest():
                await self._resting.rest()

    def _phone(self, step: Edit | Ask) -> Phone:
        return self._phones[step.phone % len(self._phones)]

    async def _ask(self, step: Ask) -> None:
        phone = self._phone(step)
        exchange = choosing.exchange(phone, step)
        if exchange is None:
            return
        self._traffic.make_room(phone, exchange, step.fate)
        await self._traffic.send(phone, exchange, step.fate, step.moment, at_once=step.at_once)
