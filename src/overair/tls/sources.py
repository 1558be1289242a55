"""Where a server's certificate comes from: files of an administrator, or the private authority.

A third one is in ``acme/source.py``.
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Protocol

from cryptography import x509

from overair.tls import private_ca
from overair.tls.files import Pair, read_pair
from overair.tls.machine import Machine, this_machine

Kind = Literal["files", "private", "acme"]
MACHINE_SECONDS: Final = 3600.0
"""How often the machine is asked for its names and addresses, which may change under a running server."""


class NotRenewable(Exception):
    """The certificate is not this server's to renew; the message says whose."""


class Source(Protocol):
    """What gives a certificate; all of it may block for as long as a disk does, ``renew`` for minutes."""

    @property
    def kind(self) -> Kind:
        """Which one it is."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that the server reads, which are looked at for changes."""

    @property
    def made_here(self) -> bool:
        """Whether ``renew`` needs nobody else: it is done before the server listens."""

    def load(self) -> Pair | None:
        """What is there; None where nothing is yet. Raises CertificateError, OSError."""

    def is_due(self, pair: Pair | None, now: datetime) -> bool:
        """Whether it is to be renewed. Raises CertificateError, OSError."""

    def renew(self, now: datetime, *, force: bool) -> bool:
        """Renew it where that is due, or in any case; whether it was.

        Raises NotRenewable, CertificateError, OSError.
        """


class FileSource:
    """Files that an administrator, or a program of theirs, puts in place and renews."""

    kind: Final = "files"
    made_here: Final = False

    def __init__(self, certificate: Path, private_key: Path) -> None:
        self.paths: Final = tuple(dict.fromkeys((certificate, private_key)))
        self._certificate = certificate
        self._private_key = private_key

    def load(self) -> Pair:
        """Raises CertificateError, OSError."""
        return read_pair(self._certificate, self._private_key)

    def is_due(self, pair: Pair | None, now: datetime) -> bool:
        """It never is."""
        return False

    def renew(self, now: datetime, *, force: bool) -> bool:
        """Raises NotRenewable."""
        raise NotRenewable(
            f"{self._certificate} is yours to renew: put a new one in its place, and the server reads it"
        )


class PrivateSource:
    """The private authority of a data directory."""

    kind: Final = "private"
    made_here: Final = True

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.folder: Final = folder
        self.paths: Final = (folder / "server.pem", folder / "server.key")
        self._names = names
        self._more_names: tuple[str, ...] = ()
        self._machine: Machine | None = None
        self._asked = 0.0

    def cover(self, names: tuple[str, ...]) -> None:
        """Have the certificate be for these names, too; where it lacks one, it is due."""
        self._more_names, self._machine = names, None

    def load(self) -> Pair | None:
        """Raises CertificateError, OSError."""
        certificate, key = self.paths
        return read_pair(certificate, key) if certificate.exists() else None

    def root(self) -> x509.Certificate:
        """The authority's own certificate. Raises CertificateError, OSError."""
        return private_ca.read_root(self.folder)

    def is_due(self, pair: Pair | None, now: datetime) -> bool:
        """Raises CertificateError, OSError."""
        return private_ca.is_due(self.folder, self._this_machine(), now)

    def renew(self, now: datetime, *, force: bool) -> bool:
        """Raises CertificateError, OSError."""
        return private_ca.ensure(self.folder, self._this_machine(), now, force=force).renewed

    def _this_machine(self) -> Machine:
        now = time.monotonic()
        if self._machine is None or now - self._asked > MACHINE_SECONDS:
            self._machine, self._asked = this_machine((*self._names, *self._more_names)), now
        return self._machine
