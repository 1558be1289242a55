"""Which attachments the HTML of a message shows within itself: by Content-ID or by Content-Location."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import unquote, urljoin

import msgspec

from overair.items.mail.parts import Part

LONGEST_REFERENCE: Final = 2_000
_BY_ID: Final = re.compile(r"""cid:([^"'\s<>)\\&]{1,500}+)""", re.IGNORECASE)
_BY_PLACE: Final = re.compile(
    r"""(?:\b(?:src|background)\s*+=\s*+|\burl\(\s*+)"""
    rf"""(?:"([^"]{{1,{LONGEST_REFERENCE}}}+)|'([^']{{1,{LONGEST_REFERENCE}}}+)|([^\s<>"')]{{1,{LONGEST_REFERENCE}}}+))""",
    re.IGNORECASE,
)


def with_embedded(
    attachments: Sequence[Part], pages: Iterable[tuple[str, str]], bases: Mapping[int, str]
) -> list[Part]:
    """The attachments, each with whether it is shown within the HTML.

    ``pages`` are the HTML parts of the body, each with the base of its references, ``""`` where it has
    none; ``bases`` those of attachments by number (RFC 2557). A Content-Location becomes what the HTML
    calls the attachment, since phones compare the two as they stand. What no HTML shows is no inline
    picture, whatever its headers say: phones leave those out of the list of attachments.
    """
    if not any(part.content_id or part.content_location for part in attachments):
        return [_placed(part, inline=False) for part in attachments]
    ids: set[str] = set()
    places: dict[str, str] = {}
    for page, base in pages:
        ids.update(unquote(found).lower() for found in _BY_ID.findall(page))
        if any(part.content_location for part in attachments):
            for match in _BY_PLACE.finditer(page):
                reference = match[match.lastindex or 0].strip()
                places.setdefault(reference, reference)
                places.setdefault(joined(base, reference), reference)
    found = []
    for part in attachments:
        location = part.content_location
        called = places.get(location) or places.get(joined(bases.get(part.number, ""), location))
        if location and called:
            found.append(_placed(part, inline=True, location=called))
        else:
            found.append(_placed(part, inline=bool(part.content_id) and part.content_id.lower() in ids))
    return found


def joined(base: str, reference: str) -> str:
    """A reference with its base; as it stands where the two make no sense together."""
    if not base or not reference:
        return reference
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _placed(part: Part, *, inline: bool, location: str | None = None) -> Part:
    if location is None:
        location = part.content_location
    if (part.inline, part.content_location) == (inline, location):
        return part
    return msgspec.structs.replace(part, inline=inline, content_location=location)
