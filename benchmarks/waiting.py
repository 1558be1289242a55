"""What a waiting phone takes of memory, in all processes that serve it, fresh and after reconnects."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar

from benchmarks.figures import Figure
from benchmarks.filling import Filling
from benchmarks.phone import Account, Phone, Place, Refused
from benchmarks.servers import Running, behind_nginx, nginx_command, overair
from overair.server.serving import shrink_tls_buffers
from overair.sockets import raise_descriptor_limit
from overair.tls import private_ca
from overair.tls.machine import this_machine

T = TypeVar("T")
DEVICES: Final = 2_000
FULL_DEVICES: Final = 10_000
DEVICES_EACH: Final = 50
"""Of one account."""
RECONNECTS: Final = 20
AT_ONCE: Final = 32
WARM_UP: Final = 50
SETTLE_SECONDS: Final = 1.0
COME_LATER: Final = 503
LATER_SECONDS: Final = 5.0
OWN_TLS, BEHIND_NGINX = 60, 45
"""KB a device."""


async def _fill(path: Path, devices: int) -> list[Account]:
    async with Filling(path) as filling:
        accounts = [await filling.add_account(f"user{n}") for n in range(max(1, devices // DEVICES_EACH))]
        for account in accounts:
            await filling.add_copies(account, 1)
    return accounts


async def at_once(works: Iterable[Coroutine[None, None, T]]) -> list[T]:
    """Do all works, some of them at the same time; their results in order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(work: Coroutine[None, None, T]) -> T:
        async with room:
            return await work

    return await asyncio.gather(*map(one, works))


async def prepare(place: Place, accounts: list[Account], devices: int) -> list[Phone]:
    """Devices that have synchronised their Inbox; not connected any more."""
    phones = [Phone(place, accounts[n % len(accounts)], f"device{n}") for n in range(devices)]

    async def first_sync(phone: Phone) -> None:
        await phone.connect()
        while True:
            try:
                await phone.folder_sync()
            except Refused as refused:
                if refused.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                await asyncio.sleep(1)  # so many log in at once; phones come again, too
            else:
                break
        await phone.sync_all()
        phone.close()

    await at_once(first_sync(phone) for phone in phones)
    return phones


async def wait_for_mail(phone: Phone, place: Place) -> asyncio.Future[tuple[int, bytes]]:
    """Drop the connection that the phone has, open another one and begin to wait."""
    phone.close()
    await phone.connect(place)
    return phone.ping()


async def _all_waiting(phones: list[Phone], place: Place) -> list[asyncio.Future[tuple[int, bytes]]]:
    """Every phone waits, with a connection of its own that is new.

    Those that are told to come later, because a server that has just started verifies passwords,
    do so.
    """
    waiting: list[asyncio.Future[tuple[int, bytes]]] = []
    remaining = phones
    while remaining:
        pings = await at_once(wait_for_mail(phone, place) for phone in remaining)
        await asyncio.sleep(SETTLE_SECONDS)
        held_up: list[Phone] = []
        for phone, ping in zip(remaining, pings, strict=True):
            if not ping.done():
                waiting.append(ping)
            elif ping.result()[0] == COME_LATER:
                held_up.append(phone)
            else:
                raise RuntimeError(f"a Ping was answered with status {Phone.ping_status(ping.result())}")
        remaining = held_up
        if remaining:
            await asyncio.sleep(LATER_SECONDS)
    return waiting


async def memory_of_waiting(
    place: Place, servers: list[Running], phones: list[Phone], reconnects: int = RECONNECTS
) -> tuple[float, float]:
    """KB a device, fresh and after reconnects, above what the servers take with none."""
    await _all_waiting(phones[:WARM_UP], place)
    for phone in phones:
        phone.close()
    await asyncio.sleep(SETTLE_SECONDS)
    idle = sum(server.memory() for server in servers)

    def taken() -> float:
        return (sum(server.memory() for server in servers) - idle) / len(phones) / 1024

    pings = await _all_waiting(phones, place)
    fresh = taken()
    for _ in range(reconnects):
        pings = await _all_waiting(phones, place)
    worn = taken()
    for phone in phones:
        phone.close()
    await asyncio.gather(*pings, return_exceptions=True)
    return fresh, worn


async def _prepare(path: Path, devices: int) -> list[Phone]:
    accounts = await _fill(path, devices)
    with overair(path) as server:
        return await prepare(server.place, accounts, devices)


def measure(say: Callable[[str], None], devices: int = DEVICES) -> list[Figure]:
    """KB a device with the server's own TLS and, where nginx is installed, behind it."""
    raise_descriptor_limit()
    shrink_tls_buffers()  # of the phones
    figures: list[Figure] = []

    def add(where: str, target: float, taken: tuple[float, float]) -> None:
        for when, value in zip(("fresh", f"after {RECONNECTS} reconnects"), taken, strict=True):
            name = f"memory per waiting device of {devices:,}, {where}, {when}"
            figures.append(Figure(name, value, "KB", target, False))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        say(f"a first Sync of {devices:,} devices")
        phones = asyncio.run(_prepare(path, devices))
        with overair(path) as server:
            say(f"{devices:,} devices wait on the server's own TLS and reconnect {RECONNECTS} times")
            add("own TLS", OWN_TLS, asyncio.run(memory_of_waiting(server.place, [server], phones)))
        if nginx_command() is None:
            say("nginx is not installed: what a device takes behind it is not measured")
            return figures
        certificate = private_ca.ensure(path / "nginx", this_machine())
        files = certificate.certificate_path, certificate.private_key_path
        with behind_nginx(path, path / "nginx", *files) as servers:
            say(f"{devices:,} devices wait behind nginx and reconnect {RECONNECTS} times")
            taken = asyncio.run(memory_of_waiting(servers[0].place, [*servers], phones))
            add("behind nginx", BEHIND_NGINX, taken)
    return figures
