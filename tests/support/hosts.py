"""Names that lead to loopback, as aiohttp resolves them."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from aiohttp.abc import AbstractResolver, ResolveResult


@dataclass
class Hosts(AbstractResolver):
    """The names of the world, as host and port, and the ports of loopback that they lead to."""

    ports: dict[tuple[str, int], int]
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append((host, port))
        if (host, port) not in self.ports:
            raise OSError("no such name")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self.ports[host, port],
                family=socket.AF_INET,
                proto=0,
                flags=0,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""
