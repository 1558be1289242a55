"""How soon a waiting phone hears of a message that was delivered over LMTP."""

from __future__ import annotations

import asyncio
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure
from benchmarks.filling import Filling
from benchmarks.letters import Letters
from benchmarks.phone import Account, Phone
from benchmarks.servers import Running, overair
from benchmarks.waiting import at_once, prepare, wait_for_mail
from overair.server.serving import shrink_tls_buffers
from overair.sockets import raise_descriptor_limit

DEVICES: Final = 1_000
DEVICES_EACH: Final = 5
PAUSE_SECONDS: Final = 0.05
"""Between a delivery and the next."""
CHANGES: Final = 2
"""The status of a Ping that found something."""


async def _fill(path: Path) -> list[Account]:
    async with Filling(path) as filling:
        accounts = [await filling.add_account(f"user{n}") for n in range(DEVICES // DEVICES_EACH)]
        for account in accounts:
            await filling.add_copies(account, 1)
    return accounts


async def _moment(ping: asyncio.Future[tuple[int, bytes]]) -> float:
    """When a Ping was answered that there is something."""
    answer = await ping
    moment = time.perf_counter()
    if Phone.ping_status(answer) != CHANGES:
        raise RuntimeError("a Ping was answered for another reason than the message")
    return moment


async def _measure(server: Running, accounts: list[Account]) -> list[float]:
    """Seconds from the beginning of a delivery to each Ping's answer; every account gets one message."""
    phones = await prepare(server.place, accounts, DEVICES)
    pings = await at_once(wait_for_mail(phone, server.place) for phone in phones)
    await asyncio.sleep(1)
    lmtp = smtplib.LMTP(str(server.lmtp))
    taken: list[float] = []
    for count, (mime, _) in enumerate(Letters().messages(len(accounts))):
        waiting = pings[count :: len(accounts)]
        moments = [asyncio.ensure_future(_moment(ping)) for ping in waiting]
        begun = time.perf_counter()
        await asyncio.to_thread(
            lmtp.sendmail, "otto@example.net", [accounts[count].address], mime, ["BODY=8BITMIME"]
        )
        taken.extend([moment - begun for moment in await asyncio.wait_for(asyncio.gather(*moments), 10)])
        await asyncio.sleep(PAUSE_SECONDS)
    lmtp.quit()
    for phone in phones:
        phone.close()
    return taken


def measure(say: Callable[[str], None]) -> list[Figure]:
    """The median and the 95th percentile with 1,000 devices waiting."""
    raise_descriptor_limit()
    shrink_tls_buffers()  # of the phones
    with tempfile.TemporaryDirectory() as folder:
        say(f"{DEVICES:,} devices wait, {DEVICES_EACH} of each account, and each account gets a message")
        accounts = asyncio.run(_fill(Path(folder)))
        with overair(Path(folder)) as server:
            taken = asyncio.run(_measure(server, accounts))
    name = f"LMTP delivery to the Ping's answer, {DEVICES:,} devices waiting"
    return [
        Figure(f"{name}: median", 1000 * statistics.median(taken), "ms", 50, False),
        Figure(f"{name}: 95th percentile", 1000 * statistics.quantiles(taken, n=20)[-1], "ms", None, False),
    ]
