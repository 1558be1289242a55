"""Servers in processes of their own."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support import probe


@dataclass
class Running:
    """A served probe: its port, its process, and how to end it."""

    place: str
    process: subprocess.Popen[str]
    trust: ssl.SSLContext | None = None

    @property
    def port(self) -> int:
        return int(self.place)

    def memory(self) -> int:
        """The process's proportional set size in bytes."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii")
        return int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))) * 1024

    def terminate(self) -> float:
        """Send SIGTERM; returns the seconds until the process has ended."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - begun


Serve = Callable[..., Running]


@pytest.fixture(scope="module")
def plain(certificate: tuple[Path, Path]) -> Iterator[Running]:
    """One probe over plain HTTP for the tests that leave it as it was."""
    with servers(certificate) as start:
        yield start()


@pytest.fixture(scope="module")
def impatient(certificate: tuple[Path, Path]) -> Iterator[Running]:
    """A probe whose time limits are half a second."""
    with servers(certificate) as start:
        yield start(patience="0.5")


@pytest.fixture
def serve(certificate: tuple[Path, Path]) -> Iterator[Serve]:
    """Start the probe: ``serve(tls=True)``, ``serve("/path/of/socket")``, ``serve(proxies="127.0.0.1")``."""
    with servers(certificate) as start:
        yield start


@contextlib.contextmanager
def servers(certificate: tuple[Path, Path]) -> Iterator[Serve]:
    running: list[subprocess.Popen[str]] = []

    def start(
        place: str = "0",
        *,
        tls: bool = False,
        proxies: str = "",
        patience: str = "",
        proxy_protocol: bool = False,
    ) -> Running:
        files = [str(path) for path in certificate] if tls else ["", ""]
        process = subprocess.Popen(
            [sys.executable, probe.__file__, place, *files, proxies, patience, "yes" * proxy_protocol],
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        trust = ssl.create_default_context(cafile=str(certificate[0])) if tls else None
        return Running(line, process, trust)

    try:
        yield start
    finally:
        for process in running:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "probe")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
