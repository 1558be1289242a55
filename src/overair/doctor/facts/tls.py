"""What a TLS handshake shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from overair.doctor.certificates.certificate import Certificate
from overair.doctor.certificates.stores import Knows, StoreName
from overair.doctor.check import Fact
from overair.doctor.network.handshaking import Shake


@dataclass(frozen=True)
class Encrypted(Fact):
    """A host speaks TLS: by each open address that does."""

    shakes: Mapping[str, Shake]

    @property
    def address(self) -> str:
        """The address that a phone tries first."""
        return next(iter(self.shakes))

    @property
    def first(self) -> Shake:
        """The handshake with that address."""
        return self.shakes[self.address]


@dataclass(frozen=True)
class Presented(Fact):
    """The certificates that a phone gets, and they can be read."""

    sent: tuple[Certificate, ...]
    """In the order in which they were sent, the server's own first."""

    @property
    def own(self) -> Certificate:
        """The server's."""
        return self.sent[0]


class Origin(StrEnum):
    """Where a certificate of a chain is from."""

    SENT = "sent by the server"
    GIVEN = "given to the doctor"
    MACHINE = "from this machine's store"
    MOZILLA = "from Mozilla's list"
    FETCHED = "fetched from the address that the certificate below it names"


@dataclass(frozen=True)
class Link:
    """One certificate of a chain."""

    certificate: Certificate
    origin: Origin


@dataclass(frozen=True)
class Chain(Fact):
    """From the server's own certificate up, as far as anybody knows."""

    path: tuple[Link, ...]
    """The shortest one; the last is a root where it is complete."""
    roots: tuple[Certificate, ...]
    """Every root that it can be followed to, over cross-signed certificates, too."""

    @property
    def root(self) -> Link | None:
        """The end of the path; None where it is not complete."""
        return self.path[-1] if self.path[-1].certificate.self_signed else None

    @property
    def missing(self) -> tuple[Certificate, ...]:
        """Intermediates of the path that the server did not send."""
        return tuple(
            link.certificate
            for link in self.path
            if link.origin is Origin.FETCHED and not link.certificate.self_signed
        )


@dataclass(frozen=True)
class RootStores(Fact):
    """Who knows the root of a host's certificate."""

    known: Mapping[StoreName, Knows]
    """By each list; a root that is installed on the devices is known to all."""
    private: bool = False
    """Whether it is installed on the devices and no public list has it."""


@dataclass(frozen=True)
class Versions(Fact):
    """The versions of TLS that a host accepts, by a handshake with each."""

    accepted: tuple[str, ...]
    """As OpenSSL names them, the oldest first: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3; at least one."""


@dataclass(frozen=True)
class Ciphers(Fact):
    """The kinds of ciphers that a host takes up to TLS 1.2, by a handshake with each."""

    forward_secret: bool
    """ECDHE or DHE."""
    authenticated: bool
    """AES-GCM, AES-CCM or ChaCha20."""
    plain_rsa: bool
    """AES-CBC with the key exchange of RSA, all that Windows Mobile 6 and Symbian have of today's."""


@dataclass(frozen=True)
class Nameless(Fact):
    """What a host shows to a device that does not say which name it calls, as Windows Mobile 6."""

    own: Certificate | None
    """None where the handshake failed."""


@dataclass(frozen=True)
class Trusted(Fact):
    """The password may go there: this machine believes the certificate, or the user trusts it by name."""

    doubts: Mapping[str, str] = field(default_factory=dict)
    """Addresses of the host at which it shows another certificate that is not believed, and why not."""
