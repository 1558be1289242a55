"""Whether this machine believes the certificate, so that the password may go there."""

from __future__ import annotations

import hashlib
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.believing import Disbelief, Failed, believe
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.tls import Encrypted, Trusted
from overair.doctor.illness import Illness, Severity

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
)


async def examine(bedside: Bedside) -> Trusted | None:
    """Shake hands as somebody who verifies, with the address that a phone tries first."""
    encrypted = bedside.fact(Encrypted)
    wanted = bedside.complaint.trusted_fingerprint
    if wanted is not None:
        shown = hashlib.sha256(encrypted.first.chain[0]).hexdigest()
        if shown == wanted:
            return Trusted(by_fingerprint=True)
        bedside.find(FINGERPRINT, fingerprint=shown)
        return None
    address = next(iter(encrypted.shakes))
    try:
        await believe(bedside.host, address, bedside.surroundings)
    except Disbelief as reason:
        bedside.find(NOT_BELIEVED, reason=reason)
        return None
    except Failed as error:
        raise NotReached(f"the handshake that verifies failed: {error}") from error
    return Trusted(by_fingerprint=False)


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
