"""The model's drive through a gateway: ``overair serve`` in front of a Dovecot and a Radicale.

What another hand does comes from a device of the account's own, or from a client of those servers. What
the mailboxes hold is read from the mirror; at rest that is compared with what the servers hold.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from model.drive import DOMAIN, FolderAsItIs
from model.edit import Edit
from model.hand import Hand
from model.laws import Law, hold
from model.ledger import Ledger
from model.mirror_eye import MirrorEye
from model.over_http import PATIENCE, OverHttp, Workshop
from model.shown import VALUE
from model.steps import ACCOUNTS, AnyStep, Ask, Outside, Story
from model.steps import Edit as EditStep
from model.upstream import FORMATS, Refused, Upstream
from overair.items import ItemClass, Message
from overair.items.mail.flag import NO_FLAG
from overair.mailboxes.gateway.backend import BackendName
from support.dovecot import Dovecot
from support.radicale import Radicale

MOMENT: Final = 0.002
"""Seconds of a round: a request takes some tens of milliseconds, with what it asks of the servers."""
BEFORE_IT_WAITS: Final = 0.2
AGAIN: Final = 0.3
"""Seconds after which somebody asks for a server again that was away."""
LEFT_OUT: Final[frozenset[tuple[type[AnyStep], str]]] = frozenset(
    {(EditStep, "conversations"), (Ask, "move conversation"), (Outside, "rename folder")}
)
"""What makes no sense here: which conversation a message is in the mirror knows only once it was read, and
a mailbox that is renamed where servers give it no identity is another one.
"""
DIRECTLY: Final = 0.6
"""How much of what others do is done at the servers."""


class GatewayWorkshop(Workshop):
    """Where gateways stand one after the other, in front of servers that stay."""

    is_simulated = False

    def __init__(self, place: Path, template: Path, upstream: Upstream) -> None:
        super().__init__(place, template)
        self.upstream: Final = upstream
        self.settings = upstream.settings

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that can be brought about here."""
        return ("kill", "restart", "busy", "slow", "imap killed", "imap frozen", "imap down", "dav down")

    @staticmethod
    def fitting(story: Story) -> Story:
        """A story without what makes no sense here."""
        left = [
            step
            for step in story.steps
            if not isinstance(step, EditStep | Ask | Outside) or (type(step), step.what) not in LEFT_OUT
        ]
        return msgspec.structs.replace(story, steps=tuple(left))

    def drive(self, story: Story) -> OverGateway:
        """A drive for a story."""
        return OverGateway(self, story)


