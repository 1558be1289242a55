"""The model's drive over HTTP: a real ``overair serve``, killed and troubled from outside.

Time is real here. What the story lets go by is cut short, and what has to happen by itself is given
some seconds. What another hand does comes from a device of the account's own, or by LMTP.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from model.drive import DOMAIN, Asked, Fate, FolderAsItIs
from model.edit import Edit
from model.exchanging import AskedOverHttp, ended
from model.eye import Eye
from model.hand import Hand, deliver
from model.steps import ACCOUNTS, Story, Trouble
from overair.client import ClientError
from overair.delivery.transport import RETRY
from overair.items import Item, ItemClass
from overair.protocol.http import Request
from overair.storage.open import DATABASE_FILE, DATABASE_NOTE, database_of
from support.databases import DEFAULT, POSTGRESQL
from support.house import House
from support.postgresql import cluster, copied_to_postgresql, cut
from support.small_disk import SmallDisk

MOMENT: Final = 0.0004
"""Seconds of a round: a request takes some milliseconds, so a story's moments (0 to 39) fall into it."""
BEFORE_IT_WAITS: Final = 0.03
"""Seconds in which a request that may wait is answered at once, if it is at all."""
PATIENCE: Final = RETRY + 20.0
"""Seconds in which what has to happen by itself has happened; mail is tried again after RETRY."""
SHORT: Final = 0.003
STUCK: Final = 90.0
"""Seconds after which an answer that does not come will not."""
LONGEST_PASS: Final = 0.05
DISK_MEBIBYTES: Final = 24
HELD_SECONDS: Final = 0.004
"""How long a database is locked, or the whole process stopped, for each point of a fault's amount."""


