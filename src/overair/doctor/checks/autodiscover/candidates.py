"""Where do phones look for Autodiscover?"""

from __future__ import annotations

import asyncio
from typing import Final

import dns.rdatatype
from dns.rdtypes.IN.SRV import SRV
from yarl import URL

from overair.doctor.autodiscovering import MAXIMUM_REDIRECTS, REDIRECTS, led_to
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.hosts import Candidates, Method
from overair.doctor.host import HTTPS_PORT, Host
from overair.doctor.network.lookup import look_up
from overair.doctor.network.web import Unanswered, ask
from overair.protocol.autodiscover.names import InvalidName, domain_name
from overair.protocol.autodiscover.records import SRV_LABELS
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH


def host_of(url: URL) -> Host | None:
    """The host of a URL; None where it has none that DNS could know."""
    try:
        name = url.host or ""
        return Host(name if ":" in name else domain_name(name), url.port or HTTPS_PORT)
    except InvalidName:
        return None


async def redirects_of_http(bedside: Bedside) -> tuple[tuple[str, ...], URL | None]:
    """The URLs that http://autodiscover.DOMAIN leads over, and the one of HTTPS at which it ends.

    That is None where it leads nowhere; a URL that stands twice in the trail is a circle.
    """
    complaint = bedside.complaint
    url: URL | None = URL(f"http://autodiscover.{complaint.mail_domain}{AUTODISCOVER_PATH}")
    trail: list[str] = []
    while url is not None and url.scheme == "http":
        trail.append(str(url))
        if trail.count(str(url)) > 1 or len(trail) > MAXIMUM_REDIRECTS:
            return tuple(trail), None
        try:
            answer = await ask(complaint, "GET", url)
        except Unanswered:
            return tuple(trail), None  # most domains have nothing there, and need not
        url = led_to(str(url), answer) if answer.status in REDIRECTS else None
    return tuple(trail), url


async def srv_target(bedside: Bedside) -> Host | None:
    """The host of the SRV record; None where there is none."""
    # Most domains have none, and need not; a broken DNS is found with the names.
    name = f"{SRV_LABELS}.{bedside.complaint.mail_domain}"
    looked = await look_up(bedside.surroundings, name, dns.rdatatype.SRV)
    first = next((record for record in looked.records if isinstance(record, SRV)), None)
    target = first.target.to_text(omit_final_dot=True).lower() if first is not None else ""
    return Host(target, first.port) if first is not None and target not in ("", ".") else None


async def _examine(bedside: Bedside) -> Candidates:
    domain = bedside.complaint.mail_domain
    (trail, redirect), srv = await asyncio.gather(redirects_of_http(bedside), srv_target(bedside))
    found = {
        Host(domain): (Method.DOMAIN, AUTODISCOVER_PATH),
        Host(f"autodiscover.{domain}"): (Method.AUTODISCOVER, AUTODISCOVER_PATH),
    }
    if redirect is not None and (host := host_of(redirect)) is not None:
        found.setdefault(host, (Method.REDIRECT, redirect.raw_path_qs))
        bedside.note(f"http://autodiscover.{domain} leads to {host.authority}")
    if srv is not None:
        found.setdefault(srv, (Method.SRV, AUTODISCOVER_PATH))
        bedside.note(f"the SRV record {SRV_LABELS}.{domain} leads to {srv.authority}")
    return Candidates(
        tuple(found),
        tuple(method for method, _ in found.values()),
        tuple(f"https://{host.authority}{path}" for host, (_, path) in found.items()),
        trail if redirect is None else (),
    )


CHECK: Final = Check(
    id="autodiscover-places",
    title="Where do phones look for Autodiscover?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    yields=Candidates,
)
