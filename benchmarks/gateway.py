"""A gateway in front of Dovecot: first Syncs, empty ones, and how soon a phone hears of a message."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks import bare_watch, upstream
from benchmarks.figures import Figure
from benchmarks.letters import Letters
from benchmarks.phone import Account, Phone
from benchmarks.processes import cpu_of_all
from benchmarks.servers import Running
from benchmarks.waiting import wait_for_mail
from overair.protocol.body_preferences import BodyPreference, BodyType
from support.dovecot import Dovecot

MESSAGES: Final = 2_000
WINDOW: Final = 100
ROUNDS: Final = 2
CUT: Final = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=512)
SMALL, LARGE = 2_000, 20_000
SYNCS: Final = 250
"""Empty Syncs in a round."""
TURNS: Final = 4
DELIVERIES: Final = 25
SETTLE_SECONDS: Final = 2.0
CHANGES: Final = 2
"""The status of a Ping that found something."""


async def _first_sync(server: Running, account: Account, device: str) -> tuple[float, float]:
    """Items a second, by the clock and by the CPU that Overair used."""
    phone = Phone(server.place, account, device)
    await phone.connect()
    await phone.folder_sync()
    cpu, begun = server.cpu_seconds(), time.monotonic()
    told = await phone.sync_all(WINDOW, CUT)
    seconds, cpu = time.monotonic() - begun, server.cpu_seconds() - cpu
    phone.close()
    if told != MESSAGES:
        raise RuntimeError(f"{told} of {MESSAGES} items were told")
    return told / seconds, told / cpu


def _first_syncs(say: Callable[[str], None], server: Dovecot) -> list[Figure]:
    """Of the first device of a user, and of the second one, when the gateway knows the messages."""
    firsts, seconds = [], []
    say(f"making {MESSAGES:,} messages of 2 to 200 KB")
    letters = list(Letters().messages(MESSAGES))
    for count in range(ROUNDS):
        user = server.user()
        say("writing them into Dovecot, and a first Sync of two devices")
        upstream.add_letters(server, user, letters)
        account = upstream.account_of(user)
        with tempfile.TemporaryDirectory() as folder, upstream.gateway(Path(folder), server) as running:
            firsts.append(asyncio.run(_first_sync(running, account, f"first{count}")))
            seconds.append(asyncio.run(_first_sync(running, account, f"second{count}")))
    name = f"gateway, first Sync of {MESSAGES:,} messages, text bodies cut at 512 bytes"
    return [
        Figure(f"{name}: first device", max(rate for rate, _ in firsts), "items/s", 500, True),
        Figure("the same by Overair's CPU time", max(cpu for _, cpu in firsts), "items/s", None, True),
        Figure(f"{name}: second device of the user", max(rate for rate, _ in seconds), "items/s", 2000, True),
    ]


async def _empty_syncs(server: Running, behind: Dovecot, phone: Phone) -> tuple[float, float]:
    """CPU seconds of an empty Sync in Overair, and in it and Dovecot together."""
    await phone.connect()  # the server ends what is idle while the other folder has its turn
    await phone.sync()
    own, all_of_it = server.cpu_seconds(), cpu_of_all(behind.pid)
    for _ in range(SYNCS):
        count, more = await phone.sync()
        if count or more:
            raise RuntimeError("a Sync that should be empty was not")
    own = server.cpu_seconds() - own
    phone.close()
    return own / SYNCS, (own + cpu_of_all(behind.pid) - all_of_it) / SYNCS


async def _compare(server: Running, behind: Dovecot, accounts: list[Account]) -> list[tuple[float, float]]:
    """The least of all rounds for each account; the rounds take turns."""
    phones = [Phone(server.place, account, "benchmark") for account in accounts]
    for phone in phones:
        await phone.connect()
        await phone.folder_sync()
        await phone.sync_all(512, CUT)
        phone.close()
    rounds = [[await _empty_syncs(server, behind, phone) for phone in phones] for _ in range(TURNS)]
    return [
        (min(own for own, _ in costs), min(whole for _, whole in costs))
        for costs in zip(*rounds, strict=True)
    ]


def _empty(say: Callable[[str], None], server: Dovecot) -> list[Figure]:
    """What a Sync costs that finds nothing new, in a small folder and in a large one."""
    users = [server.user() for _ in range(2)]
    for user, number in zip(users, (SMALL, LARGE), strict=True):
        say(f"writing {number:,} messages into Dovecot")
        upstream.add_copies(server, user, number)
    with tempfile.TemporaryDirectory() as folder, upstream.gateway(Path(folder), server) as running:
        say("a first Sync of both, then empty ones")
        accounts = list(map(upstream.account_of, users))
        small, large = asyncio.run(_compare(running, server, accounts))
    return [
        Figure(
            f"gateway, empty Sync, {LARGE:,} against {SMALL:,} messages, with Dovecot: CPU ratio",
            large[1] / small[1],
            "",
            1.2,
            False,
        ),
        Figure(f"gateway, CPU per empty Sync, {LARGE:,} messages", 1000 * large[0], "ms", 8, False),
        Figure("the same with Dovecot", 1000 * large[1], "ms", None, False),
    ]


async def _moment(ping: asyncio.Future[tuple[int, bytes]]) -> float:
    """When a Ping was answered that there is something."""
    answer = await ping
    moment = time.perf_counter()
    if Phone.ping_status(answer) != CHANGES:
        raise RuntimeError("a Ping was answered for another reason than the message")
    return moment


async def _deliver(server: Running, behind: Dovecot, users: list[str]) -> list[float]:
    """Seconds from the beginning of a delivery to the Ping's answer; every user gets one message."""
    phones = [Phone(server.place, upstream.account_of(user), "benchmark") for user in users]
    for phone in phones:
        await phone.connect()
        await phone.folder_sync()
        await phone.sync_all()
    pings = [await wait_for_mail(phone, server.place) for phone in phones]
    await asyncio.sleep(SETTLE_SECONDS)
    taken = []
    for user, ping, (mime, _) in zip(users, pings, Letters().messages(len(users)), strict=True):
        moment = asyncio.ensure_future(_moment(ping))
        begun = time.perf_counter()
        await asyncio.to_thread(behind.deliver, user, mime)
        taken.append(await asyncio.wait_for(moment, 30) - begun)
    for phone in phones:
        phone.close()
    return taken


