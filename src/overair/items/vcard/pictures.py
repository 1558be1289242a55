"""The picture of a card, if a contact can have it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from overair.items.contact import PICTURE_LIMIT
from overair.items.vcard.cards import Property

_SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How JPEG and PNG begin, which every phone shows."""


def picture_of(photos: Iterable[Property]) -> tuple[bytes | None, str]:
    """The first picture that fits, or else why the last one does not; ``""`` where there is none.

    Links are not followed.
    """
    refused = ""
    for photo in photos:
        if not photo.value.strip():
            continue
        try:
            data = photo.binary
        except ValueError:
            refused = "the picture is not in base64"
            continue
        if data is None:
            refused = "the picture is only a link"
        elif not data.startswith(_SIGNATURES):
            refused = "the picture is neither JPEG nor PNG"
        elif len(data) > PICTURE_LIMIT:
            refused = f"the picture has {len(data)} bytes, the limit is {PICTURE_LIMIT}"
        else:
            return data, ""
    return None, refused
