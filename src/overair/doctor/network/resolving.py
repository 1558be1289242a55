"""Names by the name servers of the complaint, for checks and for HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from overair.doctor.complaint import Surroundings
from overair.doctor.network.lookup import ADDRESS_KINDS, ANSWERED, MAXIMUM_RECORDS, look_up

FAMILIES: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


def literal(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host's name is, where somebody typed one in."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def asks_the_system(surroundings: Surroundings) -> bool:
    """Whether names are this machine's to look up, as phones on its network do, hosts file included."""
    return surroundings.hosts is None and not surroundings.resolvers


async def of_this_machine(surroundings: Surroundings, name: str) -> tuple[str, ...]:
    """What this machine makes of a name, its hosts file included; none where the complaint names servers."""
    if not asks_the_system(surroundings):
        return tuple((surroundings.hosts or {}).get(name, ()))
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))[:MAXIMUM_RECORDS]


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
                family=FAMILIES[ipaddress.ip_address(address).version],
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def _looked_up(self, host: str) -> Sequence[str]:
        if literal(host) is not None:
            return [host]
        addresses = await of_this_machine(self._surroundings, host)
        if not addresses and not asks_the_system(self._surroundings):
            asked = await asyncio.gather(*(look_up(self._surroundings, host, kind) for kind in ADDRESS_KINDS))
            # One family is enough.
            addresses = tuple(record.to_text() for looked in asked for record in looked.records)
            if not any(looked.outcome in ANSWERED for looked in asked):
                raise OSError(f"the name servers do not say the address: {asked[0].outcome}")
        if not addresses:
            raise OSError(f"{host} has no address")
        return addresses

    async def close(self) -> None:
        """Nothing is open."""
