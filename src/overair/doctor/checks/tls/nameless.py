"""What is shown to a device that does not say which name it calls (no SNI), as Windows Mobile."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Unreadable, read
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.tls.names import covers
from overair.doctor.devices.device import RETIRED
from overair.doctor.facts.tls import Encrypted, Nameless
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.handshaking import NoShake, hello_to, place_of, shake

_CURES: Final = {
    Product.NGINX: "Write `listen 443 ssl default_server;` into the server of {host}.",
    Product.APACHE: "Make the `<VirtualHost *:443>` of {host} the first one.",
    Product.HAPROXY: "Put the certificate of {host} first (`bind :443 ssl crt FILE crt DIRECTORY`).",
    Product.IIS: "Take the tick from “Require Server Name Indication” in the https binding.",
    Product.EXCHANGE: "Take the tick from “Require Server Name Indication” in the https binding of Default "
    "Web Site.",
}
ANOTHER: Final = Illness(
    id="sni-needed",
    severity=Severity.ODDITY,
    hits=RETIRED,
    breaks=RETIRED,
    says="Devices that do not say which name they call (Windows Mobile, Symbian, Android 2) get the "
    "certificate of “{name}” instead of that of {host}.",
    cure="Where such devices are in use, make {host} the default site of its address.",
    cures=_CURES,
)
REFUSED: Final = Illness(
    id="sni-demanded",
    severity=Severity.ODDITY,
    hits=RETIRED,
    breaks=RETIRED,
    says="Devices that do not say which name they call (Windows Mobile, Symbian, Android 2) are refused "
    "({how}).",
    cure="Where such devices are in use, make {host} the default site of its address.",
    cures=_CURES,
)


async def examine(bedside: Bedside) -> Nameless:
    """Shake hands without a name."""
    host, around, encrypted = bedside.host, bedside.surroundings, bedside.fact(Encrypted)
    place = place_of(host, encrypted.address, around)
    try:
        shown = await shake(place, replace(hello_to(host), name=None), around)
        own = read(shown.chain[0])
    except (NoShake, Unreadable) as failure:
        bedside.find(REFUSED, how=failure)
        return Nameless(None)
    if shown.chain[0] != encrypted.first.chain[0] and not covers(own, host.name):
        bedside.find(ANOTHER, name=own.name)
    return Nameless(own)


CHECK = Check(
    id="tls-sni",
    title="What do devices get that send no name?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted,),
    yields=Nameless,
    finds=(ANOTHER, REFUSED),
)
