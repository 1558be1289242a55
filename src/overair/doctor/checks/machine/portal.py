"""Does the network want a log-in of its own before it lets anything out?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from yarl import URL

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Unreadable, read
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.tls.names import covers
from overair.doctor.consequences import CLOSED, NOT_TLS, NOTHING_KNOWN, OTHER_PORTS, SOMEBODY_ELSE, WEB_SITE
from overair.doctor.facts.machine import Resolving
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Plain
from overair.doctor.facts.tls import Encrypted
from overair.doctor.host import Host, is_of
from overair.doctor.illness import Illness, Severity

PORTAL: Final = Illness(
    id="captive-portal",
    severity=Severity.BREAKS,
    says="This network answers in the server's place ({evidence}): it wants a log-in in a browser first, "
    "as in hotels and trains. Nothing can be said of the server from here.",
    cure="Open {page} in a browser of this machine and log in there (or accept the terms), then run the "
    "doctor again. Phones in this network have to do the same.",
    explains=NOTHING_KNOWN | CLOSED | OTHER_PORTS | NOT_TLS | SOMEBODY_ELSE | WEB_SITE,
)
AUTHENTICATION_REQUIRED: Final = 511
"""RFC 6585 section 6: Network Authentication Required, which only portals answer."""


async def _examine(bedside: Bedside) -> None:
    plain = bedside.of_hosts(Plain)
    for host, answer in plain.items():
        if answer.status == AUTHENTICATION_REQUIRED:
            there = answer.location or f"http://{host.name}/"
            bedside.find(PORTAL, evidence=f"HTTP 511 for {host.name}", page=there)
            return
    pages = {_page(answer.location) for answer in plain.values()}
    page = pages.pop() if len(pages) == 1 else None
    if page is None or _is_ours(bedside, page, plain):
        return
    resolving = bedside.wanted(Resolving)
    invented = resolving is not None and resolving.invents
    if (invented or _apart(bedside, plain)) and not _genuine(bedside):
        names = ", ".join(host.name for host in plain)
        bedside.find(PORTAL, evidence=f"all of {names} lead to {page.host}", page=page)


def _page(location: URL | None) -> URL | None:
    """Where a redirect leads to, without what is of the single request."""
    return location.with_query(None).with_fragment(None) if location is not None else None


def _is_ours(bedside: Bedside, page: URL, hosts: Iterable[Host]) -> bool:
    """Whether a page is of the domain, or of one of the hosts themselves."""
    name, domain = (page.host or "").lower(), bedside.complaint.mail_domain
    return is_of(name, domain) or any(name == host.name for host in hosts)


def _apart(bedside: Bedside, hosts: Iterable[Host]) -> bool:
    """Whether hosts are at different addresses, so that no one server can answer for them."""
    addresses = bedside.of_hosts(Addresses)
    known = [set(addresses[host].all) for host in hosts if host in addresses]
    return len(known) > 1 and not set.intersection(*known)


def _genuine(bedside: Bedside) -> bool:
    """Whether one host shows a certificate for its own name, which no portal can."""
    shown = bedside.of_hosts(Encrypted)
    return any(_names(host, fact.first.chain) for host, fact in shown.items())


def _names(host: Host, chain: Sequence[bytes]) -> bool:
    """Whether a chain begins with a certificate for a host."""
    try:
        return bool(chain) and covers(read(chain[0]), host.name)
    except Unreadable:
        return False


CHECK: Final = Check(
    id="captive-portal",
    title="Does the network want a log-in of its own?",
    section=Section.MACHINE,
    scope=Scope.ONCE,
    examine=_examine,
    wants=(Resolving, Addresses, Plain, Encrypted),
    finds=(PORTAL,),
)
