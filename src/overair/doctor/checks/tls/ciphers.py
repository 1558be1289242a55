"""Which kinds of ciphers a host takes up to TLS 1.2, each by a handshake of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.devices.device import CURRENT
from overair.doctor.facts.tls import Ciphers, Encrypted, Versions
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.handshaking import NoShake, attempt, hello_to, place_of

WITH_FORWARD_SECRECY: Final = "kECDHE:kDHE:!aNULL:!eNULL:@SECLEVEL=0"
AUTHENTICATED: Final = "AESGCM:AESCCM:CHACHA20:!aNULL:!kPSK:@SECLEVEL=0"
PLAIN_RSA: Final = "AES128-SHA:AES256-SHA:AES128-SHA256:AES256-SHA256:@SECLEVEL=0"
NEWEST: Final = "TLSv1.3"
_CURES: Final = {
    Product.NGINX: "`ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES;`",
    Product.APACHE: "`SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES`",
    Product.HAPROXY: "`ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES`",
    Product.EXCHANGE: "Enable the suites `TLS_ECDHE_…_WITH_AES_…_GCM_…` with `Enable-TlsCipherSuite`.",
    Product.IIS: "Enable the suites `TLS_ECDHE_…_WITH_AES_…_GCM_…` with `Enable-TlsCipherSuite`.",
}
NO_FORWARD_SECRECY: Final = Illness(
    id="ciphers-without-forward-secrecy",
    severity=Severity.IMPAIRS,
    hits=CURRENT,
    says="Up to TLS 1.2 {host} takes only ciphers without forward secrecy, which iOS demands of apps and "
    "which newer clients have given up.",
    cure="Allow ECDHE with AES-GCM at the server.",
    cures=_CURES,
)
ONLY_CBC: Final = Illness(
    id="ciphers-only-cbc",
    severity=Severity.ODDITY,
    says="Up to TLS 1.2 {host} takes only ciphers in CBC mode, which are being given up.",
    cure="Allow ECDHE with AES-GCM at the server.",
    cures=_CURES,
)


async def examine(bedside: Bedside) -> Ciphers:
    """Offer each kind alone, side by side."""
    host, around = bedside.host, bedside.surroundings
    accepted = bedside.fact(Versions).accepted
    if accepted == (NEWEST,):
        raise NotReached("it speaks TLS 1.3 alone, whose ciphers all devices share that speak it")
    place = place_of(host, bedside.fact(Encrypted).address, around)
    hello = replace(hello_to(host), maximum="TLSv1.2")
    outcomes = await asyncio.gather(
        *(
            attempt(place, replace(hello, ciphers=kind), around)
            for kind in (WITH_FORWARD_SECRECY, AUTHENTICATED, PLAIN_RSA)
        )
    )
    ciphers = Ciphers(*(not isinstance(outcome, NoShake) for outcome in outcomes))
    if not ciphers.forward_secret and NEWEST not in accepted:
        bedside.find(NO_FORWARD_SECRECY)
    elif not ciphers.authenticated and NEWEST not in accepted:
        bedside.find(ONLY_CBC)
    return ciphers


CHECK = Check(
    id="tls-ciphers",
    title="Which ciphers does it take?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted, Versions),
    yields=Ciphers,
    finds=(NO_FORWARD_SECRECY, ONLY_CBC),
)
