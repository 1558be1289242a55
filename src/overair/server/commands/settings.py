"""Settings (MS-ASCMD 2.2.1.18)."""

from __future__ import annotations

from typing import Final

from overair.directory.interface import User
from overair.protocol import http
from overair.protocol.device_information import DeviceInformationRequest, DeviceInformationResponse
from overair.protocol.schema import SchemaError
from overair.protocol.settings import (
    Account,
    DevicePasswordRequest,
    DevicePasswordResponse,
    EmailAddresses,
    RightsManagementInformationResponse,
    RightsManagementTemplates,
    SettingsRequest,
    SettingsResponse,
    UserInformation,
    UserInformationResponse,
)
from overair.protocol.statuses import CommonStatus, SettingsStatus
from overair.server import out_of_office
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.device_information import store
from overair.server.responses import Outcome
from overair.versions import Version

LONGEST_DEVICE_PASSWORD: Final = 255


async def handle(context: Context, message: SettingsRequest) -> Outcome:
    """Read and write the properties, each with a status of its own."""
    response = SettingsResponse(status=SettingsStatus.SUCCESS)
    if message.rights_management_information is not None:
        response.rights_management_information = RightsManagementInformationResponse(
            status=CommonStatus.IRM_FEATURE_DISABLED, get=RightsManagementTemplates(templates=())
        )
    if message.oof is not None:
        response.oof = await out_of_office.answer(context.mailbox, message.oof)
    if message.device_password is not None:
        response.device_password = _device_password(message.device_password)
    if message.device_information is not None:
        response.device_information = await _device_information(context, message.device_information)
    if message.user_information is not None:
        response.user_information = UserInformationResponse(
            status=SettingsStatus.SUCCESS, get=user_information(context.user, context.version)
        )
    return response


def _device_password(request: DevicePasswordRequest) -> DevicePasswordResponse:
    """Recovery passwords are not kept, and the policy says so (MS-ASCMD_R4402)."""
    if request.set is None:
        return DevicePasswordResponse(status=SettingsStatus.PROTOCOL_ERROR)
    if len(request.set.password) > LONGEST_DEVICE_PASSWORD:
        return DevicePasswordResponse(status=SettingsStatus.INVALID_ARGUMENTS)
    return DevicePasswordResponse(status=SettingsStatus.DENIED_BY_POLICY)


async def _device_information(
    context: Context, request: DeviceInformationRequest
) -> DeviceInformationResponse:
    if request.set is None:
        return DeviceInformationResponse(status=SettingsStatus.PROTOCOL_ERROR)
    await store(context, request)
    return DeviceInformationResponse(status=SettingsStatus.SUCCESS)


def user_information(user: User, version: Version) -> UserInformation:
    """The user's addresses in the shape of a version (MS-ASCMD_R6672).

    The primary account has no AccountId (MS-ASCMD_R729).
    """
    addresses = EmailAddresses(smtp_addresses=(user.address, *user.aliases))
    if version < Version.V14_1:
        return UserInformation(email_addresses=addresses)
    addresses.primary_smtp_address = user.address
    account = Account(user_display_name=user.display_name, email_addresses=addresses)
    return UserInformation(accounts=(account,))


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4388)."""
    return SettingsResponse(status=SettingsStatus.PROTOCOL_ERROR)


COMMAND: Final = Command(http.Command.SETTINGS, SettingsRequest, handle, refuse)
