"""Whether the certificates come in the order in which they stand on one another."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Certificate
from overair.doctor.check import Check, Scope, Section
from overair.doctor.devices.device import GOOGLE_MADE, RETIRED
from overair.doctor.facts.tls import Presented
from overair.doctor.illness import Illness, Product, Severity

_BUNDLE: Final = (
    "Put them into one file in this order: the server's own, the one that issued it, and so on, without "
    "the root"
)
OUT_OF_ORDER: Final = Illness(
    id="chain-out-of-order",
    severity=Severity.IMPAIRS,
    hits=RETIRED | GOOGLE_MADE,
    breaks=RETIRED,
    says="{host} sends its certificates in the wrong order: {names}. Old Android and Windows Mobile give up.",
    cure=_BUNDLE + ".",
    cures={
        Product.NGINX: _BUNDLE + " (`ssl_certificate`).",
        Product.APACHE: _BUNDLE + " (`SSLCertificateFile`; leave `SSLCertificateChainFile` out).",
        Product.HAPROXY: _BUNDLE + ", with the key at the end (`crt`).",
        Product.IIS: "Remove old intermediates from the machine's store (certlm.msc) and restart IIS: "
        "Windows orders the chain itself.",
    },
)
STRANGERS: Final = Illness(
    id="chain-with-strangers",
    severity=Severity.ODDITY,
    says="{host} also sends certificates that have nothing to do with its own: {names}.",
    cure="Take them out of the file with the chain; they cost each phone time.",
)
ROOT_SENT: Final = Illness(
    id="chain-with-root",
    severity=Severity.ODDITY,
    says="{host} also sends the root “{name}”, which a phone has or does not believe.",
    cure="Take it out of the file with the chain; it costs each phone time.",
)


async def examine(bedside: Bedside) -> None:
    """Follow what was sent from one to the next."""
    sent = list(dict.fromkeys(bedside.fact(Presented).sent))
    related = _related(sent)
    strangers = [one for one in sent if one not in related]
    if strangers:
        bedside.find(STRANGERS, names=", ".join(f"“{one.name}”" for one in strangers))
    ordered = [one for one in sent if one in related]
    if not _stands(ordered):
        bedside.find(OUT_OF_ORDER, names=", ".join(f"“{one.name}”" for one in ordered))
    roots = [one for one in ordered[1:] if one.self_signed]
    if roots:
        bedside.find(ROOT_SENT, name=roots[0].name)


def _related(sent: list[Certificate]) -> list[Certificate]:
    """The server's own, and what is above it in what was sent."""
    related = [sent[0]]
    for one in related:
        related += [other for other in sent if other not in related and one.issued_by(other)]
    return related


def _stands(ordered: list[Certificate]) -> bool:
    """Whether each is followed by one that issued one before it; two that issued the same may be side by
    side, as with cross-signed roots."""
    return all(
        any(before.issued_by(one) for before in ordered[:place]) for place, one in enumerate(ordered) if place
    )


CHECK = Check(
    id="chain-order",
    title="Are its certificates sent in order?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Presented,),
    finds=(OUT_OF_ORDER, STRANGERS, ROOT_SENT),
)