class OverGateway(OverHttp):
    """Drive (drive.py) over a gateway with mailboxes that are empty."""

    moment = MOMENT
    before_it_waits = BEFORE_IT_WAITS

    def __init__(self, workshop: GatewayWorkshop, story: Story) -> None:
        super().__init__(workshop, story)
        self.lags = True
        self._upstream: Final = workshop.upstream
        self._chance: Final = random.Random(story.seed)
        self._ledger = Ledger(self.now())
        self._down: list[Callable[[], None]] = []
        self._failed = False
        """Whether a server was away since the last relief."""
        workshop.upstream.furnish(notes=bool(story.seed % 2))

    def _open_eye(self) -> MirrorEye:
        self._mirror = MirrorEye(self._workshop.data)
        for account in ACCOUNTS:
            number = self._mirror.account_id(f"{account}@{DOMAIN}")
            self._mirror.bytes_of[number] = partial(self._upstream.bytes_of, account)
        return self._mirror

    # Another hand.

    async def _at_the_servers(self, work: Callable[[], None]) -> bool:
        try:
            await asyncio.to_thread(work)
        except Refused:
            return False
        return True

    def _directly(self) -> bool:
        return self._chance.random() < DIRECTLY

    async def deliver(self, account: str, mime: bytes) -> bool:
        self._upstream.post(account, mime)
        await self._post()
        return True

    async def _post(self) -> None:
        """Mail comes to its recipients, or is tried again."""
        await asyncio.to_thread(self._upstream.deliver_posted)

    async def add(self, account: str, folder_id: str, item_class: ItemClass, edit: Edit) -> bool:
        folder = self._mirror.folder(folder_id)
        if folder is None or item_class not in FORMATS or not self._directly():
            return await super().add(account, folder_id, item_class, edit)
        return await self._at_the_servers(
            lambda: self._upstream.put_new(account, folder[0].partition("#")[0], item_class, edit)
        )

    async def change(self, account: str, folder_id: str, item_id: str, edit: Edit) -> bool:
        before, place = self._item(account, folder_id, item_id), self._mirror.place(item_id)
        if before is None or place is None or not self._directly():
            return await super().change(account, folder_id, item_id, edit)
        item_class = before.item_class
        if item_class is ItemClass.EMAIL and edit.ticked is not None and not edit.says:
            read = edit.ticked
            return await self._at_the_servers(lambda: self._upstream.mark(account, place, read=read))
        if item_class in FORMATS and set(edit.says) == {VALUE}:
            return await self._at_the_servers(
                lambda: self._upstream.put_value(account, place, item_class, edit)
            )
        return await super().change(account, folder_id, item_id, edit)

    async def remove(self, account: str, folder_id: str, item_id: str) -> bool:
        before, place = self._item(account, folder_id, item_id), self._mirror.place(item_id)
        if before is None or place is None or not self._directly():
            return await super().remove(account, folder_id, item_id)
        is_object = before.item_class in FORMATS
        remove = self._upstream.delete_object if is_object else self._upstream.expunge
        return await self._at_the_servers(lambda: remove(account, place))

    async def move(self, account: str, folder_id: str, item_id: str, destination_id: str) -> bool:
        before, place = self._item(account, folder_id, item_id), self._mirror.place(item_id)
        destination = self._mirror.folder(destination_id)
        if (
            before is None
            or place is None
            or destination is None
            or not isinstance(before, Message)
            or before.flag not in (None, NO_FLAG)  # of which its server knows too little to move it with all
            or not self._directly()
        ):
            return await super().move(account, folder_id, item_id, destination_id)
        return await self._at_the_servers(lambda: self._upstream.move(account, place, destination[0]))

    async def create_folder(self, account: str, name: str) -> bool:
        if not self._directly():
            return await super().create_folder(account, name)
        return await self._at_the_servers(lambda: self._upstream.create_folder(account, name))

    async def delete_folder(self, account: str, folder_id: str) -> bool:
        folder = self._mirror.folder(folder_id)
        if folder is None or folder[1] != BackendName.IMAP or not self._directly():
            return await super().delete_folder(account, folder_id)
        return await self._at_the_servers(lambda: self._upstream.delete_folder(account, folder[0]))

    # Time, and rest.

    async def settle(self, rounds: int | None = None) -> None:
        await super().settle(rounds)
        if rounds is None:
            await self._post()

    async def patience(self, condition: Callable[[], Awaitable[bool]]) -> None:
        await self._post()
        await super().patience(condition)

    async def at_rest(self) -> None:
        for account in ACCOUNTS:
            holds = await asyncio.to_thread(self._upstream.holds, account)
            mailbox = await self.mailbox(account)
            mirrored = Counter(self._mirrored(mailbox))
            hold(
                holds == mirrored,
                Law.AGREED,
                f"of {account} upstream has {holds - mirrored} more, the mirror {mirrored - holds}",
            )
            markers = Counter(
                self._ledger.shown(item_id, item).marker
                for one in mailbox.values()
                for item_id, item in one.items.items()
            )
            twice = {marker for marker, number in markers.items() if number > 1}
            hold(not twice, Law.NOT_TWICE, f"{twice} of {account} are there more than once")

    def _mirrored(self, mailbox: dict[str, FolderAsItIs]) -> Iterator[tuple[str, str]]:
        for one in mailbox.values():
            for item_id, item in one.items.items():
                place = self._mirror.place(item_id)
                if place is not None:
                    yield place.path.partition("#")[0], self._ledger.shown(item_id, item).marker

    # Faults.

    async def trouble(self, fault: str, amount: int) -> None:
        servers: dict[str, Dovecot | Radicale] = {
            "imap": self._upstream.dovecot,
            "dav": self._upstream.radicale,
        }
        server = servers.get(fault.split()[0])
        if server is None:
            await super().trouble(fault, amount)
            return
        await self._end_faults()
        self._failed = True
        match fault.split()[1]:
            case "killed":
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)
            case "frozen":
                self._for_a_while(self._upstream.dovecot.frozen(), amount)
            case "down":
                await asyncio.to_thread(server.kill)
                self._down.append(server.start)

    async def relieve(self) -> None:
        await super().relieve()
        # A server that was away is tried again some seconds later.
        now = asyncio.get_running_loop().time
        end = now() + PATIENCE
        for account in ACCOUNTS if self._failed else ():
            while not await self._hand(account, Hand.look) and now() < end:  # noqa: ASYNC110  # it happens elsewhere
                await asyncio.sleep(AGAIN)
        self._failed = False

    async def _end_faults(self) -> None:
        while self._down:
            await asyncio.to_thread(self._down.pop())
        await super()._end_faults()
