"""Settings: the user's and the device's properties (MS-ASCMD 2.2.1.18)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Final

from overair.protocol.data_types import BOOLEAN, DATE_TIME, INTEGER, STRING, Enumeration, String
from overair.protocol.device_information import DeviceInformationRequest, DeviceInformationResponse
from overair.protocol.schema import PRESENCE, Field, Nested, Record, Sequence
from overair.versions import Version
from overair.wbxml.pages import RightsManagement, Settings

NOT_EMPTY: Final = String(min_length=1)


class OofState(IntEnum):
    """Whether the user is out of office (MS-ASCMD 2.2.3.124)."""

    DISABLED = 0
    GLOBAL = 1
    TIME_BASED = 2


class OofMessage(Record):
    """The reply to one audience; exactly one of the ``applies_to`` is set."""

    applies_to_internal: Annotated[bool, Field(Settings.AppliesToInternal, PRESENCE)] = False
    applies_to_external_known: Annotated[bool, Field(Settings.AppliesToExternalKnown, PRESENCE)] = False
    applies_to_external_unknown: Annotated[bool, Field(Settings.AppliesToExternalUnknown, PRESENCE)] = False
    enabled: Annotated[str | None, Field(Settings.Enabled, NOT_EMPTY)] = None
    """"1" or "0"."""
    reply_message: Annotated[str | None, Field(Settings.ReplyMessage, STRING)] = None
    body_type: Annotated[str | None, Field(Settings.BodyType, NOT_EMPTY)] = None
    """"Text" or "HTML"."""


class OofSettings(Record):
    """When the user is out of office, and what is replied."""

    state: Annotated[OofState | None, Field(Settings.OofState, Enumeration(OofState))] = None
    start_time: Annotated[datetime | None, Field(Settings.StartTime, DATE_TIME)] = None
    end_time: Annotated[datetime | None, Field(Settings.EndTime, DATE_TIME)] = None
    messages: Annotated[
        tuple[OofMessage, ...], Field(Settings.OofMessage, Nested(OofMessage), repeated=True)
    ] = ()


class OofGet(Record):
    """In which format the replies are wanted."""

    body_type: Annotated[str, Field(Settings.BodyType, NOT_EMPTY)]


class OofRequest(Record):
    """Read or write the out-of-office settings."""

    get: Annotated[OofGet | None, Field(Settings.Get, Nested(OofGet))] = None
    set: Annotated[OofSettings | None, Field(Settings.Set, Nested(OofSettings))] = None


class OofResponse(Record):
    """The out-of-office settings, or whether they were written."""

    status: Annotated[int | None, Field(Settings.Status, INTEGER)] = None
    """statuses.SettingsStatus, as in every answer of Settings."""
    get: Annotated[OofSettings | None, Field(Settings.Get, Nested(OofSettings))] = None


class DevicePassword(Record):
    """The recovery password; empty to clear it."""

    password: Annotated[str, Field(Settings.Password, STRING)]
    """At most 255 characters; a longer one is answered with status 5 (MS-ASCMD_R4400)."""


class DevicePasswordRequest(Record):
    """Store the recovery password."""

    set: Annotated[DevicePassword | None, Field(Settings.Set, Nested(DevicePassword))] = None


class DevicePasswordResponse(Record):
    """Whether it was stored."""

    status: Annotated[int | None, Field(Settings.Status, INTEGER)] = None


class UserInformationRequest(Record):
    """Ask for the user's addresses."""

    get: Annotated[bool, Field(Settings.Get, PRESENCE)]


class EmailAddresses(Record):
    """The addresses of an account."""

    smtp_addresses: Annotated[tuple[str, ...], Field(Settings.SMTPAddress, STRING, repeated=True)] = ()
    primary_smtp_address: Annotated[str | None, Field(Settings.PrimarySmtpAddress, STRING)] = None


