"""How many messages a second a mail server can deliver over LMTP, each indexed, searchable and on disk."""

from __future__ import annotations

import asyncio
import itertools
import random
import smtplib
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure
from benchmarks.filling import Filling
from benchmarks.letters import SEED, Letters
from benchmarks.phone import Account
from benchmarks.servers import Running, overair
from support.pace import slowness

ACCOUNTS: Final = 20
CONNECTIONS: Final = 4
"""How many a mail server opens; Postfix up to 20."""
MESSAGES: Final = 1_000
CHUNK: Final = 100
WARM_UP: Final = 40
TEXT, PAGE, FILE = 2_000, 30_000, 300_000
"""Bytes of a plain message, of one with HTML beside its text, and of one with an attachment."""
MIXTURE: Final = (TEXT,) * 5 + (PAGE,) * 4 + (FILE,)


def letters(number: int) -> list[bytes]:
    """Half of them plain, of ten four with HTML and one with an attachment."""
    source, chance = Letters(), random.Random(SEED)
    random.seed(SEED)  # where the standard library takes its boundaries from
    sizes = itertools.cycle(MIXTURE)
    return [_letter(source, chance, count, next(sizes)) for count in range(number)]


def _letter(source: Letters, chance: random.Random, count: int, size: int) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Otto Weiß <{count % 97}@example.net>"
    message["To"] = "Team <team@example.org>"
    message["Subject"] = source.text(60).split("\n")[0][:80]
    message["Message-ID"] = f"<{count}.{chance.getrandbits(64):x}@example.net>"
    message.set_content(source.text(min(size, 6_000) * 3 // 4), cte="quoted-printable")
    if size >= PAGE:
        message.add_alternative(source.html(PAGE * 3 // 4), subtype="html", cte="quoted-printable")
    if size >= FILE:
        content = chance.randbytes((FILE - PAGE) * 3 // 4)
        message.add_attachment(content, "application", "pdf", filename=f"Angebot {count}.pdf")
    return message.as_bytes()


def _deliver(socket: Path, accounts: list[Account], mimes: list[bytes]) -> None:
    """Deliver messages one after the other on a connection, each to the next account."""
    lmtp = smtplib.LMTP(str(socket))
    for mime, account in zip(mimes, itertools.cycle(accounts), strict=False):
        lmtp.sendmail("otto@example.net", [account.address], mime, ["BODY=8BITMIME"])
    lmtp.quit()


def _deliver_all(socket: Path, accounts: list[Account], mimes: list[bytes]) -> float:
    """Deliver messages over all connections at once; seconds."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [mimes[number::CONNECTIONS] for number in range(CONNECTIONS)]
        for done in [pool.submit(_deliver, socket, accounts, share) for share in shares]:
            done.result()
    return time.perf_counter() - begun


async def _fill(path: Path) -> list[Account]:
    async with Filling(path) as filling:
        return [await filling.add_account(f"user{number}") for number in range(ACCOUNTS)]


def measure(say: Callable[[str], None]) -> list[Figure]:
    """Messages a second, and what one costs the server in CPU time."""
    mimes = letters(MESSAGES)
    with tempfile.TemporaryDirectory() as folder:
        accounts = asyncio.run(_fill(Path(folder)))
        with overair(Path(folder)) as server:
            _deliver_all(server.lmtp, accounts, mimes[:WARM_UP])
            size = sum(map(len, mimes)) / len(mimes)
            say(f"{MESSAGES:,} messages of {size / 1000:.0f} KB come over {CONNECTIONS} connections")
            chunks = [mimes[place : place + CHUNK] for place in range(0, MESSAGES, CHUNK)]
            taken, used, scaled = zip(*(_measure(server, accounts, chunk) for chunk in chunks), strict=True)
    each = 1000 / CHUNK
    return [
        Figure("LMTP delivery, 2 to 300 KB", MESSAGES / sum(taken), "messages/s", 100, True),
        Figure("LMTP delivery: CPU of the server", each * statistics.mean(used), "ms/message", None, False),
        Figure(
            "the same on the machine of the targets", each * statistics.median(scaled), "ms/message", 7, False
        ),
    ]


def _measure(server: Running, accounts: list[Account], mimes: list[bytes]) -> tuple[float, float, float]:
    """Seconds, CPU seconds of the server, and those that they would be on the machine of the targets."""
    before, slow = server.cpu_seconds(), slowness()
    taken = _deliver_all(server.lmtp, accounts, mimes)
    used = server.cpu_seconds() - before
    return taken, used, used / ((slow + slowness()) / 2)
