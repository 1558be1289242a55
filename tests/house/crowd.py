"""Many phones in one process that wait for mail, and come back whatever becomes of the server."""

from __future__ import annotations

import asyncio
import contextlib
import random
import smtplib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from email.message import EmailMessage
from typing import Final

from benchmarks.phone import Account, Phone, Place, Refused, any_certificate

from overair.protocol.statuses import PingStatus
from overair.protocol.sync import ServerAdd
from overair.server.serving import shrink_tls_buffers
from overair.sockets import raise_descriptor_limit
from support.house import House, add_accounts

PASSWORD: Final = "a good secret"
EACH: Final = 20
"""Phones of one account."""
ACCEPTED: Final = 250
PAUSES: Final = (0.1, 0.5)
"""A phone that was refused or cut off comes again after so many seconds, at least and at most."""
AT_ONCE: Final = 64
"""How many phones connect or synchronise at the same time."""
SETTLED_SECONDS: Final = 0.5
PATIENCE: Final = 120.0
"""Seconds after which what is awaited will not come any more."""
SETTINGS: Final = "[limits]\ndevices = 100000\nconnections_per_address = 100000\n"


class Waiter:
    """A phone that synchronises its Inbox and waits with Ping, for as long as it is let.

    ``told`` counts how often it was told of each item as new; ``ends`` what became of its Pings and
    of requests that failed: the Ping's status, ``"HTTP 503"``, ``"cut"`` for a broken connection.
    """

    __slots__ = ("_busy", "ends", "phone", "told", "waiting")

    def __init__(self, phone: Phone, busy: asyncio.Semaphore) -> None:
        self.phone = phone
        self.told: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self.waiting = False
        self._busy = busy

    async def live(self) -> None:
        """Come, synchronise, wait, and so on."""
        while True:
            try:
                await self._visit()
            except Refused as error:
                self.ends[f"HTTP {error.status}" if error.status > 200 else f"Sync {error.status}"] += 1
            except (OSError, EOFError):
                self.ends["cut"] += 1
            finally:
                self.waiting = False
                self.phone.close()
            await asyncio.sleep(random.uniform(*PAUSES))

    async def _visit(self) -> None:
        """One connection. Raises Refused, OSError."""
        async with self._busy:
            await self.phone.connect()
            if not self.phone.folder:
                await self.phone.folder_sync()
        status: int = PingStatus.CHANGES
        while True:
            if status != PingStatus.EXPIRED:
                async with self._busy:
                    await self._catch_up()
            ping = self.phone.ping()
            self.waiting = True
            try:
                status = self.phone.ping_status(await ping)
            finally:
                self.waiting = False
            self.ends[f"Ping {status}"] += 1
            if status not in (PingStatus.EXPIRED, PingStatus.CHANGES):
                return

    async def _catch_up(self) -> None:
        more = True
        while more:
            first = self.phone.key == "0"
            collection = await self.phone.collection()
            for command in collection.commands if collection else ():
                assert isinstance(command, ServerAdd), command
                self.told[command.server_id] += 1
            more = first or (collection is not None and collection.more_available)


class Crowd:
    """The phones of many accounts at one house."""

    def __init__(self, house: House, accounts: Sequence[str], phones: int) -> None:
        self.house = house
        self.accounts = tuple(accounts)
        place = Place("127.0.0.1", house.port, any_certificate() if house.tls else None)
        busy = asyncio.Semaphore(AT_ONCE)
        self.waiters = [
            Waiter(Phone(place, Account(accounts[number % len(accounts)], PASSWORD), f"phone{number}"), busy)
            for number in range(phones)
        ]

    @property
    def ends(self) -> Counter[str]:
        """What became of the requests of all phones."""
        return sum((waiter.ends for waiter in self.waiters), Counter[str]())

    @property
    def waiting(self) -> int:
        """How many wait for an answer to a Ping."""
        return sum(waiter.waiting for waiter in self.waiters)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (what, self.waiting, self.ends, self.told)
            await asyncio.sleep(0.05)

    async def all_waiting(self) -> None:
        """Until every phone has waited for a moment: what it sent may not have been read before."""
        begun: float | None = None

        def settled() -> bool:
            nonlocal begun
            if self.waiting < len(self.waiters):
                begun = None
            elif begun is None:
                begun = time.monotonic()
            return begun is not None and time.monotonic() - begun > SETTLED_SECONDS

        await self.until(settled, "not every phone waits")

    @property
    def told(self) -> Counter[tuple[int, int]]:
        """How many phones know so many items and were told so many times of them."""
        return Counter((len(one.told), one.told.total()) for one in self.waiters)

    async def all_told(self, letters: int) -> None:
        """Until every phone knows so many letters; none was told of one twice."""
        await self.until(
            lambda: all(len(one.told) >= letters for one in self.waiters), f"not every phone has {letters}"
        )
        assert self.told == {(letters, letters): len(self.waiters)}

    async def deliver(self, subject: str) -> None:
        """A letter to every account, which the server must take."""
        assert await asyncio.to_thread(deliver, self.house, self.accounts, subject) == []

    async def insist(self, subject: str) -> None:
        """A letter to every account from a mail server that tries until it is taken."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                refused = await asyncio.to_thread(deliver, self.house, self.accounts, subject)
            except (OSError, smtplib.SMTPException):  # nobody listens, or the connection broke
                refused = ["451"]
            if not refused:
                return
            assert time.monotonic() < end, refused
            await asyncio.sleep(0.2)

    def forget_ends(self) -> None:
        """Count what becomes of requests anew."""
        for waiter in self.waiters:
            waiter.ends.clear()


@contextlib.asynccontextmanager
async def crowd(house: House, accounts: Sequence[str], phones: int) -> AsyncIterator[Crowd]:
    """Phones that live while the block runs; what goes wrong with one of them is raised at its end."""
    raise_descriptor_limit()
    shrink_tls_buffers()  # of the phones
    people = Crowd(house, accounts, phones)
    lives = [asyncio.create_task(waiter.live()) for waiter in people.waiters]
    try:
        yield people
        for life in lives:
            assert not life.done(), life
    finally:
        for life in lives:
            life.cancel()
        for result in await asyncio.gather(*lives, return_exceptions=True):
            if not isinstance(result, asyncio.CancelledError | None):
                raise result


def inhabited(house: House, phones: int) -> list[str]:
    """The addresses of accounts for so many phones, made while the server does not run."""
    addresses = [f"user{number}@example.org" for number in range(max(1, phones // EACH))]
    add_accounts(house.data_dir, {address: address.partition("@")[0] for address in addresses}, PASSWORD)
    return addresses


def letter(subject: str, size: int = 500) -> bytes:
    """A letter of about so many bytes."""
    message = EmailMessage()
    message["From"] = "otto@example.net"
    message["Subject"] = subject
    message.set_content(f"{subject}\n" + "x" * 60 * (size // 60))
    return message.as_bytes()


def deliver(house: House, addresses: Sequence[str], subject: str, size: int = 500) -> list[str]:
    """Hand a letter over by LMTP; returns the answers for those who were not given it."""
    with smtplib.LMTP(str(house.lmtp)) as lmtp:
        lmtp.ehlo()
        lmtp.mail("otto@example.net")
        answers = [lmtp.rcpt(address) for address in addresses]
        if any(code == ACCEPTED for code, _ in answers):
            answers = [lmtp.data(letter(subject, size)), *(lmtp.getreply() for _ in addresses[1:])]
    return [f"{code} {text.decode()}" for code, text in answers if code != ACCEPTED]
