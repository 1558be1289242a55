"""A server in a process of its own that is attacked, and what an attack costs it.

CPU seconds and memory are read from the kernel, so a busy machine changes neither, and a slow one is
allowed for::

    with Target(tmp_path / "data") as server:
        with server.measured() as cost:
            ...  # attack; an honest phone goes on meanwhile
        cost.assert_within(cpu=2)
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.sync import AddCommand, CollectionRequest, SyncRequest, SyncResponse
from overair.wbxml import Element
from overair.wbxml.pages import Contacts
from support import hashing
from support.house import House, add_accounts
from support.pace import pace
from support.phone import Phone
from support.server import BEN, DOMAIN, PASSWORD, USERS

PAUSE = 0.02
"""Seconds between two requests of the honest phone."""
MEBIBYTE = 1024 * 1024
HELD = 0.2
"""CPU seconds for which an attack may hold the event loop."""
HONEST = 0.01
"""CPU seconds of a request of the honest phone, well reckoned."""


@dataclass
class Cost:
    """What the time of an attack cost the server."""

    cpu: float = 0.0
    """Seconds of CPU of all its threads."""
    growth: int = 0
    """Bytes that its peak memory lies above what it had before."""
    held: float = 0.0
    """The most CPU seconds of the event loop's thread while one look of the honest phone was answered."""
    delay: float = 0.0
    """The most CPU seconds of all threads while one change of the honest phone was answered."""
    looks: int = 0
    changes: int = 0
    pace: float = 1.0
    """What a second of these is worth: see support.pace."""

    def assert_within(
        self,
        cpu: float = 0.6,
        growth: int = 64 * MEBIBYTE,
        held: float = HELD,
        delay: float = math.inf,
    ) -> None:
        """Assert that it cost no more; what the honest phone cost is taken off."""
        assert self.cpu / self.pace - HONEST * (self.looks + self.changes) <= cpu, self
        assert self.growth <= growth, self
        assert self.held / self.pace <= held, self
        assert self.delay / self.pace <= delay, self


class Target(House):
    """A house with two accounts and LMTP, that is attacked by phones of the one and by strangers."""

    def __init__(self, data_dir: Path, *, tls: bool = False, settings: str = "") -> None:
        super().__init__(data_dir, tls=tls, settings=f'domain = "{DOMAIN}"\n{settings}')
        with hashing.true():
            add_accounts(data_dir, USERS, PASSWORD)
        self._honest: Honest | None = None

    def phone(self, **fields: Any) -> Phone:
        """A phone of Anna, who attacks; always the same one unless ``fields`` say otherwise."""
        return Phone(self, **({"device_id": "attacker"} | fields))

    def connect(self, timeout: float = 60) -> socket.socket:
        """A connection, with TLS where the server has it."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        if self.trust is not None:
            return self.trust.wrap_socket(connection, server_hostname="localhost")
        return connection

    def connect_lmtp(self, timeout: float = 60) -> socket.socket:
        """A connection of the mail server on this machine."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(timeout)
        connection.connect(str(self.lmtp))
        return connection

    def loop_cpu(self) -> float:
        """CPU seconds of the event loop's thread."""
        schedstat = Path(f"/proc/{self.pid}/task/{self.pid}/schedstat")
        return int(schedstat.read_text(encoding="ascii").split()[0]) / 1e9

    def status(self, name: str) -> int:
        """Bytes from /proc/PID/status, such as VmRSS."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:"))) * 1024

    @contextlib.contextmanager
    def measured(self) -> Iterator[Cost]:
        """What happens in the block costs what the yielded Cost says at its end.

        An honest phone looks and changes all the while; it must be answered each time.
        """
        cost = Cost()
        if self._honest is None:
            self._honest = Honest(self)
        honest = self._honest
        # The peak since now on: man 5 proc, clear_refs.
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")
        before, cpu = self.status("VmRSS"), self.cpu_seconds()
        cost.pace = pace()
        with honest.at_work(cost):
            yield cost
        cost.pace = max(cost.pace, pace())
        cost.growth = self.status("VmHWM") - before
        cost.cpu = self.cpu_seconds() - cpu


class Honest:
    """A phone of somebody else that wants to be served while others misbehave."""

    def __init__(self, server: Target) -> None:
        self._server, self._cost = server, Cost()
        self._phone = Phone(server, address=BEN)
        self._contacts = self._phone.folders()[FolderType.CONTACTS].server_id
        self._key = self._sync("0")
        self._ended = threading.Event()
        self._error: BaseException | None = None

    @contextlib.contextmanager
    def at_work(self, cost: Cost) -> Iterator[None]:
        """Ask all through the block; what it took is written into the cost. Raises what went wrong."""
        self._cost = cost
        self._ended.clear()
        thread = threading.Thread(target=self._work)
        self._once()
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
        if self._error is not None:
            raise self._error
        self._once()

    def _work(self) -> None:
        try:
            while not self._ended.wait(PAUSE):
                self._once()
        except BaseException as error:
            self._error = error

    def _once(self) -> None:
        before = self._server.loop_cpu()
        answer = self._phone.http("OPTIONS", "/Microsoft-Server-ActiveSync", self._headers())
        assert answer.status == 200, answer
        self._cost.held = max(self._cost.held, self._server.loop_cpu() - before)
        self._cost.looks += 1
        begun = self._server.cpu_seconds()
        name = Element(Contacts.FirstName, f"No. {self._cost.changes}")
        self._key = self._sync(
            self._key, AddCommand(client_id=str(time.monotonic_ns()), application_data=[name])
        )
        self._cost.delay = max(self._cost.delay, self._server.cpu_seconds() - begun)
        self._cost.changes += 1

    def _headers(self) -> dict[str, str]:
        return {"Authorization": self._phone.request(Command.SYNC).to_headers()["Authorization"]}

    def _sync(self, key: str, *commands: AddCommand) -> str:
        request = CollectionRequest(sync_key=key, collection_id=self._contacts, commands=commands)
        answer = self._phone.post(Command.SYNC, SyncRequest(collections=(request,)))
        (collection,) = answer.read(SyncResponse).collections
        assert collection.status == 1, collection
        return collection.sync_key
