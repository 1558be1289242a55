"""The two phases of provisioning: handing the policy out and having it acknowledged (MS-ASPROV 3.2.5.1)."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from overair.devices.device import Device
from overair.devices.partnerships import Partnerships
from overair.devices.policies import Policy
from overair.protocol.provision import POLICY_TYPE, PolicyData, PolicyRequest, PolicyResponse
from overair.protocol.statuses import CommonStatus, PolicyAcknowledgement, PolicyStatus
from overair.versions import Version

STATELESS_KEY: Final = 1
"""The policy key of a device that keeps no state."""


class NotCompliant(Exception):
    """A device complies less than the policy demands; ``status`` is what it is told."""

    def __init__(self, status: CommonStatus) -> None:
        super().__init__(status.name)
        self.status = status


class Provisioning:
    """Gives devices their policy keys."""

    def __init__(self, policy: Policy, partnerships: Partnerships) -> None:
        self._policy = policy
        self._partnerships = partnerships

    async def answer(self, device: Device, version: Version, request: PolicyRequest) -> PolicyResponse:
        """Either phase for one policy. Raises NotCompliant."""
        if request.policy_type != POLICY_TYPE:
            return PolicyResponse(policy_type=request.policy_type, status=PolicyStatus.UNKNOWN_POLICY_TYPE)
        if request.policy_key is None:
            return await self._hand_out(device, version)
        return await self._acknowledge(device, request)

    async def _hand_out(self, device: Device, version: Version) -> PolicyResponse:
        temporary, following = STATELESS_KEY, STATELESS_KEY
        if device.keeps_state:
            # The key in force stays in force until the new policy is acknowledged (law 3).
            temporary, following = _new_key(), _new_key()
            await self._partnerships.set_policy(
                msgspec.structs.replace(
                    device,
                    temporary_policy_key=temporary,
                    next_policy_key=following,
                    next_policy_digest=self._policy.digest(version),
                )
            )
        return PolicyResponse(
            policy_type=POLICY_TYPE,
            status=PolicyStatus.SUCCESS,
            policy_key=str(temporary),
            data=PolicyData(document=self._policy.document),
        )

    async def _acknowledge(self, device: Device, request: PolicyRequest) -> PolicyResponse:
        temporary = device.temporary_policy_key if device.keeps_state else STATELESS_KEY
        # The temporary key stays known, so an acknowledgement that is repeated gets the same answer.
        if not temporary or request.policy_key != str(temporary):
            return PolicyResponse(policy_type=POLICY_TYPE, status=PolicyStatus.WRONG_POLICY_KEY)
        try:
            acknowledgement = PolicyAcknowledgement(request.status or 0)
        except ValueError:
            raise NotCompliant(CommonStatus.DEVICE_NOT_FULLY_PROVISIONABLE) from None
        objection = self._policy.objection(acknowledgement)
        if objection is not None:
            raise NotCompliant(objection)
        key = device.next_policy_key if device.keeps_state else STATELESS_KEY
        if device.keeps_state:
            await self._partnerships.set_policy(
                msgspec.structs.replace(device, policy_key=key, policy_digest=device.next_policy_digest)
            )
        return PolicyResponse(policy_type=POLICY_TYPE, status=PolicyStatus.SUCCESS, policy_key=str(key))


def _new_key() -> int:
    """A policy key: a random unsigned 32-bit integer (MS-ASPROV_R606), never 0."""
    return secrets.randbelow(0xFFFF_FFFF) + 1
