"""Is the host a mail relay instead of the server?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.consequences import CLOSED, NOTHING_KNOWN, OTHER_PORTS, SOMEBODY_ELSE
from overair.doctor.facts.names import Addresses, Exchangers
from overair.doctor.facts.ports import Open
from overair.doctor.host import is_of
from overair.doctor.illness import Illness, Severity

RELAY_DOMAINS: Final = (
    "messagelabs.com",
    "mimecast.com",
    "mimecast.co.za",
    "pphosted.com",
    "ppe-hosted.com",
    "mail.protection.outlook.com",
    "olc.protection.outlook.com",
    "iphmx.com",
    "barracudanetworks.com",
    "trendmicro.com",
    "trendmicro.eu",
    "hornetsecurity.com",
    "antispameurope.com",
    "retarus.com",
    "spamhero.com",
    "mailspamprotection.com",
    "mxthunder.com",
    "mxlogic.net",
    "fireeyecloud.com",
    "mailcontrol.com",
    "sophos.com",
    "vadesecure.com",
    "spamexperts.com",
    "antispamcloud.com",
)
"""Where providers have their relays: hosts that take mail by SMTP and nothing else."""
RELAY: Final = Illness(
    id="relay-not-server",
    severity=Severity.BREAKS,
    says="{host} leads to {relay}, which takes mail for {domain} from the Internet (MX) but is not the "
    "server with the mailboxes: ActiveSync needs the server itself.",
    cure="Give the server with the mailboxes a name of its own, as eas.{domain}, with its public address; "
    "let its firewall take TCP port 443 from everywhere (not only SMTP from the relay); and put that name "
    "into the phones and into `autodiscover.{domain}. CNAME`.",
    explains=NOTHING_KNOWN | CLOSED | OTHER_PORTS | SOMEBODY_ELSE,
)


def of_provider(name: str) -> bool:
    """Whether a name is of a provider's relays."""
    return any(is_of(name, domain) for domain in RELAY_DOMAINS)


async def _examine(bedside: Bedside) -> None:
    name, addresses = bedside.host.name, bedside.wanted(Addresses)
    names = (name, *addresses.chain) if addresses is not None else (name,)
    provider = next((one for one in names if of_provider(one)), None)
    relay = provider or _exchanger(bedside, names, addresses)
    # A server that takes its mail by itself has port 443 open under the same name.
    if provider is not None or (relay is not None and bedside.wanted(Open) is None):
        bedside.find(RELAY, relay=relay, domain=bedside.complaint.mail_domain)


def _exchanger(bedside: Bedside, names: tuple[str, ...], addresses: Addresses | None) -> str | None:
    """The exchanger of somebody else's domain that the host is, by name or by address.

    One of the domain's own often is the server with the mailboxes, too, and then its firewall is at fault.
    """
    exchangers, domain = bedside.wanted(Exchangers), bedside.complaint.mail_domain
    if exchangers is None or addresses is None:
        return None
    for exchanger, places in exchangers.hosts.items():
        foreign = not is_of(exchanger, domain)
        if foreign and (exchanger in names or set(places) & set(addresses.ipv4)):
            return exchanger
    return None


CHECK: Final = Check(
    id="mail-relay",
    title="Is it the server, or only a mail relay?",
    section=Section.NAMES,
    scope=Scope.HOST,
    examine=_examine,
    wants=(Addresses, Exchangers, Open),
    finds=(RELAY,),
)
