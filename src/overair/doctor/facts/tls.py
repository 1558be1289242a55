"""What a TLS handshake shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Shake:
    """One handshake, with nobody trusted and everybody seen."""

    chain: tuple[bytes, ...]
    """The certificates in DER as they were sent, the server's own first."""
    version: str
    """As OpenSSL names it: TLSv1.2, TLSv1.3."""
    cipher: str
    protocol: str
    """What ALPN settled; empty where nothing."""
    client_certificate: bool
    """Whether the server asked for one."""
    staple: bytes
    """The OCSP response that was stapled, in DER; empty where none was."""
    group: str = ""
    """The group of the key exchange as OpenSSL names it (x25519, secp256r1); empty where there was none."""
    alert: int | None = None
    """The alert (RFC 8446 section 6) by which the server ended it after it had shown its certificate."""


@dataclass(frozen=True)
class Encrypted(Fact):
    """A host speaks TLS: by each open address that does."""

    shakes: Mapping[str, Shake]

    @property
    def first(self) -> Shake:
        """The handshake with the address that a phone tries first."""
        return next(iter(self.shakes.values()))


@dataclass(frozen=True)
class Trusted(Fact):
    """The password may go there: this machine believes the certificate, or the user trusts it by name."""

    by_fingerprint: bool
