"""Whether the host of Autodiscover is believed as the server itself is."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.tls.names import covers
from overair.doctor.consequences import OTHER_NAMES
from overair.doctor.facts.hosts import Candidates, Method, Server
from overair.doctor.facts.tls import Encrypted, Presented, Trusted
from overair.doctor.illness import Illness, Severity

DIFFERS: Final = Illness(
    id="autodiscover-certificate-differs",
    severity=Severity.IMPAIRS,
    says="{server} shows a certificate that is believed, but {autodiscover}, where phones ask for it "
    "first, shows another (“{name}”) that is not: phones warn or ask for the server by hand.",
    cure="Have {autodiscover} added to the certificate of {server} and give it to both, or take the record "
    "of {autodiscover} out of DNS and name the server by SRV (_autodiscover._tcp).",
)

LACKING: Final = Illness(
    id="autodiscover-not-in-certificate",
    severity=Severity.IMPAIRS,
    says="The certificate of {server} is good for {server}, but {autodiscover} leads to it, too, and is "
    "not in it: phones that look for their server warn or ask for it by hand.",
    cure="Have {autodiscover} added to the certificate of {server}, or take the record of {autodiscover} "
    "out of DNS and name the server by SRV (_autodiscover._tcp).",
    explains=OTHER_NAMES,
)


async def examine(bedside: Bedside) -> None:
    """Compare the two, where the server is believed and the other is not."""
    server, candidates = bedside.fact(Server).host, bedside.fact(Candidates)
    trusted, encrypted = bedside.of_hosts(Trusted), bedside.of_hosts(Encrypted)
    if server not in trusted:
        raise NotReached("the server itself is not believed")
    presented = bedside.of_hosts(Presented)
    if server not in presented:
        raise NotReached("the server's certificate cannot be read")
    for host, method in zip(candidates.hosts, candidates.methods, strict=True):
        if method is not Method.AUTODISCOVER or host not in encrypted or host in trusted or host == server:
            continue
        told = {"server": server.name, "autodiscover": host.name}
        if host in presented and presented[host].own != presented[server].own:
            bedside.find(DIFFERS, name=presented[host].own.name, **told)
        elif host in presented and not covers(presented[host].own, host.name):
            bedside.find(LACKING, **told)


CHECK = Check(
    id="certificate-autodiscover",
    title="Is the host of Autodiscover believed as the server is?",
    section=Section.TLS,
    scope=Scope.ONCE,
    examine=examine,
    needs=(Candidates, Server),
    wants=(Encrypted, Presented, Trusted),
    finds=(DIFFERS, LACKING),
)
