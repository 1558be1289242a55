"""Provision (MS-ASPROV)."""

from __future__ import annotations

from typing import Final

from overair.devices.provisioning import NotCompliant
from overair.protocol import http
from overair.protocol.device_information import DeviceInformationResponse
from overair.protocol.provision import PolicyRequest, ProvisionRequest, ProvisionResponse
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, ProvisionStatus, SettingsStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.device_information import store
from overair.server.responses import Outcome, Refused
from overair.versions import Version


async def handle(context: Context, message: ProvisionRequest) -> Outcome:
    """Hand out the policy, or take its acknowledgement."""
    if message.remote_wipe is not None or message.account_only_remote_wipe is not None:
        # No wipe was ordered, so there is none to acknowledge.
        return ProvisionResponse(status=ProvisionStatus.PROTOCOL_ERROR)
    if any(policy.policy_key is not None and policy.status is None for policy in message.policies):
        return ProvisionResponse(status=ProvisionStatus.PROTOCOL_ERROR)
    if (
        _is_first(message.policies)
        and context.version >= Version.V14_1
        and message.device_information is None
    ):
        raise Refused(CommonStatus.DEVICE_INFORMATION_REQUIRED, "no DeviceInformation")  # MS-ASCMD_R4954
    told = None
    if message.device_information is not None:
        await store(context, message.device_information)
        complete = message.device_information.set is not None  # MS-ASPROV_R607
        told = DeviceInformationResponse(
            status=SettingsStatus.SUCCESS if complete else SettingsStatus.PROTOCOL_ERROR
        )
    try:
        policies = [
            await context.services.provisioning.answer(context.device, context.version, policy)
            for policy in message.policies[:1]  # every device has one policy
        ]
    except NotCompliant as error:
        raise Refused(error.status, "the device does not comply with the policy") from None
    return ProvisionResponse(
        device_information=told, status=ProvisionStatus.SUCCESS, policies=tuple(policies)
    )


def _is_first(policies: tuple[PolicyRequest, ...]) -> bool:
    return any(policy.policy_key is None for policy in policies)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASPROV_R704)."""
    return ProvisionResponse(status=ProvisionStatus.PROTOCOL_ERROR)


COMMAND: Final = Command(http.Command.PROVISION, ProvisionRequest, handle, refuse)
