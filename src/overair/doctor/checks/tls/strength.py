"""Whether keys and signatures are strong enough for the phones of today, and of a kind that they know."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import OLD_HASHES, Key
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.tls.certificate_cures import NEW_CERTIFICATE
from overair.doctor.consequences import DISBELIEF
from overair.doctor.devices.demands import APPLE
from overair.doctor.devices.device import RETIRED, Device
from overair.doctor.facts.tls import Chain
from overair.doctor.illness import Illness, Severity

IPHONES_AND_CLOUD: Final = frozenset((Device.IOS, Device.OUTLOOK))
"""Android takes RSA of 1024 bits and SHA-1 still (Conscrypt's ChainStrengthAnalyzer)."""
CURVES: Final = ("secp256r1", "secp384r1")

KEY_WEAK: Final = Illness(
    id="key-too-weak",
    severity=Severity.IMPAIRS,
    hits=IPHONES_AND_CLOUD,
    breaks=frozenset((Device.IOS,)),
    says="The key of “{name}” is {key}; iPhones since iOS 13 and others refuse RSA below 2048 bits.",
    cure="Make a new key, RSA 2048 or EC on P-256, and have the certificate issued for it.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
SIGNATURE_WEAK: Final = Illness(
    id="signature-too-weak",
    severity=Severity.IMPAIRS,
    hits=IPHONES_AND_CLOUD,
    breaks=IPHONES_AND_CLOUD,
    says="The certificate “{name}” is signed with {hash}, which iPhones since iOS 13 and others refuse.",
    cure="Have it issued again with SHA-256. An authority of Windows is told so with `certutil -setreg "
    "ca\\csp\\CNGHashAlgorithm SHA256` and a restart of its service.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
KEY_UNUSUAL: Final = Illness(
    id="key-unusual",
    severity=Severity.IMPAIRS,
    breaks=RETIRED,
    says="The key of “{name}” is {key}, which not every phone knows.",
    cure="Make a new key, RSA 2048 or EC on P-256, and have the certificate issued for it.",
    cures=NEW_CERTIFICATE,
)


async def examine(bedside: Bedside) -> None:
    """Look at each certificate below the root: nobody looks at a root's own signature."""
    chain = bedside.fact(Chain)
    below = [link.certificate for link in chain.path if link is not chain.root or len(chain.path) == 1]
    for certificate in below:
        key = certificate.key
        if _weak(key):
            bedside.find(KEY_WEAK, name=certificate.name, key=key)
        elif _unusual(key):
            bedside.find(KEY_UNUSUAL, name=certificate.name, key=key)
        if certificate.hash_name in OLD_HASHES:
            bedside.find(SIGNATURE_WEAK, name=certificate.name, hash=certificate.hash_name.upper())


def _weak(key: Key) -> bool:
    return key.kind == "DSA" or (key.kind == "RSA" and key.bits < APPLE.minimum_rsa)


def _unusual(key: Key) -> bool:
    return key.curve not in CURVES if key.kind == "EC" else key.kind != "RSA"


CHECK = Check(
    id="certificate-strength",
    title="Are keys and signatures strong enough?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Chain,),
    finds=(KEY_WEAK, SIGNATURE_WEAK, KEY_UNUSUAL),
)
