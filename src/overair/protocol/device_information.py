"""What a device says of itself, in Settings and from 14.1 on in Provision (MS-ASCMD 2.2.3.45)."""

from __future__ import annotations

from typing import Annotated, Final

from overair.protocol.data_types import BOOLEAN, INTEGER, String
from overair.protocol.schema import Field, Nested, Record
from overair.wbxml.pages import Settings

TEXT: Final = String(max_length=1024)


class DeviceDescription(Record):
    """The device's properties."""

    model: Annotated[str | None, Field(Settings.Model, TEXT)] = None
    imei: Annotated[str | None, Field(Settings.IMEI, TEXT)] = None
    friendly_name: Annotated[str | None, Field(Settings.FriendlyName, TEXT)] = None
    os: Annotated[str | None, Field(Settings.OS, TEXT)] = None
    os_language: Annotated[str | None, Field(Settings.OSLanguage, TEXT)] = None
    phone_number: Annotated[str | None, Field(Settings.PhoneNumber, TEXT)] = None
    user_agent: Annotated[str | None, Field(Settings.UserAgent, TEXT)] = None
    enable_outbound_sms: Annotated[bool | None, Field(Settings.EnableOutboundSMS, BOOLEAN)] = None
    mobile_operator: Annotated[str | None, Field(Settings.MobileOperator, TEXT)] = None


class DeviceInformationRequest(Record):
    """The properties to set."""

    set: Annotated[DeviceDescription | None, Field(Settings.Set, Nested(DeviceDescription))] = None


class DeviceInformationResponse(Record):
    """Whether they were set."""

    status: Annotated[int | None, Field(Settings.Status, INTEGER)] = None
    """statuses.SettingsStatus."""
