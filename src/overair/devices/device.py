"""A device and its partnership with an account."""

from __future__ import annotations

import msgspec


class Device(msgspec.Struct, frozen=True):
    """One partnership. Device ids repeat across accounts, so ``device_key`` is the row's own number."""

    device_key: int
    account_id: int
    device_id: str
    device_type: str
    user_agent: str
    policy_key: int
    """The policy key in force; 0 while the device has not been provisioned."""
    protocol_version: int = 0
