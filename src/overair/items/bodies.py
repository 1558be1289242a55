"""Bodies as a client wants them: which of its preferences is served, how much of it, and the preview."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from overair.items import conversion, text
from overair.items.body import Body
from overair.items.item import ItemClass
from overair.items.renditions import Renditions, StoredBody
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.schema import Problem, SchemaError
from overair.protocol.sync_options import MIME_TRUNCATION_SIZES
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase

_STORED: Final = (BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.RTF)
"""The types of a body that an item holds itself (MS-ASNOTE_R37)."""
_EVENT_SINCE_16: Final = (BodyType.PLAIN_TEXT, BodyType.HTML)
"""What remains for events from 16.0 on (MS-ASAIRS_R1400, R1401)."""


def types_of(item_class: ItemClass, version: Version, *, mime: bool = False) -> tuple[BodyType, ...]:
    """The types of body that items of a class can have; ``mime`` says whether MIME may be sent."""
    if item_class is ItemClass.CALENDAR and version >= Version.V16_0:
        return _EVENT_SINCE_16
    return (*_STORED, BodyType.MIME) if mime else _STORED


def body(
    renditions: Renditions,
    preferences: Sequence[BodyPreference],
    types: Collection[BodyType] = _STORED,
    *,
    mime_truncation: int | None = None,
) -> Body:
    """The Body that serves the preferences best, of one of the types that the item can have.

    Without preferences it is the whole body in its own format (MS-ASAIRS_R2411). ``mime_truncation`` is a
    key of MIME_TRUNCATION_SIZES.
    """
    preference = choose(renditions, preferences, types)
    limit = preference.truncation_size
    if preference.type == BodyType.MIME:
        limit = _mime_limit(renditions, limit, MIME_TRUNCATION_SIZES.get(mime_truncation))
    size = renditions.size(preference.type)
    if preference.type == BodyType.MIME and limit != 0 and not _withheld(renditions, preference):
        # It is read anyway, and where some of it had to be encoded for transfer it is larger than it was.
        renditions.start(preference.type, None)
        size = renditions.size(preference.type)
    truncated = limit is not None and size > limit
    withheld = truncated and preference.all_or_none is True
    # MS-ASEMAIL_R1057: no Data for a TruncationSize of 0, nor where AllOrNone withholds it.
    data = None if limit == 0 or withheld else renditions.start(preference.type, limit if truncated else None)
    preview = None
    if preference.preview and (preference.type != BodyType.PLAIN_TEXT or data is None):
        # MS-ASAIRS_R1001036: not beside the Data of plain text.
        preview = renditions.preview(preference.preview)
    return Body(
        type=preference.type,
        estimated_data_size=size,
        # Windows Phone does not understand a Truncated of 0, and its absence says the same; only
        # beside MIME it has to stand (MS-ASCMD_R3409).
        truncated=truncated if truncated or preference.type == BodyType.MIME else None,
        data=data,
        preview=preview,
    )


def _mime_limit(renditions: Renditions, limit: int | None, characters: int | None) -> int | None:
    """The bytes of MIME to send; MIMETruncation counts characters (MS-ASCMD_R3419)."""
    if characters is None or renditions.size(BodyType.MIME) <= characters:
        return limit
    whole = renditions.start(BodyType.MIME, None) if characters else ""
    if characters and len(whole) <= characters:
        return limit
    size = text.utf8_size(whole[:characters])
    return size if limit is None else min(size, limit)


def choose(
    renditions: Renditions, preferences: Sequence[BodyPreference], types: Collection[BodyType]
) -> BodyPreference:
    """The preference to serve (MS-ASAIRS_R77, MS-ASAIRS_R78, MS-ASAIRS_R80).

    MIME where it is asked for and allowed, then the item's own format, then the others as they stand. One
    that AllOrNone forbids to cut gives way to that which brings most.
    """
    offered = [one for one in preferences if one.type in types]
    if not offered:
        return BodyPreference(type=renditions.native if renditions.native in types else BodyType.HTML)
    order = {BodyType.MIME: 0, renditions.native: 1}
    if renditions.native == BodyType.RTF:
        # The nearest to what the item is in.
        order[BodyType.HTML] = 2
    offered.sort(key=lambda one: order.get(one.type, 3))
    if not _withheld(renditions, offered[0]):
        return offered[0]
    others = [one for one in offered[1:] if not _withheld(renditions, one)]
    return max(others, key=lambda one: _brought(renditions, one), default=offered[0])


def _withheld(renditions: Renditions, preference: BodyPreference) -> bool:
    """Whether AllOrNone forbids to send a body, since it would be cut."""
    size = preference.truncation_size
    return preference.all_or_none is True and size is not None and renditions.size(preference.type) > size


def _brought(renditions: Renditions, preference: BodyPreference) -> tuple[bool, int]:
    """Whether a preference brings all of the text, and else how many bytes of it."""
    size = preference.truncation_size
    whole = size is None or renditions.size(preference.type) <= size
    return whole, 0 if whole or size is None else size


def to_store(
    sent: Body | None,
    before: Body | None,
    told: Sequence[BodyPreference],
    types: Collection[BodyType] = _STORED,
) -> Body | None:
    """The body to keep: whole, and without what only an answer holds.

    ``before`` is the stored one, ``told`` the preferences by which the client was told of it, ``types`` those
    that the item can have. A body without Data changes nothing (MS-ASCMD_R878), nor does one that is cut: the
    rest of it is on the server only; nor one that is as the client was told, perhaps made of HTML. Raises
    SchemaError for a type that is not kept, and for RTF that is none.
    """
    if sent is None or sent.data is None or (sent.truncated and before is not None):
        return before
    if sent.type not in types:
        raise SchemaError(AirSyncBase.Type, Problem.VALUE, f"{sent.type.name} is not kept")
    if before is not None:
        shown = body(StoredBody(before), told, types)
        if (shown.type, shown.data or "") == (sent.type, sent.data):
            return before
    if not sent.data:
        return None
    if sent.type == BodyType.RTF:
        return Body(type=sent.type, data=rtf_to_keep(sent.data))
    return Body(type=sent.type, data=sent.data)


def rtf_to_keep(data: str) -> str:
    """RTF as it was sent, so that it is shown again as it was; one that is not encoded is now.

    Raises SchemaError for what is no RTF.
    """
    try:
        found = conversion.rtf_of(data)
    except ValueError:
        raise SchemaError(AirSyncBase.Data, Problem.VALUE, "is no RTF") from None
    return conversion.rtf_data(found) if data.startswith("{") else data
