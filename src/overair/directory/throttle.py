"""Slowing down those who guess passwords, without locking out those who know them.

Distinct wrong passwords are counted: a stranger's per account from its network, per account from
everywhere, and per network at all accounts; a known device's for itself alone. Counts leak away,
and from a count on each further attempt waits longer. A password that is being checked counts as a
wrong one until it is known, so that a thousand attempts at once get no further than one by one.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from typing import Final

import msgspec

from overair.directory.interface import LoginHeldUp

LONGEST_DELAY: Final = 300
"""Seconds. The delay doubles from 1 with each further wrong password up to this."""
DOUBLINGS: Final = 9
"""How far a count rises above what is free: 2 to the 9th is more than the longest delay."""
LIMIT: Final = 20_000
"""Counts in a table at most, the oldest go first."""
HOUR: Final = 3600.0


class Caller(msgspec.Struct, frozen=True):
    """Who tries to log in."""

    account: str
    """Any text that stands for the account or, for one that does not exist, for its name."""
    network: str
    device_id: str
    known: bool = False
    """Whether the account knows the device."""
    trusted: bool = False
    """Whether the device logged in to the account lately from this very network."""


class Throttle:
    """Counts wrong passwords and says who has to wait."""

    def __init__(self) -> None:
        self._here: Final = _Table(free=5, per_hour=5)
        """By account and network, for strangers; by account, device and network for trusted devices."""
        self._devices: Final = _Table(free=5, per_hour=5)
        """By account and device, for those that come from another network than before."""
        self._accounts: Final = _Table(free=30, per_hour=20)
        self._networks: Final = _Table(free=25, per_hour=25)
        """What strangers try at any account; a network may be a whole school."""

    def begin(self, caller: Caller) -> Attempt:
        """An attempt that may be checked now; to be ended. Raises LoginHeldUp when it may not."""
        account = self._accounts, caller.account
        if caller.trusted:
            own = self._here, "\0".join((caller.account, caller.device_id, caller.network))
        elif caller.known:
            own = self._devices, "\0".join((caller.account, caller.device_id))
        else:
            own = self._here, "\0".join((caller.account, caller.network))
        # The guesses of others, at its account or in its network, do not hold up a known device.
        free = caller.known or caller.trusted
        checked = [own] if free else [own, account, (self._networks, caller.network)]
        now = time.monotonic()
        wait = max(table.wait(key, now) for table, key in checked)
        if wait > 0:
            raise LoginHeldUp(math.ceil(wait))
        counted = checked if account in checked else [*checked, account]
        return Attempt([(table, table.begin(key)) for table, key in counted])

    def suspicion(self, network: str) -> int:
        """How many wrong passwords came from the strangers of a network lately."""
        return self._networks.level(network, time.monotonic())

    def forget(self, account: str) -> None:
        """Let an account begin anew, as after a new password."""
        self._accounts.forget(account)
        self._devices.forget_under(account)
        self._here.forget_under(account)


class Attempt:
    """A password that is being checked."""

    def __init__(self, counts: list[tuple[_Table, _Count]]) -> None:
        self._counts: Final = counts
        self.wrong = False
        """To be set before the end, where the password was found wrong."""

    def end(self) -> None:
        """Count it no longer as a wrong one, unless it was."""
        now = time.monotonic()
        for table, count in self._counts:
            table.end(count, now, wrong=self.wrong)


class _Count:
    __slots__ = ("last", "level", "pending")

    def __init__(self) -> None:
        self.level = 0.0
        """As of ``last``."""
        self.last = 0.0
        """When the last wrong password was found wrong."""
        self.pending = 0


class _Table:
    """Counts that leak: ``free`` wrong passwords cost nothing, ``per_hour`` are forgotten in an hour."""

    def __init__(self, *, free: int, per_hour: int) -> None:
        self._free: Final = free
        self._leak: Final = per_hour / HOUR
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def level(self, key: str, now: float) -> int:
        """The wrong passwords that are not forgotten, those that are being checked included."""
        count = self._counts.get(key)
        return 0 if count is None else math.ceil(self._level(count, now)) + count.pending

    def wait(self, key: str, now: float) -> float:
        """Seconds until the next attempt may be checked."""
        level = self.level(key, now)
        if level < self._free:
            return 0.0
        delay = min(LONGEST_DELAY, 1 << min(level - self._free, DOUBLINGS))
        count = self._counts[key]
        return float(delay) if count.pending else count.last + delay - now

    def begin(self, key: str) -> _Count:
        count = self._counts.setdefault(key, _Count())
        count.pending += 1
        self._counts.move_to_end(key)
        if len(self._counts) > LIMIT:
            self._counts.popitem(last=False)
        return count

    def end(self, count: _Count, now: float, *, wrong: bool) -> None:
        count.pending -= 1
        if wrong:
            count.level = min(self._level(count, now) + 1, self._free + DOUBLINGS)
            count.last = now

    def forget(self, key: str) -> None:
        self._counts.pop(key, None)

    def forget_under(self, account: str) -> None:
        """Forget what begins with an account."""
        for key in [key for key in self._counts if key.startswith(f"{account}\0")]:
            del self._counts[key]

    def _level(self, count: _Count, now: float) -> float:
        return max(0.0, count.level - (now - count.last) * self._leak)


def network_of(client_address: str) -> str:
    """The network that an address stands for: itself, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(client_address.partition("%")[0])
    except ValueError:
        return client_address  # a unix socket, or none
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
