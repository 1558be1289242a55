"""The device of a request as the sync engine and the items room know it."""

from __future__ import annotations

from overair.devices.quirks import Quirk, quirks_of
from overair.server.context import Context
from overair.sync.partner import Partner


def partner_of(context: Context) -> Partner:
    """Who synchronises, with the quirks that make a difference there."""
    device = context.device
    quirks = quirks_of(device.device_id, device.user_agent)
    calendar = context.services.settings.calendar
    return Partner(
        context.mailbox,
        context.user,
        device.device_key,
        context.version,
        ignores_empty_picture=Quirk.EMPTY_PICTURE_MEANS_NOTHING in quirks,
        time_zone=calendar.time_zone,
        first_day_of_week=calendar.week_begins,
        time_zone_names=Quirk.WANTS_NO_ZONE_NAMES not in quirks,
        claim=context.claim.take_large,
    )
