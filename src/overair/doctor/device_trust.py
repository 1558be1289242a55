"""Whether a kind of device would trust a server: what each demands of TLS and certificates, as a table.

The releases of today are meant, where there are any. What nobody publishes is left open: None, or nothing
demanded, so that a device is never said to refuse what it may take.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from overair.doctor.certificate import Certificate
from overair.doctor.device import Device
from overair.doctor.facts.tls import Chain, Ciphers, Nameless, Presented, RootStores, Versions
from overair.doctor.stores import Knows, StoreName, store

APPLE_SINCE: Final = dt.datetime(2019, 7, 1, tzinfo=dt.UTC)
"""Certificates that begin to be valid before do not have to say their purpose, nor be short-lived (iOS 13,
support.apple.com/103769)."""
APPLE_DAYS: Final = 825
APPLE_PUBLIC_SINCE: Final = dt.datetime(2020, 9, 1, tzinfo=dt.UTC)
APPLE_PUBLIC_DAYS: Final = 398
"""Of those by roots that come with the system (support.apple.com/102028)."""
MODERN: Final = ("TLSv1.2", "TLSv1.3")


class Demands(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of device demands."""

    versions: tuple[str, ...] = MODERN
    """The versions of TLS that it speaks."""
    store: StoreName | None
    """The list of roots that it has; None where it is not published with fingerprints."""
    fetches_issuers: bool = False
    """Whether it fetches an intermediate that the server does not send."""
    alternative_names: bool = True
    """Whether the common name does not count."""
    says_name: bool = True
    """Whether it says the name that it calls (SNI)."""
    plain_rsa: bool = False
    """Whether it has nothing but AES-CBC with the key exchange of RSA."""
    minimum_rsa: int = 1024
    """Bits of an RSA key."""
    elliptic: bool = True
    """Whether it knows EC keys."""
    refused_hashes: frozenset[str] = frozenset(("md2", "md5"))
    """Of signatures below the root."""
    purpose: bool = False
    """Whether a certificate that does not say that it is for servers is refused."""
    days: int | None = None
    """How long a certificate may be valid, where it was issued since APPLE_SINCE."""


APPLE: Final = Demands(
    # support.apple.com/103769, and for TLS 1.0 and 1.1 the notes of iOS 15, which call them deprecated.
    store=StoreName.IOS,
    fetches_issuers=True,
    minimum_rsa=2048,
    refused_hashes=frozenset(("md2", "md5", "sha1")),
    purpose=True,
    days=APPLE_DAYS,
)
GOOGLE: Final = Demands(
    # source.android.com, Conscrypt: TLS 1.0 and 1.1 are disallowed since Android 15; names since Android 9.
    store=StoreName.ANDROID,
)
DEMANDS: Final[Mapping[Device, Demands]] = {
    Device.IOS: APPLE,
    Device.ANDROID: GOOGLE,
    Device.SAMSUNG: GOOGLE,
    Device.OUTLOOK: Demands(
        # It is Microsoft's cloud that connects, not the phone; its list of roots is Windows's.
        store=None,
        refused_hashes=frozenset(("md2", "md5", "sha1")),
    ),
    Device.WINDOWS_MOBILE: Demands(
        versions=("TLSv1",),
        store=StoreName.WINDOWS_MOBILE,
        alternative_names=False,
        says_name=False,
        plain_rsa=True,
        elliptic=False,
        refused_hashes=frozenset(("sha384", "sha512")),
    ),
}


@dataclass(frozen=True)
class Shown:
    """What the checks saw of one host; None where they did not get so far."""

    name: str
    """The host's."""
    presented: Presented | None = None
    chain: Chain | None = None
    stores: RootStores | None = None
    versions: Versions | None = None
    ciphers: Ciphers | None = None
    nameless: Nameless | None = None


def objections(device: Device, shown: Shown) -> tuple[str, ...]:
    """Why a device would not trust a host, in plain words; empty where nothing speaks against it.

    Dates and names, which every device demands alike, have findings of their own.
    """
    demands = DEMANDS[device]
    return (*_of_protocol(demands, shown), *_of_chain(demands, shown))


def _of_protocol(demands: Demands, shown: Shown) -> Iterator[str]:
    if shown.versions is not None and not set(demands.versions) & set(shown.versions.accepted):
        yield "no version of TLS in common"
    if demands.plain_rsa and shown.ciphers is not None and not shown.ciphers.plain_rsa:
        yield "no cipher in common"
    own = shown.presented.own if shown.presented is not None else None
    default = shown.nameless
    if not demands.says_name and default is not None and own is not None and default.own != own:
        yield "it does not say the name that it calls and gets another certificate"


def _of_chain(demands: Demands, shown: Shown) -> Iterator[str]:
    if shown.presented is not None:
        yield from _of_own(demands, shown.presented.own)
    if shown.chain is not None:
        if shown.chain.missing and not demands.fetches_issuers:
            yield "an intermediate certificate is missing, and it does not fetch it"
        below = [link.certificate for link in shown.chain.path if link is not shown.chain.root]
        yield from _of_keys(demands, below or [shown.chain.path[0].certificate])
    known = shown.stores.known if shown.stores is not None else {}
    if demands.store is not None and known.get(demands.store) is Knows.NO:
        yield f"the root is not in the list of {store(demands.store).called}"


def _of_own(demands: Demands, own: Certificate) -> Iterator[str]:
    if demands.alternative_names and not own.dns_names and not own.addresses:
        yield "the certificate has no alternative names"
    if demands.purpose and not own.says_purpose and own.starts >= APPLE_SINCE:
        yield "the certificate does not say that it is for servers"
    if demands.days is not None and own.days > demands.days and own.starts >= APPLE_SINCE:
        yield f"the certificate is valid for {own.days} days, and {demands.days} is the most"


def _of_keys(demands: Demands, below: list[Certificate]) -> Iterator[str]:
    for certificate in below:
        key = certificate.key
        if key.kind == "RSA" and key.bits < demands.minimum_rsa:
            yield f"the key of “{certificate.name}” is too weak: {key}"
        if key.kind != "RSA" and not demands.elliptic:
            yield f"it does not know the key of “{certificate.name}”: {key}"
        if certificate.hash_name in demands.refused_hashes:
            yield f"it refuses the signature of “{certificate.name}”: {certificate.hash_name.upper()}"
