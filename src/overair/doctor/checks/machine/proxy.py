"""Does this machine reach the world by a proxy, which phones do not?"""

from __future__ import annotations

from typing import Final

from yarl import URL

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.consequences import CLOSED, NOTHING_KNOWN
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Open
from overair.doctor.illness import Illness, Severity

ONLY_BY_PROXY: Final = Illness(
    id="way-out-only-by-proxy",
    severity=Severity.BREAKS,
    says="No connection from this machine gets out, and it is told to use the proxy {proxy}: this network "
    "lets nothing out but by the proxy, so nothing can be said of the server from here. Phones in this "
    "network have the same trouble, since they do not use the proxy.",
    cure="Run the doctor from another network. For phones in this one, let TCP port 443 out in the firewall.",
    explains=NOTHING_KNOWN | CLOSED | {"resolver-silent"},
)
PROXY: Final = Illness(
    id="proxy-in-environment",
    severity=Severity.ODDITY,
    says="Programs of this machine are told to use the proxy {proxy} ({variable}). Phones are not, and so "
    "the doctor goes straight to the server.",
    cure="Nothing has to be done. Where a browser of this machine shows something else than the doctor says, "
    "the proxy is why.",
)
SCHEMES: Final = ("https", "all", "http")


def _shown(proxy: str) -> str:
    """A proxy without the log-in that its URL may hold."""
    try:
        url = URL(proxy if "://" in proxy else f"http://{proxy}")
        return f"{url.host}:{url.port}"
    except ValueError:
        return "(whose address is no URL)"


def _exempt(name: str, exemptions: str) -> bool:
    """Whether no_proxy, a list of domains with commas or “*”, takes a name out."""
    domains = (domain.strip().lower().removeprefix(".") for domain in exemptions.split(","))
    return any(domain == "*" or f".{name}".endswith(f".{domain}") for domain in domains if domain)


async def _examine(bedside: Bedside) -> None:
    proxies = dict(bedside.surroundings.proxies)
    scheme = next((scheme for scheme in SCHEMES if proxies.get(scheme)), None)
    if scheme is None:
        return
    told = {"proxy": _shown(proxies[scheme]), "variable": f"{scheme}_proxy"}
    bedside.find(PROXY, **told)
    tried = [host for host in bedside.of_hosts(Addresses) if not _exempt(host.name, proxies.get("no", ""))]
    if tried and not bedside.of_hosts(Open):
        bedside.find(ONLY_BY_PROXY, **told)


CHECK: Final = Check(
    id="proxy",
    title="Does this machine use a proxy?",
    section=Section.MACHINE,
    scope=Scope.ONCE,
    examine=_examine,
    wants=(Addresses, Open),
    finds=(ONLY_BY_PROXY, PROXY),
)
