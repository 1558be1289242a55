"""Items as ItemOperations and Search show them, by the options that the two have in common."""

from __future__ import annotations

import asyncio

from overair import items
from overair.items import RenderOptions
from overair.mailboxes.interface import StoredItem
from overair.protocol.body_preferences import BodyType
from overair.protocol.item_operations import FetchOptions
from overair.protocol.search import SearchOptions
from overair.protocol.sync_options import MIMESupport
from overair.server.attachments import size_of
from overair.server.context import Context
from overair.server.partners import partner_of
from overair.wbxml.element import Element


class UnsupportedBodyPart(ValueError):
    """A BodyPartPreference of another type than HTML (MS-ASCMD_R5412)."""


def render_options(context: Context, options: FetchOptions | SearchOptions) -> RenderOptions:
    """How a request wants items shown. Raises UnsupportedBodyPart."""
    part = options.body_part_preference
    if part is not None and part.type is not BodyType.HTML:
        raise UnsupportedBodyPart(part.type.name)
    partner = partner_of(context)
    return RenderOptions(
        body_preferences=options.body_preferences,
        body_part_preference=part,
        mime_support=options.mime_support or MIMESupport.NEVER,
        time_zone=partner.time_zone,
        time_zone_names=partner.time_zone_names,
    )


async def shown(context: Context, stored: StoredItem, options: RenderOptions) -> list[Element]:
    """The properties of an item. Raises CannotRender, and HttpError (503) where there is no room for it."""
    async with context.claim.for_now(size_of(stored)):
        return await asyncio.to_thread(
            items.render, stored.item, options, context.version, context.mailbox.blobs, stored.item_id
        )


def size_in_answer(children: list[Element]) -> int:
    """About how many bytes elements take."""
    size = 0
    for child in children:
        content = child.content
        size += size_in_answer(content) if isinstance(content, list) else len(content or "")
    return size
