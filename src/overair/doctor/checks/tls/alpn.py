"""Whether the server agrees on HTTP/1.1, which is what phones speak for EAS."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.devices.device import RETIRED
from overair.doctor.facts.tls import Encrypted
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.handshaking import NoShake, attempt, hello_to, place_of

HTTP_1: Final = "http/1.1"

ONLY_HTTP_2: Final = Illness(
    id="alpn-without-http1",
    severity=Severity.IMPAIRS,
    says="{host} agrees on HTTP/2 alone (ALPN) and refuses devices that offer HTTP/1.1, as most do for EAS.",
    cure="Offer http/1.1 beside h2.",
    cures={
        Product.NGINX: "Where a `stream` server has `ssl_alpn h2;`, write `ssl_alpn h2 http/1.1;`.",
        Product.APACHE: "`Protocols h2 http/1.1`",
        Product.HAPROXY: "`bind :443 ssl … alpn h2,http/1.1`",
    },
    # The doctor itself offers HTTP/1.1 and gets no further.
    explains=frozenset(("server-unknown",)),
)
DEMANDS_ALPN: Final = Illness(
    id="alpn-demanded",
    severity=Severity.IMPAIRS,
    breaks=RETIRED,
    says="{host} refuses devices that offer no protocol by ALPN, as those older than about 2014 do.",
    cure="Let the server, or the load balancer that sorts by ALPN, take connections without it as http/1.1.",
)


async def examine(bedside: Bedside) -> None:
    """Offer HTTP/1.1 alone, and nothing."""
    host, around, encrypted = bedside.host, bedside.surroundings, bedside.fact(Encrypted)
    bedside.note(f"settles on {encrypted.first.protocol or 'nothing'} by ALPN")
    place, hello = place_of(host, encrypted.address, around), hello_to(host)
    plain, silent = await asyncio.gather(
        attempt(place, replace(hello, protocols=(HTTP_1,)), around),
        attempt(place, replace(hello, protocols=()), around),
    )
    if isinstance(plain, NoShake):
        bedside.find(ONLY_HTTP_2)
    elif isinstance(silent, NoShake):
        bedside.find(DEMANDS_ALPN)


CHECK = Check(
    id="tls-alpn",
    title="Does it agree on HTTP/1.1?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted,),
    finds=(ONLY_HTTP_2, DEMANDS_ALPN),
)
