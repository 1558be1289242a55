"""Whether a host agrees on an elliptic curve that older devices know."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.tls import Encrypted, Presented
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.handshaking import NoShake, hello_to, place_of, shake

P256: Final = "secp256r1"
ONLY_NEW: Final = Illness(
    id="groups-only-new",
    severity=Severity.IMPAIRS,
    says="{host} agrees on {group} and not on P-256, the curve that every device knows; phones of before "
    "about 2017 and Windows before 10 fail.",
    cure="Allow P-256 (secp256r1, prime256v1) beside {group}.",
    cures={
        Product.NGINX: "`ssl_ecdh_curve X25519:prime256v1:secp384r1;`",
        Product.APACHE: "`SSLOpenSSLConfCmd Groups X25519:P-256:P-384`",
        Product.HAPROXY: "`bind :443 ssl … curves X25519:P-256:P-384`",
        Product.EXCHANGE: "`Enable-TlsEccCurve -Name NistP256 -Position 1`",
        Product.IIS: "`Enable-TlsEccCurve -Name NistP256 -Position 1`",
    },
)


async def examine(bedside: Bedside) -> None:
    """Offer that curve alone."""
    host, around, encrypted = bedside.host, bedside.surroundings, bedside.fact(Encrypted)
    group = encrypted.first.group
    bedside.note(group or "no elliptic curve")
    if bedside.fact(Presented).own.key.curve not in ("", P256):
        # Up to TLS 1.2 the curve of the certificate's key has to be among those that are offered.
        raise NotReached("its certificate's key is on another curve itself")
    place = place_of(host, encrypted.address, around)
    try:
        await shake(place, replace(hello_to(host), only_p256=True), around)
    except NoShake:
        bedside.find(ONLY_NEW, group=group or "another curve")


CHECK = Check(
    id="tls-groups",
    title="Does it agree on a curve that older devices know?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted, Presented),
    finds=(ONLY_NEW,),
)
