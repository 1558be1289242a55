"""The global address list as Search and Find tell it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from overair.directory.interface import AddressListEntry
from overair.protocol.address_list import Entry, Photo
from overair.protocol.statuses import PictureStatus
from overair.server.context import Context
from overair.versions import Version
from overair.wbxml.element import Element

MOST_ENTRIES: Final = 100
"""What one answer holds at most (MS-ASCMD_R416)."""


class PhotoLimits(msgspec.Struct, frozen=True):
    """That photos are wanted: how large in bytes, and how many; None is no limit."""

    max_size: int | None = None
    max_pictures: int | None = None


class Found(msgspec.Struct, frozen=True):
    """The properties of each entry of a page, and how many entries match in all."""

    entries: tuple[list[Element], ...]
    total: int


async def find_entries(
    context: Context, text: str, first: int, count: int, photos: PhotoLimits | None
) -> Found:
    """A page of the entries that match a text."""
    entries, total = await context.services.directory.search(text, first, min(count, MOST_ENTRIES))
    wants_photos = photos if context.version >= Version.V14_1 else None
    return Found(tuple(entry.to_children(context.version) for entry in _told(entries, wants_photos)), total)


def _told(entries: Iterable[AddressListEntry], photos: PhotoLimits | None) -> Iterable[Entry]:
    given = 0
    for entry in entries:
        photo = _photo(entry.picture, photos, given) if photos is not None else None
        if photo is not None and photo.data is not None:
            given += 1
        yield Entry(
            display_name=entry.display_name or None,
            phone=entry.phone or None,
            office=entry.office or None,
            title=entry.title or None,
            company=entry.company or None,
            alias=entry.alias or None,
            first_name=entry.first_name or None,
            last_name=entry.last_name or None,
            home_phone=entry.home_phone or None,
            mobile_phone=entry.mobile_phone or None,
            email_address=entry.email_address or None,
            picture=photo,
        )


def _photo(picture: bytes | None, limits: PhotoLimits, given: int) -> Photo:
    status = photo_status(picture, limits, given)
    return Photo(status=status, data=picture if status is PictureStatus.SUCCESS else None)


def photo_status(picture: bytes | None, limits: PhotoLimits, given: int) -> PictureStatus:
    """Whether a photo is told, or why not; a limit that was reached comes last (MS-ASCMD_R3295 to R3297).

    ``given`` is how many were told before.
    """
    if not picture:
        return PictureStatus.NO_PICTURE
    if limits.max_size is not None and len(picture) > limits.max_size:
        return PictureStatus.TOO_LARGE
    if limits.max_pictures is not None and given >= limits.max_pictures:
        return PictureStatus.LIMIT_REACHED
    return PictureStatus.SUCCESS
