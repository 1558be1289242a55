"""Whether the authority has taken the certificate back, and whether the server says so itself (stapling)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Certificate
from overair.doctor.certificates.ocsp import CONCLUSIVE, State, Told, asked, read_answer
from overair.doctor.certificates.revocation_lists import listed
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.tls.certificate_cures import NEW_CERTIFICATE
from overair.doctor.devices.device import CURRENT
from overair.doctor.facts.tls import Chain, Encrypted, Presented
from overair.doctor.illness import Illness, Product, Severity

_STAPLING: Final = {
    Product.NGINX: "`ssl_stapling on; ssl_stapling_verify on; resolver ADDRESS;`, and look whether the "
    "server reaches the authority by HTTP.",
    Product.APACHE: "`SSLUseStapling on` with `SSLStaplingCache`, and look whether the server reaches the "
    "authority by HTTP.",
    Product.HAPROXY: "`set ssl ocsp-response` at the socket for stats, or `ocsp-update on` in the crt-list.",
    Product.IIS: "Windows staples by itself when it reaches the authority by HTTP: look at its firewall "
    "and proxy.",
}
REVOKED: Final = Illness(
    id="certificate-revoked",
    severity=Severity.BREAKS,
    says="The authority “{issuer}” has revoked the certificate of {host} (on {when}).",
    cure="Have a new certificate issued for {host}, with a new key, and find out who had the old one "
    "revoked.",
    cures=NEW_CERTIFICATE,
)
MUST_STAPLE: Final = Illness(
    id="staple-missing",
    severity=Severity.IMPAIRS,
    hits=CURRENT,
    says="The certificate of {host} demands that the server sends its state along (must-staple), and the "
    "server sends {what}: devices that check refuse it.",
    cure="Switch OCSP stapling on at the server, or have the certificate issued again without must-staple.",
    cures=_STAPLING,
)
STALE: Final = Illness(
    id="staple-unusable",
    severity=Severity.ODDITY,
    says="The state that {host} sends along with its certificate is {state}.",
    cure="Look why the server does not renew it: whether it reaches the authority by HTTP, and its clock.",
    cures=_STAPLING,
)


async def examine(bedside: Bedside) -> None:
    """Read the staple; without a usable one ask at the URL in the certificate, or look into the list."""
    own, chain = bedside.fact(Presented).own, bedside.fact(Chain)
    if len(chain.path) == 1:
        raise NotReached("there is nobody above it who could take it back")
    issuer = chain.path[1].certificate
    staple = bedside.fact(Encrypted).first.staple
    stapled = read_answer(staple, own, issuer, dt.datetime.now(dt.UTC)) if staple else None
    told, source = stapled, "stapled"
    if stapled is None or stapled.state not in CONCLUSIVE:
        told, source = await _elsewhere(bedside, own, issuer)
    known = f"{source}: {told.state}" if told is not None else "nobody tells its state"
    bedside.note(f"{known}; stapled: {stapled.state}" if stapled not in (None, told) else known)
    if told is not None and told.state is State.REVOKED:
        when = f"{told.revoked:%Y-%m-%d}" if told.revoked is not None else "a day that it does not tell"
        bedside.find(REVOKED, issuer=own.issuer, when=when)
        return
    usable = stapled is not None and stapled.state is State.GOOD
    if own.must_staple and not usable:
        bedside.find(MUST_STAPLE, what=f"one that is {stapled.state}" if stapled else "nothing")
    elif stapled is not None and not usable:
        bedside.find(STALE, state=stapled.state)


async def _elsewhere(bedside: Bedside, own: Certificate, issuer: Certificate) -> tuple[Told | None, str]:
    """What the authority says itself: by OCSP, or by its list where that tells nothing."""
    complaint = bedside.complaint.for_strangers(bedside.fact(Encrypted).address)
    told = await asked(own, issuer, complaint)
    if told is not None and told.state in CONCLUSIVE:
        return told, "asked for"
    listing = await listed(own, issuer, complaint)
    return (listing, "in the authority's list") if listing is not None else (told, "asked for")


CHECK = Check(
    id="certificate-revocation",
    title="Has its authority taken the certificate back?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted, Presented, Chain),
    finds=(REVOKED, MUST_STAPLE, STALE),
)
