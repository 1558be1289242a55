"""A certificate from an ACME server, as a source of the server's certificate."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from overair.tls.acme.ordering import order
from overair.tls.acme_settings import Acme, AcmeError
from overair.tls.authority import names_of
from overair.tls.files import CertificateError, Pair, read_pair, write_file
from overair.tls.names import address_of
from overair.tls.responder import Responder

RENEWED_SHARE: Final = 3
"""A certificate is renewed when a third of its life is left: 30 of 90 days, two of six."""


class AcmeSource:
    """Account key and certificate of one directory, in a folder of its own.

    Key and chain are one file, so that both change at once: there is no moment at which a killed
    process leaves one of them behind.
    """

    kind: Final = "acme"
    made_here: Final = False

    def __init__(self, folder: Path, settings: Acme, names: tuple[str, ...], responder: Responder) -> None:
        host = urlsplit(settings.directory).netloc.lower()
        self.folder: Final = folder / "".join(
            letter if letter.isalnum() or letter in ".-" else "_" for letter in host
        )
        self.paths: Final = (self.folder / "server.pem",)
        self._responder = responder
        self._settings = settings
        self._names = names

    def load(self) -> Pair | None:
        """Raises CertificateError, OSError."""
        [path] = self.paths
        return read_pair(path, path) if path.exists() else None

    def is_due(self, pair: Pair | None, now: datetime) -> bool:
        """When there is none, when it is for other names, and when a third of its life is left."""
        if pair is None:
            return True
        hosts, addresses = names_of(pair.leaf)
        wanted = {name for name in self._names if address_of(name) is None}
        if hosts != wanted or addresses != {address_of(name) for name in self._names} - {None}:
            return True
        begin, end = pair.leaf.not_valid_before_utc, pair.leaf.not_valid_after_utc
        return now >= end - (end - begin) / RENEWED_SHARE

    def renew(self, now: datetime, *, force: bool) -> bool:
        """Order one. Raises CertificateError, OSError."""
        if not force and not self.is_due(self._readable(), now):
            return False
        try:
            bundle = order(self._settings, self.folder, self._names, self._responder)
        except AcmeError as error:
            raise CertificateError(f"tls.acme: {error}") from None
        write_file(self.paths[0], bundle)
        return True

    def _readable(self) -> Pair | None:
        """What is there, if it can be read: a damaged one is renewed."""
        try:
            return self.load()
        except CertificateError:
            return None
