"""Whether this machine believes the certificate, so that the password may go there."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.consequences import SOMEBODY_ELSE
from overair.doctor.facts.tls import Encrypted, Trusted
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.believing import Disbelief, Failed, believe

NOT_BELIEVED: Final = Illness(
    id="certificate-not-believed",
    severity=Severity.BREAKS,
    says="This machine does not believe the certificate of {host}: {reason}. A phone shows a warning or "
    "refuses.",
    cure="Look at the certificate with `overair doctor certs {host}` and have a new one issued for {host}.",
)
FINGERPRINT: Final = Illness(
    id="fingerprint-differs",
    severity=Severity.BREAKS,
    says="{host} shows a certificate with the fingerprint {fingerprint}, not the one that you trust. The "
    "password was not sent.",
    cure="Compare the fingerprint with the one at the server itself "
    "(`openssl x509 -in CERTIFICATE -noout -fingerprint -sha256`) before you trust the new one.",
    explains=SOMEBODY_ELSE | {"certificate-expired", "issuer-unknown"},
)


async def examine(bedside: Bedside) -> Trusted | None:
    """Shake hands as somebody who verifies, once with each certificate that the addresses show."""
    shakes = bedside.fact(Encrypted).shakes
    different: dict[bytes, str] = {}
    for address, shown in shakes.items():
        different.setdefault(shown.chain[0], address)
    wanted = bedside.complaint.trusted_fingerprint
    if wanted is not None:
        doubts = {
            der: "it is not the one that you trust"
            for der in different
            if hashlib.sha256(der).hexdigest() != wanted
        }
    else:
        reasons = await asyncio.gather(*(_doubt(bedside, address) for address in different.values()))
        doubts = {der: reason for der, reason in zip(different, reasons, strict=True) if reason}
    if len(doubts) < len(different):
        doubted = {address: doubts[one.chain[0]] for address, one in shakes.items() if one.chain[0] in doubts}
        return Trusted(doubted)
    first = next(iter(different))
    if wanted is not None:
        bedside.find(FINGERPRINT, fingerprint=hashlib.sha256(first).hexdigest())
    else:
        bedside.find(NOT_BELIEVED, reason=doubts[first])
    return None


async def _doubt(bedside: Bedside, address: str) -> str:
    """Why an address is not believed; empty where it is. Raises NotReached."""
    try:
        await believe(bedside.host, address, bedside.surroundings)
    except Disbelief as reason:
        return str(reason)
    except Failed as error:
        raise NotReached(f"the handshake that verifies failed: {error}") from error
    return ""


CHECK = Check(
    id="tls-trusted",
    title="Does this machine believe its certificate?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted,),
    yields=Trusted,
    finds=(NOT_BELIEVED, FINGERPRINT),
)