class Workshop:
    """Where houses stand one after the other, on a disk that can be filled where it may be mounted.

    ``template`` is the data directory from which each story begins, with SQLite; on PostgreSQL each has
    a copy of it.
    """

    is_simulated = True
    """Whether its stories can be told in simulated time as well."""

    def __init__(self, place: Path, template: Path, database: str = DEFAULT) -> None:
        self.place = place
        self.database = database
        self._template = template
        self._copied = copied_to_postgresql(template) if database == POSTGRESQL else ""
        self.data = place / "data"
        self.settings = f'domain = "{DOMAIN}"'
        self._houses: dict[bool, House] = {}
        self.can_fill_disk = self._can_mount()

    def _can_mount(self) -> bool:
        try:
            with SmallDisk(self.place / "trial", 1):
                return True
        except PermissionError:
            return False

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that can be brought about here."""
        cut = ("cut",) if self.database == POSTGRESQL else ()
        full = ("full",) if self.can_fill_disk else ()
        return ("kill", "restart", "busy", "slow", "jump", *cut, *full)

    def furnish(self) -> None:
        """Put the template into the data directory, where it has a database of its own."""
        shutil.copytree(self._template, self.data, dirs_exist_ok=True)
        if self._copied:
            (self.data / DATABASE_FILE).unlink()
            (self.data / DATABASE_NOTE).write_text(cluster().database(template=self._copied))

    def house(self, *, own_clock: bool) -> House:
        """A house over the data of the place, with a log of its own."""
        if own_clock not in self._houses:
            self._houses[own_clock] = House(
                self.data, settings=self.settings, own_clock=own_clock, database=self.database
            )
        for other in self._houses.values():
            other.begin_log()
        house = self._houses[own_clock]
        house.step_clock(0)
        return house

    @staticmethod
    def fitting(story: Story) -> Story:
        """A story without what makes no sense here."""
        return story

    def drive(self, story: Story) -> OverHttp:
        """A drive for a story."""
        return OverHttp(self, story)

    @property
    def log_text(self) -> str:
        """What the servers of the last story logged."""
        return "".join(house.log_text for house in self._houses.values())


class OverHttp:
    """Drive (drive.py) over a data directory that is made for the time of one story."""

    moment = MOMENT
    before_it_waits = BEFORE_IT_WAITS

    def __init__(self, workshop: Workshop, story: Story) -> None:
        self._workshop = workshop
        self.faults = workshop.faults
        self.lags = False
        self.unshowable: set[str] = set()
        jumps = any(isinstance(step, Trouble) and step.fault == "jump" for step in story.steps)
        self.house = workshop.house(own_clock=jumps)
        self._step = timedelta()
        self._asked: list[AskedOverHttp] = []
        self._fault: asyncio.Task[None] | None = None
        self._disk: SmallDisk | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            if self._workshop.can_fill_disk:
                self._disk = stack.enter_context(SmallDisk(self._workshop.data, DISK_MEBIBYTES))
            else:
                stack.callback(shutil.rmtree, self._workshop.data)
            self._workshop.furnish()
            stack.enter_context(self.house)
            self._hands = {account: Hand(self.house.url, account) for account in ACCOUNTS}
            for hand in self._hands.values():
                stack.push_async_callback(hand.close)
            self._eye = self._open_eye()
            stack.callback(self._eye.close)
            self._accounts = {account: self._eye.account_id(f"{account}@{DOMAIN}") for account in ACCOUNTS}
            stack.push_async_callback(self._end_requests)
            stack.push_async_callback(self._end_faults)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def _open_eye(self) -> Eye:
        return Eye(self._workshop.data)

    # Requests and time.

    def now(self) -> datetime:
        return datetime.now(UTC) + self._step

    def ask(self, account: str, request: Request, fate: Fate, *, waits: bool) -> Asked:
        asked = AskedOverHttp(self.house.port, request, fate, waits=waits)
        self._asked.append(asked)
        return asked

    async def settle(self, rounds: int | None = None) -> None:
        if rounds is not None:
            await asyncio.sleep(rounds * self.moment)
            return
        ending = (one for one in self._asked if not one.waits)
        assert await ended(ending, STUCK), f"no answer within {STUCK} s"
        waiting = [one for one in self._asked if one.waits]
        since = max((one.begun for one in waiting), default=0.0)
        left = since + self.before_it_waits - asyncio.get_running_loop().time()
        if left > 0:
            await ended(waiting, left)
        self._asked = [one for one in self._asked if not one.done]

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, LONGEST_PASS))
        await self.settle()

    async def patience(self, condition: Callable[[], Awaitable[bool]]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while loop.time() < end and not await condition():  # noqa: ASYNC110  # it happens elsewhere
            await asyncio.sleep(SHORT)

    # The mailbox.

    async def mailbox(self, account: str) -> dict[str, FolderAsItIs]:
        return self._eye.mailbox(self._accounts[account])

    async def changed(self) -> bool:
        return self._eye.changed()

    async def _hand(self, account: str, work: Callable[[Hand], Awaitable[None]]) -> bool:
        hand = self._hands[account]
        try:
            await work(hand)
        except ClientError:
            # It may have been done. What was not must not come later, when nobody expects it.
            hand.forget()
            return False
        return True

    async def deliver(self, account: str, mime: bytes) -> bool:
        return await deliver(self.house.lmtp, account, mime)

    async def add(self, account: str, folder_id: str, item_class: ItemClass, edit: Edit) -> bool:
        return await self._hand(account, lambda hand: hand.add(folder_id, item_class, edit))

    async def change(self, account: str, folder_id: str, item_id: str, edit: Edit) -> bool:
        before = self._item(account, folder_id, item_id)
        return before is not None and await self._hand(
            account, lambda hand: hand.change(folder_id, item_id, before.item_class, edit)
        )

    async def remove(self, account: str, folder_id: str, item_id: str) -> bool:
        before = self._item(account, folder_id, item_id)
        return before is not None and await self._hand(
            account, lambda hand: hand.remove(folder_id, item_id, before.item_class)
        )

    async def move(self, account: str, folder_id: str, item_id: str, destination_id: str) -> bool:
        before = self._item(account, folder_id, item_id)
        return before is not None and await self._hand(
            account, lambda hand: hand.move(folder_id, item_id, before.item_class, destination_id)
        )

    async def create_folder(self, account: str, name: str) -> bool:
        return await self._hand(account, lambda hand: hand.create_folder(name))

    async def rename_folder(self, account: str, folder_id: str, name: str) -> bool:
        return await self._hand(account, lambda hand: hand.rename_folder(folder_id, name))

    async def delete_folder(self, account: str, folder_id: str) -> bool:
        return await self._hand(account, lambda hand: hand.delete_folder(folder_id))

    def _item(self, account: str, folder_id: str, item_id: str) -> Item | None:
        folder = self._eye.mailbox(self._accounts[account]).get(folder_id)
        return folder.items.get(item_id) if folder is not None else None

    async def at_rest(self) -> None:
        """Nothing stands behind the mailboxes."""

    # Faults.

    async def trouble(self, fault: str, amount: int) -> None:
        if fault == "jump":
            self._step += timedelta(hours=amount - 50)
            # The server may be held up by another fault, which ends while this waits for it.
            await asyncio.to_thread(self.house.step_clock, int(self._step.total_seconds()))
            return
        await self._end_faults()
        match fault:
            case "kill":
                self.house.kill()
                await self._end_requests()
                await self._start_again()
            case "restart":
                await asyncio.to_thread(self.house.terminate)
                await self.settle()
                await self._start_again()
            case "cut":
                await asyncio.to_thread(cut, database_of(self._workshop.data))
            case "busy":
                self._for_a_while(self.house.locked_database(), amount)
            case "slow":
                self._for_a_while(self.house.suspended(), amount)
            case "full" if self._disk is not None:
                self._for_a_while(self._disk.full(), amount)
            case _:
                raise ValueError(fault)

    async def relieve(self) -> None:
        await self._end_faults()
        await self.settle()

    async def _start_again(self) -> None:
        for hand in self._hands.values():
            await hand.close()
        await asyncio.to_thread(self.house.start)

    def _for_a_while(self, fault: AbstractContextManager[None], amount: int) -> None:
        """Begin a fault that ends by itself."""

        async def last() -> None:
            with stack:
                await asyncio.sleep(amount * HELD_SECONDS)

        stack = ExitStack()
        stack.enter_context(fault)
        self._fault = asyncio.create_task(last())

    async def _end_faults(self) -> None:
        if self._fault is not None:
            await self._fault
            self._fault = None

    async def _end_requests(self) -> None:
        for one in self._asked:
            one.hang_up()
        await ended(self._asked, STUCK)
        self._asked.clear()
