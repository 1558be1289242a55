"""The BodyPart of a conversation's message: what it says itself, without the messages that it quotes."""

from __future__ import annotations

from typing import Final

from overair.items import cutting, markup, text
from overair.items.body import BodyPart
from overair.items.mail.own_part import own_part
from overair.items.renditions import Renditions
from overair.protocol.body_preferences import BodyPartPreference, BodyType
from overair.protocol.statuses import CommonStatus

LARGEST: Final = 1024 * 1024
"""Bytes of HTML from which a part is taken."""
_SUCCESS: Final = 1


def body_part(renditions: Renditions, preference: BodyPartPreference, *, answers: bool) -> BodyPart:
    """The BodyPart for a BodyPartPreference, always HTML (MS-ASCON_R183).

    All of a message that ``answers`` none is its own. Status 176 where it is too large (MS-ASAIRS_R272).
    """
    size = renditions.size(BodyType.HTML)
    if size > LARGEST:
        too_large = CommonStatus.BODY_PART_CONVERSATION_TOO_LARGE
        return BodyPart(status=too_large, type=BodyType.HTML, estimated_data_size=size)
    whole = renditions.start(BodyType.HTML, None)
    own = own_part(whole) if answers else whole
    size, limit = text.utf8_size(own), preference.truncation_size
    truncated = limit is not None and size > limit
    withheld = truncated and preference.all_or_none is True
    return BodyPart(
        status=_SUCCESS,
        type=BodyType.HTML,
        estimated_data_size=size,
        truncated=True if truncated else None,
        data=None if limit == 0 or withheld else cutting.cut(own, BodyType.HTML, limit),
        preview=text.one_line(markup.html_to_text(own), preference.preview) if preference.preview else None,
    )
