"""Whether the certificate is for the name that phones call."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Certificate
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.tls.certificate_cures import NEW_CERTIFICATE
from overair.doctor.consequences import DISBELIEF
from overair.doctor.devices.device import CURRENT
from overair.doctor.facts.tls import Presented
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.neighbourhood import is_internal_name
from overair.doctor.network.resolving import literal

SHOWN: Final = 6

ADDRESS_TYPED: Final = Illness(
    id="name-address-typed",
    severity=Severity.BREAKS,
    says="You gave the address {host}, but the certificate is for {names}, so that no phone believes it.",
    cure="Enter the server's name instead of {host}: {name}.",
    explains=DISBELIEF,
)
COMMON_NAME_ONLY: Final = Illness(
    id="name-common-name-only",
    severity=Severity.BREAKS,
    hits=CURRENT,
    says="The certificate of {host} has the name only as its common name and no alternative name; phones "
    "have not looked at the common name since about 2019.",
    cure="Have the certificate issued again with {host} as subject alternative name (DNS).",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
NETBIOS: Final = Illness(
    id="name-netbios",
    severity=Severity.BREAKS,
    says="The certificate is for {names}, the name of the computer in its own network, not for {host}.",
    cure="Have a certificate issued for the name that phones use from outside, {host} (and for "
    "autodiscover.DOMAIN).",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
INTERNAL_NAME: Final = Illness(
    id="name-internal",
    severity=Severity.BREAKS,
    says="The certificate is for the internal name {names}, not for {host}, which phones use from outside.",
    cure="Have a certificate issued for {host} (and for autodiscover.DOMAIN); no public authority issues one "
    "for internal names.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
WILDCARD_DEPTH: Final = Illness(
    id="name-wildcard-depth",
    severity=Severity.BREAKS,
    says="The certificate is for {wildcard}, which stands for one label only: {host} is one level too deep.",
    cure="Give the server a name with one label before {base} (such as {better}), or have {host} added to "
    "the certificate.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
WILDCARD_APEX: Final = Illness(
    id="name-wildcard-apex",
    severity=Severity.BREAKS,
    says="The certificate is for {wildcard}, which does not cover {host} itself.",
    cure="Have {host} added to the certificate as a second alternative name, or use a name below it, such as "
    "{better}.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
MISMATCH: Final = Illness(
    id="name-mismatch",
    severity=Severity.BREAKS,
    says="The certificate is for {names}, not for {host}.",
    cure="Have a certificate issued for {host}; where the server has one already, it shows the wrong one: "
    "give it to the site of {host}.",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)
NAMELESS: Final = Illness(
    id="name-missing",
    severity=Severity.BREAKS,
    says="The certificate of {host} has no name of a server at all.",
    cure="Have a certificate issued with {host} as subject alternative name (DNS).",
    cures=NEW_CERTIFICATE,
    explains=DISBELIEF,
)


async def examine(bedside: Bedside) -> None:
    """Compare the names, and say what kind of difference it is."""
    host, own = bedside.host.name, bedside.fact(Presented).own
    if covers(own, host):
        return
    names = own.dns_names or tuple(name.lower() for name in own.common_names if " " not in name)
    shown = ", ".join(names[:SHOWN]) + (" and others" if len(names) > SHOWN else "")
    if not names:
        bedside.find(NAMELESS)
    elif literal(host) is not None:
        bedside.find(ADDRESS_TYPED, names=shown, name=names[0])
    elif not own.dns_names and any(_matches(name, host) for name in names):
        bedside.find(COMMON_NAME_ONLY)
    elif wildcard := next((name for name in names if _too_deep(name, host)), None):
        bedside.find(WILDCARD_DEPTH, wildcard=wildcard, base=wildcard[2:], better=f"mail{wildcard[1:]}")
    elif f"*.{host}" in names:
        bedside.find(WILDCARD_APEX, wildcard=f"*.{host}", better=f"mail.{host}")
    elif all("." not in name for name in names):
        bedside.find(NETBIOS, names=shown)
    elif all(map(is_internal_name, names)):
        bedside.find(INTERNAL_NAME, names=shown)
    else:
        bedside.find(MISMATCH, names=shown)


def covers(certificate: Certificate, host: str) -> bool:
    """Whether a certificate is for a host (RFC 9525: alternative names alone)."""
    address = literal(host)
    if address is not None:
        return address in certificate.addresses
    return any(_matches(name, host) for name in certificate.dns_names)


def _matches(name: str, host: str) -> bool:
    """A wildcard is the whole first label and stands for one."""
    if name.startswith("*."):
        label, _, rest = host.partition(".")
        return bool(label) and rest == name[2:]
    return name == host


def _too_deep(name: str, host: str) -> bool:
    return name.startswith("*.") and host.endswith(name[1:]) and not _matches(name, host)


CHECK = Check(
    id="certificate-name",
    title="Is its certificate for this name?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Presented,),
    finds=(
        ADDRESS_TYPED,
        COMMON_NAME_ONLY,
        NETBIOS,
        INTERNAL_NAME,
        WILDCARD_DEPTH,
        WILDCARD_APEX,
        MISMATCH,
        NAMELESS,
    ),
)
