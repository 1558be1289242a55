"""A gateway on loopback: the server of ``support.server`` in front of a Dovecot, a Radicale, and a
submission server that delivers to the Dovecot.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from support.cyrus import Cyrus
from support.dovecot import PASSWORD, Dovecot
from support.mail_server import MailServer, mail_server
from support.radicale import Radicale
from support.server import RunningServer, running_server

USERS: Final = 60
"""How many users of the Dovecot have calendars and contacts, too."""


def dav_users() -> dict[str, str]:
    """The users of Dovecot's tests, for a Radicale."""
    return {f"user{number}": PASSWORD for number in range(1, USERS + 1)}


class Submitted(MailServer):
    """Takes mail for anybody, and delivers to the users of a server."""

    def __init__(self, server: Dovecot | Cyrus) -> None:
        super().__init__()
        self.server = server
        self.users: set[str] = set()
        """The names of those who get what is sent to them."""
        self.files_copies = False
        """Whether what somebody sends is put among their sent messages."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as aiosmtpd has it
        answer = await super().handle_DATA(server, session, envelope)
        if answer.startswith("250"):
            content = self.taken[-1].content
            for recipient in self.taken[-1].recipients:
                name = recipient.partition("@")[0]
                if name in self.users:
                    await asyncio.to_thread(self.server.deliver, name, content)
            if self.files_copies:
                sender = self.taken[-1].sender.partition("@")[0]
                await asyncio.to_thread(self.server.deliver, sender, content, "Sent")
        return answer


@contextlib.contextmanager
def submission(mail: Dovecot | Cyrus, passwords: Mapping[str, str] | None = None) -> Iterator[Submitted]:
    """A submission server, in a thread of its own; users log in as at the Dovecot, or with ``passwords``."""
    server = Submitted(mail)
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    ready = threading.Event()
    known = dav_users() if passwords is None else passwords

    async def main() -> None:
        async with mail_server(server, log_in=True, passwords=known):
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


@contextlib.contextmanager
def running_gateway(
    data_dir: Path,
    dovecot: Dovecot,
    radicale: Radicale | None = None,
    submitted: Submitted | None = None,
    *,
    users: Mapping[str, str] | None = None,
    **settings: Any,
) -> Iterator[RunningServer]:
    """A gateway; the user ``user1`` of the servers logs in as ``user1@example.org``. ``users`` are those of
    its own directory.
    """
    upstream: dict[str, Any] = {"imap": f"imap://127.0.0.1:{dovecot.port}", "login": "{local}"}
    if radicale is not None:
        upstream |= dict.fromkeys(("caldav", "carddav"), f"http://127.0.0.1:{radicale.port}/")
    if submitted is not None:
        upstream["smtp"] = f"submission://127.0.0.1:{submitted.port}"
    values = {f"gateway.{name}": value for name, value in upstream.items()} | settings
    with running_server(data_dir, users or {}, **values) as server:
        yield server
