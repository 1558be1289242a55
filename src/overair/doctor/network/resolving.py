"""Names by the name servers of the complaint, for checks and for HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver
from aiohttp.abc import AbstractResolver, ResolveResult

from overair.doctor.complaint import Surroundings

LOOKUP_SECONDS: Final = 5.0
MAXIMUM_RECORDS: Final = 16
"""Of one kind that a name may have; a zone could otherwise have the doctor ask for thousands."""
FAMILIES: Final = {4: (socket.AF_INET, "A"), 6: (socket.AF_INET6, "AAAA")}


def lookup_seconds(surroundings: Surroundings) -> float:
    """How long a look-up may take in all."""
    return min(LOOKUP_SECONDS, surroundings.connect_seconds)


def resolver_of(surroundings: Surroundings) -> dns.asyncresolver.Resolver:
    """What asks the given name servers, or the system's where none is given.

    Raises dns.resolver.NoResolverConfiguration where the system has none.
    """
    places = surroundings.resolvers
    resolver = dns.asyncresolver.Resolver(surroundings.resolver_file, configure=not places)
    if places:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(place.address, place.port) for place in places]
    resolver.lifetime = lookup_seconds(surroundings)
    return resolver


def literal(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host's name is, where somebody typed one in."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


class Hosts(AbstractResolver):
    """How HTTP finds hosts: by the complaint's name servers and ports; to one address where it is given.

    ``may_ask`` is that of the complaint, where some addresses may not be asked.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        address: str | None = None,
        may_ask: Callable[[str, str], bool] = lambda _host, _address: True,
    ) -> None:
        self._surroundings = surroundings
        self._address = address
        self._may_ask = may_ask

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises OSError."""
        found = [self._address] if self._address is not None else await self._looked_up(host)
        addresses = [address for address in found if self._may_ask(host, address)][:MAXIMUM_RECORDS]
        if not addresses:
            raise OSError(f"{host} may not be asked at its addresses")
        port = self._surroundings.ports.get(port, port)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=FAMILIES[ipaddress.ip_address(address).version][0],
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def _looked_up(self, host: str) -> list[str]:
        if literal(host) is not None:
            return [host]
        known = self._surroundings.hosts
        if known is not None and host in known:
            return list(known[host])
        if not self._surroundings.resolvers and known is None:
            # As phones on this network do, with the hosts file that a name server knows nothing of.
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(place[0]) for *_, place in found))
        try:
            resolver = resolver_of(self._surroundings)
        except dns.resolver.NoResolverConfiguration as error:
            raise OSError("this machine has no name server") from error
        answers = await asyncio.gather(
            *(resolver.resolve(f"{host}.", kind) for _, kind in FAMILIES.values()), return_exceptions=True
        )
        addresses: list[str] = []
        for answer in answers:
            if isinstance(answer, dns.resolver.Answer):
                addresses += [record.address for record in answer]
            elif not isinstance(answer, dns.exception.DNSException):
                raise answer
        # One family is enough.
        if not addresses:
            raise OSError(f"{host} has no address")
        return addresses

    async def close(self) -> None:
        """Nothing is open."""
