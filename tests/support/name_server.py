"""A real authoritative name server (Knot) on loopback."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import dns.asyncresolver
import dns.exception
import dns.resolver

from support.packages import command
from support.ports import free_port

START_SECONDS: Final = 20
HEAD: Final = """$ORIGIN {zone}.
@ 60 IN SOA ns hostmaster 1 3600 600 86400 60
@ 60 IN NS ns
ns 60 IN A 127.0.0.1
"""


class NameServer:
    """A server of one zone, whose lines are what follows its SOA; needs ``knotd`` (support.packages)."""

    def __init__(self, zone: str, lines: str) -> None:
        self.port = free_port()
        self._zone = zone
        # The path of its control socket has to be short.
        self._folder = Path(tempfile.mkdtemp(prefix="knot"))
        (self._folder / "zone").write_text(HEAD.format(zone=zone) + lines + "\n", encoding="ascii")
        (self._folder / "knot.conf").write_text(
            f'server:\n  rundir: "{self._folder}"\n  listen: 127.0.0.1@{self.port}\n'
            f'database:\n  storage: "{self._folder}"\n'
            f'zone:\n  - domain: {zone}\n    storage: "{self._folder}"\n    file: zone\n'
            "    journal-content: none\n",
            encoding="ascii",
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """As ``--server`` takes it."""
        return f"127.0.0.1:{self.port}"

    def resolver(self) -> dns.asyncresolver.Resolver:
        """What asks this server alone."""
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.port
        return resolver

    def __enter__(self) -> Self:
        program = command("knotd")
        assert program is not None
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(self._folder / "knot.conf")], stdout=log, stderr=log
            )
        asking = dns.resolver.Resolver(configure=False)
        asking.nameservers, asking.port = ["127.0.0.1"], self.port
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                asking.resolve(f"{self._zone}.", "SOA", lifetime=1)
                return self
            except dns.exception.DNSException:
                said = (self._folder / "log").read_text(errors="replace")
                assert self._process.poll() is None, said
                assert time.monotonic() < deadline, said
                time.sleep(0.05)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)
