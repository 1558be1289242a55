"""Debian's pebble on loopback: an ACME server that validates for real, with a DNS of its own.

Every name leads to 127.0.0.1, where pebble connects to ports of the test's choosing.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from overair.tls.machine import Machine
from overair.tls.private_ca import ensure
from support.ports import free_port

START_SECONDS = 30
BLOCKED = "blocked.example.org"
"""A name for which it makes no certificate."""
MAC_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
"""Of the account that it knows as ``kid-1``."""


@dataclass(frozen=True)
class AcmeServer:
    """Where it is, and where it validates."""

    directory: str
    root: Path
    """What its own HTTPS is trusted by."""
    http_port: int
    tls_port: int

    def settings(self, challenge: str = "tls-alpn-01", **more: object) -> dict[str, object]:
        """``[tls.acme]`` for it."""
        return {
            "accept_terms": True,
            "directory": self.directory,
            "ca_file": str(self.root),
            "challenge": challenge,
            **more,
        }


@contextlib.contextmanager
def acme_server(
    folder: Path, *, binding: bool = False, environment: Mapping[str, str] | None = None
) -> Iterator[AcmeServer]:
    """Run one; with ``binding`` it makes accounts only for those that it knows."""
    made = ensure(folder / "https", Machine(("localhost",), ()))
    listen, manage, names = free_port(), free_port(), free_port()
    server = AcmeServer(
        f"https://localhost:{listen}/dir", folder / "https" / "root.pem", free_port(), free_port()
    )
    config = {
        "listenAddress": f"127.0.0.1:{listen}",
        "managementListenAddress": f"127.0.0.1:{manage}",
        "certificate": str(made.certificate_path),
        "privateKey": str(made.private_key_path),
        "httpPort": server.http_port,
        "tlsPort": server.tls_port,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": binding,
        "externalAccountMACKeys": {"kid-1": MAC_KEY},
        "domainBlocklist": [BLOCKED],
        "certificateValidityPeriod": 90 * 86_400,
    }
    (folder / "pebble.json").write_text(json.dumps({"pebble": config}))
    dns = ["pebble-challtestsrv", "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]
    dns += ["-dns01", f"127.0.0.1:{names}", "-management", f"127.0.0.1:{free_port()}"]
    pebble = ["pebble", "-config", str(folder / "pebble.json"), "-dnsserver", f"127.0.0.1:{names}"]
    # It refuses some good nonces and remembers some authorizations, as others may.
    surroundings = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "10"} | dict(
        environment or {}
    )
    with (folder / "pebble.log").open("wb") as log:
        processes = [
            subprocess.Popen(command, stdout=log, stderr=log, env=surroundings) for command in (dns, pebble)
        ]
        try:
            _await(listen, folder / "pebble.log")
            yield server
        finally:
            for process in processes:
                process.terminate()
                process.wait()


def _await(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
