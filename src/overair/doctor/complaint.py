"""What somebody comes to the doctor with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Final
from urllib.request import getproxies

import msgspec

from overair.doctor.devices.device import Device
from overair.doctor.host import Host, is_of
from overair.doctor.network.neighbourhood import is_public
from overair.doctor.secret import Secret

PUSH_MINUTES: Final = (2, 5, 10, 20, 30)
LANDMARKS: Final = ("198.41.0.4", "2001:503:ba3e::2:30")
"""The first of DNS's root servers, which stay where they are."""
RESOLVER_FILE: Final = "/etc/resolv.conf"
"""On Windows it stands for the registry."""


class Reach(Enum):
    """Whose addresses are asked where they are not of the open Internet but of networks within.

    Whoever writes a redirect, an SRV record or a certificate could otherwise have the doctor ask for them
    where they cannot.
    """

    ANYWHERE = "everybody's"
    OWN = "those of hosts that may be told the password"
    OUTSIDE = "nobody's"


class Place(msgspec.Struct, frozen=True):
    """An address and a port."""

    address: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where the examination is made from, and what stands for the world."""

    resolvers: tuple[Place, ...] = ()
    """Name servers; the system's where there are none."""
    public_resolvers: tuple[Place, ...] = ()
    """Name servers as the outside sees them, to compare; none are asked unless given."""
    ports: Mapping[int, int] = field(default_factory=dict)
    """Ports that stand for others: through a tunnel, HTTPS at 443 may be reached at 8443."""
    authorities: tuple[Path, ...] = ()
    """Files of root certificates (PEM) that this machine trusts beside its own."""
    device_authorities: tuple[Path, ...] = ()
    """Files of root certificates that are installed on every device, too."""
    list_authorities: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Files of root certificates that one of the lists of devices has, too, by the names of ``StoreName``."""
    hosts: Mapping[str, tuple[str, ...]] | None = None
    """Addresses by name that this machine has in its hosts file; with None the system is asked."""
    resolver_file: str = RESOLVER_FILE
    """Where this machine's name servers are named, if none are given."""
    connect_seconds: float = 8.0
    answer_seconds: float = 20.0
    late_seconds: float = 2.0
    """After so long an answer that costs the server nothing is late."""
    proxies: Mapping[str, str] = field(default_factory=getproxies)
    """Proxies by scheme, as the environment (or the system) names them; told of, never used."""
    landmarks: tuple[str, ...] = LANDMARKS
    """Addresses to which there is a way where there is a network; nothing is sent to them."""
    reach: Reach = Reach.ANYWHERE
    """Networks within are the user's own, unless the doctor is a web page that others use."""
    minute: float = 60.0
    """Seconds of a minute in the tests of push; a ward's clock may run faster."""


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """An address, and how to go about it."""

    address: str
    password: Secret | None = None
    """Without it, everything that needs a log-in is not reached."""
    user: str | None = None
    """The log-in where it is not the address."""
    domain: str | None = None
    """The Windows domain, for servers that want DOMAIN\\user."""
    server: Host | None = None
    """The server that the user names, and thereby trusts with the password."""
    url_path: str | None = None
    """The path of the EAS endpoint where it is not the usual one."""
    inside: str | None = None
    """An address of the server within its own network, to compare ports with."""
    trusted_fingerprint: str | None = None
    """SHA-256 of a certificate (hexadecimal, no colons, lower case) that the user trusts."""
    send: bool = False
    """Whether a message to oneself may be sent."""
    push: bool = False
    """Whether Pings of PUSH_MINUTES are tried, which takes as long."""
    device: Device | None = None
    """The one kind of device that the answer is to be about."""
    surroundings: Surroundings = field(default_factory=Surroundings)

    @property
    def mail_domain(self) -> str:
        """What stands behind the @, in lower case."""
        return self.address.rpartition("@")[2].lower().rstrip(".")

    def may_tell(self, host: str) -> bool:
        """Whether a host may be told the password: it is under the address's domain, or the user named it."""
        host = host.lower().rstrip(".")
        named = self.server.name if self.server is not None else None
        return host == named or is_of(host, self.mail_domain)

    def may_ask(self, host: str, address: str) -> bool:
        """Whether a host may be asked at an address."""
        reach = self.surroundings.reach
        return reach is Reach.ANYWHERE or is_public(address) or (reach is Reach.OWN and self.may_tell(host))

    def for_strangers(self, address: str) -> Complaint:
        """For questions to whom the certificate names that was shown at an address: authorities, which are
        within a network only for who is there, too."""
        reach = Reach.OUTSIDE if is_public(address) else Reach.ANYWHERE
        return replace(self, surroundings=replace(self.surroundings, reach=reach))

    def why_not(self, host: str) -> str:
        """Why a host may not be told the password; empty where it may."""
        if self.may_tell(host):
            return ""
        return (
            f"the password is not told to {host}, which is outside {self.mail_domain}; "
            f"--server {host} confirms it"
        )
