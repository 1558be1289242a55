"""What a waiting device takes of memory in a gateway, its upstream connection included."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from benchmarks import upstream
from benchmarks.figures import Figure
from benchmarks.filling import Filling
from benchmarks.phone import Account
from benchmarks.servers import Running, overair
from benchmarks.waiting import memory_of_waiting, prepare
from overair.server.serving import shrink_tls_buffers
from overair.sockets import raise_descriptor_limit
from support.dovecot import Dovecot
from support.hashing import cheap

ACCOUNTS: Final = 300
FULL_ACCOUNTS: Final = 1_000
RECONNECTS: Final = 1
PLAIN, TLS = 10, 45
"""KB a device over what it takes in a server with mailboxes of its own."""


async def _fill(path: Path, number: int) -> list[Account]:
    async with Filling(path) as filling:
        accounts = [await filling.add_account(f"user{count}") for count in range(number)]
        for account in accounts:
            await filling.add_copies(account, 1)
    return accounts


def _taken(start: Callable[[], AbstractContextManager[Running]], accounts: list[Account]) -> float:
    """KB a device, one of each account; the most of when they are fresh and after reconnects.

    The server that they wait on has not been there for their first Sync: nothing of that is left.
    """
    with start() as server:
        phones = asyncio.run(prepare(server.place, accounts, len(accounts)))
    with start() as server:
        return max(asyncio.run(memory_of_waiting(server.place, [server], phones, RECONNECTS)))


def _embedded(number: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        with cheap():  # a log-in of each of so many is not what is measured
            accounts = asyncio.run(_fill(Path(folder), number))
        return _taken(lambda: overair(Path(folder)), accounts)


def _in_front_of(server: Dovecot, number: int, *, upstream_tls: bool) -> float:
    accounts = [upstream.account_of(server.user()) for _ in range(number)]
    with tempfile.TemporaryDirectory() as folder:
        return _taken(lambda: upstream.gateway(Path(folder), server, upstream_tls=upstream_tls), accounts)


def measure(say: Callable[[str], None], number: int = ACCOUNTS) -> list[Figure]:
    """KB a device over that of embedded mailboxes; nothing where Dovecot is missing."""
    if not upstream.is_installed():
        say("Dovecot is not installed: not measured")
        return []
    raise_descriptor_limit()
    shrink_tls_buffers()  # of the phones
    say(f"{number:,} devices of as many accounts wait on a server with mailboxes of its own")
    own = _embedded(number)
    figures = [
        Figure(f"memory per waiting device of {number:,} accounts, own mailboxes", own, "KB", None, False)
    ]
    with upstream.dovecot() as server:
        for how, upstream_tls, target in (("plain", False, PLAIN), ("TLS", True, TLS)):
            say(f"{number:,} devices wait on a gateway, {how} upstream")
            taken = _in_front_of(server, number, upstream_tls=upstream_tls) - own
            name = f"gateway, the same beyond that, upstream connections with {how}"
            figures.append(Figure(name, taken, "KB", target, False))
    return figures
