"""Whose certificate it is in the end: a public authority's, a private one's, or nobody's."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.issuers import installed_on_devices, put_into, trusted_here
from overair.doctor.certificates.stores import Knows, StoreName, store
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.tls.certificate_cures import NEW_CERTIFICATE
from overair.doctor.consequences import DISBELIEF
from overair.doctor.devices.device import GOOGLE_MADE, NONE, Device
from overair.doctor.facts.tls import Chain, RootStores
from overair.doctor.illness import Illness, Severity

SELF_SIGNED: Final = Illness(
    id="self-signed",
    severity=Severity.BREAKS,
    says="The certificate of {host} is signed by itself: nobody vouches for it, and phones warn or refuse.",
    cure="Get a certificate from a public authority (Let's Encrypt is free), or install this one on each "
    "device: `overair doctor certs {host}` saves it as root.cer.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF | {"certificate-lifetime-too-long", "certificate-without-purpose"},
)
PRIVATE: Final = Illness(
    id="private-authority",
    severity=Severity.BREAKS,
    says="The certificate of {host} is by the private authority “{root}”, which no device knows from its "
    "maker.",
    cure="Install the root of “{root}” on each device (`overair doctor certs {host}` saves it as root.cer "
    "where it can be had; docs/doctor/install-root.md tells how on each kind of device), and say so here "
    "with `--device-ca-file FILE`. Or get a certificate from a public authority.",
    explains=DISBELIEF,
)
NOT_HERE: Final = Illness(
    id="root-not-here",
    severity=Severity.IMPAIRS,
    hits=NONE,
    says="This machine does not know the root “{root}”, though {stores} do: it is this machine that lacks "
    "something, not {host}. The password was not sent.",
    cure="Bring this machine's roots up to date (`apt install --only-upgrade ca-certificates`, "
    "`update-ca-trust`), or hand the root to the doctor with `--ca-file FILE`.",
    explains=DISBELIEF,
)
WITHDRAWN: Final = Illness(
    id="root-withdrawn",
    severity=Severity.IMPAIRS,
    says="The root “{root}” is not, or not any more, in {lacking}; {having} still have it.",
    cure="Get a certificate from another public authority, before devices that are updated stop to believe "
    "it.",
    cures=NEW_CERTIFICATE,
)
NOT_ON_IOS: Final = Illness(
    id="root-unknown-to-ios",
    severity=Severity.IMPAIRS,
    hits=frozenset((Device.IOS,)),
    breaks=frozenset((Device.IOS,)),
    says="The root “{root}” is not in the list of {store}: iPhones do not believe {host}.",
    cure="Get a certificate from an authority that iOS knows, or let the server send the certificate by "
    "which an older root vouches for “{root}” (cross-signing), if there is one.",
    cures=NEW_CERTIFICATE,
)
NOT_ON_ANDROID: Final = Illness(
    id="root-unknown-to-android",
    severity=Severity.IMPAIRS,
    hits=GOOGLE_MADE,
    breaks=GOOGLE_MADE,
    says="The root “{root}” is not in the list of {store}: phones with Android do not believe {host}.",
    cure="Get a certificate from an authority that Android knows, or let the server send the certificate by "
    "which an older root vouches for “{root}” (cross-signing), if there is one.",
    cures=NEW_CERTIFICATE,
)
_LACKING: Final = {
    StoreName.IOS: NOT_ON_IOS,
    StoreName.ANDROID: NOT_ON_ANDROID,
}
_CURRENT: Final = (StoreName.MOZILLA, StoreName.IOS, StoreName.ANDROID)


async def examine(bedside: Bedside) -> RootStores:
    """Look the roots up in each list."""
    chain = bedside.fact(Chain)
    if chain.root is None and len(chain.path) == 1:
        raise NotReached("nobody knows who issued the certificate")
    # A server does not have to send the root; one that no list knows and nobody sends has a name at least.
    last = chain.path[-1].certificate
    name = last.name if chain.root is not None else last.issuer
    fingerprints = {one.fingerprint for one in chain.roots}
    known = {
        one: Knows.YES
        if fingerprints & put_into(one, bedside.surroundings)
        else store(one).knows(chain.roots)
        for one in StoreName
    }
    having = [one for one in _CURRENT if known[one] is Knows.YES]
    if fingerprints & installed_on_devices(bedside.surroundings):
        bedside.note(f"“{name}” is installed on the devices")
        return RootStores(dict.fromkeys(StoreName, Knows.YES), private=not having)
    bedside.note(f"“{name}”: " + ", ".join(f"{store(one).called} {known[one].value}" for one in StoreName))
    if not having:
        bedside.find(SELF_SIGNED if len(chain.path) == 1 else PRIVATE, root=name)
        return RootStores(known)
    told = ", ".join(store(one).called for one in having)
    if not fingerprints & trusted_here(bedside.surroundings):
        bedside.find(NOT_HERE, root=name, stores=told)
    for one, illness in _LACKING.items():
        if known[one] is Knows.NO:
            bedside.find(illness, root=name, store=store(one).called)
    if known[StoreName.MOZILLA] is Knows.NO:
        bedside.find(WITHDRAWN, root=name, lacking=store(StoreName.MOZILLA).called, having=told)
    return RootStores(known)


CHECK = Check(
    id="chain-authority",
    title="Do devices know its root?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Chain,),
    yields=RootStores,
    finds=(SELF_SIGNED, PRIVATE, NOT_HERE, NOT_ON_IOS, NOT_ON_ANDROID, WITHDRAWN),
)
