"""How many connections there are, and from each address, those that have not agreed on TLS yet included."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

import structlog

from overair.directory.throttle import network_of
from overair.server.addresses import Networks
from overair.server.descriptors import DESCRIPTORS, Room

REPEAT_SECONDS: Final = 60.0
"""How often it is said that an address has too many."""

log = structlog.get_logger("overair.serving")


class Door:
    """Lets connections in by the address that they come from, before anything is read of them.

    ``most`` in all and ``each`` from one address, or from one network of IPv6. ``trusted`` are the
    proxies in front, which come for everybody.
    """

    def __init__(self, most: int, each: int, trusted: Sequence[str]) -> None:
        self.most: Final = most
        self._each = each
        self._trusted = Networks(trusted)
        self._inside: Counter[str] = Counter()
        self._said: float | None = None
        self.connections = 0

    def enter(self, address: str) -> str | None:
        """Count a connection: its network, for ``leave``; None where it is not let in."""
        if DESCRIPTORS.room_for(self.connections, self.most) is Room.NONE:
            DESCRIPTORS.missing(self.connections)
            return None
        network = network_of(address)
        if self._inside[network] >= self._each and address not in self._trusted:
            self._say(network)
            return None
        self._inside[network] += 1
        self.connections += 1
        return network

    def leave(self, network: str) -> None:
        """A connection that was counted has ended."""
        self.connections -= 1
        self._inside[network] -= 1
        if not self._inside[network]:
            del self._inside[network]

    def _say(self, network: str) -> None:
        now = time.monotonic()
        if self._said is None or now - self._said >= REPEAT_SECONDS:
            self._said = now
            log.warning("an address has too many connections", address=network, most=self._each)