class Account(Record):
    """One account that the user has."""

    account_id: Annotated[str | None, Field(Settings.AccountId, STRING)] = None
    account_name: Annotated[str | None, Field(Settings.AccountName, STRING)] = None
    user_display_name: Annotated[str | None, Field(Settings.UserDisplayName, STRING)] = None
    send_disabled: Annotated[bool | None, Field(Settings.SendDisabled, BOOLEAN)] = None
    email_addresses: Annotated[
        EmailAddresses | None, Field(Settings.EmailAddresses, Nested(EmailAddresses))
    ] = None


class UserInformation(Record):
    """The user's addresses: up to 14.0 in a list, from 14.1 on by account (MS-ASCMD_R6672)."""

    email_addresses: Annotated[
        EmailAddresses | None,
        Field(Settings.EmailAddresses, Nested(EmailAddresses), until=Version.V14_0),
    ] = None
    accounts: Annotated[
        tuple[Account, ...],
        Field(Settings.Accounts, Sequence(Settings.Account, Nested(Account), minimum=1)),
    ] = ()


class UserInformationResponse(Record):
    """The user's addresses."""

    status: Annotated[int | None, Field(Settings.Status, INTEGER)] = None
    get: Annotated[UserInformation | None, Field(Settings.Get, Nested(UserInformation))] = None


class RightsManagementTemplate(Record):
    """One template of rights."""

    template_id: Annotated[str, Field(RightsManagement.TemplateID, NOT_EMPTY)]
    template_name: Annotated[str, Field(RightsManagement.TemplateName, String(min_length=1, max_length=256))]
    template_description: Annotated[
        str, Field(RightsManagement.TemplateDescription, String(min_length=1, max_length=10_240))
    ]


class RightsManagementTemplates(Record):
    """The templates that the user may apply."""

    templates: Annotated[
        tuple[RightsManagementTemplate, ...],
        Field(
            RightsManagement.RightsManagementTemplates,
            Sequence(RightsManagement.RightsManagementTemplate, Nested(RightsManagementTemplate), limit=20),
        ),
    ]


class RightsManagementInformationRequest(Record):
    """Ask for the templates of rights."""

    get: Annotated[bool, Field(Settings.Get, PRESENCE)]


class RightsManagementInformationResponse(Record, kw_only=True):
    """The templates of rights."""

    status: Annotated[int | None, Field(Settings.Status, INTEGER)] = None
    get: Annotated[RightsManagementTemplates, Field(Settings.Get, Nested(RightsManagementTemplates))]
    """Present whatever the status (MS-ASCMD_R3113)."""


class SettingsRequest(Record):
    """The properties to read and write."""

    element_tag = Settings.Settings

    rights_management_information: Annotated[
        RightsManagementInformationRequest | None,
        Field(Settings.RightsManagementInformation, Nested(RightsManagementInformationRequest)),
    ] = None
    oof: Annotated[OofRequest | None, Field(Settings.Oof, Nested(OofRequest))] = None
    device_password: Annotated[
        DevicePasswordRequest | None, Field(Settings.DevicePassword, Nested(DevicePasswordRequest))
    ] = None
    device_information: Annotated[
        DeviceInformationRequest | None,
        Field(Settings.DeviceInformation, Nested(DeviceInformationRequest)),
    ] = None
    user_information: Annotated[
        UserInformationRequest | None, Field(Settings.UserInformation, Nested(UserInformationRequest))
    ] = None


class SettingsResponse(Record):
    """The status of the request and of each property."""

    element_tag = Settings.Settings

    status: Annotated[int | None, Field(Settings.Status, INTEGER)] = None
    rights_management_information: Annotated[
        RightsManagementInformationResponse | None,
        Field(Settings.RightsManagementInformation, Nested(RightsManagementInformationResponse)),
    ] = None
    oof: Annotated[OofResponse | None, Field(Settings.Oof, Nested(OofResponse))] = None
    device_password: Annotated[
        DevicePasswordResponse | None, Field(Settings.DevicePassword, Nested(DevicePasswordResponse))
    ] = None
    device_information: Annotated[
        DeviceInformationResponse | None,
        Field(Settings.DeviceInformation, Nested(DeviceInformationResponse)),
    ] = None
    user_information: Annotated[
        UserInformationResponse | None, Field(Settings.UserInformation, Nested(UserInformationResponse))
    ] = None