def _delivery(say: Callable[[str], None], server: Dovecot) -> list[Figure]:
    """How soon a waiting phone hears of a message that dovecot-lda delivers."""
    say(f"{DELIVERIES} devices wait, and each user gets a message")
    users = [server.user() for _ in range(DELIVERIES)]
    with tempfile.TemporaryDirectory() as folder, upstream.gateway(Path(folder), server) as running:
        taken = asyncio.run(_deliver(running, server, users))
    say("the same without a gateway: a client in IDLE, and one that has sent NOTIFY")
    idle, notify = bare_watch.medians(server)
    name = "gateway, delivery into Dovecot to the Ping's answer"
    bare = "from the delivery to what Dovecot tells a bare client"
    median = 1000 * statistics.median(taken)
    return [
        Figure(f"{name}: median", median, "ms", None, False),
        Figure(f"{name}: 95th percentile", 1000 * statistics.quantiles(taken, n=20)[-1], "ms", None, False),
        Figure(f"{bare} by NOTIFY, as the gateway asks: median", notify, "ms", None, False),
        Figure(f"{bare} in IDLE: median", idle, "ms", None, False),
        Figure(f"{name}: median beyond a bare client's by NOTIFY", median - notify, "ms", 200, False),
    ]


def measure(say: Callable[[str], None]) -> list[Figure]:
    """All of it; nothing where Dovecot is missing."""
    if not upstream.is_installed():
        say("Dovecot is not installed: not measured")
        return []
    with upstream.dovecot() as server:
        return [*_first_syncs(say, server), *_empty(say, server), *_delivery(say, server)]
