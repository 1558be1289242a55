"""What certificate the server shows, and whether it is one for servers at all."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Unreadable, read_chain
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.tls.certificate_cures import NEW_CERTIFICATE
from overair.doctor.consequences import DISBELIEF
from overair.doctor.devices.demands import APPLE_SINCE
from overair.doctor.devices.device import Device
from overair.doctor.facts.tls import Encrypted, Presented
from overair.doctor.illness import Illness, Severity

UNREADABLE: Final = Illness(
    id="certificate-unreadable",
    severity=Severity.BREAKS,
    says="What {host} sends as its certificate cannot be read: it breaks the rules of X.509.",
    cure="Have a new certificate issued for {host} by an authority or a tool that is still maintained.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
NOT_FOR_SERVERS: Final = Illness(
    id="certificate-not-for-servers",
    severity=Severity.BREAKS,
    says="The certificate of {host} (“{name}”) is not meant for servers: its extended key usage lacks "
    "serverAuth, and phones refuse it.",
    cure="Have a certificate for {host} issued from a template for web servers (extended key usage "
    "serverAuth, 1.3.6.1.5.5.7.3.1).",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)

NOT_SAID: Final = Illness(
    id="certificate-without-purpose",
    severity=Severity.IMPAIRS,
    hits=frozenset((Device.IOS,)),
    breaks=frozenset((Device.IOS,)),
    says="The certificate of {host} does not say that it is for servers (extended key usage serverAuth); "
    "iPhones since iOS 13 refuse it.",
    cure="Have it issued again with the extended key usage serverAuth (1.3.6.1.5.5.7.3.1).",
    cures=NEW_CERTIFICATE,
)


async def examine(bedside: Bedside) -> Presented | None:
    """Read what was sent at the address that a phone tries first."""
    try:
        sent = read_chain(bedside.fact(Encrypted).first.chain)
    except Unreadable:
        bedside.find(UNREADABLE)
        return None
    presented = Presented(sent)
    own = presented.own
    bedside.note(f"“{own.name}” by “{own.issuer}”, {own.key}, until {own.ends:%Y-%m-%d}")
    if not own.for_servers:
        bedside.find(NOT_FOR_SERVERS, name=own.name)
    elif not own.says_purpose and own.starts >= APPLE_SINCE:
        bedside.find(NOT_SAID)
    return presented


CHECK = Check(
    id="certificate-purpose",
    title="Is its certificate one for servers?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted,),
    yields=Presented,
    finds=(UNREADABLE, NOT_FOR_SERVERS, NOT_SAID),
)
