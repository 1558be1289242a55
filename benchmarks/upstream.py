"""The mail server that a gateway is measured in front of, and the gateway."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.letters import BEGIN, Letters
from benchmarks.phone import Account
from benchmarks.servers import Running, overair
from support.dovecot import PASSWORD, Dovecot
from support.packages import command

PATTERNS: Final = 50
AT_ONCE: Final = 200
"""Messages that are appended in one command."""


def is_installed() -> bool:
    """Whether there is a Dovecot to measure with."""
    return command("dovecot") is not None


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot on loopback."""
    server = Dovecot()
    try:
        yield server
    finally:
        server.remove()


@contextlib.contextmanager
def gateway(
    data_dir: Path, server: Dovecot, *, upstream_tls: bool = False, core: int | None = None
) -> Iterator[Running]:
    """Overair in front of it."""
    place = f"imaps://localhost:{server.tls_port}" if upstream_tls else f"imap://127.0.0.1:{server.port}"
    settings = f'[gateway]\nimap = "{place}"\nca_file = "{server.root}"\nlogin = "{{local}}"\n'
    with overair(data_dir, core=core, settings=settings) as running:
        yield running


def account_of(user: str) -> Account:
    """A user of the Dovecot as phones log in."""
    return Account(f"{user}@example.org", PASSWORD)


def add_letters(server: Dovecot, user: str, letters: Iterable[tuple[bytes, datetime]]) -> None:
    """Messages with the times of their arrival in the Inbox."""
    _append(server, user, letters)


def add_copies(server: Dovecot, user: str, number: int) -> None:
    """That many messages in the Inbox, copies of few that are small."""
    patterns = sorted((mime for mime, _ in Letters().messages(4 * PATTERNS)), key=len)[:PATTERNS]
    dates = (BEGIN + timedelta(minutes=count) for count in range(number))
    _append(server, user, zip(itertools.cycle(patterns), dates, strict=False))


def _append(server: Dovecot, user: str, messages: Iterable[tuple[bytes, datetime]]) -> None:
    remaining = iter(messages)
    with server.client(user) as client:
        while batch := list(itertools.islice(remaining, AT_ONCE)):
            client.multiappend("INBOX", [{"msg": mime, "date": date} for mime, date in batch])
