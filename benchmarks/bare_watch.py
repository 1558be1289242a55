"""How soon Dovecot itself tells a client of a message: on the mailbox that IDLE is in, and by NOTIFY.

It waits for half a second after each change of a mailbox before it tells anybody, in case there is more
(NOTIFY_DELAY_MSECS of its mailbox-watch.c and mailbox-list-index-notify.c); there is no setting for that.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Final

from overair.credentials import Credentials
from overair.imap.responses import Event
from overair.imap.server import Security, Server
from overair.imap.session import log_in
from support.dovecot import PASSWORD, Dovecot

DELIVERIES: Final = 10
PAUSE_SECONDS: Final = 1.0
MESSAGE: Final = b"From: anna@example.org\r\nSubject: bare\r\n\r\nHello.\r\n"


async def _seconds(behind: Dovecot, user: str, *, notify: bool) -> list[float]:
    session = await log_in(Server("127.0.0.1", behind.port, Security.NONE), Credentials(user, PASSWORD))
    told = asyncio.Event()

    def hear(_event: Event) -> None:
        told.set()

    try:
        if notify:
            await session.notify(["INBOX"])
        else:
            await session.select("INBOX")
        session.on_event = hear
        await session.idle()
        taken = []
        for _ in range(DELIVERIES):
            await asyncio.sleep(PAUSE_SECONDS)
            told.clear()
            begun = time.perf_counter()
            await asyncio.to_thread(behind.deliver, user, MESSAGE)
            await asyncio.wait_for(told.wait(), 30)
            taken.append(time.perf_counter() - begun)
        return taken
    finally:
        await session.logout()


def medians(behind: Dovecot) -> tuple[float, float]:
    """Milliseconds from the beginning of a delivery to what a client hears by IDLE, and by NOTIFY."""
    idle, notify = (
        1000 * statistics.median(asyncio.run(_seconds(behind, behind.user(), notify=notify)))
        for notify in (False, True)
    )
    return idle, notify
