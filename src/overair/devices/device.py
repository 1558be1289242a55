"""A device and its partnership with an account."""

from __future__ import annotations

import msgspec


class Device(msgspec.Struct, frozen=True):
    """One partnership. Device ids repeat across accounts, so ``device_key`` is the row's own number.

    A device that keeps no state (devices/quirks.py) has ``device_key`` 0.
    """

    device_key: int
    account_id: int
    device_id: str
    device_type: str
    user_agent: str
    policy_key: int
    """The policy key in force; 0 while the device has not been provisioned."""
    protocol_version: int = 0
    policy_digest: str = ""
    """What policy the device acknowledged (devices/policies.py)."""
    temporary_policy_key: int = 0
    """The key of the policy that was handed out last, for its acknowledgement."""
    next_policy_key: int = 0
    """The key that the acknowledgement brings."""
    next_policy_digest: str = ""
    last_seen: int = 0
    """Microseconds UTC, exact to the hour."""

    @property
    def keeps_state(self) -> bool:
        """Whether anything is remembered about the device between two requests."""
        return self.device_key != 0
