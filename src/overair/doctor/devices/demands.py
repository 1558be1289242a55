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

from overair.doctor.certificates.certificate import Certificate
from overair.doctor.certificates.stores import Knows, StoreName, store
from overair.doctor.devices.device import Device
from overair.doctor.devices.opinion import Objection
from overair.doctor.facts.tls import Chain, Ciphers, Nameless, Presented, RootStores, Versions

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
    perhaps_versions: tuple[str, ...] = ()
    """Those that it may speak."""
    store: StoreName | None
    """The list of roots that it has; None where it is not published with fingerprints."""
    installs_roots: bool = True
    """Whether somebody can install a root of their own where it looks."""
    fetches_issuers: bool | None = False
    """Whether it fetches an intermediate that the server does not send; None where that is not published."""
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
    # support.apple.com/103769; TLS 1.0 and 1.1 are deprecated since iOS 15, to be removed some day.
    perhaps_versions=("TLSv1", "TLSv1.1"),
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
        # It is Microsoft's cloud that connects, not the phone; its list of roots is Windows's, which is not
        # among those at hand.
        store=None,
        installs_roots=False,
        fetches_issuers=None,
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


ALIKE: Final[Mapping[str, frozenset[str]]] = {
    "versions": frozenset(("tls-only-old", "tls-only-newest")),
    "name": frozenset(("sni-needed", "sni-demanded")),
    "intermediate": frozenset(("intermediate-missing",)),
    "root": frozenset(("root-unknown-to-ios", "root-unknown-to-android", "self-signed", "private-authority")),
    "alternative names": frozenset(("name-common-name-only", "name-missing")),
    "purpose": frozenset(("certificate-without-purpose", "certificate-not-for-servers")),
    "days": frozenset(("certificate-lifetime-too-long",)),
    "key": frozenset(("key-too-weak",)),
    "kind of key": frozenset(("key-unusual",)),
    "signature": frozenset(("signature-too-weak",)),
}
"""Ids of the illnesses that say the same as an objection, by what it is about."""


@dataclass(frozen=True)
class Shown:
    """What the checks saw of one host; None where they did not get so far."""

    presented: Presented | None = None
    chain: Chain | None = None
    stores: RootStores | None = None
    versions: Versions | None = None
    ciphers: Ciphers | None = None
    nameless: Nameless | None = None


def objections(device: Device, shown: Shown) -> tuple[Objection, ...]:
    """Why a device would not trust a host; empty where nothing speaks against it.

    Dates and names, which every device demands alike, have findings of their own.
    """
    demands = DEMANDS[device]
    return (*_of_protocol(demands, shown), *_of_chain(demands, shown))


def doubts(device: Device, shown: Shown) -> tuple[str, ...]:
    """What would have to be known to say that a device trusts a host, and is not."""
    demands = DEMANDS[device]
    return (*_unseen(demands, shown), *_unpublished(demands, shown))


def _unseen(demands: Demands, shown: Shown) -> Iterator[str]:
    if shown.presented is None:
        yield "no certificate was seen"
    elif shown.stores is None:
        yield "nobody knows the root"
    if shown.versions is None:
        yield "the versions of TLS were not tried"
    if demands.plain_rsa and shown.ciphers is None:
        yield "the ciphers were not tried"
    if not demands.says_name and shown.nameless is None:
        yield "what it gets without saying a name was not tried"


def _unpublished(demands: Demands, shown: Shown) -> Iterator[str]:
    if shown.versions is not None and not set(demands.versions) & set(shown.versions.accepted):
        yield "it is not published whether it still speaks such old versions of TLS"
    if shown.chain is not None and shown.chain.missing and demands.fetches_issuers is None:
        yield "an intermediate certificate is missing, and it is not published whether it fetches that"
    if shown.stores is not None and not shown.stores.private:
        if demands.store is None:
            yield "the list of roots that counts for it is not at hand"
        elif shown.stores.known.get(demands.store) is Knows.UNKNOWN:
            yield f"the list of {store(demands.store).called} has no more of such a root than its name"


def _of_protocol(demands: Demands, shown: Shown) -> Iterator[Objection]:
    spoken = {*demands.versions, *demands.perhaps_versions}
    if shown.versions is not None and not spoken & set(shown.versions.accepted):
        yield Objection("no version of TLS in common", told_by=ALIKE["versions"])
    if demands.plain_rsa and shown.ciphers is not None and not shown.ciphers.plain_rsa:
        yield Objection("no cipher in common")
    own = shown.presented.own if shown.presented is not None else None
    default = shown.nameless
    if not demands.says_name and default is not None and own is not None and default.own != own:
        text = "it does not say the name that it calls and gets another certificate"
        yield Objection(text, told_by=ALIKE["name"])


def _of_chain(demands: Demands, shown: Shown) -> Iterator[Objection]:
    if shown.presented is not None:
        yield from _of_own(demands, shown.presented.own)
    if shown.chain is not None:
        if shown.chain.missing and demands.fetches_issuers is False:
            text = "an intermediate certificate is missing, and it does not fetch that"
            yield Objection(text, told_by=ALIKE["intermediate"])
        below = [link.certificate for link in shown.chain.path if link is not shown.chain.root]
        yield from _of_keys(demands, below or [shown.chain.path[0].certificate])
    if shown.stores is None:
        return
    if shown.stores.private and not demands.installs_roots:
        yield Objection(
            "the root is a private one, and nobody can install it in the cloud that connects for it"
        )
    if demands.store is not None and shown.stores.known.get(demands.store) is Knows.NO:
        text = f"the root is not in the list of {store(demands.store).called}"
        yield Objection(text, told_by=ALIKE["root"])


def _of_own(demands: Demands, own: Certificate) -> Iterator[Objection]:
    if demands.alternative_names and not own.dns_names and not own.addresses:
        text = "the certificate has no alternative names"
        yield Objection(text, told_by=ALIKE["alternative names"])
    if demands.purpose and not own.says_purpose and own.starts >= APPLE_SINCE:
        text = "the certificate does not say that it is for servers"
        yield Objection(text, told_by=ALIKE["purpose"])
    if demands.days is not None and own.days > demands.days and own.starts >= APPLE_SINCE:
        text = f"the certificate is valid for {own.days} days, and {demands.days} is the most"
        yield Objection(text, told_by=ALIKE["days"])


def _of_keys(demands: Demands, below: list[Certificate]) -> Iterator[Objection]:
    """Of each certificate below the root; they are not named, since a reason may be shown to strangers."""
    for certificate in below:
        key = certificate.key
        whose = "the server's certificate" if certificate is below[0] else "an intermediate certificate"
        if key.kind == "RSA" and key.bits < demands.minimum_rsa:
            yield Objection(f"the key of {whose} is too weak: {key}", told_by=ALIKE["key"])
        if key.kind != "RSA" and not demands.elliptic:
            yield Objection(f"it does not know the key of {whose}: {key}", told_by=ALIKE["kind of key"])
        if certificate.hash_name in demands.refused_hashes:
            text = f"it refuses the signature of {whose}: {certificate.hash_name.upper()}"
            yield Objection(text, told_by=ALIKE["signature"])
