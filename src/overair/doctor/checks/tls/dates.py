"""Whether the certificates are valid today."""

from __future__ import annotations

import datetime as dt
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Certificate
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.tls.certificate_cures import NEW_CERTIFICATE
from overair.doctor.consequences import DISBELIEF
from overair.doctor.facts.tls import Presented
from overair.doctor.illness import Illness, Severity

SOON: Final = dt.timedelta(days=14)

EXPIRED: Final = Illness(
    id="certificate-expired",
    severity=Severity.BREAKS,
    says="The certificate of {host} expired on {ends} ({days} days ago).",
    cure="Renew the certificate of {host}, and see to it that it is renewed by itself from now on.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF | {"certificate-lifetime-too-long"},
)
NOT_YET: Final = Illness(
    id="certificate-not-yet-valid",
    severity=Severity.BREAKS,
    says="The certificate of {host} is valid from {starts} on, and today is {today}.",
    cure="Use the certificate that was in use before until {starts}, or have one issued that begins today. "
    "Where an authority of your own issued it, look at that machine's clock.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
INTERMEDIATE_EXPIRED: Final = Illness(
    id="intermediate-expired",
    severity=Severity.BREAKS,
    says="{host} sends the intermediate certificate “{name}”, which expired on {ends}.",
    cure="Replace the intermediate that {host} sends by the one that the authority issues now; it is "
    "delivered with each new certificate.",
    explains=DISBELIEF,
)
ENDS_SOON: Final = Illness(
    id="certificate-expires-soon",
    severity=Severity.ODDITY,
    says="The certificate of {host} expires on {ends}, in {days} days.",
    cure="Renew it now, and look why that did not happen by itself.",
    cures=NEW_CERTIFICATE,
)


async def examine(bedside: Bedside) -> None:
    """Look at the dates of what was sent."""
    now = dt.datetime.now(dt.UTC)
    sent = bedside.fact(Presented).sent
    _judge(bedside, sent[0], now)
    for other in sent[1:]:
        below = any(one.issued_by(other) for one in sent if one is not other)
        if below and not other.self_signed and other.ends < now:
            bedside.find(INTERMEDIATE_EXPIRED, name=other.name, ends=f"{other.ends:%Y-%m-%d}")


def _judge(bedside: Bedside, own: Certificate, now: dt.datetime) -> None:
    starts, ends = f"{own.starts:%Y-%m-%d %H:%M} UTC", f"{own.ends:%Y-%m-%d %H:%M} UTC"
    if own.ends < now:
        bedside.find(EXPIRED, ends=ends, days=(now - own.ends).days)
    elif own.starts > now:
        bedside.find(NOT_YET, starts=starts, today=f"{now:%Y-%m-%d %H:%M} UTC")
    elif own.ends - now < SOON and own.ends - own.starts > 2 * SOON:
        bedside.find(ENDS_SOON, ends=ends, days=(own.ends - now).days)


CHECK = Check(
    id="certificate-dates",
    title="Are its certificates valid today?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Presented,),
    finds=(EXPIRED, NOT_YET, INTERMEDIATE_EXPIRED, ENDS_SOON),
)
