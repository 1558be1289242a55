"""What a domain publishes in DNS for its addresses to be found: Autodiscover, RFC 6186, RFC 6764."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overair.protocol.autodiscover.services import DAV, Service
from overair.protocol.autodiscover.site import Site

SRV_LABELS: Final = "_autodiscover._tcp"
"""Below a domain the SRV record of Autodiscover stands there."""


class Record(msgspec.Struct, frozen=True):
    """One record: ``name`` and the names in ``value`` are absolute, without their last point."""

    name: str
    type: str
    """CNAME, SRV or TXT."""
    value: str
    """As a zone file has it, names apart: a target; priority, weight, port and target; a text."""
    purpose: str

    @property
    def in_zone(self) -> str:
        """The record's line in a zone file."""
        if self.type == "TXT":
            quoted = self.value.replace("\\", "\\\\").replace('"', '\\"')
            return f'{self.name}. IN TXT "{quoted}"'
        return f"{self.name}. IN {self.type} {self.value}."


def records_of(domain: str, site: Site, services: Sequence[Service]) -> list[Record]:
    """The records of a domain (in ASCII) whose mailboxes are at a site; none where that is an IP address."""
    found: list[Record] = []
    if not site.is_address:
        found += _of_autodiscover(domain, site, for_thunderbird=bool(services))
    for service in services:
        name = f"_{service.kind}._tcp.{domain}"
        purpose = f"{service.kind} ({'RFC 6764' if service.kind in DAV else 'RFC 6186'})"
        found.append(Record(name, "SRV", f"0 1 {service.port} {service.host}", purpose))
        if service.path.rstrip("/"):
            found.append(Record(name, "TXT", f"path={service.path}", f"path of {service.kind} (RFC 6764)"))
    return found


def _of_autodiscover(domain: str, site: Site, *, for_thunderbird: bool) -> list[Record]:
    found: list[Record] = []
    names = {f"autodiscover.{domain}": "Autodiscover of phones"}
    if for_thunderbird:
        names[f"autoconfig.{domain}"] = "Thunderbird"
    for name, purpose in names.items():
        # Clients look at port 443 of these names; another port is found by the SRV record alone.
        if site.port == 443 and site.host != name:
            found.append(Record(name, "CNAME", site.host, purpose))
    srv = f"0 0 {site.port} {site.host}"
    found.append(Record(f"{SRV_LABELS}.{domain}", "SRV", srv, "Autodiscover of Outlook"))
    return found
