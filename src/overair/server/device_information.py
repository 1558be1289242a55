"""What a device says about itself, in Settings and in Provision."""

from __future__ import annotations

from overair.protocol.device_information import DeviceInformationRequest
from overair.server.context import Context


async def store(context: Context, information: DeviceInformationRequest) -> None:
    """Keep what the device said (MS-ASPROV_R488); what it leaves out is no longer known."""
    description = information.set
    if description is None or not context.device.keeps_state:
        return
    said = {bound.name: getattr(description, bound.name) for bound in description.fields()}
    await context.services.partnerships.set_information(
        context.device, {name: str(value) for name, value in said.items() if value is not None}
    )
