"""Slowing down those who guess passwords, without locking out those who know them.

Distinct wrong passwords are counted, per account and per network of the client. A phone that keeps
trying one old password counts once. Only keyed digests are held, in memory.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from typing import Final

from overair.directory.interface import LoginHeldUp

WINDOW_SECONDS: Final = 3600.0
"""Wrong passwords are forgotten this long after the last one."""
FREE_PER_ACCOUNT: Final = 5
FREE_PER_NETWORK: Final = 25
"""Distinct wrong passwords that cost nothing; a network may be a whole school."""
LONGEST_DELAY: Final = 300
"""Seconds. The delay doubles from 1 with each further wrong password up to this."""
TRUSTED_SECONDS: Final = 30 * 86_400.0
LIMIT: Final = 20_000
"""Entries of a table at most, the oldest go first."""
REMEMBERED_WRONG: Final = 100
"""Digests kept for one account or network; beyond, each attempt counts anew."""


class _Wrong:
    __slots__ = ("count", "digests", "last")

    def __init__(self) -> None:
        self.count = 0
        self.digests: set[bytes] = set()
        self.last = 0.0


class Throttle:
    """Counts wrong passwords and says who has to wait."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, _Wrong] = OrderedDict()
        self._trusted: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def check(self, account: str, client_address: str, device_id: str) -> None:
        """Raise LoginHeldUp when an attempt must not be checked yet.

        ``account`` is any text that stands for the account or, for one that does not exist, for
        the log-in name.
        """
        now = time.monotonic()
        wait = max(self._wait(key, free, now) for key, free in self._keys(account, client_address, device_id))
        if wait > 0:
            raise LoginHeldUp(int(wait) + 1)

    def known_wrong(self, account: str, digest: bytes) -> bool:
        """Whether this very password was found wrong lately."""
        wrong = self._wrong.get(f"account {account}")
        return (
            wrong is not None and digest in wrong.digests and time.monotonic() - wrong.last < WINDOW_SECONDS
        )

    def failed(self, account: str, client_address: str, device_id: str, digest: bytes) -> None:
        """Count a wrong password."""
        now = time.monotonic()
        keys = {key for key, _ in self._keys(account, client_address, device_id)} | {f"account {account}"}
        for key in keys:
            wrong = self._wrong.get(key)
            if wrong is None or now - wrong.last >= WINDOW_SECONDS:
                wrong = self._wrong[key] = _Wrong()
            if digest not in wrong.digests:
                wrong.count += 1
                wrong.last = now
                if len(wrong.digests) < REMEMBERED_WRONG:
                    wrong.digests.add(digest)
            self._wrong.move_to_end(key)
        while len(self._wrong) > LIMIT:
            self._wrong.popitem(last=False)

    def succeeded(self, account: str, client_address: str, device_id: str) -> None:
        """Trust a device in its network; its own count begins anew."""
        if not device_id or not client_address:
            return
        device = (account, device_id, network_of(client_address))
        self._wrong.pop(_own_key(device), None)
        self._trusted[device] = time.monotonic() + TRUSTED_SECONDS
        self._trusted.move_to_end(device)
        if len(self._trusted) > LIMIT:
            self._trusted.popitem(last=False)

    def forget(self, account: str) -> None:
        """Let an account begin anew, as after a new password: a wrong one may have become right.

        Its devices are trusted no longer, for one may be why the password was changed.
        """
        self._wrong.pop(f"account {account}", None)
        for device in [device for device in self._trusted if device[0] == account]:
            del self._trusted[device]
            self._wrong.pop(_own_key(device), None)

    def _keys(self, account: str, client_address: str, device_id: str) -> list[tuple[str, int]]:
        """What an attempt is counted under, with how many wrong ones are free there."""
        network = network_of(client_address)
        device = (account, device_id, network)
        if self._trusted.get(device, 0.0) > time.monotonic():
            # Its own guesses alone count against it, not those of others at its account or network.
            return [(_own_key(device), FREE_PER_ACCOUNT)]
        keys = [(f"account {account}", FREE_PER_ACCOUNT)]
        if network:
            keys.append((f"network {network}", FREE_PER_NETWORK))
        return keys

    def _wait(self, key: str, free: int, now: float) -> float:
        wrong = self._wrong.get(key)
        if wrong is None or wrong.count <= free or now - wrong.last >= WINDOW_SECONDS:
            return 0.0
        delay = min(LONGEST_DELAY, 1 << min(wrong.count - free - 1, 20))
        return wrong.last + delay - now


def _own_key(device: tuple[str, str, str]) -> str:
    return "device " + "\0".join(device)


def network_of(client_address: str) -> str:
    """The network that an address stands for: itself, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(client_address)
    except ValueError:
        return client_address  # a unix socket, or none
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
