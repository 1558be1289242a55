"""Whether the certificate is valid for longer than phones accept at all."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.issuers import installed_on_devices
from overair.doctor.certificates.stores import Knows
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.tls.certificate_cures import NEW_CERTIFICATE
from overair.doctor.devices.demands import APPLE_DAYS, APPLE_PUBLIC_DAYS, APPLE_PUBLIC_SINCE, APPLE_SINCE
from overair.doctor.devices.device import Device
from overair.doctor.facts.tls import Chain, Presented, RootStores
from overair.doctor.illness import Illness, Severity

TOO_LONG: Final = Illness(
    id="certificate-lifetime-too-long",
    severity=Severity.IMPAIRS,
    hits=frozenset((Device.IOS,)),
    breaks=frozenset((Device.IOS,)),
    says="The certificate of {host} is valid for {days} days; iPhones refuse more than {most}.",
    cure="Have it issued again for {most} days at most.",
    cures=NEW_CERTIFICATE,
)


async def examine(bedside: Bedside) -> None:
    """Count the days."""
    own = bedside.fact(Presented).own
    stores, chain = bedside.wanted(RootStores), bedside.wanted(Chain)
    installed = installed_on_devices(bedside.surroundings)
    by_user = chain is not None and any(root.fingerprint in installed for root in chain.roots)
    public = stores is not None and not by_user and Knows.YES in stores.known.values()
    most, since = (APPLE_PUBLIC_DAYS, APPLE_PUBLIC_SINCE) if public else (APPLE_DAYS, APPLE_SINCE)
    if own.starts >= since and own.days > most:
        bedside.find(TOO_LONG, days=own.days, most=most)


CHECK = Check(
    id="certificate-lifetime",
    title="Is it valid for no longer than phones accept?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Presented,),
    wants=(Chain, RootStores),
    finds=(TOO_LONG,),
)
